package broken

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"hvcheck/conform/broken"
)

// tree writes what packages with source and headers leave in a folder; making modules
// is copying the source.
func tree(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"linux-source-1/" + xenFile:                "xen\n",
		"linux-source-1/" + cacheFile:              "cache\n",
		"linux-headers-1-common/Makefile":          "modules:\n\tld -r -b binary -o $(M)/kvm.ko $(M)/xen.c\n\tcp $(M)/kvm.ko $(M)/kvm-amd.ko\n\ttest -e ../linux-headers-1-common/virt/kvm/pfncache.c\n",
		"linux-headers-1-common/arch/x86/Makefile": "",
		"linux-headers-1-cloud/.config":            "",
	} {
		path := filepath.Join(dir, "usr/src", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// A tree makes both modules, again and again, and knows for which kernel.
func TestOpen(t *testing.T) {
	for _, tool := range []string{"make", "ld", "strip"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip("no " + tool)
		}
	}
	dir := tree(t)
	for range 2 {
		s, err := Open(dir, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		image, err := s.Image(t.Context(), &broken.Unbroken)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"2-kvm.ko", "3-kvm-amd.ko"} {
			if _, err := os.Stat(filepath.Join(image, name)); err != nil {
				t.Error(err)
			}
		}
		if s.Release != "1-cloud" {
			t.Errorf("for Linux %s", s.Release)
		}
	}
}

// What is no tree is told.
func TestNoTree(t *testing.T) {
	for without, want := range map[string]string{
		"linux-source-1":         "KVM's source",
		"linux-source-1/virt":    "it has no",
		"linux-headers-1-common": "common headers",
		"linux-headers-1-cloud":  "headers of a flavour",
	} {
		dir := tree(t)
		if err := os.RemoveAll(filepath.Join(dir, "usr/src", without)); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir, t.TempDir()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
