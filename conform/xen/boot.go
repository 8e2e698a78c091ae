package xen

import (
	"strings"

	"hvcheck/conform/vm"
	"hvcheck/conform/xen/dom0"
)

// Options say what is booted and how.
type Options struct {
	Files
	vm.Options
	Cache string // where Setup has kept the files that are not given
}

// spec is the machine, of files that are there.
func (o *Options) spec() (*vm.Spec, error) {
	if o.Here {
		return vm.Here("xen", o.Program, dom0.Sign)
	}
	f, err := o.Files.complete(o.Cache)
	if err != nil {
		return nil, err
	}
	return &vm.Spec{Name: "xen", Program: f.Program, Modules: f.Modules, Arguments: func(ramdisk string) []string {
		return arguments(f, ramdisk, o.Log != "", o.Deterministic)
	}}, nil
}

// arguments are QEMU's. Xen takes its modules apart at commas, so that no command
// line may have one. Its dumps go to a ring in memory alone, which is ten times as
// fast as the serial line, unless somebody wants to read the console. Every
// scheduler but credit makes a domain that yields slow down the others.
func arguments(f Files, ramdisk string, console, deterministic bool) []string {
	xenLine := "console=none"
	if console {
		xenLine = "console=com1"
	}
	xenLine += " dom0-iommu=passthrough iommu=verbose loglvl=all guest_loglvl=all com1=115200,8n1 dom0_mem=512M dom0_max_vcpus=1 dom0_vcpus_pin conring_size=1M sched=credit scrub-domheap"
	const (
		copier  = " -device edu,dma_mask=0xffffffffffffffff" // one for each domain
		devices = "-machine q35 -cpu qemu64,+svm,+npt -accel tcg,thread=single -m 1024 -device intel-iommu,intremap=on,device-iotlb=on -smp 2 -nodefaults -display none -monitor none -serial stdio -no-reboot" +
			copier + copier + copier
	)
	dom0Line := strings.Join([]string{"console=hvc0", "panic=-1", "quiet", dom0.Sign + "=1"}, " ")
	machine := devices
	if deterministic {
		machine += vm.Counted
	}
	return append(strings.Fields(machine),
		"-kernel", f.Xen,
		"-initrd", f.Kernel+" "+dom0Line+","+ramdisk,
		"-append", xenLine)
}
