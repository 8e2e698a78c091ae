package cli

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// terminal opens a pseudo-terminal of so many columns: the end that a program
// writes to, and the end that shows it.
func terminal(t *testing.T, columns uint16) (program, screen *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { screen.Close() })
	fd := int(screen.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { program.Close() })
	resize(t, screen, columns)
	return program, screen
}

func resize(t *testing.T, screen *os.File, columns uint16) {
	t.Helper()
	if err := unix.IoctlSetWinsize(int(screen.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: columns}); err != nil {
		t.Fatal(err)
	}
}

// COLUMNS says how wide the text is, then the terminal.
func TestColumns(t *testing.T) {
	t.Setenv("TERM", "xterm")
	program, _ := terminal(t, 72)
	file, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, tc := range []struct {
		variable string
		out      *os.File
		want     int
	}{{"", program, 72}, {"90", program, 90}, {"none", program, 72}, {"-1", program, 72}, {"", file, 0}, {"90", file, 90}} {
		t.Setenv("COLUMNS", tc.variable)
		if got := columns(tc.out); got != tc.want {
			t.Errorf("COLUMNS=%s, %s: %d columns, want %d", tc.variable, tc.out.Name(), got, tc.want)
		}
	}
}

// Progress takes one line however narrow the terminal is or becomes.
func TestProgressDoesNotWrap(t *testing.T) {
	t.Setenv("TERM", "xterm")
	program, screen := terminal(t, 40)
	l := newLive(program)
	for _, columns := range []uint16{40, 30, 200} {
		resize(t, screen, columns)
		l.show("%s", strings.Repeat("é", 150))
		buf := make([]byte, 4096)
		n, err := screen.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		line := strings.TrimSuffix(strings.TrimPrefix(string(buf[:n]), "\r"), "\x1b[K")
		if got, want := len([]rune(line)), min(150, int(columns)-1); got != want {
			t.Errorf("%d columns: %d characters, want %d: %q", columns, got, want, line)
		}
	}
}
