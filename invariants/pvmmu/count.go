package pvmmu

import (
	"hvcheck/model"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu"
	"hvcheck/model/pvmmu/mmops"
)

// held is the number of a table's entries that hold references, counted from
// slot 0: all of them when it is validated, the audited ones when partial.
func held(c *model.Config, p *page.Page) uint8 {
	switch {
	case !p.Type.IsTable():
		return 0
	case p.Validated && p.TCount > 0:
		return pool.Conf(c).Slots
	case p.Partial:
		return p.Nr
	}
	return 0
}

// refs counts who refers to each frame.
type refs struct {
	general [page.MaxFrames]uint8
	typed   [page.MaxFrames]uint8
}

// count lists the references of all frames by their holders.
func count(c *model.Config, w *model.World) (r refs) {
	for m := range pool.Conf(c).Frames {
		r.page(c, w, m)
	}
	for i := range mmops.Of(w).CPU {
		v := &mmops.Of(w).CPU[i]
		r.base(v.Table)
		r.base(v.User)
		if v.Step > 1 { // taken and flushed, in either order
			r.base(v.WantOf)
		}
		if v.Mem.Op == pvmmu.MemDecrease && v.Mem.At != 0 {
			r.general[v.Mem.At-1]++
		}
		if v.Ogt != 0 {
			r.general[v.Ogt-1]++
			if !v.OgtPartial {
				r.typed[v.Ogt-1]++
			}
		}
	}
	return r
}

// taking tells whether a GET_TYPE of frame m has done its first step, which need
// not be the one that takes a reference.
func taking(w *model.World, m uint8) bool {
	for i := range mmops.Of(w).CPU {
		if v := &mmops.Of(w).CPU[i]; v.Step == 1 && v.WantOf == m+1 {
			return true
		}
	}
	return false
}

func (r *refs) base(ref uint8) {
	if ref != 0 {
		r.general[ref-1]++
		r.typed[ref-1]++
	}
}

// page adds what frame m itself holds, and what its entries hold.
func (r *refs) page(c *model.Config, w *model.World, m uint8) {
	p := &pool.Of(w).Pages[m]
	own := bit(p.Pinned) + bit(p.Partial) + mmops.Of(w).Held[m]
	r.general[m] += own + bit(p.Allocated)
	r.typed[m] += own + bit(p.Locked)
	n := held(c, p)
	for _, e := range p.Ent[:n] {
		if !e.Present() || e.Kind() == page.Bad {
			continue
		}
		to := e.Frame()
		switch {
		case p.Type == page.L1:
			r.general[to]++
			r.typed[to] += bit(e.Kind() != page.RO)
		case to != m && e.Kind() != page.PSE:
			r.general[to]++
			r.typed[to]++
		}
	}
	if p.Partial && p.PSet != page.PSetNone && n < pool.Conf(c).Slots {
		r.general[p.Ent[n].Frame()]++
	}
}

func bit(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}

// isBase tells whether a guest vCPU's base pointer names m.
func isBase(w *model.World, m uint8, pointer func(*pvmmu.VCPU) uint8) bool {
	for i := range mmops.Of(w).CPU[:pvmmu.MaxGuests] {
		if pointer(&mmops.Of(w).CPU[i]) == m+1 {
			return true
		}
	}
	return false
}

func userTable(v *pvmmu.VCPU) uint8   { return v.User }
func kernelTable(v *pvmmu.VCPU) uint8 { return v.Table }

// validL4 tells whether m is an L4 whose audit has ended.
func validL4(p *page.Page) bool { return p.Type == page.L4 && p.Validated && p.TCount > 0 }
