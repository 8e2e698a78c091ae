package cli

import (
	"cmp"
	"fmt"
	"io"
	"time"

	"hvcheck/checker"
	"hvcheck/phrase"
	"hvcheck/report"
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
	return &live{w: w, terminal: report.IsTerminal(w), last: time.Now()}
}

// usualColumns is how wide a terminal is taken to be that does not say it.
const usualColumns = 80

// show replaces the line. It is cut off before the last column, since a full
// line would wrap; somebody may have made the terminal narrower since the last.
func (l *live) show(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	switch {
	case l.terminal:
		l.shown = true
		fmt.Fprintf(l.w, "\r%.*s\x1b[K", cmp.Or(terminalColumns(l.w), usualColumns)-1, s)
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
			l.show("%s: sampled %s steps in %s", name, phrase.Human(p.Steps), phrase.Seconds(p.Elapsed))
			return
		}
		if p.Response != "" {
			l.show("%s: promise %s, %s states searched, %s", name, p.Response, phrase.Human(p.Searched), phrase.Seconds(p.Elapsed))
			return
		}
		l.show("%s: %s states, expanding %s at depth %d, %s", name, phrase.Human(p.States), phrase.Human(p.Frontier), p.Depth, phrase.Seconds(p.Elapsed))
	}
}
