// Package scenarios says what is checked where: scenarios (a scope, an
// alphabet, start states, invariants, promises, reach goals), claims (who said
// what, and whether it holds under which design) and tables of designs against
// scenarios. Those of each area are in a package of its own below this one.
//
// It is the one place where models and the engine meet: System turns a
// scenario into a checker.System over model.World.
package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"hvcheck/invariants"
	"hvcheck/model"
)

// Scenario is a scope that is explored completely.
type Scenario struct {
	Name  string
	Title string
	Doc   string
	// Config says which areas the scenario is about, and holds the bounds of the
	// default run and the model's options.
	Config model.Config
	// Full are the bounds of --full, where the default run takes smaller ones;
	// nil where they are the same. Nothing else of it counts.
	Full *model.Config
	// Alphabet lists the operations for a configuration.
	Alphabet func(c *model.Config) []Pattern
	Starts   []model.Start // none: the plain start
	// Invariants are the ids that are asked; none: every one that is no claim.
	Invariants []string
	// Except are ids left out of the default list, each with the reason.
	Except map[string]string
	// Promises are the ids of what is promised about infinite runs here.
	Promises []string
	Goals    []Goal
	// Hangs says why an operation may never return here; empty: none may.
	Hangs string
	// Depth is how deep a search goes if nobody says otherwise, where there are
	// too many states for one to the end; 0 is to the end.
	Depth int
	// Options can be turned on, each by itself. A search has none of them on;
	// sampling has some, and some of the operations, otherwise in each of its
	// rounds.
	Options []Option
	// Spec is the number of states that an earlier prototype counted for these
	// bounds, 0 for none, and Differs says why the model has another number.
	Spec    uint64
	Differs string
	// Hidden scenarios serve claims and bugs; run does not list them.
	Hidden bool
}

// Pattern is a set of operations: a kind, and for each operand its values.
type Pattern struct {
	Spec *model.Spec
	Args [][]uint8
}

// Each makes a pattern.
func Each(s *model.Spec, args ...[]uint8) Pattern {
	if len(args) != len(s.Args) {
		panic(fmt.Sprintf("%s takes %d operands, not %d", s.Name, len(s.Args), len(args)))
	}
	return Pattern{s, args}
}

// Goal is a kind of run that the scenario must contain.
type Goal struct {
	ID  string // unique over all scenarios: mmu.preempt/nested-failure
	Doc string
	Met func(before *model.World, op model.Op, a model.Answer, after *model.World) bool
}

// families lists a pattern's operations, grouped by all operands but the
// preemption point, which is the last.
func (p Pattern) families() [][]model.Op {
	fams := [][]model.Op{{{Kind: p.Spec.Kind()}}}
	for i, values := range p.Args {
		var next [][]model.Op
		last := i == len(p.Args)-1 && p.Spec.Preemptible()
		for _, f := range fams {
			var grown []model.Op
			for _, v := range values {
				op := f[0]
				op.Arg[i] = v
				grown = append(grown, op)
				if !last {
					next = append(next, []model.Op{op})
				}
			}
			if last {
				next = append(next, grown)
			}
		}
		fams = next
	}
	return fams
}

// Ops lists the scenario's operations in families.
func (s *Scenario) Ops(c *model.Config) [][]model.Op {
	var all [][]model.Op
	for _, p := range s.Alphabet(c) {
		all = append(all, p.families()...)
	}
	return all
}

// OpNames lists the names of the scenario's operations.
func (s *Scenario) OpNames(c *model.Config) (names []string) {
	for _, p := range s.Alphabet(c) {
		if !slices.Contains(names, p.Spec.Name) {
			names = append(names, p.Spec.Name)
		}
	}
	return names
}

// CanAsk refuses an id that nothing has, or whose invariant or promise is of an
// area that the scenario is not about: it could not speak there.
func (s *Scenario) CanAsk(id string) error {
	inv, isInvariant := invariants.ByID(id)
	r, isPromise := invariants.PromiseByID(id)
	area := (*model.Area)(nil)
	switch {
	case isInvariant:
		area = inv.Area
	case isPromise:
		area = r.Area
	default:
		return fmt.Errorf("there is no invariant %q%s", id, model.DidYouMean(id, invariants.IDs()))
	}
	if !s.Config.About(area) {
		return fmt.Errorf("%s is about %s, and scenario %s about %s: it cannot speak there", id, area.Name, s.Name, model.AreaNames(s.Config.Areas()))
	}
	return nil
}

// StartNames lists the start states' names.
func (s *Scenario) StartNames() []string {
	var names []string
	for _, st := range s.starts() {
		names = append(names, st.Name)
	}
	return names
}

// StartState is the i-th of StartNames.
func (s *Scenario) StartState(i int) model.Start { return s.starts()[i] }

func (s *Scenario) starts() []model.Start {
	if len(s.Starts) == 0 {
		return []model.Start{{Name: "plain"}}
	}
	return s.Starts
}

// Asked lists what the scenario asks: invariants, then promises.
func (s *Scenario) Asked() []string { return slices.Concat(s.InvariantIDs(), s.Promises) }

// InvariantIDs lists the invariants that the scenario asks.
func (s *Scenario) InvariantIDs() []string {
	if len(s.Invariants) > 0 {
		return s.Invariants
	}
	var ids []string
	for _, inv := range invariants.All {
		if _, out := s.Except[inv.ID]; !out && !inv.Claim && s.Config.About(inv.Area) {
			ids = append(ids, inv.ID)
		}
	}
	return ids
}

// Check refuses a configuration that the scenario cannot run with: bounds that
// do not fit, or that are too small for its start states and operations.
func (s *Scenario) Check(c *model.Config) error {
	if err := c.Check(); err != nil {
		return err
	}
	needs := s.needs(c)
	for _, b := range c.Bounds() {
		if is, least := *b.Of(c), *b.Of(&needs); is < least {
			return fmt.Errorf("--%s %d: scenario %s needs at least %d", b.Name, is, s.Name, least)
		}
	}
	for _, st := range s.Starts {
		if err := st.Fits(c); err != nil {
			return fmt.Errorf("scenario %s: %w", s.Name, err)
		}
	}
	return nil
}

// needs has the least bounds. An operation that names something which the
// scenario itself does not have, so that it is refused, needs nothing.
func (s *Scenario) needs(c *model.Config) (least model.Config) {
	for _, st := range s.Starts {
		st.Needs(&least)
	}
	for _, family := range s.Ops(c) {
		var n model.Config
		family[0].Needs(&n)
		for _, b := range c.Bounds() {
			if v := *b.Of(&n); v <= *b.Of(&s.Config) {
				*b.Of(&least) = max(*b.Of(&least), v)
			}
		}
	}
	return least
}

// ByName finds a scenario. A name with options behind it, as in "a.all+race", is
// that scenario with these on.
func ByName(name string) (*Scenario, bool) {
	name, options, some := strings.Cut(name, "+")
	i := slices.IndexFunc(All, func(s Scenario) bool { return s.Name == name })
	if i < 0 {
		return nil, false
	}
	if !some {
		return &All[i], true
	}
	return All[i].with(strings.Split(options, "+"))
}

// Names lists the scenarios' names.
func Names() []string {
	names := make([]string, len(All))
	for i, s := range All {
		names[i] = s.Name
	}
	return names
}
