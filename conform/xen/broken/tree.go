package broken

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"hvcheck/conform/broken"
)

// Open looks at a source tree: the folder above xen/, or that one. Images are kept in a
// folder.
func Open(dir, cache string) (*broken.Source, error) {
	if isDir(filepath.Join(dir, "xen", "arch")) {
		dir = filepath.Join(dir, "xen")
	}
	for _, part := range []string{"Makefile", mmFile, grantFile} {
		if _, err := os.Stat(filepath.Join(dir, part)); err != nil {
			return nil, fmt.Errorf("%s is no source tree of Xen: it has no %s", dir, part)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, ".config")); err != nil {
		return nil, fmt.Errorf("%s has no .config; the distribution's is boot/xen-*.config of its package", dir)
	}
	s := &broken.Source{
		Dir: dir, Cache: cache, Builds: All, Parts: []string{dir}, Made: made,
		Make: func(ctx context.Context, to string) error { return hypervisor(ctx, dir, to) },
	}
	return s, s.Open()
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// hypervisor makes the hypervisor.
func hypervisor(ctx context.Context, dir, to string) error {
	for _, goal := range []string{"olddefconfig", "-j2"} {
		if err := broken.Run(ctx, "make", "-C", dir, "XEN_TARGET_ARCH=x86_64", goal); err != nil {
			return err
		}
	}
	image, err := os.ReadFile(filepath.Join(dir, "xen"))
	if err != nil {
		return err
	}
	return os.WriteFile(to, image, 0o644)
}

// made are folders and files that making Xen leaves, beside what is not source.
var made = map[string]bool{"generated": true, "compat": true, "compile.h": true, "asm-offsets.h": true, "asm-offsets.s": true}
