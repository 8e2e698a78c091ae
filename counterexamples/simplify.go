package counterexamples

import (
	"bytes"
	"slices"

	"hvcheck/checker"
	"hvcheck/model"
	"hvcheck/model/evtchn"
	"hvcheck/model/page"
	"hvcheck/model/pvmmu"
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

// Less orders by kind, then by operands.
func (s *Simplifier) Less(a, b model.Op) bool {
	if a.Kind != b.Kind {
		return a.Kind < b.Kind
	}
	return bytes.Compare(a.Arg[:], b.Arg[:]) < 0
}

// Renamings exchanges interchangeable names everywhere in the story at once,
// one group of names at a time.
func (s *Simplifier) Renamings(story checker.Story[model.Op]) (list []checker.Story[model.Op]) {
	for _, g := range groups {
		for _, p := range permutations(g.size(&s.config)) {
			if r, ok := s.renamed(story, g, p); ok {
				list = append(list, r)
			}
		}
	}
	return list
}

// renamed is the story after a renaming, if its operations still exist.
func (s *Simplifier) renamed(story checker.Story[model.Op], g group, p []uint8) (checker.Story[model.Op], bool) {
	ops := slices.Clone(story.Ops)
	for i := range ops {
		for k, a := range ops[i].Spec().Args {
			ops[i].Arg[k] = g.rename(a.Type, ops[i].Arg[k], p)
		}
		if !s.alphabet[ops[i]] {
			return story, false
		}
	}
	return checker.Story[model.Op]{Start: story.Start, Ops: ops}, !slices.Equal(ops, story.Ops)
}

// group is a set of interchangeable names, and where operands name them.
type group struct {
	size   func(c *model.Config) uint8
	rename func(t *model.ArgType, v uint8, p []uint8) uint8
}

// groups lists them. Guest vCPU 0 is special, and start states treat frames and
// ports differently, which does no harm: a renamed story is carried out again
// before it is believed.
var groups = []group{
	{func(c *model.Config) uint8 { return c.Frames }, renameFrame},
	{func(c *model.Config) uint8 { return c.Guests }, renameGuest},
	{func(c *model.Config) uint8 { return c.Tools }, renameTool},
	{senders, renameSender},
	{func(c *model.Config) uint8 { return max(c.VCPUs, 1) - 1 }, renameSecondary},
	{func(c *model.Config) uint8 { return c.Ports }, renamePort},
}

// senders counts the CPUs outside of the guest that raise events.
func senders(c *model.Config) uint8 {
	if c.Area() == model.EVTCHN {
		return evtchn.Back1 - evtchn.Back0 + 1
	}
	return 0
}

func renameFrame(t *model.ArgType, v uint8, p []uint8) uint8 {
	switch e := page.Entry(v); {
	case t == model.Frame:
		return at(p, v)
	case t == model.FrameOrNone && v != 0:
		return at(p, v-1) + 1
	case t == model.Ent && e.Present():
		return v - e.Frame() + at(p, e.Frame())
	}
	return v
}

func renameGuest(t *model.ArgType, v uint8, p []uint8) uint8 {
	if t == model.VCPU || t == model.CPU && v < pvmmu.MaxGuests {
		return at(p, v)
	}
	return v
}

func renameTool(t *model.ArgType, v uint8, p []uint8) uint8 {
	if t == model.CPU {
		return from(pvmmu.MaxGuests, p, v)
	}
	return v
}

func renameSender(t *model.ArgType, v uint8, p []uint8) uint8 {
	if t == model.EventCPU {
		return from(evtchn.Back0, p, v)
	}
	return v
}

// renameSecondary renames the guest's vCPUs, except for vCPU 0.
func renameSecondary(t *model.ArgType, v uint8, p []uint8) uint8 {
	if t == model.GuestVCPU || t == model.EventCPU && v < evtchn.MaxVCPUs {
		return from(1, p, v)
	}
	return v
}

// renamePort renames ports, except for port 0, which is nobody's.
func renamePort(t *model.ArgType, v uint8, p []uint8) uint8 {
	if t == model.PortArg {
		return from(1, p, v)
	}
	return v
}

// from is the new name of v where p renames the names from first on.
func from(first uint8, p []uint8, v uint8) uint8 {
	if v < first {
		return v
	}
	return at(p, v-first) + first
}

// at is the new name of v; a name outside of the permutation stays.
func at(p []uint8, v uint8) uint8 {
	if int(v) < len(p) {
		return p[v]
	}
	return v
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
