package counterexamples

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"hvcheck/files"
)

// Write writes the story as JSON into a folder, which is made if it is not
// there, and returns the file's path. A reader sees either nothing or all of
// it. The same story may be there already; a different one is never replaced.
func Write(dir string, s *Story) (path string, err error) {
	path = filepath.Join(dir, s.FileName())
	err = files.WriteNew(path, EncodeJSON(s))
	switch {
	case errors.Is(err, fs.ErrExist):
		return path, keep(path, s)
	case err != nil:
		return path, files.Error(path, err)
	}
	return path, nil
}

// keep leaves the file alone that has the name already.
func keep(path string, s *Story) error {
	old, err := ReadFile(path)
	if err != nil || !same(&old, s) {
		return fmt.Errorf("%s exists and holds a different story; give another folder", path)
	}
	return nil
}
