// Package ways says how each operation of the models is driven on a real system, and
// plays scenes there.
//
//	Mapping of an area: View + one Way for every operation
//	Way: how it is driven, or why it cannot be; what of it cannot be in some states
//	Session: what a scene is played on
//	Target, on the host: Question -> Request; Serve, in the machine: Request -> Way -> Answer
//
// Everything that there is to say of what can be driven derives from the ways. H is
// how the machine's first process gets at the system; it knows no system.
package ways

import (
	"fmt"
	"slices"

	"hvcheck/conform"
	"hvcheck/model"
)

// Mapping says how an area is driven.
type Mapping[H any] struct {
	View *conform.View
	Ways []Way
	// Refused says why no scene of a scenario can be played; empty if some can. It may
	// be nil.
	Refused func(s *conform.Scene) string
	// Fits says why a scene cannot be played; empty if it can. It may be nil.
	Fits func(c *model.Config, w *model.World) string
	// Mark notes what of the past counts for what can be driven: of an operation, which
	// is nil in the beginning, and of what is seen behind it. It may be nil.
	Mark func(op *model.Op, seen conform.Seen, marks Marks)
	// Crashes says that what is seen tells of a domain that was crashed. Whoever made
	// the call that did it is not told a result.
	Crashes bool
	// Begin makes what a scene is played on, whose start state is w before the
	// operations that belong to it.
	Begin func(h H, c *model.Config, w *model.World) (Session, error)
}

// Way is how an operation is driven.
type Way struct {
	Spec *model.Spec
	How  string // for people
	// Never says why the operation cannot be driven at all.
	Never string
	// Except says why it cannot be in a state; empty if it can. It may be nil.
	Except func(q *Question) string
	// Stops is how often a guest's call has to be stopped; nil: never.
	Stops func(q *Question) int
	// Do drives it.
	Do func(s Session, op model.Op, stops int) (Did, error)
}

// Marks are objects of which something of the past counts, by name.
type Marks map[string]bool

// Question is an operation in a state, with what the model answers.
type Question struct {
	Machine *model.Machine
	World   *model.World
	Op      model.Op
	Answer  model.Answer
	After   *model.World
	Marks   Marks
	// Instrumented says that the system lets calls be stopped that it does not stop for
	// anybody else.
	Instrumented bool
}

// Ask makes a question. There may be no marks.
func Ask(m *model.Machine, w *model.World, op model.Op, marks Marks) *Question {
	after := *w
	return &Question{Machine: m, World: w, Op: op, Answer: m.Do(&after, op), After: &after, Marks: marks}
}

// Did is what a driven operation did.
type Did struct {
	Result string     // by name, or conform.Failed
	Then   []model.Op // came of itself
}

// Session is what a scene is played on.
type Session interface {
	// Look tells what is seen.
	Look() (conform.Seen, error)
	// Close ends it.
	Close() error
}

// Table is the part of a mapping that can be asked about on any host.
type Table interface {
	Of() (v *conform.View, list []Way)
	Way(op model.Op) *Way
	refused(s *conform.Scene) string
	fits(c *model.Config, w *model.World) string
	mark(op *model.Op, seen conform.Seen, marks Marks)
}

// Of is the area that is driven, and how.
func (m *Mapping[H]) Of() (*conform.View, []Way) { return m.View, m.Ways }

// Tables are mappings, to be asked about.
func Tables[H any](list []*Mapping[H]) (tables []Table) {
	for _, m := range list {
		tables = append(tables, m)
	}
	return tables
}

// For finds the mapping for a configuration. The error says why there is none.
func For[H any](list []*Mapping[H], c *model.Config) (*Mapping[H], error) {
	areas := c.Areas()
	if len(areas) != 1 {
		return nil, fmt.Errorf("several areas at once are not driven yet: %s", model.AreaNames(areas))
	}
	i := slices.IndexFunc(list, func(m *Mapping[H]) bool { return m.View.Area == areas[0] })
	if i < 0 {
		return nil, fmt.Errorf("area %s is not driven yet", areas[0].Name)
	}
	return list[i], nil
}

// Check tells of operations that have no way, or several, or one that says neither how they are
// driven nor why not.
func Check[H any](list []*Mapping[H]) (wrong []string) {
	for _, m := range list {
		for _, spec := range m.View.Area.Ops.Specs() {
			ways := 0
			for i := range m.Ways {
				if w := &m.Ways[i]; w.Spec == spec {
					ways++
					if (w.Never == "") != (w.Do != nil && w.How != "") {
						wrong = append(wrong, spec.Name+": how is it driven, or why not?")
					}
				}
			}
			if ways != 1 {
				wrong = append(wrong, fmt.Sprintf("%s: %d ways, want one", spec.Name, ways))
			}
		}
	}
	return wrong
}

// Way finds how an operation is driven.
func (m *Mapping[H]) Way(op model.Op) *Way {
	i := slices.IndexFunc(m.Ways, func(w Way) bool { return w.Spec.Kind() == op.Kind })
	if i < 0 {
		return &Way{Spec: op.Spec(), Never: "it is not driven yet"}
	}
	return &m.Ways[i]
}

func (m *Mapping[H]) refused(s *conform.Scene) string {
	if m.Refused == nil {
		return ""
	}
	return m.Refused(s)
}

func (m *Mapping[H]) fits(c *model.Config, w *model.World) string {
	if m.Fits == nil {
		return ""
	}
	return m.Fits(c, w)
}

func (m *Mapping[H]) mark(op *model.Op, seen conform.Seen, marks Marks) {
	if m.Mark != nil {
		m.Mark(op, seen, marks)
	}
}

// Undriven says why an operation cannot be driven; empty if it can.
func (w *Way) Undriven(q *Question) string {
	switch {
	case w.Never != "":
		return w.Never
	case w.Except != nil:
		return w.Except(q)
	}
	return ""
}
