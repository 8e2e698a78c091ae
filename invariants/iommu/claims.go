package iommu

import (
	"errors"
	"fmt"

	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/iommu"
	"hvcheck/model/iommu/iomops"
	"hvcheck/model/iommu/ledger"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
)

// claimed lists what was claimed, and what is information and no violation.
var claimed = []invariants.Invariant{
	{
		ID:    "FL-G1",
		Title: "a device and the CPU agree about a gfn",
		Doc: `An access of a device that is made after a removal or a move has returned to the guest does not reach a page while the CPU has another one at the same gfn.

This is about what a guest can see of itself, and no matter of isolation: whichever page it is, it is the guest's.`,
		Refs:  []string{"Xu, 2015-09-28, xen-devel: It is maybe not correct for guest to read data from gfn1 after DMA"},
		Claim: true,
		State: harmless(ledger.Disagreed, "a device has reached another page than the CPU has there"),
	},
	{
		ID:    "FL-P9",
		Title: "each page that a device's table leads to is marked",
		Doc:   `FL-V6: as long as a domain has an ATS device, each page that its table leads to is one that is held when it is freed.`,
		Refs:  []string{"Xu, 2015-09-28, xen-devel: It is not for anything it points to, but just for HVM guest related"},
		Claim: true,
		State: of(marked),
	},
	{
		ID:    "FL-P13",
		Title: "a page that nobody uses as something else can be mapped for writing",
		Doc:   `A guest that asks for a writable reference of a page of its own gets it, as long as the page is not in use as a page table, for descriptors, or shared.`,
		Refs:  []string{"Xu, 2015-09-28, xen-devel: PGT_dev_tlb_page", "xen/arch/x86/include/asm/mm.h PGT_type_mask"},
		Claim: true,
		Step: func(_ *invariants.Probe, before *model.World, op model.Op, a model.Answer, _ *model.World) error {
			p := &pool.Of(before).Pages[op.Arg[1]]
			if op.Spec() == iomops.GetType && op.Arg[2] == uint8(page.Writable) && a.Code == errno.EINVAL && p.Allocated && p.TCount == 0 {
				return errors.New("a writable reference is refused, and nobody uses the page")
			}
			return nil
		},
	},
	{
		ID:    "FL-P4",
		Title: "an operation is not complete for the guest before its flush is",
		Doc:   `When a call returns to a guest that runs, or a guest that was paused for a call runs again, nothing is cached for its devices that its table does not have.`,
		Refs:  []string{"Xu, 2015-09-28, xen-devel: the hypercall is not completed"},
		Claim: true,
		State: harmless(ledger.Early, "the guest goes on, and what it has removed is still cached"),
	},
}

func marked(v *view) error {
	for d := uint8(iommu.D1); d <= iommu.D2; d++ {
		for g, e := range v.s.IOPT[d] {
			if v.s.Dom[d].ATS && e.Pooled() && !v.s.Frame[e.Frame()].Marked {
				return fmt.Errorf("dfn %d of %s leads to frame %d, which is not marked", g, iomops.Dom.Format(d), e.Frame())
			}
		}
	}
	return nil
}
