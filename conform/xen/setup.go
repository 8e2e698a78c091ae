package xen

import (
	"context"
	"strings"

	"hvcheck/conform/vm"
)

// Setup downloads the hypervisor and a kernel with the distribution's package
// client, and keeps of them what is booted, in a folder. say is told what it does.
func Setup(ctx context.Context, dir string, say func(format string, args ...any)) error {
	if err := vm.Tools("--xen, --kernel and --modules"); err != nil {
		return err
	}
	names, err := choose(ctx)
	if err != nil {
		return err
	}
	p := vm.Packages{Names: names, Parts: map[string]string{xenFile: "boot/xen-*.gz", configFile: "boot/xen-*.config", kernelFile: "boot/vmlinuz-*"}}
	for _, m := range modules {
		p.Parts[m] = "lib/modules/*/kernel/drivers/xen/" + m + "*"
	}
	return p.Download(ctx, dir, say)
}

// choose finds the newest hypervisor that there is, and the kernel that is the
// distribution's own.
func choose(ctx context.Context) ([]string, error) {
	known, err := vm.Output(ctx, "", "apt-cache", "pkgnames", xenPackage)
	if err != nil {
		return nil, err
	}
	hypervisor, err := newest(strings.Fields(known), xenPackage)
	if err != nil {
		return nil, &vm.Missing{What: err.Error() + "; has apt-get update been run?"}
	}
	depends, err := vm.Output(ctx, "", "apt-cache", "depends", "--important", kernelPackage)
	if err != nil {
		return nil, err
	}
	kernel, err := newest(strings.Fields(depends), "linux-image-")
	if err != nil {
		return nil, &vm.Missing{What: err.Error() + "; has apt-get update been run?"}
	}
	return []string{hypervisor, kernel}, nil
}
