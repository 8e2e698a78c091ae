package xen

import (
	"context"
	"strings"

	"hvcheck/conform/vm"
)

// Setup downloads a hypervisor and a kernel with the distribution's package client, and
// keeps of them what is booted, in a folder: the hypervisor of the package that is named,
// or of the newest one. say is told what it does.
func Setup(ctx context.Context, dir, name string, say func(format string, args ...any)) (err error) {
	if err := vm.Tools("--xen, --kernel and --modules"); err != nil {
		return err
	}
	if name == "" {
		if name, err = chooseXen(ctx); err != nil {
			return err
		}
	}
	kernel, err := chooseKernel(ctx)
	if err != nil {
		return err
	}
	p := vm.Packages{Names: []string{name, kernel}, Parts: map[string]string{xenFile: "boot/xen-*.gz", configFile: "boot/xen-*.config", kernelFile: "boot/vmlinuz-*"}}
	for _, m := range modules {
		p.Parts[m] = "lib/modules/*/kernel/drivers/xen/" + m + "*"
	}
	return p.Download(ctx, dir, say)
}

// chooseXen finds the newest hypervisor that there is.
func chooseXen(ctx context.Context) (string, error) {
	known, err := vm.Output(ctx, "", "apt-cache", "pkgnames", xenPackage)
	if err != nil {
		return "", err
	}
	return there(newest(strings.Fields(known), xenPackage))
}

// chooseKernel finds the kernel that is the distribution's own.
func chooseKernel(ctx context.Context) (string, error) {
	depends, err := vm.Output(ctx, "", "apt-cache", "depends", "--important", kernelPackage)
	if err != nil {
		return "", err
	}
	return there(newest(strings.Fields(depends), "linux-image-"))
}

// there says what to do if no package was found.
func there(name string, err error) (string, error) {
	if err != nil {
		err = &vm.Missing{What: err.Error() + "; has apt-get update been run?"}
	}
	return name, err
}
