// Package mmops describes the area pvmmu: the memory management of 64-bit PV
// guests. Its rules are in package pvmmu; here are its operations, their
// operands and results, bounds, settings, start states, and what is told of
// its states.
//
//	Op -> Spec.Run -> a method of pvmmu.Call -> page.Pool and pvmmu.State, in a World
package mmops

import (
	"fmt"
	"slices"

	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu"
	"hvcheck/model/pvmmu/ledger"
)

// Area is the description.
var Area = model.NewArea(model.Area{
	Name:  "pvmmu",
	Title: "the memory management of 64-bit PV guests",
	Doc: `Page-table typing, pinning, base pointers, set-context, the M2P slot of L4s, and destruction, every hypercall preemptible where Xen's is.

The vCPUs of a guest and of the toolstack's domain make the calls. What a preempted call leaves is what Xen leaves: partial pages, old_guest_table, the order of page_list, the phase of destruction. To continue it is to make the same call again; a hostile caller may make another one.`,
	Stories: `The domain owns all frames at the start, each with one reference and nothing in it, and no vCPU is initialised. cpu is the vCPU that makes the call: v0, v1, v2 are the guest's, t0, t1, t2 belong to the toolstack's domain. Frames, levels and slots are numbers; an entry 2rw names frame 2, writable.`,
	Sources: "Xen's master of 2026-08-20 (c447b7308b), xen/arch/x86/mm.c and domain.c",
	Shares:  []model.Share{pool.Share, state, bookPart},
	Bounds: slices.Concat(pool.Bounds, []*model.Bound{
		{Name: "guests", Doc: "vCPUs of the guest", Min: 0, Max: pvmmu.MaxGuests, Names: []*model.ArgType{CPU, VCPU}, Of: func(c *model.Config) *uint8 { return &Conf(c).Guests }},
		{Name: "tools", Doc: "toolstack vCPUs", Min: 1, Max: pvmmu.MaxTools, Names: []*model.ArgType{CPU}, Of: func(c *model.Config) *uint8 { return &Conf(c).Tools }},
		model.PreemptBound,
	}),
	Settings: append([]model.Setting{
		model.Variants("fixup", "what set-context of vCPU 0 does about L4s that were pinned before it",
			pvmmu.Variants[:], func(c *model.Config) *pvmmu.Fixup { return &Conf(c).Fixup }),
	}, model.OnOff(pvmmu.Switches[:], func(c *model.Config, i int) *bool { return &Conf(c).On[i] })...),
	Switches: slices.Concat(pvmmu.Variants[:], pvmmu.Switches[:]),
	Ops:      &ops,
	Plain:    Start{},
	Calls:    newCalls,
	Rules:    []string{model.PackageOf[pvmmu.Call]()},
	Tell:     tell,
	Options:  options,
	Groups:   groups,
	Traits:   traits,
})

var (
	state    = model.NewPart[pvmmu.State]("pvmmu")
	bookPart = model.NewPart[ledger.Book]("pvmmu-books")
	conf     = model.NewConf[pvmmu.Config]("pvmmu")
)

// Of is the area's state in a World; the pages are pool.Of.
func Of(w *model.World) *pvmmu.State { return state.Of(w) }

// Book is the area's books in a World.
func Book(w *model.World) *ledger.Book { return bookPart.Of(w) }

// Conf is the area's share of a configuration. The pool's size is pool.Conf.
func Conf(c *model.Config) *pvmmu.Config { return conf.Of(c) }

// Scope is the bounds of a configuration about the area.
type Scope struct {
	Frames, Slots, Guests, Tools, Preempt uint8
}

// Config is a configuration with these bounds, and options and design as in
// the first of the others, if there is one.
func (s Scope) Config(options ...pvmmu.Config) (c model.Config) {
	c.Add(Area)
	if len(options) > 0 {
		*Conf(&c) = options[0]
	}
	*pool.Conf(&c) = pool.Config{Frames: s.Frames, Slots: s.Slots}
	Conf(&c).Guests, Conf(&c).Tools, c.Preempt = s.Guests, s.Tools, s.Preempt
	return c
}

