package xen

import (
	"context"
	"errors"
	"strings"
	"testing"

	"hvcheck/conform/vm"
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

// What is not there is told as such.
func TestMissing(t *testing.T) {
	var missing *vm.Missing
	if _, err := Open(context.Background(), Options{Cache: t.TempDir()}); !errors.As(err, &missing) {
		t.Errorf("%v", err)
	}
}
