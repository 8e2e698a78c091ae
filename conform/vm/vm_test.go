package vm

import (
	"bytes"
	"compress/gzip"
	"debug/elf"
	"encoding/binary"
	"github.com/cavaliergopher/cpio"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
	for _, tc := range []struct {
		name string
		file []byte
		want string // of the error; empty: none
	}{
		{"linked statically", program(t, elf.PT_LOAD), ""},
		{"wants libraries", program(t, elf.PT_INTERP), "CGO_ENABLED=0"},
		{"no program", bytes.Repeat([]byte("#!/bin/sh\n"), 10), "bad magic"},
	} {
		file := filepath.Join(t.TempDir(), "program")
		if err := os.WriteFile(file, tc.file, 0o755); err != nil {
			t.Fatal(err)
		}
		err := static(file)
		if (err == nil) != (tc.want == "") || err != nil && !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
}

// program is one with a single segment, of a kind.
func program(t *testing.T, kind elf.ProgType) []byte {
	h := elf.Header64{Type: uint16(elf.ET_EXEC), Machine: uint16(elf.EM_X86_64), Version: uint32(elf.EV_CURRENT)}
	copy(h.Ident[:], elf.ELFMAG)
	h.Ident[elf.EI_CLASS], h.Ident[elf.EI_DATA], h.Ident[elf.EI_VERSION] = byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)
	h.Ehsize, h.Phentsize, h.Phnum = uint16(binary.Size(h)), uint16(binary.Size(elf.Prog64{})), 1
	h.Phoff = uint64(h.Ehsize)
	var b bytes.Buffer
	for _, part := range []any{h, elf.Prog64{Type: uint32(kind)}} {
		if err := binary.Write(&b, binary.LittleEndian, part); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// What the first process has said is told before what the kernel says behind it.
func TestLastWords(t *testing.T) {
	for console, want := range map[string]string{
		"booting\nhvcheck in the machine: /dev/kvm: none\r\n[ 13.8] reboot: Power down\n": "hvcheck in the machine: /dev/kvm: none",
		"booting\nPanic\n": `its console ends with "Panic"`,
	} {
		if got := lastWords([]byte(console)); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
