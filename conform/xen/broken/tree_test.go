package broken

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const source1 = "int rule = 1;\nint other = 1;\n"

// fake is a tree whose image is its mm.c, and that does not build if that says so.
func fake(t *testing.T) (dir string, tree *Tree) {
	t.Helper()
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip("no make")
	}
	dir = t.TempDir()
	for name, text := range map[string]string{
		"Makefile":             "all:\n\t! grep wrong arch/x86/mm.c\n\tcat arch/x86/mm.c > xen\nolddefconfig:\n",
		".config":              "CONFIG_PV=y\n",
		mmFile:                 source1,
		grantFile:              "",
		"include/xen/xen.h":    "",
		"include/xen/unused.o": "",
	} {
		path := filepath.Join(dir, "xen", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	tree, err := Open(dir, filepath.Join(t.TempDir(), "images"))
	if err != nil {
		t.Fatal(err)
	}
	return dir, tree
}

func text(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// whole fails unless the source is as it was, and nothing lies beside it.
func whole(t *testing.T, dir string) {
	t.Helper()
	path := filepath.Join(dir, "xen", mmFile)
	if got := text(t, path); got != source1 {
		t.Errorf("the source is left as\n%s", got)
	}
	if _, err := os.Stat(path + kept); err == nil {
		t.Error("the copy is still there")
	}
}

// An image has all edits of its build, is kept, and the source is put back.
func TestImage(t *testing.T) {
	dir, tree := fake(t)
	b := &Build{Name: "b", Edits: []Edit{{mmFile, "rule = 1", "rule = 2"}, {mmFile, "other = 1", "other = 2"}}}
	image, err := tree.Image(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	if got := text(t, image); got != strings.ReplaceAll(source1, "1", "2") {
		t.Errorf("the image is of\n%s", got)
	}
	whole(t, dir)
	if err := os.WriteFile(image, []byte("kept"), 0o644); err != nil {
		t.Fatal(err)
	}
	if again, err := tree.Image(t.Context(), b); err != nil || again != image || text(t, again) != "kept" {
		t.Errorf("%s, %v: it was made again", again, err)
	}
	if plain, err := tree.Image(t.Context(), &Unbroken); err != nil || text(t, plain) != source1 {
		t.Errorf("the unbroken one is of\n%s (%v)", text(t, plain), err)
	}
	b.Edits = b.Edits[:1]
	if other, err := tree.Image(t.Context(), b); err != nil || other == image {
		t.Errorf("%s, %v: other edits, and the same image", other, err)
	}
}

// Another source is another image.
func TestChecksum(t *testing.T) {
	dir, _ := fake(t)
	sum := func(file, text string) string {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "xen", file), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		sum, err := checksum(filepath.Join(dir, "xen"))
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	was := sum("include/xen/unused.o", "1")
	for file, other := range map[string]bool{"include/xen/unused.o": false, "include/xen/compile.h": false, "include/xen/xen.h": true, ".config": true} {
		if is := sum(file, "2"); (is != was) != other {
			t.Errorf("%s: another sum: %v, want %v", file, is != was, other)
		} else {
			was = is
		}
	}
}

// Whatever goes wrong, the source is put back.
func TestPutBack(t *testing.T) {
	dir, tree := fake(t)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, l := range []struct {
		name  string
		ctx   context.Context
		edits []Edit
		want  string
	}{
		{"not there", t.Context(), []Edit{{mmFile, "rule = 1", "rule = 2"}, {mmFile, "rule = 1", "rule = 3"}}, "0 times"},
		{"twice", t.Context(), []Edit{{mmFile, "rule = 1", "rule = 2"}, {mmFile, "int", "long"}}, "2 times"},
		{"does not build", t.Context(), []Edit{{mmFile, "rule = 1", "wrong"}}, "int wrong;"},
		{"interrupted", ended, []Edit{{mmFile, "rule = 1", "rule = 2"}}, "canceled"},
	} {
		_, err := tree.Image(l.ctx, &Build{Name: l.name, Edits: l.edits})
		if err == nil || !strings.Contains(err.Error(), l.want) {
			t.Errorf("%s: %v, want %q", l.name, err, l.want)
		}
		whole(t, dir)
	}
	if _, err := tree.change(&Build{Edits: []Edit{{mmFile, "rule = 1", "rule = 2"}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(filepath.Join(dir, "xen"), t.TempDir()); err != nil {
		t.Fatal(err)
	}
	whole(t, dir)
}

// An interrupt ends what make has started, before the source is put back.
func TestInterrupted(t *testing.T) {
	dir, tree := fake(t)
	slow := "all:\n\tsh -c 'sleep 60; touch late'\nolddefconfig:\n"
	if err := os.WriteFile(filepath.Join(dir, "xen", "Makefile"), []byte(slow), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	began := time.Now()
	if _, err := tree.Image(ctx, &Build{Name: "b", Edits: []Edit{{mmFile, "rule = 1", "rule = 2"}}}); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	if took := time.Since(began); took > patience/2 {
		t.Errorf("it took %v", took)
	}
	whole(t, dir)
}

// What is no tree, or has no configuration, is told.
func TestNoTree(t *testing.T) {
	dir, _ := fake(t)
	if err := os.Remove(filepath.Join(dir, "xen", ".config")); err != nil {
		t.Fatal(err)
	}
	for at, want := range map[string]string{t.TempDir(): "no source tree of Xen", dir: "no .config"} {
		if _, err := Open(at, t.TempDir()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
