package scenarios

import (
	"slices"
	"strings"
)

// Thread is a discussion whose claims are decided: where it can be read, and
// how it is cited.
type Thread struct {
	ID      string // as claims name it: 002
	Page    string // how its page is called; empty: as the ID
	Title   string // what it is about, in a few words
	List    string // the mailing list, or where else it stands
	Date    string // of its first message: 2016-01-12; empty if there are no messages
	Until   string // of the last one that is cited; empty: the same day
	Subject string
	Message string // the archive's Message-ID of the first message; empty: not known
	Authors []Author
}

// Days are when the thread was written: a day, or the first and the last.
func (t *Thread) Days() string {
	if t.Until == "" || t.Until == t.Date {
		return t.Date
	}
	return t.Date + " to " + t.Until
}

// Cite is the thread in a line: list, days and subject.
func (t *Thread) Cite() string {
	words := t.List
	if t.Date != "" {
		words += ", " + t.Days()
	}
	return words + ": " + t.Subject
}

// Author is somebody who speaks in a thread.
type Author struct{ Name, Role string }

// Surname is how the author is cited: Beulich, 2016-01-12, xen-devel.
func (a *Author) Surname() string { return a.Name[strings.LastIndexByte(a.Name, ' ')+1:] }

// Threads lists the threads of the registered areas.
var Threads []Thread

// ThreadByID finds a thread.
func ThreadByID(id string) (*Thread, bool) {
	i := slices.IndexFunc(Threads, func(t Thread) bool { return t.ID == id })
	if i < 0 {
		return nil, false
	}
	return &Threads[i], true
}
