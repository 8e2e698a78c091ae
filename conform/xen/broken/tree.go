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
	"slices"
	"strings"
	"time"
)

// Tree is a source tree of Xen in which builds are made, one after the other.
type Tree struct {
	dir   string // with the hypervisor's source
	cache string // folder for the images
	sum   string // of the source as it is
}

// kept is added to the name of a file while it is changed, for its copy.
const kept = ".unbroken"

// Open looks at a source tree: the folder above xen/, or that one. A file that an
// interrupted build has left changed is put back. Images are kept in a folder.
func Open(dir, cache string) (*Tree, error) {
	if isDir(filepath.Join(dir, "xen", "arch")) {
		dir = filepath.Join(dir, "xen")
	}
	for _, part := range []string{"Makefile", "arch/x86/mm.c", "common/grant_table.c"} {
		if _, err := os.Stat(filepath.Join(dir, part)); err != nil {
			return nil, fmt.Errorf("%s is no source tree of Xen: it has no %s", dir, part)
		}
	}
	t := &Tree{dir: dir, cache: cache}
	if _, err := os.Stat(filepath.Join(dir, ".config")); err != nil {
		return nil, fmt.Errorf("%s has no .config; the distribution's is boot/xen-*.config of its package", dir)
	}
	if err := t.putBack(); err != nil {
		return nil, err
	}
	return t, os.MkdirAll(cache, 0o755)
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// putBack puts files back that were changed, and not put back.
func (t *Tree) putBack() error {
	for _, file := range files() {
		path := filepath.Join(t.dir, file)
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

// files are those that builds change.
func files() (list []string) {
	for i := range All {
		for _, e := range All[i].Edits {
			list = append(list, e.File)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// Image is the hypervisor of a build, made if it is not kept already. The source
// is as it was when Image returns, whatever happens.
func (t *Tree) Image(ctx context.Context, b *Build) (file string, err error) {
	if t.sum == "" {
		if t.sum, err = checksum(t.dir); err != nil {
			return "", err
		}
	}
	file = filepath.Join(t.cache, fmt.Sprintf("%s-%x", b.Name, sha256.Sum256([]byte(t.sum+b.text())))[:len(b.Name)+17])
	if _, err := os.Stat(file); err == nil {
		return file, nil
	}
	undo, err := t.change(b)
	if err != nil {
		return "", errors.Join(err, undo())
	}
	err = t.build(ctx, file)
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
func (t *Tree) change(b *Build) (undo func() error, err error) {
	undo = t.putBack
	for _, e := range b.Edits {
		if err := t.edit(&e); err != nil {
			return undo, fmt.Errorf("%s: %w", b.Name, err)
		}
	}
	return undo, nil
}

func (t *Tree) edit(e *Edit) error {
	path := filepath.Join(t.dir, e.File)
	was, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if n := bytes.Count(was, []byte(e.Old)); n != 1 {
		return fmt.Errorf("%s has this %d times, want once:\n%s", e.File, n, e.Old)
	}
	if _, err := os.Stat(path + kept); err != nil {
		if err := os.WriteFile(path+kept, was, 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile(path, []byte(strings.Replace(string(was), e.Old, e.New, 1)), 0o644)
}

// patience is how long make may take to end.
const patience = 20 * time.Second

// build makes the hypervisor and keeps its image.
func (t *Tree) build(ctx context.Context, file string) error {
	for _, goal := range [][]string{{"olddefconfig"}, {"-j2"}} {
		c := exec.CommandContext(ctx, "make", append([]string{"-C", t.dir, "XEN_TARGET_ARCH=x86_64"}, goal...)...)
		together(c)
		c.WaitDelay = patience
		said, err := c.CombinedOutput()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("%w\n%s", err, ending(said))
		}
	}
	image, err := os.ReadFile(filepath.Join(t.dir, "xen"))
	if err != nil {
		return err
	}
	return os.WriteFile(file, image, 0o644)
}

// ending is the end of what make has said.
func ending(said []byte) string {
	lines := strings.Split(strings.TrimSpace(string(said)), "\n")
	const enough = 12
	return strings.Join(lines[max(0, len(lines)-enough):], "\n")
}

// checksum is one of the sources and their configuration, and of nothing that is
// made from them.
func checksum(dir string) (string, error) {
	h := sha256.New()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
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
	return fmt.Sprintf("%x", h.Sum(nil)), err
}

// made are folders and files that making Xen leaves, beside what is not source.
var made = map[string]bool{"generated": true, "compat": true, "compile.h": true, "asm-offsets.h": true, "asm-offsets.s": true}

func source(name string) bool {
	switch filepath.Ext(name) {
	case ".c", ".h", ".S", ".config":
		return !strings.HasPrefix(name, ".") || name == ".config"
	}
	return name == "Makefile"
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
