package kvm

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"hvcheck/conform/vm"
)

// Setup downloads a kernel with the distribution's package client, and keeps of it
// what is booted, in a folder: of the package that is named, or of the newest whose
// KVM emulates Xen's runstate area as it is today. say is told what it does.
func Setup(ctx context.Context, dir, name string, say func(format string, args ...any)) error {
	if err := vm.Tools("--kernel and --modules"); err != nil {
		return err
	}
	if name == "" {
		var err error
		if name, err = choose(ctx); err != nil {
			return err
		}
	}
	p := packages(name)
	for _, m := range modules {
		p.Parts[m.name] = "lib/modules/*/kernel/" + m.module + "*"
	}
	return p.Download(ctx, dir, say)
}

// packages are those with a kernel and its modules: one up to Linux 6, two from 7 on, of
// which the one with the kernel is named.
func packages(name string) *vm.Packages {
	if release := split.FindStringSubmatch(name); release != nil {
		return &vm.Packages{Names: []string{name, "linux-modules-" + release[1]}, Parts: map[string]string{kernelFile: "lib/modules/*/vmlinuz*"}}
	}
	return &vm.Packages{Names: []string{name}, Parts: map[string]string{kernelFile: "boot/vmlinuz-*"}}
}

// split is the name of a package with a kernel and without modules.
var split = regexp.MustCompile(`^linux-binary-(?:unsigned-)?(.+)$`)

// choose finds the newest kernel that can be had.
func choose(ctx context.Context) (string, error) {
	known, err := vm.Output(ctx, "", "apt-cache", "pkgnames", "linux-image-")
	if err != nil {
		return "", err
	}
	for _, name := range newest(strings.Fields(known)) {
		if _, err := vm.Output(ctx, "", "apt-get", "download", "--print-uris", "-q", name); err == nil {
			return name, nil
		}
	}
	return "", &vm.Missing{What: fmt.Sprintf("no kernel package for clouds from %d.%d on can be had, which are those with KVM's emulation of Xen; has apt-get update been run?", first[0], first[1])}
}

// first is the version from which on the distribution's kernels emulate Xen.
var first = [2]int{6, 12}

// version takes the name of a package apart: kernels for clouds have few modules, and
// all that are wanted. From 7 on kernels come in several packages.
var version = regexp.MustCompile(`^linux-image-(6)\.(\d+)\.(\d+)[^-]*-cloud-amd64(-unsigned)?$`)

// newest lists packages with kernels that will do, the newest one first.
func newest(names []string) (list []string) {
	numbers := map[string][3]int{}
	for _, name := range names {
		m := version.FindStringSubmatch(name)
		if m == nil {
			continue
		}
		var n [3]int
		for i := range n {
			n[i], _ = strconv.Atoi(m[i+1]) // the pattern has digits only
		}
		if slices.Compare(n[:2], first[:]) >= 0 {
			numbers[name], list = n, append(list, name)
		}
	}
	slices.SortFunc(list, func(a, b string) int {
		x, y := numbers[a], numbers[b]
		return cmp.Or(-slices.Compare(x[:], y[:]), strings.Compare(a, b))
	})
	return list
}
