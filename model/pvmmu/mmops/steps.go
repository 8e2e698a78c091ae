package mmops

import (
	"errors"

	"hvcheck/model"
	"hvcheck/model/errno"
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
			refused(errno.EINVAL, "no such frame", outside(1)), ending, cannot,
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
			refused(errno.EINVAL, "no such frame", outside(1)),
			ending, cannot,
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
			fails(errno.EINVAL, "the CPU is in none").Due(noOperation),
			fails(errno.ENOMEM, "no free frame for an exchange; the page is given back").Due(exchanging(stolen, noneFree)),
			fails(errno.EFAULT, "exchanged, but the answer cannot be written").Due(exchanging(freed, noAnswer)),
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
			ok("assigned"), refused(errno.ENOMEM, "the frame is not free", notFreeNorStashed),
			refused(errno.EINVAL, "no such frame", outside(1)), refused(errno.EPERM, "only for a toolstack", byGuest),
			refused(errno.ERESTART, "preempted; call again", scrubs), ending, cannot,
		},
		Run: by(func(c *pvmmu.Call, a *args) errno.Errno { return c.PopulateScrubbing(a[0], a[1]) }),
	})
)

// Effects.

func init() {
	ensure(func(_ *model.Config, was view, a *args, is view) error {
		return want(is.pages[a[1]].Count == was.pages[a[1]].Count+1 && is.CPU[a[0]].Mem.Op == pvmmu.MemDecrease, "the call has no reference of its own")
	}, DecreaseBegin)
	ensure(func(_ *model.Config, was view, a *args, is view) error {
		return want(!is.pages[a[1]].Owned && is.Tot == was.Tot && is.CPU[a[0]].Mem.Op == pvmmu.MemExchange, "the page is not stolen")
	}, ExchangeBegin)
	ensure(oneStepOn, MemoryStep)
	ensure(func(_ *model.Config, _ view, a *args, is view) error {
		return want(!is.pages[a[1]].Unscrubbed && is.Stash == 0, "the page is not scrubbed, or another is still stashed")
	}, PopulateScrubbing)
}

// oneStepOn: a memory operation is one step on, or has come to its end.
func oneStepOn(_ *model.Config, was view, a *args, is view) error {
	from, to := was.CPU[a[0]].Mem, is.CPU[a[0]].Mem
	if to.Op != pvmmu.MemNone {
		from.Step, from.Out = from.Step+1, to.Out
		return want(to == from && (to.Out != 0) == (to.Op == pvmmu.MemExchange), "the operation is not one step on")
	}
	if to != (pvmmu.Mem{}) {
		return errors.New("something is left of the operation")
	}
	if from.Op == pvmmu.MemDecrease {
		return want(from.Step == 2 && from.At != 0 && !is.pages[from.At-1].Allocated, "the page is not given back")
	}
	return want(from.Step == 3 && (was.Dying || from.Out != 0 && is.pages[from.Out-1].Owned), "the other page is not the domain's")
}
