// Package invariants holds what must be true of the models, as values: each
// invariant has an id that never changes its meaning, a text for people, the
// sources it comes from, and the formula. A promise, a Response, is about runs
// without an end: what must come sooner or later, and what may be assumed for
// that.
//
// Each area's are in a package of its own below this one.
//
// The same values feed the explorer, the samplers, the command line's explain
// and the generated pages. An invariant looks at Worlds and changes nothing.
package invariants

import (
	"hvcheck/model"
	"hvcheck/model/errno"
)

// Invariant is something that must hold in every state, at every step, or
// when everything has been torn down.
type Invariant struct {
	ID    string
	Title string      // one line: what a violation means
	Doc   string      // for a hypervisor developer who has never seen this tool
	Area  *model.Area // filled in by Register
	Refs  []string    // commits, advisories, messages, files
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
	spans   model.Spans
	world   model.World
	others  map[model.Choice]*model.Machine
	arg     model.Args  // of the operation that is judged
	met     [256]uint32 // by operation: its results whose conditions explained an answer
}

// NewProbe makes a probe of its own machine.
func NewProbe(c model.Config) *Probe {
	return &Probe{machine: model.NewMachine(c), spans: c.Spans()}
}

// On starts a trial on a copy of w.
func (p *Probe) On(w *model.World) *model.World {
	p.spans.Copy(&p.world, w)
	return &p.world
}

// World is the copy.
func (p *Probe) World() *model.World { return &p.world }

// Same tells whether two Worlds are the same.
func (p *Probe) Same(a, b *model.World) bool { return p.spans.Same(a, b) }

// Config is the configuration that is probed.
func (p *Probe) Config() *model.Config { return &p.machine.Config }

// Machine is what carries operations out.
func (p *Probe) Machine() *model.Machine { return p.machine }

// Do carries op out on the copy.
func (p *Probe) Do(op model.Op) errno.Errno { return p.machine.Do(&p.world, op).Code }

// Under carries op out on a copy of w, in another design.
func (p *Probe) Under(ch model.Choice, w *model.World, op model.Op) (*model.World, model.Answer) {
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

// All lists every registered invariant, area by area, in the order in which
// they are asked.
var All []Invariant

// Register makes an area's invariants and promises known by their ids.
func Register(a *model.Area, list []Invariant, promises []Response) {
	for _, inv := range list {
		inv.Area = a
		All = append(All, inv)
	}
	for _, r := range promises {
		r.Area = a
		Promises = append(Promises, r)
	}
}

// IDs lists the ids of all invariants, then of all promises.
func IDs() (ids []string) {
	for i := range All {
		ids = append(ids, All[i].ID)
	}
	for i := range Promises {
		ids = append(ids, Promises[i].ID)
	}
	return ids
}

// ByID finds an invariant.
func ByID(id string) (*Invariant, bool) {
	for i := range All {
		if All[i].ID == id {
			return &All[i], true
		}
	}
	return nil, false
}
