package mmops

import (
	"errors"
	"fmt"

	"hvcheck/model"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu"
)

// What operations have done when they have succeeded, as the public headers say
// it. Counts and entries are other invariants' matter.

// view is a World as the effects look at it.
type view struct {
	*pvmmu.State
	pages *[page.MaxFrames]page.Page
}

func viewOf(w *model.World) view { return view{Of(w), &pool.Of(w).Pages} }

// effect looks at the states before and after an operation.
type effect func(c *model.Config, was view, a *args, is view) error

func ensure(e effect, specs ...*model.Spec) {
	for _, s := range specs {
		s.Ensures(func(c *model.Config, before *model.World, a *model.Args, after *model.World) error {
			return e(c, viewOf(before), a, viewOf(after))
		})
	}
}

var want = model.Require

func init() {
	ensure(func(_ *model.Config, was view, a *args, is view) error {
		p, before := &is.pages[a[1]], &was.pages[a[1]]
		if p.Type == page.L4 && !(valid(before) && before.Type == page.L4) && is.Strict() != (p.ROMpt == page.Filled) {
			return errors.New("the new L4's slot 256 is not as the mode says")
		}
		if was.Dying {
			return want(!p.Pinned, "a page of a domain that is being destroyed stays pinned")
		}
		return want(p.Pinned && p.Type == page.Type(a[2]) && p.Validated && p.TCount > 0, "the frame is not pinned as an audited table of that level")
	}, Pin)
	ensure(func(_ *model.Config, _ view, a *args, is view) error {
		return want(!is.pages[a[1]].Pinned, "the frame is still pinned")
	}, Unpin)
	ensure(func(_ *model.Config, was view, a *args, is view) error {
		return want(is.CPU[a[0]].Ogt == 0 || was.Dying, "the caller's old_guest_table is not done with")
	}, Pin, Continue, NewBaseptr, NewUserBaseptr)
	ensure(func(_ *model.Config, was view, a *args, is view) error {
		if is.CPU[a[0]].Table != a[1]+1 {
			return errors.New("the vCPU has another kernel table")
		}
		if is.CPU[a[0]].LinTLB != 0 {
			return errors.New("the linear view of the tables before is not flushed")
		}
		same := was.CPU[a[0]].Table == a[1]+1 // nothing is done about its slot
		if same && was.CPU[a[0]].Ogt == 0 && *was.pages != *is.pages {
			return errors.New("a page changed, and the base pointer was there already")
		}
		return based(is, a[1]+1, same || is.Strict())
	}, NewBaseptr)
	ensure(func(_ *model.Config, _ view, a *args, is view) error {
		if is.CPU[a[0]].User != a[1] {
			return errors.New("the vCPU has another user table")
		}
		return based(is, a[1], true)
	}, NewUserBaseptr)
	MMUUpdate.Ensures(func(c *model.Config, before *model.World, a *model.Args, after *model.World) error {
		return stored(c, before, a, viewOf(after))
	})
	ensure(storedByAddress, UpdateVAMapping)
	ensureVCPUs()
	ensureMemory()
	ensureTypes()
}

// ensureVCPUs is about contexts, modes, and who runs.
func ensureVCPUs() {
	ensure(contextSet, SetContext, VCPUInitialise)
	ensure(func(_ *model.Config, _ view, a *args, is view) error {
		v := &is.CPU[a[1]]
		return want(*v == pvmmu.VCPU{Down: true, TLB: v.TLB, Step: v.Step, Want: v.Want, WantOf: v.WantOf}, "the vCPU is not reset")
	}, VCPUReset)
	ensure(func(c *model.Config, was view, a *args, is view) error {
		last := true
		for v := range was.CPU[:Conf(c).Guests] {
			last = last && (uint8(v) == a[1] || was.CPU[v].Down)
		}
		return want(is.ShutDown == last && is.CPU[a[1]].Down != last, "the vCPU still runs, or it is not the one that stops")
	}, VCPUDown)
	ensure(func(_ *model.Config, was view, a *args, is view) error {
		bits := was.Assist | a[2]
		if a[1] == pvmmu.AssistDisable {
			bits = was.Assist &^ a[2]
		}
		return want(is.Assist == bits, "vm_assist is not so")
	}, VMAssist)
	ensure(func(_ *model.Config, was view, a *args, is view) error {
		return want(is.CPU[a[0]].UserMode != was.CPU[a[0]].UserMode, "the vCPU is in the same mode")
	}, ToggleGuestMode)
}

