// Package invariants holds what must be true of the models, as values: each
// invariant has an id that never changes its meaning, a text for people, the
// sources it comes from, and the formula. A promise, a Response, is about runs
// without an end: what must come sooner or later, and what may be assumed for
// that.
//
// The same values feed the explorer, the samplers, the command line's explain
// and the generated pages. An invariant looks at Worlds and changes nothing.
package invariants

import (
	"slices"

	"hvcheck/model"
	"hvcheck/model/errno"
)

// Invariant is something that must hold in every state, at every step, or
// when everything has been torn down.
type Invariant struct {
	ID    string
	Title string // one line: what a violation means
	Doc   string // for a hypervisor developer who has never seen this tool
	Area  model.Area
	Refs  []string // commits, advisories, messages, files
	// Claim marks what somebody claimed and what does not hold everywhere: it
	// is checked where a claim asks for it, not by default.
	Claim bool

	State   func(c *model.Config, w *model.World) error
	Step    func(p *Probe, before *model.World, op model.Op, a model.Answer, after *model.World) error
	Drained func(c *model.Config, w *model.World) error
	// WhileDraining: State and Step are asked at the steps of a drain too.
	WhileDraining bool
}

// Probe lets a Step formula try operations on a copy.
type Probe struct {
	machine *model.Machine
	world   model.World
	others  map[model.Choice]*model.Machine
}

// NewProbe makes a probe of its own machine.
func NewProbe(c model.Config) *Probe { return &Probe{machine: model.NewMachine(c)} }

// On starts a trial on a copy of w.
func (p *Probe) On(w *model.World) *model.World {
	p.world = *w
	return &p.world
}

// Do carries op out on the copy.
func (p *Probe) Do(op model.Op) errno.Errno { return p.machine.Do(&p.world, op).Code }

// under carries op out on a copy of w, in another design.
func (p *Probe) under(ch model.Choice, w *model.World, op model.Op) (*model.World, model.Answer) {
	m := p.others[ch]
	if m == nil {
		c := p.machine.Config
		if err := c.Set(ch); err != nil {
			panic(err)
		}
		m = model.NewMachine(c)
		if p.others == nil {
			p.others = map[model.Choice]*model.Machine{}
		}
		p.others[ch] = m
	}
	a := m.Do(p.On(w), op)
	return &p.world, a
}

// All lists every invariant, area by area, in the order in which they are asked.
var All = slices.Concat(PVMMU, PVMMUClaims, EVTCHN, EVTCHNClaims)

// ByID finds an invariant.
func ByID(id string) (*Invariant, bool) {
	for i := range All {
		if All[i].ID == id {
			return &All[i], true
		}
	}
	return nil, false
}
