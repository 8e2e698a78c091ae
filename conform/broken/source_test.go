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

const (
	source1 = "int rule = 1;\nint other = 1;\n"
	file1   = "sub/rules.c"
)

// edit is one of the file.
func edit(old, changed string) Edit { return In(file1, old, changed) }

// fake is a source whose image is its one file, and that does not build if that says so.
func fake(t *testing.T) (dir string, s *Source) {
	t.Helper()
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip("no make")
	}
	dir = t.TempDir()
	for name, text := range map[string]string{
		"Makefile":             "all:\n\t! grep wrong sub/rules.c\n\tcat sub/rules.c > image\n",
		".config":              "CONFIG_PV=y\n",
		file1:                  source1,
		"include/xen/xen.h":    "",
		"include/xen/unused.o": "",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir, opened(t, dir)
}

func opened(t *testing.T, dir string) *Source {
	t.Helper()
	s := &Source{
		Dir: dir, Cache: filepath.Join(t.TempDir(), "images"), Builds: List{{Edits: []Edit{edit("", "")}}},
		Parts: []string{dir}, Made: map[string]bool{"compile.h": true},
		Make: func(ctx context.Context, to string) error {
			if err := Run(ctx, "make", "-C", dir); err != nil {
				return err
			}
			return os.Rename(filepath.Join(dir, "image"), to)
		},
	}
	if err := s.Open(); err != nil {
		t.Fatal(err)
	}
	return s
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
	path := filepath.Join(dir, file1)
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
	b := &Build{Name: "b", Edits: []Edit{edit("rule = 1", "rule = 2"), edit("other = 1", "other = 2")}}
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
	dir, tree := fake(t)
	sum := func(file, text string) string {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		sum, err := checksum(tree.Made, dir)
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
		{"not there", t.Context(), []Edit{edit("rule = 1", "rule = 2"), edit("rule = 1", "rule = 3")}, "0 times"},
		{"twice", t.Context(), []Edit{edit("rule = 1", "rule = 2"), edit("int", "long")}, "2 times"},
		{"does not build", t.Context(), []Edit{edit("rule = 1", "wrong")}, "int wrong;"},
		{"interrupted", ended, []Edit{edit("rule = 1", "rule = 2")}, "canceled"},
	} {
		_, err := tree.Image(l.ctx, &Build{Name: l.name, Edits: l.edits})
		if err == nil || !strings.Contains(err.Error(), l.want) {
			t.Errorf("%s: %v, want %q", l.name, err, l.want)
		}
		whole(t, dir)
	}
	if _, err := tree.change(&Build{Edits: []Edit{edit("rule = 1", "rule = 2")}}); err != nil {
		t.Fatal(err)
	}
	opened(t, dir)
	whole(t, dir)
}

// An interrupt ends what make has started, before the source is put back.
func TestInterrupted(t *testing.T) {
	dir, tree := fake(t)
	slow := "all:\n\tsh -c 'sleep 60; touch late'\n"
	if err := os.WriteFile(filepath.Join(dir, "Makefile"), []byte(slow), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	began := time.Now()
	if _, err := tree.Image(ctx, &Build{Name: "b", Edits: []Edit{edit("rule = 1", "rule = 2")}}); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	if took := time.Since(began); took > patience/2 {
		t.Errorf("it took %v", took)
	}
	whole(t, dir)
}

// What a source does not have is told before anything is changed.
func TestCheck(t *testing.T) {
	dir, tree := fake(t)
	right := &Build{Name: "right", Edits: []Edit{edit("rule = 1", "rule = 2"), edit("other = 1", "rule = 1")}}
	for _, l := range []struct {
		edit Edit
		want string
	}{
		{edit("rule = 3", "rule = 2"), "wrong cannot be made of " + dir + ": sub/rules.c has this 0 times, want once:\nrule = 3"},
		{edit("int", "long"), "has this 2 times"},
		{In("sub/none.c", "int", "long"), "none.c"},
	} {
		err := tree.Check([]*Build{right, {Name: "wrong", Edits: []Edit{l.edit}}})
		if err == nil || !strings.Contains(err.Error(), l.want) {
			t.Errorf("%v, want %q", err, l.want)
		}
	}
	if err := tree.Check([]*Build{right, &Unbroken}); err != nil {
		t.Error(err)
	}
	whole(t, dir)
}
