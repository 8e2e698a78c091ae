package xen

import (
	"context"
	_ "embed" // the patch
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"hvcheck/conform/vm"
)

// stopsPatch lets dom0 have its own calls left at a preemption check.
//
//go:embed instrument/stops.patch
var stopsPatch []byte

// Names in the cache.
const (
	configFile       = "config" // of the hypervisor's package
	instrumentedFile = "xen-instrumented"
)

// Instrument patches a source tree of Xen, builds the hypervisor, and keeps it in a
// folder. say is told what it does.
func Instrument(ctx context.Context, tree, dir string, say func(format string, args ...any)) error {
	for _, tool := range []string{"patch", "make", "gcc", "flex", "bison"} {
		if _, err := exec.LookPath(tool); err != nil {
			return &vm.Missing{What: tool + " is not there; apt-get install build-essential flex bison"}
		}
	}
	source := filepath.Join(tree, "xen")
	if _, err := os.Stat(filepath.Join(source, "Makefile")); err != nil {
		return &vm.Missing{What: source + " is not there; --instrument wants a source tree of Xen"}
	}
	if err := patch(ctx, tree); err != nil {
		return err
	}
	if err := configure(filepath.Join(dir, configFile), filepath.Join(source, ".config")); err != nil {
		return err
	}
	for _, target := range []string{"olddefconfig", "build"} {
		say("make -C %s %s", source, target)
		if _, err := vm.Output(ctx, source, "make", fmt.Sprintf("-j%d", runtime.NumCPU()), target); err != nil {
			return err
		}
	}
	to := filepath.Join(dir, instrumentedFile)
	say("%s: boot it with --xen", to)
	return copyFile(filepath.Join(source, "xen"), to)
}

// patch patches a tree that has not been patched.
func patch(ctx context.Context, tree string) error {
	file, err := os.CreateTemp("", "hvcheck-*.patch")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	_, err = file.Write(stopsPatch)
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	if _, err := vm.Output(ctx, tree, "patch", "-p1", "-R", "--dry-run", "-f", "-i", file.Name()); err == nil {
		return nil
	}
	if out, err := vm.Output(ctx, tree, "patch", "-p1", "-N", "--dry-run", "-i", file.Name()); err != nil {
		return fmt.Errorf("%s: the patch does not fit, which is for Xen 4.17: %s", tree, vm.LastLine([]byte(out)))
	}
	_, err = vm.Output(ctx, tree, "patch", "-p1", "-N", "-i", file.Name())
	return err
}

// configure gives a tree that has no configuration the package's.
func configure(from, to string) error {
	if _, err := os.Stat(to); err == nil {
		return nil
	}
	if err := copyFile(from, to); err != nil {
		return &vm.Missing{What: fmt.Sprintf("neither %s nor %s is there; hvcheck conform xen --setup gets the latter", to, from)}
	}
	return nil
}

func copyFile(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o644)
}
