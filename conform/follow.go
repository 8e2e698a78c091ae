package conform

import (
	"fmt"
	"slices"
	"strings"

	"hvcheck/model"
	"hvcheck/model/errno"
)

// maxStates is how many states of the model may explain the lines so far.
const maxStates = 4096

// Follower goes with a target line by line. It keeps the states of the model
// that explain all of them: several where lines leave a choice open.
type Follower struct {
	Config model.Config
	// Complete demands that everything is seen that the model speaks of, as of a
	// target that hides nothing.
	Complete bool

	views   []*View
	machine *model.Machine
	states  []model.World
	story   []string // the operations so far, as they were carried out
}

// Difference is a line that no state of the model explains, after those that
// some does.
type Difference struct {
	Step  int      `json:"step"` // from 1; 0 is the start state
	Op    string   `json:"op"`
	Items []Item   `json:"items"` // against the state that comes nearest
	Story []string `json:"story"` // the operations up to and with this one
}

// Kind is what differences have in common that are of the same kind: the names of
// operations, and of what differs, without numbers.
func (d *Difference) Kind() string {
	var words []string
	for _, op := range d.Story {
		name, _, _ := strings.Cut(op, " ")
		words = append(words, name)
	}
	for _, i := range d.Items {
		words = append(words, strings.Trim(i.What, "0123456789 "))
	}
	return strings.Join(slices.Compact(words), ", ")
}

// Follow begins with what was seen of a start state, which may be nil.
func Follow(s *Scene, seen Seen, complete bool) (*Follower, *Difference, error) {
	c, err := s.Effective()
	if err != nil {
		return nil, nil, err
	}
	f := &Follower{Config: c, Complete: complete, machine: model.NewMachine(c)}
	if f.views, err = Views(&c); err != nil {
		return nil, nil, err
	}
	_, begun, err := s.Worlds(&c)
	if err != nil {
		return nil, nil, err
	}
	f.states = []model.World{begun}
	if items := compare(f.views, &f.Config, &begun, seen); len(items) > 0 {
		return f, &Difference{Op: "the start state", Items: items}, nil
	}
	return f, nil, f.whole(seen, &begun)
}

// whole refuses a sight that names what there is not, or of a target that hides
// nothing one that is not complete.
func (f *Follower) whole(seen Seen, w *model.World) error {
	what := ""
	switch {
	case f.Complete:
		what = missing(f.views, &f.Config, w, seen)
	case seen != nil:
		what = unknown(f.views, &f.Config, seen)
	}
	if what != "" {
		return fmt.Errorf("%s", what)
	}
	return nil
}

// State is a state that explains everything so far.
func (f *Follower) State() *model.World { return &f.states[0] }

// States counts them.
func (f *Follower) States() int { return len(f.states) }

// Answer is what the model answers in such a state, and the state afterwards.
func (f *Follower) Answer(op model.Op) (model.Answer, model.World) {
	w := f.states[0]
	a := f.machine.Do(&w, op)
	return a, w
}

// Next takes one line. The difference is nil if some state explains it.
func (f *Follower) Next(l *Line) (*Difference, error) {
	ops, err := readOp(l.Op, &f.Config)
	if err != nil {
		return nil, err
	}
	want, err := readResult(l.Result)
	if err != nil {
		return nil, err
	}
	then, err := readOps(l.Then, &f.Config)
	if err != nil {
		return nil, err
	}
	f.story = append(f.story, l.Op)
	var nearest []Item
	next := map[model.World]bool{}
	var order []model.World
	for i := range f.states {
		for _, op := range ops {
			w, items := f.explain(f.states[i], op, then, want, l.Seen)
			switch {
			case len(items) > 0 && (nearest == nil || len(items) < len(nearest)):
				nearest = items
			case len(items) == 0 && !next[w]:
				next[w], order = true, append(order, w)
			}
		}
		if len(order) > maxStates {
			return nil, inconclusive("more than %d states of the model explain the first %d lines", maxStates, len(f.story))
		}
	}
	if len(order) == 0 {
		return &Difference{Step: len(f.story), Op: l.Op, Items: nearest, Story: slices.Clone(f.story)}, nil
	}
	f.states = order
	return nil, f.whole(l.Seen, f.State())
}

// explain carries an operation out in a state and says in what the line differs.
func (f *Follower) explain(w model.World, op model.Op, then []model.Op, want result, seen Seen) (model.World, []Item) {
	a := f.machine.Do(&w, op)
	var items []Item
	if !want.admits(a.Code) {
		items = append(items, Item{"result", a.Code.String(), want.text})
	}
	for _, op := range then {
		f.machine.Do(&w, op)
	}
	return w, append(items, compare(f.views, &f.Config, &w, seen)...)
}

// result is what a line says of the result of its operation.
type result struct {
	text string
	code errno.Errno
}

func readResult(text string) (r result, err error) {
	r.text = text
	if text != "" && text != Failed && text != Lost {
		r.code, err = errno.Parse(text)
	}
	return r, err
}

func (r result) admits(code errno.Errno) bool {
	switch r.text {
	case "":
		return true
	case Failed:
		return code < 0
	case Lost:
		return false
	}
	return code == r.code
}
