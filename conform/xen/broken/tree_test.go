package broken

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"hvcheck/conform/broken"
)

// tree writes files of a tree of Xen, without those that are named.
func tree(t *testing.T, without ...string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"Makefile": "all:\n\tcat arch/x86/mm.c > xen\nolddefconfig:\n",
		".config":  "CONFIG_PV=y\n",
		mmFile:     "",
		grantFile:  "int rule = 1;\n",
	} {
		path := filepath.Join(dir, "xen", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range without {
		if err := os.Remove(filepath.Join(dir, "xen", name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// A tree is that folder or the one above, and makes a hypervisor.
func TestOpen(t *testing.T) {
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip("no make")
	}
	dir := tree(t)
	if err := os.WriteFile(filepath.Join(dir, "xen", mmFile), []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, at := range []string{dir, filepath.Join(dir, "xen")} {
		s, err := Open(at, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		image, err := s.Image(t.Context(), &broken.Unbroken)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(image); err != nil || string(got) != "mine" {
			t.Errorf("%q, %v", got, err)
		}
	}
}

// What is no tree, or has no configuration, is told.
func TestNoTree(t *testing.T) {
	for at, want := range map[string]string{t.TempDir(): "no source tree of Xen", tree(t, mmFile): mmFile, tree(t, ".config"): "no .config"} {
		if _, err := Open(at, t.TempDir()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
