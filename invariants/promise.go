package invariants

import (
	"slices"

	"hvcheck/model"
)

// Response is a promise about infinite runs: after From, sooner or later To.
// No story with an end can break it. What does is a lasso: a run into a loop
// that goes on for ever without an answer, or into a rest that nothing that
// must happen can end.
type Response struct {
	ID    string
	Title string      // one line: what is promised
	Doc   string      // for a hypervisor developer who has never seen this tool
	Area  *model.Area // filled in by Register
	Refs  []string    // commits, advisories, messages, files

	From func(c *model.Config, w *model.World) bool // the promise is made in every such state
	To   func(c *model.Config, w *model.World) bool // and kept in such a one
	// Suspended may be nil. A run in which it holds for ever from some moment
	// on breaks no promise.
	Suspended func(c *model.Config, w *model.World) bool
	Fair      []Fair
}

// Fair is a set of operations that cannot be put off for ever: if from some
// moment on one of them could always change something, one of them happens.
type Fair struct {
	ID  string
	Doc string // what is assumed, in words
	Of  func(op model.Op) bool
}

// Promises lists every registered promise, area by area.
var Promises []Response

// PromiseByID finds a promise.
func PromiseByID(id string) (*Response, bool) {
	i := slices.IndexFunc(Promises, func(r Response) bool { return r.ID == id })
	if i < 0 {
		return nil, false
	}
	return &Promises[i], true
}
