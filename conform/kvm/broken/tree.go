package broken

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"hvcheck/conform/broken"
	"hvcheck/conform/kvm"
)

// Tree is where the packages with KVM's source and with a kernel's headers were
// unpacked.
type Tree struct {
	*broken.Source
	Release string // of the kernel into which the modules go
	common  string // folder with headers of all flavours
	headers string // folder with those of this one
}

// Open looks at a tree. What is made is kept in a folder.
func Open(dir, cache string) (*Tree, error) {
	t := &Tree{}
	source := ""
	for _, part := range []struct {
		what, pattern string
		is            *string
		but           string // ending of others
	}{
		{"KVM's source", "linux-source-*/arch/x86/kvm", &source, ""},
		{"common headers", "linux-headers-*-common", &t.common, ""},
		{"headers of a flavour", "linux-headers-*", &t.headers, "-common"},
	} {
		var err error
		if *part.is, err = only(filepath.Join(dir, "usr/src", part.pattern), part.but); err != nil {
			return nil, fmt.Errorf("%s is no tree of KVM (%s): %w", dir, part.what, err)
		}
	}
	t.Release = strings.TrimPrefix(filepath.Base(t.headers), "linux-headers-")
	root := filepath.Join(source, "../../..")
	parts := []string{source, filepath.Join(root, "virt"), filepath.Join(t.headers, ".config")}
	for _, part := range parts {
		if _, err := os.Stat(part); err != nil {
			return nil, fmt.Errorf("%s is no tree of KVM: it has no %s", dir, part)
		}
	}
	t.Source = &broken.Source{Dir: root, Cache: cache, Builds: All, Parts: parts, Made: made, Make: t.modules}
	return t, t.Open()
}

// only is the one path of a pattern that does not end as others do, without links.
func only(pattern, but string) (string, error) {
	all, err := filepath.Glob(pattern)
	if err != nil {
		return "", err
	}
	var list []string
	for _, path := range all {
		if but == "" || !strings.HasSuffix(path, but) {
			list = append(list, path)
		}
	}
	if len(list) != 1 {
		return "", fmt.Errorf("%s: %d of them, want one", pattern, len(list))
	}
	if list[0], err = filepath.Abs(list[0]); err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(list[0])
}

// made are files that making modules leaves, beside what is not source.
var made = map[string]bool{"kvm.mod.c": true, "kvm-amd.mod.c": true, "kvm-asm-offsets.h": true}

// modules makes kvm.ko and kvm-amd.ko. The source of both includes what it finds in the
// headers' folder, where the packages do not have it.
func (t *Tree) modules(ctx context.Context, to string) error {
	for _, part := range []string{"virt", "arch/x86/kvm"} {
		if err := link(filepath.Join(t.Dir, part), filepath.Join(t.common, part)); err != nil {
			return err
		}
	}
	at := filepath.Join(t.Dir, "arch/x86/kvm")
	if err := broken.Run(ctx, "make", "-C", t.headers, "-f", filepath.Join(t.common, "Makefile"), "M="+at,
		"CONFIG_KVM_INTEL=", "CONFIG_KVM_WERROR=", "CONFIG_DEBUG_INFO_BTF_MODULES=", "-j2", "modules"); err != nil {
		return err
	}
	if err := os.Mkdir(to, 0o755); err != nil {
		return err
	}
	for _, name := range []string{"kvm.ko", "kvm-amd.ko"} {
		if err := broken.Run(ctx, "strip", "-g", "-o", filepath.Join(to, kvm.ModuleName(name)), filepath.Join(at, name)); err != nil {
			return err
		}
	}
	return nil
}

// link has a link lead to a folder.
func link(to, at string) error {
	if is, err := os.Readlink(at); err == nil {
		if is == to {
			return nil
		}
		if err := os.Remove(at); err != nil {
			return err
		}
	}
	return os.Symlink(to, at)
}
