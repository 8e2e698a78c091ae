package cli

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"syscall"
	"testing"

	"hvcheck/judge"
)

// full takes some bytes and no more, as a disk does that gets full.
type full struct {
	room int
	err  error
}

func (f *full) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room < 0 {
		return 0, &fs.PathError{Op: "write", Path: "/dev/stdout", Err: f.err}
	}
	return len(p), nil
}

// TestOutputFails: whatever a command writes, and in whatever form, output that
// is not taken is an error, and output that nobody wants is none.
func TestOutputFails(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("docs", 0o755); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"--help"}, {"--version"}, {"run", "--help"}, {"help", "run"},
		{"run", "--budget", "100ms", "mmu.pin-first"}, {"run", "--budget", "100ms", "--json", "mmu.pin-first"},
		{"explore", "mmu.pin-first"}, {"explore", "--json", "mmu.pin-first"},
		{"sample", "--budget", "100ms", "mmu.pin-first"},
		{"claims", "MM-C1"}, {"claims", "--format", "md", "MM-C1"}, {"claims", "--json", "MM-C1"},
		{"table", "handover"}, {"table", "--json", "handover"},
		{"bugs", "MM-B2", "--sampling=false"}, {"bugs", "MM-B2", "--sampling=false", "--json"},
		{"list"}, {"list", "--json"}, {"explain", "MM-I1"}, {"explain", "--json", "MM-I1"},
		{"replay", "MM-I10-6fec5a"}, {"replay", "--json", "MM-I10-6fec5a"}, {"replay", "--story", "MM-I10-6fec5a"},
		{"replay", "--design", "MM-V2", "MM-I10-6fec5a"}, {"replay", "--design", "MM-V2", "--json", "MM-I10-6fec5a"},
		{"minimize", "MM-I10-6fec5a"}, {"minimize", "--json", "MM-I10-6fec5a"},
		{"doc", "stories"}, {"doc", "--check", "designs"},
	} {
		for _, room := range []int{0, 10} {
			os.RemoveAll("docs/stories.md")
			var errOut bytes.Buffer
			code := Execute(args, &full{room, syscall.ENOSPC}, &errOut)
			if want := "hvcheck: standard output: no space left on device\n"; code != judge.ExitInternal || errOut.String() != want {
				t.Errorf("%v: exit code %d: %s", args, code, errOut.String())
			}
			errOut.Reset()
			if code := Execute(args, &full{room, syscall.EPIPE}, &errOut); code > judge.ExitViolated || errOut.Len() > 0 {
				t.Errorf("%v, broken pipe: exit code %d: %s", args, code, errOut.String())
			}
		}
	}
}

// TestSink keeps the first error, and writes nothing behind a gap.
func TestSink(t *testing.T) {
	disk := &full{4, syscall.ENOSPC}
	s := sink{w: disk}
	for _, text := range []string{"1234", "5", "6"} {
		if n, err := s.Write([]byte(text)); n != len(text) || err != nil {
			t.Errorf("%q: %d, %v", text, n, err)
		}
	}
	if !errors.Is(s.err, syscall.ENOSPC) || disk.room != -1 {
		t.Errorf("%v, room %d", s.err, disk.room)
	}
}
