package files

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// holds wants exactly these files, each with its text, below a folder.
func holds(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	n := 0
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		n++
		name, _ := filepath.Rel(dir, path)
		if data, err := os.ReadFile(path); err != nil || string(data) != want[filepath.ToSlash(name)] {
			t.Errorf("%s holds %q, want %q (%v)", name, data, want[filepath.ToSlash(name)], err)
		}
		return nil
	})
	if n != len(want) {
		t.Errorf("there are %d files, want %d", n, len(want))
	}
}

func at(dir, name, text string) File { return File{Path: filepath.Join(dir, name), Data: []byte(text)} }

func TestWriteNew(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a", "b", "story")
	if err := WriteNew(path, []byte("one")); err != nil {
		t.Fatal(err)
	}
	if err := WriteNew(path, []byte("two")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("the name is taken: %v", err)
	}
	holds(t, dir, map[string]string{"a/b/story": "one"})
}

func TestReplaceAll(t *testing.T) {
	dir := t.TempDir()
	for _, text := range []string{"one", "two"} {
		if err := ReplaceAll([]File{at(dir, "index", text), at(dir, "more/deeper/page", text)}); err != nil {
			t.Fatal(err)
		}
		holds(t, dir, map[string]string{"index": text, "more/deeper/page": text})
	}
	if f := at(dir, "index", "two"); f.Changed() {
		t.Error("the same text is a change")
	}
	if f := at(dir, "index", "three"); !f.Changed() {
		t.Error("another text is none")
	}
}

// The last of the files cannot be written, as its folder is a file.
func TestReplaceAllOrNone(t *testing.T) {
	dir := withOld(t)
	if err := ReplaceAll([]File{at(dir, "index", "new"), at(dir, "fresh", "new"), at(dir, "index/page", "new")}); err == nil {
		t.Error("it was written")
	}
	holds(t, dir, map[string]string{"index": "old"})
}

// The last of the files cannot get its name, as a folder has taken it meanwhile.
func TestPutBack(t *testing.T) {
	dir := withOld(t)
	list := []File{at(dir, "index", "new"), at(dir, "fresh", "new"), at(dir, "late", "new")}
	for i := range list {
		if err := list[i].prepare(); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "late"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := renameAll(list); err == nil {
		t.Error("it was written")
	}
	os.Remove(list[2].temp)
	holds(t, dir, map[string]string{"index": "old"})
}

// withOld is a folder with one file.
func withOld(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "index"), []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestWritable(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"": "", "new": "", "new/and/deeper": "", "file": ": not a directory", "file/below": ": not a directory",
	} {
		err := Writable(filepath.Join(dir, filepath.FromSlash(name)))
		if want == "" && err != nil || want != "" && (err == nil || !strings.HasSuffix(err.Error(), want)) {
			t.Errorf("%q: %v, want %q", name, err, want)
		}
	}
	holds(t, dir, map[string]string{"file": ""})
}

// What is old is taken away, what a run may be writing just now is not.
func TestTidy(t *testing.T) {
	dir := t.TempDir()
	for name, age := range map[string]time.Duration{".hvcheck-1": time.Hour, ".hvcheck-2": 0, "story.json": time.Hour} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
		when := time.Now().Add(-age)
		if err := os.Chtimes(path, when, when); err != nil {
			t.Fatal(err)
		}
	}
	Tidy(dir)
	holds(t, dir, map[string]string{".hvcheck-2": ".hvcheck-2", "story.json": "story.json"})
}

// A device that is full stands in for the disk.
func TestFullDisk(t *testing.T) {
	f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("there is no /dev/full")
	}
	if err := fill(f, []byte("story")); err == nil {
		t.Error("writing to a full disk succeeded")
	}
}
