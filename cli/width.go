package cli

import (
	"io"
	"os"
	"strconv"

	"golang.org/x/term"

	"hvcheck/report"
)

// columns is how wide to write on out: what COLUMNS says, or as wide as the
// terminal is; 0 where neither is known.
func columns(out io.Writer) int {
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	return terminalColumns(out)
}

// terminalColumns is 0 where w is no terminal.
func terminalColumns(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok || !report.IsTerminal(f) {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}