// based: a base pointer names an audited L4. In relaxed mode a kernel table has
// its M2P, in strict mode a user table has none.
func based(is view, ref uint8, user bool) error {
	if ref == 0 {
		return nil
	}
	p := &is.pages[ref-1]
	switch {
	case p.Type != page.L4 || !p.Validated || p.TCount == 0:
		return errors.New("the base pointer names no audited L4")
	case !user && p.ROMpt != page.Filled:
		return errors.New("the kernel table has no M2P")
	}
	return nil
}

// stored: the entry is in the page, and of the old one the D bit if PRESERVE_AD
// asks for it. In ordinary memory slot 256 has whatever the guest stores there.
func stored(c *model.Config, before *model.World, a *args, is view) error {
	p, e := &is.pages[a[1]], page.Entry(a[3])
	if !p.Owned {
		return nil
	}
	if a[2] == pvmmu.SlotM2P {
		return want(p.ROMpt == page.Guest == e.Names() && p.ROMpt != page.Filled, "slot 256 does not hold what was stored")
	}
	was := frame(c, before, a[0], a[1])
	keeps := a[4] == pvmmu.CmdPreserveAD && valid(&was) && was.Type.IsTable() && was.Ent[a[2]].Dirty()
	if keeps {
		e = e.WithDirty()
	}
	if got := p.Ent[a[2]]; got != e {
		return fmt.Errorf("the slot holds %v, not %v", got, e)
	}
	return nil
}

// storedByAddress: the entry is in the L1 that the caller's kernel table leads to,
// and the flush that was asked for is made.
func storedByAddress(c *model.Config, was view, a *args, is view) error {
	for i := range is.CPU {
		if a[4] == pvmmu.FlushAll && is.CPU[i].LinTLB != 0 {
			return fmt.Errorf("the linear view of CPU %d is not flushed", i)
		}
	}
	for m := range pool.Conf(c).Frames {
		p := &is.pages[m]
		if was.pages[m].Type == page.L1 && p.Ent[a[2]] == page.Entry(a[3]) {
			return nil
		}
	}
	return errors.New("no L1 holds the entry")
}

// contextSet: the vCPU has the context that was asked for.
func contextSet(_ *model.Config, was view, a *args, is view) error {
	v, ctx := &is.CPU[a[1]], context(a)
	switch {
	case !v.Init:
		return errors.New("the vCPU is not initialised")
	case v.Table != ctx.Kernel+1:
		return errors.New("the vCPU has another kernel table")
	case v.User != ctx.User:
		return errors.New("the vCPU has another user table")
	case v.UserMode != (ctx.Mode == pvmmu.ModeUser) || v.Down != (ctx.Mode == pvmmu.ModeOffline) || v.InReset != (was.CPU[a[1]].Init && was.CPU[a[1]].InReset):
		return errors.New("the vCPU is in another mode")
	case !was.CPU[a[1]].Init && v.Ogt != 0:
		return errors.New("the vCPU has an old_guest_table")
	case !was.CPU[a[1]].Init && !is.Strict() && was.CPU[a[1]].Ogt != ctx.Kernel+1 && is.pages[ctx.Kernel].ROMpt != page.Filled:
		return errors.New("the kernel table has no M2P")
	case a[1] == 0 && !was.CPU[0].Init && is.Assist != ctx.Assist:
		return errors.New("vm_assist is not the context's")
	}
	return nil
}

