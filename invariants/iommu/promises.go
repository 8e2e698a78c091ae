package iommu

import (
	"fmt"
	"slices"

	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/iommu"
	"hvcheck/model/iommu/iomops"
)

// Promises lists what is promised about runs without an end.
var Promises = []invariants.Response{
	{
		ID:    "FL-L1",
		Title: "a page that is given back becomes free",
		Doc:   `When a guest gives a page back, and nobody else has it, it is in the heap sooner or later, if the hardware goes on. Frames are alike, so frame 0 is asked. A removal that fails keeps the page.`,
		Refs:  []string{"Xu, 2015-09-28, xen-devel: pageX will be released to Xen", "XSA-242"},
		From:  givenBack, To: not(givenBack),
		Fair: goesOn,
	},
	{
		ID:    "FL-L2",
		Title: "a call ends",
		Doc:   `What CPU 0 is in the middle of comes to an end, if the hardware goes on.`,
		Refs:  []string{"ad6eddb742"},
		From:  busy(0), To: not(busy(0)),
		Fair: goesOn,
	},
	{
		ID:    "FL-L3",
		Title: "a guest goes on although a device does not answer",
		Doc:   `Whatever a device does, D1's vCPU comes back from its call, and is not paused for ever. What waits for a flush may wait.`,
		Refs:  []string{"Beulich, 2015-09-28, xen-devel: pausing the guest would get us far away from how real hardware behaves", "ad6eddb742"},
		From:  held, To: not(held),
		Fair: goesOn,
	},
}

type test = func(c *model.Config, w *model.World) bool

func not(f test) test {
	return func(c *model.Config, w *model.World) bool { return !f(c, w) }
}

func givenBack(_ *model.Config, w *model.World) bool { return iomops.Book(w).Given&1 != 0 }

// busy tells whether a CPU is in the middle of something.
func busy(cpu uint8) test {
	return func(_ *model.Config, w *model.World) bool { return iomops.Of(w).Task[cpu].Busy() }
}

// held tells whether D1's vCPU 0 cannot go on by itself.
func held(_ *model.Config, w *model.World) bool {
	s := iomops.Of(w)
	t := &s.Task[0]
	return t.Busy() && t.Actor == iommu.A0 || s.Dom[iommu.D1].Paused > 0
}

// goesOn: CPUs and hardware go on, and interrupts come.
var goesOn = slices.Concat(
	numbered("step", "CPU %d goes on with what it is in the middle of", iommu.NumCPUs, iomops.XenStep),
	numbered("hardware", "IOMMU %d executes what is queued", iommu.MaxIOMMUs, iomops.Hardware),
	numbered("completion", "the interrupt of IOMMU %d comes", iommu.MaxIOMMUs, iomops.Completion),
	[]invariants.Fair{{ID: "tail", Doc: "what is left of calls that have returned is done", Of: func(op model.Op) bool { return op.Spec() == iomops.Tail }}},
)

// numbered is an operation that is not put off for ever, for each value of its operand.
func numbered(id, doc string, n uint8, spec *model.Spec) (list []invariants.Fair) {
	for i := range n {
		list = append(list, invariants.Fair{
			ID: fmt.Sprintf("%s %d", id, i), Doc: fmt.Sprintf(doc, i),
			Of: func(op model.Op) bool { return op.Spec() == spec && op.Arg[0] == i },
		})
	}
	return list
}
