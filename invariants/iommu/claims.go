package iommu

import (
	"hvcheck/invariants"
	"hvcheck/model/iommu/ledger"
)

// claimed lists what was claimed, and what is information and no violation.
var claimed = []invariants.Invariant{
	{
		ID:    "FL-G1",
		Title: "a device and the CPU agree about a gfn",
		Doc: `An access of a device that is made after a removal or a move has returned to the guest does not reach a page while the CPU has another one at the same gfn.

This is about what a guest can see of itself, and no matter of isolation: whichever page it is, it is the guest's.`,
		Refs:  []string{"seed 004: It is maybe not correct for guest to read data from gfn1 after DMA"},
		Claim: true,
		State: harmless(ledger.Disagreed, "a device has reached another page than the CPU has there"),
	},
	{
		ID:    "FL-P4",
		Title: "an operation is not complete for the guest before its flush is",
		Doc:   `When a call returns to a guest that runs, or a guest that was paused for a call runs again, nothing is cached for its devices that its table does not have.`,
		Refs:  []string{"seed 004: the hypercall is not completed"},
		Claim: true,
		State: harmless(ledger.Early, "the guest goes on, and what it has removed is still cached"),
	},
}
