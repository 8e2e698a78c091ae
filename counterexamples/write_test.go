package counterexamples

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestWrite(t *testing.T) {
	s, dir := twoSteps(t), t.TempDir()
	path, err := Write(dir, &s)
	if err != nil || filepath.Base(path) != s.FileName() {
		t.Fatal(path, err)
	}
	data, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(data, EncodeJSON(&s)) {
		t.Fatal(err)
	}
	other := s
	other.Found.Seed = 77
	if _, err := Write(dir, &other); err != nil {
		t.Error("the same story, found again:", err)
	}
	other.Ops = slices.Clone(other.Ops)
	other.Ops[0].Recorded = false
	_, err = Write(dir, &other)
	if want := path + " exists and holds a different story; give another folder"; err == nil || err.Error() != want {
		t.Errorf("a different story: %v", err)
	}
	if again, _ := os.ReadFile(path); !bytes.Equal(data, again) {
		t.Error("the file changed")
	}
	alone(t, dir, path)
}

// alone wants nothing in the folder but the file.
func alone(t *testing.T, dir, path string) {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 || files[0].Name() != filepath.Base(path) {
		t.Errorf("the folder holds %v (%v)", files, err)
	}
}

func TestWriteBesideSomethingElse(t *testing.T) {
	s, dir := twoSteps(t), t.TempDir()
	path := filepath.Join(dir, s.FileName())
	if err := os.WriteFile(path, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(dir, &s); err == nil || !strings.Contains(err.Error(), "holds a different story") {
		t.Error(err)
	}
	if data, _ := os.ReadFile(path); string(data) != "mine" {
		t.Error("the file changed")
	}
}

// A folder is made if it can be.
func TestWriteSomewhereElse(t *testing.T) {
	s, dir := twoSteps(t), t.TempDir()
	path, err := Write(filepath.Join(dir, "new", "and", "deeper"), &s)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Write(path, &s)
	if want := filepath.Join(path, s.FileName()) + ": not a directory"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if os.Geteuid() == 0 {
		return // who may do everything is never refused
	}
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(dir, &s); err == nil || !strings.HasSuffix(err.Error(), ": permission denied") {
		t.Error(err)
	}
}

func TestReadFile(t *testing.T) {
	s, dir := twoSteps(t), t.TempDir()
	path, err := Write(dir, &s)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := ReadFile(path); err != nil || !same(&s, &again) {
		t.Error(err)
	}
	missing := filepath.Join(dir, "none.json")
	if _, err := ReadFile(missing); err == nil || err.Error() != missing+": no such file or directory" {
		t.Error(err)
	}
	if _, err := ReadFile(dir); err == nil || err.Error() != dir+": is a directory" {
		t.Error(err)
	}
}
