package rsops

import (
	"hvcheck/model"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/rsview"
)

// Start is how the area begins: a vCPU that has run for eight ticks, and its
// area, if it has one, up to date.
type Start struct {
	At     int // where the area is, counted from the beginning of page A; 0: none is registered
	Layout runstate.Layout
	Flag   bool // the guest has asked for XEN_RUNSTATE_UPDATE
	Fresh  bool // the vCPU has never run
	State  uint8
	Away   uint8          // pages that are swapped out, a bit each
	Shared runstate.Place // of shared_info
	VCPU   runstate.Place // of vcpu_info
}

// Begin is a start state of this area alone: how it begins, then operations.
func Begin(name string, s Start, do ...model.Op) model.Start {
	return model.Start{Name: name, Areas: []model.Setup{s}, Do: do}
}

// Area is the one that begins so.
func (Start) Area() *model.Area { return Area }

// canary is what memory holds that nobody has written.
const canary = 0xa5

// Build writes the area's part of a World.
func (s Start) Build(c *model.Config, w *model.World) {
	cfg, st := &Conf(c).Config, Of(w)
	*st = runstate.State{Layout: s.Layout, FlagOn: s.Flag, Now: 8 * cfg.Unit}
	for i := range st.Mem {
		st.Mem[i] = canary
	}
	if !s.Fresh {
		st.Rec.Entry, st.Rec.State = st.Now, uint64(s.State)
		st.Rec.Time[s.State] = st.Now
	}
	for p := range runstate.NumPages {
		st.PT[p] = 1 + 2*p
		if s.Away>>p&1 != 0 {
			st.PT[p] = 0
		}
		st.Last[p] = 1 + 2*p
	}
	st.C[0].Addr, st.C[1].Addr = runstate.Nowhere, runstate.Nowhere
	st.C[0].Off, st.C[1].Off = runstate.Nowhere, runstate.Nowhere
	if s.At != 0 {
		s.register(cfg, st)
	}
	s.link(st)
	Book(w).Begin(cfg, st)
}

// link has shared_info and vcpu_info registered.
func (s Start) link(st *runstate.State) {
	for k, place := range [...]runstate.Place{runstate.SharedInfo: s.Shared, runstate.VCPUInfo: s.VCPU} {
		if place == runstate.Away {
			continue
		}
		frame := st.PT[place-1]
		st.Ev.Guest[k] = place
		st.Ev.Link[k] = runstate.Link{Active: true, Known: true, At: uint8(place), Valid: frame != 0, PFN: frame}
	}
	if s.Shared != runstate.Away {
		st.Ev.Page[s.Shared-1].Wall[s.Layout]++
	}
}

// register has the area registered and written.
func (s Start) register(cfg *runstate.Config, st *runstate.State) {
	at := where(At(s.At))
	rsview.Write(st, s.Layout, at, &st.Rec)
	if s.Layout == runstate.Layout64 { // as if it had been composed in a buffer
		clear(st.Mem[at+4 : at+8])
	}
	switch cfg.Access {
	case runstate.VX:
		st.Handle, st.At = true, at
		return
	case runstate.VP:
		st.Phys, st.At, st.Narrow = true, at, s.Layout == runstate.Layout32
		return
	}
	st.C[0] = mapped(st, at)
	if rsview.Crosses(s.Layout, at) {
		st.C[1] = mapped(st, runstate.Window)
	}
}

// mapped is a cache that is up to date, unless the page is away.
func mapped(st *runstate.State, at uint8) runstate.Cache {
	page := rsview.PageOf(at)
	m := runstate.Cache{Active: true, Addr: at, Page: page + 1, Off: runstate.Nowhere}
	if st.PT[page] != 0 {
		m.Valid, m.PFN, m.Off = true, st.PT[page], at
	}
	return m
}

// Needs raises no bounds.
func (Start) Needs(*model.Config) {}
