package vm

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cavaliergopher/cpio"
)

// The ramdisk has the program as init, and the modules.
func TestRamdisk(t *testing.T) {
	dir := t.TempDir()
	program, modules := filepath.Join(dir, "hvcheck"), []string{filepath.Join(dir, "xen-privcmd.ko")}
	for _, file := range append(modules, program) {
		if err := os.WriteFile(file, []byte(filepath.Base(file)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	disk := filepath.Join(dir, "initrd")
	if err := writeRamdisk(disk, program, modules); err != nil {
		t.Fatal(err)
	}
	in, err := os.Open(disk)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	z, err := gzip.NewReader(in)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for r := cpio.NewReader(z); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, h.Name+"="+string(data))
	}
	if got, want := strings.Join(names, " "), "modules= init=hvcheck modules/xen-privcmd.ko=xen-privcmd.ko"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// A program that needs libraries is none.
func TestStatic(t *testing.T) {
	if sh, err := filepath.EvalSymlinks("/bin/sh"); err == nil {
		if err := static(sh); err == nil || !strings.Contains(err.Error(), "CGO_ENABLED=0") {
			t.Skipf("%s: %v", sh, err)
		}
	}
}
