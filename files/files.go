// Package files writes files whole or not at all. What it writes has another
// name first, and gets its own when it is complete:
//
//	data -> .hvcheck-123 -> the file's name
//
// A run that is killed in between leaves the first one, which Tidy takes away.
package files

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// temporary is the pattern of names that nobody looks at.
const temporary = ".hvcheck-*"

// Error is an error of the file system as "path: what".
func Error(path string, err error) error {
	var at *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &at):
		err = at.Err
	case errors.As(err, &link):
		err = link.Err
	}
	return fmt.Errorf("%s: %w", path, err)
}

// WriteNew writes a file that is not there yet, and makes its folder. A name
// that is taken is fs.ErrExist, and that file stays as it is.
func WriteNew(path string, data []byte) error {
	if _, err := os.Lstat(path); err == nil {
		return fs.ErrExist
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	temp, err := writeTemp(path, data)
	if err != nil {
		return err
	}
	defer os.Remove(temp)
	if err := publish(temp, path); err != nil {
		return err
	}
	syncFolder(filepath.Dir(path))
	return nil
}

// writeTemp writes a file beside path that nobody looks at.
func writeTemp(path string, data []byte) (temp string, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), temporary)
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

// Writable tells whether files can be written to a folder, by writing one. A
// folder that is not there yet is made by whoever writes; then the nearest one
// above it has to be writable.
func Writable(dir string) error {
	at := dir
	for {
		if _, err := os.Stat(at); !errors.Is(err, fs.ErrNotExist) || at == filepath.Dir(at) {
			break
		}
		at = filepath.Dir(at)
	}
	f, err := os.CreateTemp(at, temporary)
	if err != nil {
		return Error(dir, err)
	}
	f.Close()
	return os.Remove(f.Name())
}

// abandoned is the age from which a temporary file cannot be that of a run
// that still goes on: it lives for as long as one file takes to be written.
const abandoned = time.Minute

// Tidy takes away what killed runs have left in a folder.
func Tidy(dir string) {
	left, _ := filepath.Glob(filepath.Join(dir, temporary))
	for _, path := range left {
		if info, err := os.Lstat(path); err == nil && info.Mode().IsRegular() && time.Since(info.ModTime()) > abandoned {
			os.Remove(path)
		}
	}
}
