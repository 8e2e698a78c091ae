// Package xen boots a real Xen under QEMU's emulation and makes it a target.
//
//	Setup: packages -> hypervisor, kernel, modules in a cache
//	Boot: initial ramdisk with hvcheck itself as first process -> QEMU -> Target
//
// What runs in dom0 is the same program, which then finds that it is there
// (package dom0); both talk through shared memory (package channel). Package vm has
// what every such machine needs.
package xen

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"hvcheck/conform/vm"
)

// Files are what is booted.
type Files struct {
	Xen     string   // the hypervisor, as a multiboot image
	Kernel  string   // of dom0
	Modules []string // of that kernel
	Program string   // hvcheck, statically linked; empty: this program
}

// Names in the cache.
const (
	xenFile    = "xen"
	kernelFile = "vmlinuz"
)

// modules are those that dom0 needs, in the order of their names.
var modules = []string{"xen-privcmd.ko"}

// complete takes what is not given from the cache. The error says what is on
// neither.
func (f Files) complete(cache string) (Files, error) {
	if f.Xen == "" {
		f.Xen = filepath.Join(cache, xenFile)
	}
	if f.Kernel == "" {
		f.Kernel = filepath.Join(cache, kernelFile)
	}
	if f.Modules == nil {
		for _, m := range modules {
			f.Modules = append(f.Modules, filepath.Join(cache, m))
		}
	}
	for _, file := range append([]string{f.Xen, f.Kernel}, f.Modules...) {
		if _, err := os.Stat(file); err != nil {
			return f, &vm.Missing{What: fmt.Sprintf("%s is not there; hvcheck conform xen --setup gets it, or give the files by flag", file)}
		}
	}
	var err error
	f.Program, err = vm.Program(f.Program)
	return f, err
}

// Names of the packages, by the names that they have in the distribution.
const (
	xenPackage    = "xen-hypervisor-"
	kernelPackage = "linux-image-amd64" // which depends on the one with the kernel
)

// newest is the last of a list of packages with a prefix, of those that end in
// amd64, aside from the one that is always the newest.
func newest(list []string, prefix string) (string, error) {
	found := ""
	for _, name := range list {
		if name != kernelPackage && strings.HasPrefix(name, prefix) && strings.HasSuffix(name, "-amd64") && name > found {
			found = name
		}
	}
	if found == "" {
		return "", errors.New("no package " + prefix + "...-amd64")
	}
	return found, nil
}
