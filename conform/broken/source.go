package broken

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Source is a source tree in which builds are made, one after the other.
type Source struct {
	Dir    string // with the files that are changed
	Cache  string // folder for the images
	Builds List   // all that are made in it
	// Make makes what is booted, and writes it to a place where nothing is yet: a file or
	// a folder.
	Make func(ctx context.Context, to string) error
	// Parts are the files and folders that an image depends on; Made are names of what
	// making leaves there and is no source.
	Parts []string
	Made  map[string]bool
	sum   string // of the source as it is
}

// kept is added to the name of a file while it is changed, for its copy.
const kept = ".unbroken"

// Open makes a source ready: a file that an interrupted build has left changed is put
// back.
func (s *Source) Open() error {
	if err := s.putBack(); err != nil {
		return err
	}
	return os.MkdirAll(s.Cache, 0o755)
}

// Check says which build cannot be made of this source, because what it changes is not
// there, or not once.
func (s *Source) Check(some []*Build) error {
	for _, b := range some {
		texts := map[string][]byte{}
		for _, e := range b.Edits {
			text, ok := texts[e.File]
			if !ok {
				var err error
				if text, err = os.ReadFile(filepath.Join(s.Dir, e.File)); err != nil {
					return fmt.Errorf("%s: %w", b.Name, err)
				}
			}
			text, err := e.apply(text)
			if err != nil {
				return fmt.Errorf("%s cannot be made of %s: %w", b.Name, s.Dir, err)
			}
			texts[e.File] = text
		}
	}
	return nil
}

// apply makes an edit.
func (e *Edit) apply(text []byte) ([]byte, error) {
	if n := bytes.Count(text, []byte(e.Old)); n != 1 {
		return nil, fmt.Errorf("%s has this %d times, want once:\n%s", e.File, n, e.Old)
	}
	return bytes.Replace(text, []byte(e.Old), []byte(e.New), 1), nil
}

// putBack puts files back that were changed, and not put back.
func (s *Source) putBack() error {
	for _, file := range s.Builds.files() {
		path := filepath.Join(s.Dir, file)
		was, err := os.ReadFile(path + kept)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = restore(path, was)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// restore writes a file as it was; make finds that it is newer.
func restore(path string, was []byte) error {
	if err := os.WriteFile(path, was, 0o644); err != nil {
		return err
	}
	return os.Remove(path + kept)
}

// Image is what is booted of a build, made if it is not kept already. The source
// is as it was when Image returns, whatever happens.
func (s *Source) Image(ctx context.Context, b *Build) (file string, err error) {
	if s.sum == "" {
		if s.sum, err = checksum(s.Made, s.Parts...); err != nil {
			return "", err
		}
	}
	file = filepath.Join(s.Cache, fmt.Sprintf("%s-%x", b.Name, sha256.Sum256([]byte(s.sum+b.text())))[:len(b.Name)+17])
	if _, err := os.Stat(file); err == nil {
		return file, nil
	}
	undo, err := s.change(b)
	if err != nil {
		return "", errors.Join(err, undo())
	}
	err = s.make(ctx, file)
	return file, errors.Join(err, undo())
}

// text is all that an image depends on beside the source.
func (b *Build) text() (all string) {
	for _, e := range b.Edits {
		all += "\x00" + e.File + "\x00" + e.Old + "\x00" + e.New
	}
	return all
}

// change makes the edits of a build. What it returns puts the source back.
func (s *Source) change(b *Build) (undo func() error, err error) {
	undo = s.putBack
	for _, e := range b.Edits {
		if err := s.edit(&e); err != nil {
			return undo, fmt.Errorf("%s: %w", b.Name, err)
		}
	}
	return undo, nil
}

func (s *Source) edit(e *Edit) error {
	path := filepath.Join(s.Dir, e.File)
	was, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	text, err := e.apply(was)
	if err != nil {
		return err
	}
	if _, err := os.Stat(path + kept); err != nil {
		if err := os.WriteFile(path+kept, was, 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile(path, text, 0o644)
}

// patience is how long a tool may take to end.
const patience = 20 * time.Second

// make keeps what is booted under its name once it is whole.
func (s *Source) make(ctx context.Context, file string) error {
	part := file + ".part"
	if err := os.RemoveAll(part); err != nil {
		return err
	}
	if err := s.Make(ctx, part); err != nil {
		return err
	}
	return os.Rename(part, file)
}

// Run runs a tool. Interrupted, it ends with all that it has started. The error has the
// end of what it said.
func Run(ctx context.Context, tool string, args ...string) error {
	c := exec.CommandContext(ctx, tool, args...)
	together(c)
	c.WaitDelay = patience
	said, err := c.CombinedOutput()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("%w\n%s", err, ending(said))
	}
	return nil
}

// ending is the end of what a tool has said.
func ending(said []byte) string {
	lines := strings.Split(strings.TrimSpace(string(said)), "\n")
	const enough = 12
	return strings.Join(lines[max(0, len(lines)-enough):], "\n")
}

// checksum is one of sources and their configuration, and of nothing that is made from
// them.
func checksum(made map[string]bool, parts ...string) (string, error) {
	h := sha256.New()
	for _, part := range parts {
		err := filepath.WalkDir(part, func(path string, e fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case e.IsDir() && made[e.Name()] && filepath.Base(filepath.Dir(path)) == "include":
				return fs.SkipDir
			case e.IsDir() || made[e.Name()] || !source(e.Name()):
				return nil
			}
			return add(h, path)
		})
		if err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil)), nil
}

func source(name string) bool {
	switch filepath.Ext(name) {
	case ".c", ".h", ".S", ".config":
		return !strings.HasPrefix(name, ".") || name == ".config"
	}
	return strings.HasPrefix(name, "Makefile")
}

func add(h hash.Hash, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(h, f)
	return err
}
