package vm

import (
	"compress/gzip"
	"debug/elf"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/cavaliergopher/cpio"

	"hvcheck/conform/vm/first"
)

// static refuses a program that needs libraries: there are none in the machine.
func static(program string) error {
	f, err := elf.Open(program)
	if err != nil {
		return fmt.Errorf("%s: %w", program, err)
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			return fmt.Errorf("%s is not statically linked, and is the first process of the machine: build it with CGO_ENABLED=0 go build", program)
		}
	}
	return nil
}

// writeRamdisk writes the initial ramdisk: the program, and the modules.
func writeRamdisk(to, program string, modules []string) (err error) {
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer func() {
		if closing := out.Close(); err == nil {
			err = closing
		}
	}()
	z, err := gzip.NewWriterLevel(out, gzip.BestSpeed)
	if err != nil {
		return err
	}
	w := cpio.NewWriter(z)
	if err := w.WriteHeader(&cpio.Header{Name: first.ModuleDir[1:], Mode: cpio.TypeDir | 0o755, Links: 2}); err != nil {
		return err
	}
	if err := add(w, "init", program); err != nil {
		return err
	}
	for _, m := range modules {
		if err := add(w, filepath.Join(first.ModuleDir[1:], filepath.Base(m)), m); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	return z.Close()
}

// add adds a file that can be run.
func add(w *cpio.Writer, name, file string) error {
	in, err := os.Open(file)
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	if err := w.WriteHeader(&cpio.Header{Name: name, Mode: cpio.TypeReg | 0o755, Size: info.Size(), Links: 1}); err != nil {
		return err
	}
	_, err = io.Copy(w, in)
	return err
}
