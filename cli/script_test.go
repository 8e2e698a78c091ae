package cli

import (
	"debug/elf"
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"hvcheck": func() { os.Exit(Main()) }})
}

// TestScripts runs the stories in testdata/script: command lines and what they
// print. Next to the usual commands of testscript they have exits, onlyfile,
// edit, empty, old, static and within.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "onlyfile": onlyfile, "edit": edit, "empty": empty, "old": old, "static": static, "within": within,
		},
	})
}

// exits CODE COMMAND... runs a command that has to exit with the code.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	code := 0
	err = ts.Exec(args[1], args[2:]...)
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if code != want {
		ts.Fatalf("%s: exit code %d, want %d", strings.Join(args[1:], " "), code, want)
	}
}

// onlyfile DIR NAME renames the only file in a folder.
func onlyfile(ts *testscript.TestScript, _ bool, args []string) {
	dir := ts.MkAbs(args[0])
	files, err := os.ReadDir(dir)
	ts.Check(err)
	if len(files) != 1 {
		ts.Fatalf("%s has %d files, want 1: %v", args[0], len(files), files)
	}
	ts.Check(os.Rename(filepath.Join(dir, files[0].Name()), ts.MkAbs(args[1])))
}

// edit FILE OLD NEW replaces the first occurrence of a text in a file.
func edit(ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile(args[0])
	if !strings.Contains(text, args[1]) {
		ts.Fatalf("%s does not contain %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Replace(text, args[1], args[2], 1)), 0o644))
}

// empty DIR wants nothing in a folder.
func empty(ts *testscript.TestScript, _ bool, args []string) {
	files, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(files) > 0 {
		ts.Fatalf("%s is not empty: %v", args[0], files)
	}
}

// static FILE writes a program that needs no libraries, and does nothing.
func static(ts *testscript.TestScript, _ bool, args []string) {
	h := elf.Header64{Type: uint16(elf.ET_EXEC), Machine: uint16(elf.EM_X86_64), Version: uint32(elf.EV_CURRENT), Ehsize: 64}
	copy(h.Ident[:], elf.ELFMAG)
	h.Ident[elf.EI_CLASS], h.Ident[elf.EI_DATA], h.Ident[elf.EI_VERSION] = byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)
	program, err := binary.Append(nil, binary.LittleEndian, &h)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), program, 0o755))
}

// old FILE makes a file an hour old.
func old(ts *testscript.TestScript, _ bool, args []string) {
	when := time.Now().Add(-time.Hour)
	ts.Check(os.Chtimes(ts.MkAbs(args[0]), when, when))
}

// within PART FILE wants the text of a file within another one.
func within(ts *testscript.TestScript, _ bool, args []string) {
	if part, whole := ts.ReadFile(args[0]), ts.ReadFile(args[1]); !strings.Contains(whole, part) {
		ts.Fatalf("%s is not within %s", args[0], args[1])
	}
}
