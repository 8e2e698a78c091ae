package counterexamples

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Write writes the story as JSON to a file, or into a folder under its own
// name, and returns the file's path. A reader sees either nothing or all of
// it. The same story may be there already; a different one is never replaced.
func Write(to string, s *Story) (path string, err error) {
	path = to
	if info, err := os.Stat(to); err == nil && info.IsDir() {
		path = filepath.Join(to, s.FileName())
	}
	temp, err := writeTemp(path, EncodeJSON(s))
	if err != nil {
		return path, plain(path, err)
	}
	defer os.Remove(temp)
	err = publish(temp, path)
	if errors.Is(err, fs.ErrExist) {
		return path, keep(path, s)
	}
	if err != nil {
		return path, plain(path, err)
	}
	syncFolder(filepath.Dir(path))
	return path, nil
}

// writeTemp writes a file beside path that nobody looks at.
func writeTemp(path string, data []byte) (temp string, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".hvcheck-*")
	if err != nil {
		return "", err
	}
	if err := fill(f, data); err != nil {
		os.Remove(f.Name())
		return "", err
	}
	return f.Name(), nil
}

// fill writes data through to the disk and closes the file.
func fill(f *os.File, data []byte) error {
	_, err := f.Write(data)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	return err
}

// publish gives the file its name, which fails if the name is taken. Where
// hard links do not exist, the name is looked at first.
func publish(temp, path string) error {
	err := os.Link(temp, path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	if _, err := os.Lstat(path); err == nil {
		return fs.ErrExist
	}
	return os.Rename(temp, path)
}

// syncFolder makes the new name last. Not every system can do that to a folder,
// and the file is whole in any case.
func syncFolder(dir string) {
	if f, err := os.Open(dir); err == nil {
		f.Sync()
		f.Close()
	}
}

// keep leaves the file alone that has the name already.
func keep(path string, s *Story) error {
	old, err := ReadFile(path)
	if err != nil || !same(&old, s) {
		return fmt.Errorf("%s exists and holds a different story; give another --out", path)
	}
	return nil
}