// options lists the options of the model that are on.
func options(c *model.Config) []string {
	o := Conf(c)
	return model.Words(
		model.If(o.Race, "race: a preemptible type change may lose its compare-exchange"),
		model.If(o.L1TF, "l1tf: the audit of an L1 may be interrupted"),
		model.If(o.TLB, "tlb: stale translations are part of the state"),
		model.If(o.Steps, "steps: other CPUs run within a memory operation"),
		model.If(o.CheckL1TF == pvmmu.L1TFShadow, "pv-l1tf: a domain with an entry that is not present and keeps an address is shadowed"),
		model.If(o.CheckL1TF == pvmmu.L1TFCrash, "pv-l1tf without CONFIG_SHADOW_PAGING: such a domain is crashed"),
		model.If(o.Largest != 0, fmt.Sprintf("no count of references is larger than %d, no type count as large", o.Largest)),
		model.If(o.NoLinear, "pv-linear-pt=0"),
		model.If(o.CtxFirst, "the context of vCPU 0 comes first"),
		model.If(o.Seq, "nothing runs between a preempted set-context and its continuation"),
	)
}

// calls carries out the area's operations.
type calls struct {
	call pvmmu.Call
	cfg  pvmmu.Config

	// What the books need of the operation that runs, and of before it.
	world *model.World
	op    *model.Op
	init0 bool // vCPU 0 was initialised
	mem   pvmmu.Mem
	pages page.Pool
}

func newCalls(c *model.Config) model.Calls {
	m := &calls{cfg: *Conf(c)}
	m.cfg.Frames, m.cfg.Slots = pool.Conf(c).Frames, pool.Conf(c).Slots
	return m
}

func (m *calls) Begin(w *model.World, op *model.Op, preempt uint8) {
	m.world, m.op, m.init0 = w, op, Of(w).CPU[0].Init
	switch op.Kind {
	case MemoryStep.Kind():
		m.mem, m.pages = Of(w).CPU[op.Arg[0]].Mem, *pool.Of(w)
	case Exchange.Kind():
		m.pages = *pool.Of(w)
	}
	m.call.Begin(&m.cfg, pool.Of(w), Of(w))
	m.call.Preempt, m.call.Ctx0 = preempt, Book(w).Ctx0
}

func (m *calls) End(code errno.Errno) model.Answer {
	code, refused, checks := m.call.End(code)
	if !refused {
		m.record(code)
	}
	return model.Answer{Code: code, Refused: refused, Checks: checks}
}

// Drain finishes what waits in old_guest_table, then destroys the domain.
func (m *calls) Drain(w *model.World) (op model.Op, more bool) {
	s := Of(w)
	if s.Stopped() {
		return model.Op{}, false
	}
	for cpu := range s.CPU {
		v := &s.CPU[cpu]
		switch {
		case v.Mem.Op != pvmmu.MemNone:
			return MemoryStep.Of(uint8(cpu)), true
		case v.Taking():
			return TypeStep.Of(uint8(cpu), v.WantOf-1, uint8(slices.Index(stepTypes[:], v.Want))), true
		}
	}
	for t := uint8(0); t < m.cfg.Tools; t++ {
		cpu := pvmmu.Tool(t)
		if s.CPU[cpu].Ogt != 0 {
			return Continue.Of(cpu, 0), true
		}
	}
	return Destroy.Of(pvmmu.Tool(0), 0), s.RelPriv != pvmmu.PhaseDone
}

func (m *calls) Asked(note func(id string)) {
	model.NoteAsked(pvmmu.Switches[:], m.call.Asked[:], note)
	model.NoteAsked(pvmmu.Variants[:], m.call.FixupAsked[:], note)
}

func (m *calls) Short(func(*model.Bound)) {}

func (m *calls) Starting(*model.World, bool) {}

// Visited is the number of pages that the last operation's walk over page_list
// visited.
func Visited(m *model.Machine) uint8 { return m.Calls(Area).(*calls).call.Visited }
