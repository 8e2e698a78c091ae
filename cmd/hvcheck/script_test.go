package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"hvcheck": main})
}

// TestScripts runs the stories in testdata/script: command lines and what they
// print. Next to the usual commands of testscript they have exits, onlyfile
// and edit.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "onlyfile": onlyfile, "edit": edit,
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
