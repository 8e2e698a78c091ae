package mmops

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu"
)

// Conditions of the operations that give pages away, look at them, or type
// them step by step.

// memory operations: operand 1 is the frame.

// at is a condition on the frame of operand 1, where there is one.
func at(is func(p *page.Page, a *args) bool) when {
	return func(c *model.Config, w *model.World, a *args) bool {
		return a[1] < pool.Conf(c).Frames && is(&pool.Of(w).Pages[a[1]], a)
	}
}

var (
	// shared: steal_page() wants the allocation to be the only reference.
	shared = at(func(p *page.Page, _ *args) bool { return !p.Owned || !p.Allocated || p.Count != 1 })
	// typedOtherwise: the page has another type than the one that get_type wants.
	typedOtherwise = at(func(p *page.Page, a *args) bool {
		return p.Owned && inUse(p) && p.Type != page.SegDesc+page.Type(a[2])
	})
	// notOf: the reference that put_type drops is not of that type.
	notOf = at(func(p *page.Page, a *args) bool { return p.Type != page.SegDesc+page.Type(a[2]) })
)

// unreferenced: no reference to the page can be taken for the domain.
func unreferenced(c *model.Config, w *model.World, a *args) bool {
	return !outside(1)(c, w, a) && !ours(c, &pool.Of(w).Pages[a[1]])
}

// fullyTyped: the page takes no more typed references.
func fullyTyped(c *model.Config, w *model.World, a *args) bool {
	return !outside(1)(c, w, a) && fullType(Conf(c).Largest, pool.Of(w).Pages[a[1]].TCount)
}

// inHands tells a page that is nobody's and not in the heap: an exchange has it.
func inHands(w *model.World, m uint8) bool {
	for i := range Of(w).CPU {
		x := &Of(w).CPU[i].Mem
		if x.Op == pvmmu.MemExchange && (x.Out == m+1 || x.At == m+1 && x.Step < freed) {
			return true
		}
	}
	return false
}

// inHeap tells a page that the allocator can give. One that is being scrubbed
// is stashed.
func inHeap(w *model.World, m uint8) bool {
	return !pool.Of(w).Pages[m].Owned && Of(w).Stash != m+1 && !inHands(w, m)
}

func notFree(c *model.Config, w *model.World, a *args) bool {
	return !outside(1)(c, w, a) && !inHeap(w, a[1])
}

// noneFree tells that the allocator has nothing to give.
func noneFree(c *model.Config, w *model.World, _ *args) bool {
	for m := range pool.Conf(c).Frames {
		if inHeap(w, m) {
			return false
		}
	}
	return true
}

// stolenInVain tells a page that can be taken, and nothing to replace it.
func stolenInVain(c *model.Config, w *model.World, a *args) bool {
	return !Of(w).Dying && !outside(1)(c, w, a) && !shared(c, w, a) && noneFree(c, w, a)
}

// heldOften tells a frame of which get_type has taken all references that the
// model counts, and heldNever one of which it has none.
func heldOften(_ *model.Config, w *model.World, a *args) bool {
	return a[1] < page.MaxFrames && Of(w).Held[a[1]] > 1
}

func heldNever(_ *model.Config, w *model.World, a *args) bool {
	return a[1] >= page.MaxFrames || Of(w).Held[a[1]] == 0
}

// destroydomain.

func destroyed(_ *model.Config, w *model.World, _ *args) bool {
	return Of(w).RelPriv == pvmmu.PhaseDone
}

// toolsOwe tells whether some vCPU of the toolstack has a call to finish.
func toolsOwe(_ *model.Config, w *model.World, _ *args) bool {
	for _, v := range Of(w).CPU[pvmmu.MaxGuests:] {
		if v.Ogt != 0 {
			return true
		}
	}
	return false
}

// passWork is the least work of a destruction: it asks after each page that it
// visits. Pages that are not given back yet are there until it comes to them;
// others go with what refers to them, but for the first of a pass under way.
func passWork(c *model.Config, w *model.World, a *args) (b books) {
	if destroyed(c, w, a) {
		return b
	}
	first := Of(w).RelPriv != pvmmu.PhaseVCPUs
	for _, m := range Of(w).List {
		if m != 0 && ours(c, &pool.Of(w).Pages[m-1]) && (first || pool.Of(w).Pages[m-1].Allocated) {
			b.checks++
			first = false
		}
	}
	return b
}

func undone(_ *model.Config, w *model.World, _ *args) bool { return Of(w).RelPriv != pvmmu.PhaseDone }

// getpageframeinfo3.

var (
	infoNone = at(func(p *page.Page, _ *args) bool { return !p.Owned })
	// infoOther: the page has no type that a restore would have to know of.
	infoOther = at(func(p *page.Page, _ *args) bool {
		return p.Owned && !(p.Type.IsTable() && (p.Pinned || p.Validated))
	})
)

