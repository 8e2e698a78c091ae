package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"hvcheck/checker"
)

// live shows how far a run has come: one line that is written again and again
// on a terminal, and a plain line now and then elsewhere.
type live struct {
	w        io.Writer
	terminal bool
	shown    bool
	last     time.Time
}

// plainEvery is how often a plain line comes.
const plainEvery = 10 * time.Second

func newLive(w io.Writer) *live {
	return &live{w: w, terminal: isTerminal(w), last: time.Now()}
}

// show replaces the line.
func (l *live) show(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	switch {
	case l.terminal:
		l.shown = true
		fmt.Fprintf(l.w, "\r%.99s\x1b[K", s)
	case time.Since(l.last) >= plainEvery:
		l.last = time.Now()
		fmt.Fprintln(l.w, s)
	}
}

// clear takes the line away, for something that stays.
func (l *live) clear() {
	if l.shown {
		fmt.Fprint(l.w, "\r\x1b[K")
		l.shown = false
	}
}

// searching is a Progress function for a search that is called name.
func (l *live) searching(name string) func(checker.Progress) {
	return func(p checker.Progress) {
		if p.Traces > 0 {
			l.show("%s: sampled %s steps in %s", name, human(p.Steps), seconds(p.Elapsed))
			return
		}
		if p.Response != "" {
			l.show("%s: promise %s, %s states searched, %s", name, p.Response, human(p.Searched), seconds(p.Elapsed))
			return
		}
		l.show("%s: %s states, expanding %s at depth %d, %s", name, human(p.States), human(p.Frontier), p.Depth, seconds(p.Elapsed))
	}
}

// isTerminal tells whether w is a terminal that can rewrite a line.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("TERM") == "dumb" {
		return false
	}
	is, err := f.Stat()
	if err != nil || is.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(is, null)
}

// colour tells whether to use colours on w.
func colour(w io.Writer) bool { return os.Getenv("NO_COLOR") == "" && isTerminal(w) }

// painter colours words, or leaves them alone.
type painter struct{ on bool }

func (p painter) bad(s string) string {
	if !p.on {
		return s
	}
	return "\x1b[1;31m" + s + "\x1b[0m"
}

// human writes a count so that its size is seen at once.
func human(n uint64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.2f G", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.2f M", float64(n)/1e6)
	}
	return fmt.Sprint(n)
}

func seconds(d time.Duration) string {
	if d < 100*time.Millisecond {
		return fmt.Sprintf("%.2f s", d.Seconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// plural is "1 step" or "3 steps".
func plural[N int | uint64](n N, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}