func ensureMemory() {
	ensure(func(_ *model.Config, _ view, a *args, is view) error {
		return want(!is.pages[a[1]].Allocated, "the domain still has the page")
	}, Decrease)
	ensure(func(_ *model.Config, was view, a *args, is view) error {
		p := &is.pages[a[1]]
		return want(p.Owned && p.Allocated && p.Count == 1 && is.Tot == was.Tot+1, "the page is not the domain's")
	}, Populate, PopulateScrubbing)
	ensure(func(_ *model.Config, was view, a *args, is view) error {
		switch {
		case was.Dying:
			return want(!is.pages[a[1]].Owned && is.Tot == was.Tot-1, "the page was not taken away")
		case is.pages[a[1]].Owned || is.Tot != was.Tot:
			return errors.New("the page was not exchanged")
		}
		for m := range is.pages {
			if !was.pages[m].Owned && is.pages[m].Owned && is.pages[m].Allocated {
				return nil
			}
		}
		return errors.New("no other page is in its place")
	}, Exchange)
	ensure(func(c *model.Config, was view, a *args, is view) error {
		out := was.CPU[a[0]].Mem.Out
		if out == 0 || is.CPU[a[0]].Mem.Op != pvmmu.MemNone {
			return nil
		}
		p := &is.pages[out-1]
		return want(p.Owned || p.Unscrubbed == Conf(c).Steps, "the page that the domain did not get is not freed")
	}, MemoryStep)
	ensure(func(_ *model.Config, _ view, _ *args, is view) error {
		for i := range is.CPU {
			if is.CPU[i].Mem.Op != pvmmu.MemNone { // it holds a page for a while
				return nil
			}
		}
		for m := range is.pages {
			if is.pages[m].Owned {
				return fmt.Errorf("frame %d is still the domain's", m)
			}
		}
		return want(is.Tot == 0, "tot_pages is not 0")
	}, Destroy)
}

func ensureTypes() {
	ensure(func(_ *model.Config, was view, a *args, is view) error {
		m, t := a[1], page.SegDesc+page.Type(a[2])
		return want(is.Held[m] == was.Held[m]+1 && is.pages[m].Type == t && is.pages[m].TCount > 0, "the frame is not held as that type")
	}, GetType)
	ensure(func(_ *model.Config, was view, a *args, is view) error {
		return want(is.Held[a[1]] == was.Held[a[1]]-1, "the reference is still held")
	}, PutType)
	ensure(func(_ *model.Config, _ view, a *args, is view) error {
		return want(is.pages[a[0]].Ent[a[1]].Dirty(), "the entry is not dirty")
	}, Touch)
	ensure(func(_ *model.Config, was view, a *args, is view) error {
		v, t := &is.CPU[a[0]], stepTypes[a[2]]
		if before := &was.pages[a[1]]; before.Type == t && before.Validated && !is.pages[a[1]].Validated {
			return errors.New("the frame is valid as that type, and is to be flushed and audited again")
		}
		return want(v.WantOf == a[1]+1 && v.Want == t, "the CPU is not at it")
	}, TypeStep)
	ensure(stepPut, TypePut)
	ensure(func(_ *model.Config, _ view, a *args, is view) error {
		return want(is.CPU[a[0]].TLB>>a[1]&1 != 0, "the TLB does not have the translation")
	}, Access)
	ensure(func(_ *model.Config, _ view, a *args, is view) error {
		return want(is.CPU[a[0]].LinTLB != 0, "the TLB does not have the translation")
	}, LinearRead)
}

// stepPut: the CPU has dropped the type. Ordinary memory stays valid as such, so
// that the next use needs no flush; a page table that nobody uses does not.
func stepPut(_ *model.Config, was view, a *args, is view) error {
	ref := was.CPU[a[0]].WantOf
	if ref == 0 || is.CPU[a[0]].WantOf != 0 || is.CPU[a[0]].Step != 0 || is.CPU[a[0]].Want|is.CPU[a[0]].Saw != page.None {
		return errors.New("the CPU still holds it")
	}
	before, p := &was.pages[ref-1], &is.pages[ref-1]
	if !p.Owned {
		return nil
	}
	return want(p.TCount == before.TCount-1 && p.Type == before.Type && p.Validated == (p.TCount > 0 || !p.Type.IsTable()), "the type is not dropped, or not kept for the next use")
}