// tab is the result for a page table of a level.
func tab(t page.Type, pinned bool) model.Result {
	code, text := errno.Errno(t), "L"+string('0'+rune(t))
	if pinned {
		code, text = code|8, text+", pinned"
	}
	return model.Can(code, text).Due(made(at(func(p *page.Page, _ *args) bool {
		return p.Owned && p.Type == t && p.Pinned == pinned && (p.Validated || pinned)
	})))
}

// touch: the first operand is the frame, the second the slot.
func unmapped(_ *model.Config, w *model.World, a *args) bool {
	p := &pool.Of(w).Pages[a[0]]
	return p.Type != page.L1 || !p.Validated || !gives(p.Ent[a[1]])
}

// Memory operations in steps.

func noOperation(_ *model.Config, w *model.World, a *args) bool {
	return Of(w).CPU[a[0]].Mem.Op == pvmmu.MemNone
}

// exchanging is a condition on the exchange that a CPU is in.
func exchanging(step uint8, is when) when {
	return func(c *model.Config, w *model.World, a *args) bool {
		x := &Of(w).CPU[a[0]].Mem
		return x.Op == pvmmu.MemExchange && x.Step == step && is(c, w, a)
	}
}

// Steps of an exchange that are done: the page is stolen; it is freed.
const (
	stolen = 1
	freed  = 3
)

// noAnswer tells that the number of the page that came cannot be written. Of a
// dying domain it is not assigned, and there is nothing to write.
func noAnswer(_ *model.Config, w *model.World, a *args) bool {
	return Of(w).CPU[a[0]].Mem.Bad && !Of(w).Dying
}

// notFreeNorStashed is notFree where what was put aside half scrubbed is the
// caller's own.
func notFreeNorStashed(c *model.Config, w *model.World, a *args) bool {
	return !outside(1)(c, w, a) && (pool.Of(w).Pages[a[1]].Owned || inHands(w, a[1]))
}

// scrubs tells whether there are two parts of a page left to scrub, so that the
// call asks in between.
func scrubs(c *model.Config, w *model.World, a *args) bool {
	done := Of(w).Stash == a[1]+1 && Of(w).StashPart > 0
	return a[2] == 1 && !outside(1)(c, w, a) && pool.Of(w).Pages[a[1]].Unscrubbed && !done
}

// GET_TYPE step by step.

// goesOn tells a CPU that nothing keeps from going on with a GET_TYPE.
func goesOn(c *model.Config, w *model.World, a *args) bool {
	return Of(w).CPU[a[0]].Taking() && !halted(c, w, a)
}

// stepped is an error of a CPU that can make the next step, or the first.
func stepped(code errno.Errno, text string, is when) model.Result {
	return fails(code, text).Due(func(c *model.Config, w *model.World, a *args) bool {
		return is(c, w, a) && (goesOn(c, w, a) || !absent(c, w, a) && !inUser(c, w, a))
	})
}

// cannotStep is cannot for it.
var cannotStep = notRunning.Due(func(c *model.Config, w *model.World, a *args) bool {
	return !goesOn(c, w, a) && (absent(c, w, a) || inUser(c, w, a) || outOfOrder(c, w, a))
})

func idleCPU(_ *model.Config, w *model.World, a *args) bool { return Of(w).CPU[a[0]].Step == 0 }

// typeHeld is the number of steps after which a CPU has the type.
const typeHeld = 3

// busyTyping tells that the CPU is typing another frame or as another type, or
// has one.
func busyTyping(_ *model.Config, w *model.World, a *args) bool {
	v := &Of(w).CPU[a[0]]
	return v.Step == typeHeld || v.WantOf != 0 && (v.WantOf != a[1]+1 || v.Want != stepTypes[a[2]])
}

// typeTaken tells that another CPU has the frame as another type, or is
// auditing it.
func typeTaken(what func(p *page.Page, t page.Type) bool) when {
	return func(c *model.Config, w *model.World, a *args) bool {
		p := &pool.Of(w).Pages[a[1]]
		return idleCPU(c, w, a) && inUse(p) && what(p, stepTypes[a[2]])
	}
}

func takenOther(p *page.Page, t page.Type) bool   { return p.Type != t }
func takenAudited(p *page.Page, t page.Type) bool { return p.Type == t && !p.Validated }

func holdsNone(_ *model.Config, w *model.World, a *args) bool {
	return Of(w).CPU[a[0]].Step != typeHeld
}

// noMapping tells that the CPU does not have the frame as writable.
func noMapping(c *model.Config, w *model.World, a *args) bool {
	v := &Of(w).CPU[a[0]]
	return holdsNone(c, w, a) || v.WantOf != a[1]+1 || v.Want != page.Writable
}

// noView tells that Xen's linear view of the caller's page tables has no L1
// there, or that the model does not follow translations.
func noView(c *model.Config, w *model.World, a *args) bool {
	_, found := linearL1(c, w, a[0], a[1])
	return !found || !Conf(c).TLB
}
