package xen

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	_ "hvcheck/areas"
	"hvcheck/conform/vm"
	"hvcheck/conform/ways"
	"hvcheck/model"
	"hvcheck/scenarios"
)

func TestArguments(t *testing.T) {
	args := arguments(Files{Xen: "xen", Kernel: "vmlinuz"}, "initrd", false, true)
	for i, a := range args {
		if a == "-initrd" && strings.Count(args[i+1], ",") != 1 {
			t.Errorf("Xen takes %q apart at commas", args[i+1])
		}
		if strings.Contains(a, "noreboot") {
			t.Error("after a crash of dom0 it would wait for ever")
		}
	}
}

func TestNewest(t *testing.T) {
	list := []string{"xen-hypervisor-4.14-amd64", "xen-hypervisor-4.17-amd64", "xen-hypervisor-4.17-arm64", "xen-hypervisor-common"}
	if name, err := newest(list, xenPackage); err != nil || name != "xen-hypervisor-4.17-amd64" {
		t.Errorf("%s, %v", name, err)
	}
	if name, err := newest([]string{"linux-image-amd64", "linux-image-6.1.0-56-amd64"}, "linux-image-"); err != nil || name != "linux-image-6.1.0-56-amd64" {
		t.Errorf("%s, %v", name, err)
	}
	if _, err := newest(nil, xenPackage); err == nil {
		t.Error("one was found where there is none")
	}
}

// Which rules of today's code a hypervisor still has depends on its version, and each of
// the rules is one of today's.
func TestDesign(t *testing.T) {
	for name, want := range map[string]string{
		"Xen 4.17.7": "", "Xen 4.17.7 (instrumented)": "", "": "", "Xen": "",
		"Xen 4.18.0":        "EV-A6 RS-A6",
		"Xen 4.19.4":        "EV-A6 RS-A6 GR-A9 FL-A5",
		"Xen 4.19.5":        "EV-A6 RS-A6 GR-A9 FL-A5 FL-A4",
		"Xen 4.20.2":        "EV-A6 RS-A6 GR-A9 FL-A5",
		"Xen 4.20.5-pre":    "EV-A6 RS-A6 GR-A9 FL-A5 FL-A4",
		"Xen 4.21.0":        "EV-A6 RS-A6 GR-A9 FL-A5 EV-A5 GR-A8",
		"Xen 4.22.0-rc1":    "EV-A6 RS-A6 GR-A9 FL-A5 FL-A4 EV-A5 GR-A8",
		"Xen 4.23-unstable": "EV-A6 RS-A6 GR-A9 FL-A5 FL-A4 EV-A5 GR-A8",
	} {
		var list []string
		for _, ch := range ways.Without(former, naming, name) {
			if ch.Value != "off" {
				t.Errorf("%s: %v", name, ch)
			}
			list = append(list, ch.Name)
		}
		if got := strings.Join(list, " "); got != want {
			t.Errorf("%s: without %s, want %s", name, got, want)
		}
	}
	today, err := scenarios.Choices(scenarios.Today)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range former {
		if !slices.Contains(today, model.Choice{Name: f.Rule, Value: "on"}) {
			t.Errorf("%s is no rule of today's code", f.Rule)
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
