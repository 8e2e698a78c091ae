package kvm

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"hvcheck/conform/vm"
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
