package files

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// A File is what a file is to hold.
type File struct {
	Path string
	Data []byte
	temp string // where the new text waits; empty before and after
	old  []byte // what it held, nil if it was not there
}

// Exists tells whether the file is there.
func (f *File) Exists() bool {
	_, err := os.Stat(f.Path)
	return err == nil
}

// Changed tells whether the file holds something else, or is not there.
func (f *File) Changed() bool {
	old, err := os.ReadFile(f.Path)
	return err != nil || !bytes.Equal(old, f.Data)
}

// ReplaceAll writes all of the files or none of them, and makes their folders.
// Everything that can fail for want of room comes before the first file gets
// its name; if one cannot get it, those before it are put back. A name is given
// to another file at once, so that a reader sees the old text or the new one.
func ReplaceAll(list []File) (err error) {
	defer func() {
		for i := range list {
			if list[i].temp != "" {
				os.Remove(list[i].temp)
			}
		}
	}()
	for i := range list {
		if err := list[i].prepare(); err != nil {
			return Error(list[i].Path, err)
		}
	}
	return renameAll(list)
}

// renameAll gives all of the files their names, or none.
func renameAll(list []File) error {
	for i := range list {
		if err := os.Rename(list[i].temp, list[i].Path); err != nil {
			putBack(list[:i])
			return Error(list[i].Path, err)
		}
		list[i].temp = ""
	}
	for i := range list {
		syncFolder(filepath.Dir(list[i].Path))
	}
	return nil
}

func (f *File) prepare() (err error) {
	dir := filepath.Dir(f.Path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	Tidy(dir)
	if f.old, err = os.ReadFile(f.Path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f.temp, err = writeTemp(f.Path, f.Data)
	return err
}

// putBack undoes what has been renamed.
func putBack(list []File) {
	for i := range list {
		f := &list[i]
		if f.old == nil {
			os.Remove(f.Path)
		} else if temp, err := writeTemp(f.Path, f.old); err == nil {
			os.Rename(temp, f.Path)
		}
	}
}
