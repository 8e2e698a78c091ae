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
	// unreferenced: no reference to the page can be taken for the domain.
	unreferenced = at(func(p *page.Page, _ *args) bool { return !ours(p) })
	// shared: steal_page() wants the allocation to be the only reference.
	shared = at(func(p *page.Page, _ *args) bool { return !p.Owned || !p.Allocated || p.Count != 1 })
	// typedOtherwise: the page has another type than the one that get_type wants.
	typedOtherwise = at(func(p *page.Page, a *args) bool {
		return ours(p) && inUse(p) && p.Type != page.SegDesc+page.Type(a[2])
	})
	// notOf: the reference that put_type drops is not of that type.
	notOf = at(func(p *page.Page, a *args) bool { return p.Type != page.SegDesc+page.Type(a[2]) })
)

// notFree tells a frame that the allocator does not give.
func notFree(c *model.Config, w *model.World, a *args) bool {
	return a[1] < pool.Conf(c).Frames && !inHeap(w, a[1])
}

// noneFree tells that the allocator has nothing to give.
func noneFree(c *model.Config, w *model.World, _ *args) bool {
	for f := range pool.Conf(c).Frames {
		if inHeap(w, f) {
			return false
		}
	}
	return true
}

// stolenInVain tells a page that can be taken, and nothing to replace it.
func stolenInVain(c *model.Config, w *model.World, a *args) bool {
	return !outside(1)(c, w, a) && !shared(c, w, a) && noneFree(c, w, a)
}

// noDescriptors tells a page that is to be a descriptor page and holds
// something else than null descriptors.
func noDescriptors(c *model.Config, w *model.World, a *args) bool {
	if page.SegDesc+page.Type(a[2]) != page.SegDesc || unreferenced(c, w, a) || typedOtherwise(c, w, a) {
		return false
	}
	for _, e := range pool.Of(w).Pages[a[1]].Ent[:pool.Conf(c).Slots] {
		if e.Present() {
			return true
		}
	}
	return false
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

// passWork is the least work of a destruction: it asks after each page.
func passWork(_ *model.Config, w *model.World, _ *args) (b books) {
	if !destroyed(nil, w, nil) {
		for _, m := range Of(w).List {
			b.checks += bit(m != 0)
		}
	}
	return b
}

func bit(is bool) uint8 {
	if is {
		return 1
	}
	return 0
}

func undone(_ *model.Config, w *model.World, _ *args) bool { return !destroyed(nil, w, nil) }

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

// GET_TYPE step by step.

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

// cannotStep: a CPU that is in the middle of a GET_TYPE goes on with it.
func cannotStep(c *model.Config, w *model.World, a *args) bool {
	return halted(c, w, a) || !Of(w).CPU[a[0]].Taking() && any(absent, inUser, outOfOrder)(c, w, a)
}

func busyStep(c *model.Config, w *model.World, a *args) bool {
	return !cannotStep(c, w, a) && busyTyping(c, w, a)
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
