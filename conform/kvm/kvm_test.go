package kvm

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	_ "hvcheck/areas"
	"hvcheck/conform/vm"
	"hvcheck/conform/ways"
	"hvcheck/model"
	"hvcheck/scenarios"
)

func TestNewest(t *testing.T) {
	got := newest([]string{
		"linux-image-6.1.0-56-cloud-amd64", "linux-image-6.12.100+deb12-cloud-amd64", "linux-image-6.12.117+deb12-cloud-amd64-unsigned",
		"linux-image-6.12.117+deb12-cloud-amd64", "linux-image-6.12.117+deb12-cloud-amd64-dbg", "linux-image-6.12.117+deb12-amd64",
		"linux-image-6.12.99+deb12-cloud-amd64", "linux-image-6.12-cloud-amd64", "linux-image-cloud-amd64",
	})
	want := []string{
		"linux-image-6.12.117+deb12-cloud-amd64", "linux-image-6.12.117+deb12-cloud-amd64-unsigned",
		"linux-image-6.12.100+deb12-cloud-amd64", "linux-image-6.12.99+deb12-cloud-amd64",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// From Linux 7 on a kernel's modules are in a package of their own.
func TestPackages(t *testing.T) {
	for name, want := range map[string]string{
		"linux-image-6.12.117+deb12-cloud-amd64-unsigned":    "linux-image-6.12.117+deb12-cloud-amd64-unsigned",
		"linux-binary-unsigned-7.2.12+deb13-cloud-amd64":     "linux-binary-unsigned-7.2.12+deb13-cloud-amd64 linux-modules-7.2.12+deb13-cloud-amd64",
		"linux-binary-7.2.12+deb13-cloud-amd64=7.2.12-1~bpo": "linux-binary-7.2.12+deb13-cloud-amd64=7.2.12-1~bpo linux-modules-7.2.12+deb13-cloud-amd64=7.2.12-1~bpo",
	} {
		if got := strings.Join(packages(name).Names, " "); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// A kernel tells its version, and modules of another one are refused.
func TestFits(t *testing.T) {
	image := make([]byte, 0x400)
	image[0x20e], image[0x20f] = 0x20, 0x01
	copy(image[0x320:], "6.12.1-cloud (somebody) #1")
	for name, want := range map[string]string{"6.12.1-cloud": string(image), "": "short"} {
		if got := versionOf([]byte(want)); got != name {
			t.Errorf("%q, want %q", got, name)
		}
	}
	kernel := filepath.Join(t.TempDir(), "vmlinuz")
	if err := os.WriteFile(kernel, image, 0o644); err != nil {
		t.Fatal(err)
	}
	o := Options{Files: Files{Kernel: kernel}}
	if err := o.Fits("6.12.2-cloud"); err == nil || !strings.Contains(err.Error(), `for Linux 6.12.2-cloud, and `+kernel+` is "6.12.1-cloud"`) {
		t.Error(err)
	}
}

// Modules are loaded in the order of their names.
func TestModules(t *testing.T) {
	var names []string
	for _, m := range modules {
		names = append(names, m.name)
	}
	if !slices.IsSorted(names) {
		t.Errorf("%q", names)
	}
}

func TestArguments(t *testing.T) {
	for _, deterministic := range []bool{false, true} {
		args := strings.Join(arguments(Files{Kernel: "vmlinuz"}, "initrd", deterministic, ""), " ")
		if got := strings.Contains(args, "-icount"); got != deterministic {
			t.Errorf("deterministic %v: %s", deterministic, args)
		}
	}
}

// What is not there is told as such.
func TestMissing(t *testing.T) {
	var missing *vm.Missing
	if _, err := Open(context.Background(), Options{Cache: t.TempDir()}); !errors.As(err, &missing) {
		t.Errorf("%v", err)
	}
}

// Which rules of today's code a kernel still has depends on its version.
func TestFormer(t *testing.T) {
	today, err := scenarios.Choices(scenarios.Today)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range former {
		if !slices.Contains(today, model.Choice{Name: f.Rule, Value: "on"}) {
			t.Errorf("%s is no rule of today's code", f.Rule)
		}
	}
	for name, want := range map[string]int{"KVM of Linux 6.12.117+deb12-cloud-amd64": 0, "KVM of Linux 7.2.12+deb13-amd64": 0, "KVM of Linux 7.3.4+deb13-cloud-amd64": len(former)} {
		if got := ways.Without(former, naming, name); len(got) != want {
			t.Errorf("%s: without %v, want %d rules", name, got, want)
		}
	}
}
