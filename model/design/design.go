// Package design describes design switches: rules of a model that can be
// changed, to compare the variants of a discussion, to bring back a bug, or to
// do as today's code does.
//
// An area lists its switches as values; enumeration, the command line, the
// tables and the documents all derive from them.
package design

// Kind says what a switch is for.
type Kind uint8

// The kinds of switches.
const (
	Variant Kind = iota // one of several designs that were discussed
	Bug                 // a historical bug, brought back
	Mutant              // a rule broken on purpose, to show that somebody notices
	// AsIs is a rule of today's code that differs from what the invariants
	// ask. What it violates is an open question about that code, as long as no
	// real system has shown it, and never a proven bug.
	AsIs
)

func (k Kind) String() string { return [...]string{"variant", "bug", "mutant", "as-is"}[k] }

// Switch describes one design switch.
type Switch struct {
	ID    string // stable, never reused: MM-B3
	Kind  Kind
	Title string // what the changed rule does, in one line
	Doc   string // the rule and what follows from it, for people
	// Origin names where the rule comes from: advisory, commit, thread.
	Origin string
	// Breaks lists the invariants that the switch violates, the one to look
	// for first.
	Breaks []string
	// Scenario is where exploration finds the violation, and Length the
	// operations that the shortest story to the first of Breaks is expected to
	// have (draining steps not counted). Differs says why the model has another length.
	Scenario string
	Length   int
	Differs  string
	// Directed names the sampling mix that the bug needs, with the reason;
	// empty when the plain mix finds it.
	Directed string
}

// Harmless tells whether the switch is there to show that it breaks nothing
// within the bounds of its scenario.
func (s *Switch) Harmless() bool { return s.Kind != Variant && len(s.Breaks) == 0 }
