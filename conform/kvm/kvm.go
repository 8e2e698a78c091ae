// Package kvm boots a real Linux with KVM under QEMU's emulation of SVM and makes its
// emulation of Xen a target.
//
//	Setup: a package -> kernel, modules in a cache
//	Open: hvcheck itself as first process, and as VMM (package vmm) -> Target
//
// The machine has one CPU and, unless somebody wants otherwise, its time goes with its
// instructions, so that runs repeat.
package kvm

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"hvcheck/conform/kvm/drive"
	"hvcheck/conform/kvm/race"
	"hvcheck/conform/kvm/vmm"
	"hvcheck/conform/vm"
	"hvcheck/conform/vm/channel"
	"hvcheck/conform/ways"
)

// Files are what is booted.
type Files struct {
	Kernel  string
	Modules []string // of that kernel, in the order in which they are loaded
	Program string   // hvcheck, statically linked; empty: this program
}

// Options say what is booted and how.
type Options struct {
	Files
	vm.Options
	Cache string // where Setup has kept the files that are not given
	Race  string // Torn, Preempted, or empty
}

// What can race: an update and a reader on another CPU; the two clocks of an update, and
// who preempts it in between.
const (
	Torn      = "torn"
	Preempted = "preempted"
)

// Storms are what is tried of a race.
func (o *Options) Storms() []race.Storm {
	if o.Race == Preempted {
		return race.Alone()
	}
	return race.Storms()
}

// kernelFile is the kernel's name in the cache.
const kernelFile = "vmlinuz"

// modules are those that the kernel needs, by their names in the cache, whose order is
// that in which they are loaded, with the folders in which packages have them.
var modules = []struct{ name, module string }{
	{"1-irqbypass.ko", "virt/lib/irqbypass.ko"},
	{"2-kvm.ko", "arch/x86/kvm/kvm.ko"},
	{"3-kvm-amd.ko", "arch/x86/kvm/kvm-amd.ko"},
}

// complete takes what is not given from the cache. The error says what is on neither.
func (f Files) complete(cache string) (Files, error) {
	if f.Kernel == "" {
		f.Kernel = filepath.Join(cache, kernelFile)
	}
	if f.Modules == nil {
		for _, m := range modules {
			f.Modules = append(f.Modules, filepath.Join(cache, m.name))
		}
	}
	for _, file := range append([]string{f.Kernel}, f.Modules...) {
		if _, err := os.Stat(file); err != nil {
			return f, missing(file)
		}
	}
	var err error
	f.Program, err = vm.Program(f.Program)
	return f, err
}

// ModuleName is the name that a module has in a folder.
func ModuleName(module string) string {
	for _, m := range modules {
		if filepath.Base(m.module) == module {
			return m.name
		}
	}
	return module
}

// With are the options with the modules that a folder has, and the others of the cache.
func (o Options) With(dir string) Options {
	o.Modules = nil
	for _, m := range modules {
		file := filepath.Join(dir, m.name)
		if _, err := os.Stat(file); err != nil {
			file = filepath.Join(o.Cache, m.name)
		}
		o.Modules = append(o.Modules, file)
	}
	return o
}

// Fits says if modules of another kernel than this one are booted.
func (o *Options) Fits(release string) error {
	file := cmp.Or(o.Kernel, filepath.Join(o.Cache, kernelFile))
	data, err := os.ReadFile(file)
	if err != nil {
		return missing(file)
	}
	if is := versionOf(data); is != release {
		return fmt.Errorf("the modules are for Linux %s, and %s is %q; give that kernel, or get it: hvcheck conform kvm --setup --package linux-image-%s-unsigned", release, file, is, release)
	}
	return nil
}

// versionOf is what a kernel calls itself. Its header tells where that is.
func versionOf(image []byte) string {
	const field, base = 0x20e, 0x200
	if len(image) < field+2 {
		return ""
	}
	at := base + int(binary.LittleEndian.Uint16(image[field:]))
	if at > len(image) {
		return ""
	}
	name, _, _ := bytes.Cut(image[at:], []byte(" "))
	return string(name)
}

func missing(file string) error {
	return &vm.Missing{What: fmt.Sprintf("%s is not there; hvcheck conform kvm --setup gets it, or give the files by flag", file)}
}

// spec is the machine, of files that are there.
func (o *Options) spec() (*vm.Spec, error) {
	if o.Here {
		return vm.Here("kvm", o.Program, vmm.Sign)
	}
	f, err := o.Files.complete(o.Cache)
	if err != nil {
		return nil, err
	}
	return &vm.Spec{Name: "kvm", Program: f.Program, Modules: f.Modules, Arguments: func(ramdisk string) []string {
		return arguments(f, ramdisk, o.Deterministic, o.Race)
	}}, nil
}

// arguments are QEMU's.
func arguments(f Files, ramdisk string, deterministic bool, races string) []string {
	const machine = "-cpu qemu64,+svm,+npt,+lahf-lm -m 512 -nodefaults -display none -monitor none -serial stdio -no-reboot"
	line := machine
	switch {
	case races == Torn:
		line += " -accel tcg,thread=multi -smp 2"
	case deterministic:
		line += " -accel tcg,thread=single -smp 1" + vm.Counted
	default:
		line += " -accel tcg,thread=single -smp 1"
	}
	preempt := "preempt=voluntary"
	if races == Preempted {
		preempt = "preempt=full"
	}
	return append(strings.Fields(line),
		"-kernel", f.Kernel,
		"-initrd", ramdisk,
		"-append", strings.Join([]string{"console=ttyS0", "quiet", "panic=-1", "mitigations=off", "nokaslr", "tsc=reliable", "maxcpus=1", preempt, "GODEBUG=" + vm.Undisturbed, vmm.Sign + "=1"}, " "))
}

// Storm lets updates and copies race, on a machine that is made for it.
func Storm(t *ways.Target, s race.Storm) (c race.Count, err error) {
	what, err := json.Marshal(s)
	if err != nil {
		return c, err
	}
	return c, t.Retry(func() error {
		a, err := t.Ask(&channel.Request{Probe: what})
		if err == nil {
			err = json.Unmarshal(a.Probe, &c)
		}
		return err
	})
}

// Open boots a machine with a real KVM.
func Open(ctx context.Context, o Options) (*ways.Target, error) {
	t, err := ways.Open(ctx, drive.Mappings, o.Options, o.spec)
	t.Design = ways.Without(former, naming, t.Name())
	return t, err
}
