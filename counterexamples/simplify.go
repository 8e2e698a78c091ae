package counterexamples

import (
	"bytes"
	"slices"

	"hvcheck/checker"
	"hvcheck/model"
	"hvcheck/scenarios"
)

// Simplifier tells the minimiser which operations of a scenario are simpler
// than others, and which names in them can be exchanged. It stays within the
// scenario's alphabet.
type Simplifier struct {
	alphabet map[model.Op]bool
	config   model.Config
}

var _ checker.Simplifier[model.Op] = (*Simplifier)(nil)

// NewSimplifier makes the simplifier of a scenario.
func NewSimplifier(sc *scenarios.Scenario, c model.Config) *Simplifier {
	s := &Simplifier{alphabet: map[model.Op]bool{}, config: c}
	for _, family := range sc.Ops(&c) {
		for _, op := range family {
			s.alphabet[op] = true
		}
	}
	return s
}

// Simpler lists the operation with one operand lowered, the last operand
// first: preemption goes before frames do, and frames before callers. Values
// of every operand are numbered from the simplest on, entries too: none, ro,
// rw, pse, bad.
func (s *Simplifier) Simpler(op model.Op) (list []model.Op) {
	for i := len(op.Spec().Args) - 1; i >= 0; i-- {
		for v := range op.Arg[i] {
			simpler := op
			simpler.Arg[i] = v
			if s.alphabet[simpler] {
				list = append(list, simpler)
			}
		}
	}
	return list
}

// Less orders by the operation's place in the table, then by operands.
func (s *Simplifier) Less(a, b model.Op) bool {
	if a.Kind != b.Kind {
		return a.Spec().Place() < b.Spec().Place()
	}
	return bytes.Compare(a.Arg[:], b.Arg[:]) < 0
}

// Renamings exchanges interchangeable names everywhere in the story at once,
// one group of names at a time.
func (s *Simplifier) Renamings(story checker.Story[model.Op]) (list []checker.Story[model.Op]) {
	for _, g := range s.groups() {
		for _, p := range permutations(g.Size(&s.config)) {
			if r, ok := s.renamed(story, g, p); ok {
				list = append(list, r)
			}
		}
	}
	return list
}

// renamed is the story after a renaming, if its operations still exist.
func (s *Simplifier) renamed(story checker.Story[model.Op], g *model.Group, p []uint8) (checker.Story[model.Op], bool) {
	ops := slices.Clone(story.Ops)
	for i := range ops {
		for k, a := range ops[i].Spec().Args {
			ops[i].Arg[k] = g.Rename(a.Type, ops[i].Arg[k], p)
		}
		if !s.alphabet[ops[i]] {
			return story, false
		}
	}
	return checker.Story[model.Op]{Start: story.Start, Ops: ops}, !slices.Equal(ops, story.Ops)
}

// groups lists the interchangeable names of the configuration's areas. Areas
// may share a group.
func (s *Simplifier) groups() (list []*model.Group) {
	for _, a := range s.config.Areas() {
		for _, g := range a.Groups {
			if !slices.Contains(list, g) {
				list = append(list, g)
			}
		}
	}
	return list
}

// maxPermuted is the largest group of which all orders are tried: 120.
const maxPermuted = 5

// permutations lists the orders of n names: all of them for few names, else
// those that exchange two. The engine renames until nothing gets simpler.
func permutations(n uint8) [][]uint8 {
	if n <= maxPermuted {
		return orders(nil, n)
	}
	var list [][]uint8
	for i := range n {
		for k := range i {
			p := identity(n)
			p[i], p[k] = p[k], p[i]
			list = append(list, p)
		}
	}
	return list
}

// orders lists the permutations of n names that begin with p.
func orders(p []uint8, n uint8) (list [][]uint8) {
	if len(p) == int(n) {
		return [][]uint8{slices.Clone(p)}
	}
	for v := range n {
		if !slices.Contains(p, v) {
			list = append(list, orders(append(p, v), n)...)
		}
	}
	return list
}

func identity(n uint8) []uint8 {
	p := make([]uint8, n)
	for i := range p {
		p[i] = uint8(i)
	}
	return p
}
