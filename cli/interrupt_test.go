package cli

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"hvcheck/judge"
)

// TestInterrupt presses Ctrl-C while a run is under way: it tells what it has
// found so far, exits with 3, and leaves no file.
func TestInterrupt(t *testing.T) {
	if testing.Short() {
		t.Skip("runs for a second")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := &exec.Cmd{Path: self, Args: []string{"hvcheck", "run", "--budget", "60s", "mmu.pin-first", "mmu.typing"}, Dir: t.TempDir()}
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	out := bufio.NewReader(pipe)
	head, _ := out.ReadString('\n')
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(out)
	cmd.Wait()
	text := head + string(rest)
	if code := cmd.ProcessState.ExitCode(); code != judge.ExitInconclusive {
		t.Errorf("exit code %d, want %d:\n%s", code, judge.ExitInconclusive, text)
	}
	for _, want := range []string{"SCENARIO", "mmu.pin-first", "interrupted, 1 scenario not begun", "inconclusive"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in:\n%s", want, text)
		}
	}
	if files, _ := os.ReadDir(cmd.Dir); len(files) > 0 {
		t.Errorf("files were left: %v", files)
	}
}
