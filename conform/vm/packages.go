package vm

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Packages are packages of the distribution that are downloaded, and what is kept
// of them: by the name in the cache, a pattern of the file's name in the package.
type Packages struct {
	Names []string
	Parts map[string]string
}

// listFile has what was downloaded, a line each.
const listFile = "packages"

// Tools says which of the distribution's tools is not there. flags are what one can
// give instead.
func Tools(flags string) error {
	for _, tool := range []string{"apt-cache", "apt-get", "dpkg-deb"} {
		if _, err := exec.LookPath(tool); err != nil {
			return &Missing{tool + " is not there: this is no Debian; give the files with " + flags}
		}
	}
	return nil
}

// Download gets packages with the distribution's client, and keeps of them what is
// booted, in a folder. say is told what it does.
func (p *Packages) Download(ctx context.Context, dir string, say func(format string, args ...any)) error {
	dir, err := filepath.Abs(dir) // tools run elsewhere
	if err == nil {
		err = os.MkdirAll(dir, 0o755)
	}
	if err != nil {
		return err
	}
	temp, err := os.MkdirTemp(dir, "download-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	for _, name := range p.Names {
		say("apt-get download %s, to %s", name, temp)
	}
	if _, err := Output(ctx, temp, "apt-get", append([]string{"download", "-q"}, p.Names...)...); err != nil {
		return err
	}
	return p.unpack(ctx, temp, dir, say)
}

// unpack takes what is booted out of the packages.
func (p *Packages) unpack(ctx context.Context, temp, dir string, say func(format string, args ...any)) error {
	debs, err := filepath.Glob(filepath.Join(temp, "*.deb"))
	if err != nil {
		return err
	}
	var list []string
	for _, deb := range debs {
		list = append(list, strings.TrimSuffix(filepath.Base(deb), ".deb"))
		if _, err := Output(ctx, temp, "dpkg-deb", "-x", deb, "tree"); err != nil {
			return err
		}
	}
	for name, pattern := range p.Parts {
		to := filepath.Join(dir, name)
		if err := take(ctx, filepath.Join(temp, "tree"), pattern, to); err != nil {
			return err
		}
		say("%s", to)
	}
	return os.WriteFile(filepath.Join(dir, listFile), []byte(strings.Join(list, "\n")+"\n"), 0o644)
}

// take copies the one file of a pattern, unpacked if it is packed. Newer packages have
// below usr what older ones have at the top.
func take(ctx context.Context, tree, pattern, to string) error {
	files, err := filepath.Glob(filepath.Join(tree, pattern))
	if err != nil {
		return err
	}
	below, err := filepath.Glob(filepath.Join(tree, "usr", pattern))
	if err != nil {
		return err
	}
	if files = append(files, below...); len(files) != 1 {
		return fmt.Errorf("%s: %d files in the packages, want one", pattern, len(files))
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		return err
	}
	switch {
	case strings.HasSuffix(files[0], ".xz"):
		text, err := Output(ctx, "", "xz", "-dc", files[0])
		if err != nil {
			return err
		}
		data = []byte(text)
	case bytes.HasPrefix(data, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			return err
		}
		if data, err = io.ReadAll(z); err != nil {
			return err
		}
	}
	return os.WriteFile(to, data, 0o644)
}

// Output runs a tool in a folder. The error has what it complained of.
func Output(ctx context.Context, dir, tool string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, tool, args...)
	cmd.Dir = dir
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = fmt.Errorf("%s: %s", strings.Join(append([]string{tool}, args...), " "), LastLine(exit.Stderr))
	}
	return string(out), err
}

// LastLine is the last line of what a tool has written.
func LastLine(text []byte) string {
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return lines[len(lines)-1]
}
