package mmops

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu"
)

// Memory operations in steps (option Steps): each begins with one operation, and
// goes on with memory.step.
var (
	DecreaseBegin = ops.Define(model.Spec{
		Name:   "decrease.begin",
		Doc:    "The first step of an XENMEM_decrease_reservation of one page, with other CPUs running before the next: the call takes a reference of its own. Then the allocation is given back, then the reference.",
		Source: "xen/common/memory.c guest_remove_page()",
		Args:   []model.Arg{argCPU, argFrame},
		Results: []model.Result{
			ok("begun"), refused(errno.ENXIO, "no reference to the page can be had", unreferenced),
			refused(errno.EINVAL, "no such frame", outside(1)), gone, cannot,
		},
		Run: by(func(c *pvmmu.Call, a *args) errno.Errno { return c.DecreaseBegin(a[0], a[1]) }),
	})
	ExchangeBegin = ops.Define(model.Spec{
		Name:   "exchange.begin",
		Doc:    "The first step of an XENMEM_exchange of one page: it is stolen. Then another one is allocated, then the stolen one is freed, then the other one is assigned and its number written to the caller's memory, which may be at a bad address.",
		Source: "xen/common/memory.c memory_exchange()",
		Args:   []model.Arg{argCPU, argFrame, {Name: "out", Type: Address}},
		Results: []model.Result{
			ok("begun"),
			refused(errno.EINVAL, "the page has other references, or is not the domain's", shared),
			refused(errno.EINVAL, "no such frame", outside(1)), gone, cannot,
		},
		Run: by(func(c *pvmmu.Call, a *args) errno.Errno { return c.ExchangeBegin(a[0], a[1], a[2] != 0) }),
	})
	MemoryStep = ops.Define(model.Spec{
		Name:   "memory.step",
		Doc:    "The next step of the memory operation that the CPU is in. The last one has the operation's result. It goes on when the domain is being destroyed.",
		Source: "xen/common/memory.c",
		Args:   []model.Arg{argCPU},
		Results: []model.Result{
			ok("one step on, or through; an exchange that the domain's end has cut short says so by the number of pages"),
			fails(errno.EINVAL, "the CPU is in none").Due(inNone),
			fails(errno.ENOMEM, "no free frame for an exchange; the page is given back").Due(noneForIt),
			fails(errno.EFAULT, "exchanged, but the answer cannot be written").Due(noAnswer),
			fails(errno.NotRunning, "nothing can run any more").Due(halted),
		},
		Run: by(func(c *pvmmu.Call, a *args) errno.Errno { return c.MemoryStep(a[0]) }),
	})
	PopulateScrubbing = ops.Define(model.Spec{
		Name:   "populate_physmap.scrub",
		Doc:    "XENMEM_populate_physmap of one page by a toolstack that builds the domain. A page that its last owner has left something in is scrubbed first, in two parts; if the call is preempted in between, the page is stashed, and is nobody's.",
		Source: "xen/common/memory.c populate_physmap(), stash_allocation()",
		Args:   []model.Arg{argCPU, argFrame, argPreempt},
		Results: []model.Result{
			ok("assigned"), refused(errno.ENOMEM, "the frame is not free", notFreeOrStashed),
			refused(errno.EINVAL, "no such frame", outside(1)), refused(errno.EPERM, "only for a toolstack", byGuest),
			fails(errno.ERESTART, "preempted between the two parts; call again").Due(made(halfScrubbed)), gone, cannot,
		},
		Run: by(func(c *pvmmu.Call, a *args) errno.Errno { return c.PopulateScrubbing(a[0], a[1]) }),
	})
)

// Conditions.

// taken tells a frame that is not in the heap: somebody's, or in somebody's hands.
func taken(w *model.World, f uint8) bool {
	if pool.Of(w).Pages[f].Owned {
		return true
	}
	for i := range Of(w).CPU {
		v := &Of(w).CPU[i].Mem
		stolen := v.At == f+1 && v.Step < 3
		if v.Op == pvmmu.MemExchange && (stolen || v.Out == f+1) {
			return true
		}
	}
	return false
}

func inHeap(w *model.World, f uint8) bool { return !taken(w, f) && Of(w).Stash != f+1 }

func notFreeOrStashed(c *model.Config, w *model.World, a *args) bool {
	return a[1] < pool.Conf(c).Frames && taken(w, a[1])
}

func inNone(c *model.Config, w *model.World, a *args) bool {
	return !halted(c, w, a) && Of(w).CPU[a[0]].Mem.Op == pvmmu.MemNone
}

// exchanging tells an exchange that has done so many steps.
func exchanging(w *model.World, a *args, step uint8) bool {
	v := &Of(w).CPU[a[0]].Mem
	return !Of(w).Stopped() && v.Op == pvmmu.MemExchange && v.Step == step
}

func noneForIt(c *model.Config, w *model.World, a *args) bool {
	return exchanging(w, a, 1) && noneFree(c, w, a)
}

func noAnswer(_ *model.Config, w *model.World, a *args) bool {
	return exchanging(w, a, 3) && Of(w).CPU[a[0]].Mem.Bad && !Of(w).Dying
}

// halfScrubbed tells a page of which more than one part is to be scrubbed.
func halfScrubbed(c *model.Config, w *model.World, a *args) bool {
	return a[2] == 1 && byTools(c, w, a) && !Of(w).Dying && a[1] < pool.Conf(c).Frames && !taken(w, a[1]) &&
		pool.Of(w).Pages[a[1]].Unscrubbed && Of(w).Stash != a[1]+1
}

// Effects.

func init() {
	ensure(func(_ *model.Config, was view, a *args, is view) error {
		return want(is.pages[a[1]].Count == was.pages[a[1]].Count+1 && is.CPU[a[0]].Mem.Op == pvmmu.MemDecrease, "the call has no reference of its own")
	}, DecreaseBegin)
	ensure(func(_ *model.Config, was view, a *args, is view) error {
		return want(!is.pages[a[1]].Owned && is.Tot == was.Tot && is.CPU[a[0]].Mem.Op == pvmmu.MemExchange, "the page is not stolen")
	}, ExchangeBegin)
	ensure(stepped, MemoryStep)
	ensure(func(_ *model.Config, _ view, a *args, is view) error {
		return want(!is.pages[a[1]].Unscrubbed && is.Stash == 0, "the page is not scrubbed, or another is still stashed")
	}, PopulateScrubbing)
}

// stepped: a memory operation is one step on, or has come to its end.
func stepped(_ *model.Config, was view, a *args, is view) error {
	from, to := was.CPU[a[0]].Mem, is.CPU[a[0]].Mem
	if to.Op != pvmmu.MemNone {
		return want(to.Op == from.Op && to.At == from.At && to.Step == from.Step+1, "the operation is not one step on")
	}
	if from.Op == pvmmu.MemDecrease {
		return want(from.Step == 2 && from.At != 0 && !is.pages[from.At-1].Allocated, "the page is not given back")
	}
	return want(from.Step == 3 && (was.Dying || from.Out != 0 && is.pages[from.Out-1].Owned), "the other page is not the domain's")
}
