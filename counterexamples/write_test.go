package counterexamples

import (
	"bytes"
	"os"
	"path/filepath"
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
	other.Fault.Step = 1
	_, err = Write(path, &other)
	if want := path + " exists and holds a different story; give another --out"; err == nil || err.Error() != want {
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
	s, path := twoSteps(t), filepath.Join(t.TempDir(), "notes.json")
	if err := os.WriteFile(path, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(path, &s); err == nil || !strings.Contains(err.Error(), "holds a different story") {
		t.Error(err)
	}
	if data, _ := os.ReadFile(path); string(data) != "mine" {
		t.Error("the file changed")
	}
}

func TestWriteNowhere(t *testing.T) {
	s, dir := twoSteps(t), t.TempDir()
	path := filepath.Join(dir, "missing", "x.json")
	if _, err := Write(path, &s); err == nil || err.Error() != path+": no such file or directory" {
		t.Error(err)
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

// TestWriteFullDisk: a device that is full stands in for the disk.
func TestWriteFullDisk(t *testing.T) {
	f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("there is no /dev/full")
	}
	if err := fill(f, []byte("story")); err == nil {
		t.Error("writing to a full disk succeeded")
	}
}

func TestReadFile(t *testing.T) {
	s, dir := twoSteps(t), t.TempDir()
	path, err := Write(filepath.Join(dir, "story.json"), &s)
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
