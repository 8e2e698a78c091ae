// Package ledger keeps the books of the IOMMU area: what callers have asked for and
// were told, whose waits are queued, what devices have touched, and what harm that was.
//
// The books are kept from operations as their callers made them, and from what the
// hardware does:
//
//	Before(state) -> vtd.Call, the rules -> After(state, events): Book
package ledger

import "hvcheck/model/iommu"

// Harm is what the operation before has done wrong, a bit each.
type Harm uint16

// The harms.
const (
	Strayed    Harm = 1 << iota // a device has touched what is not its domain's
	Untimely                    // a page was freed that a cache or a table still leads to
	Unanswered                  // a wait was over that was not executed
	Unflushed                   // an operation answered success before its flushes were done
	Disagreed                   // a device has reached another page than the CPU has there
	Early                       // a caller was told that all is done, and it is not
	OnFreed                     // an IOMMU has walked a table that is freed
	Allocated                   // a completion has allocated
	Hit                         // hardware domain: a device that a guest has programmed has touched its page
)

// Doing is what a CPU was asked for, as its caller asked, and what is owed for it.
type Doing struct {
	Work iommu.Work
	Dom  uint8
	A, B uint8 // operands: a gfn, and where it goes
	N    uint8
	Page uint8 // + 1: that was there when it was asked for
	Late bool  // its wait has timed out

	Owed  [iommu.MaxGfns]iommu.Entry // what was changed or removed, by dfn
	Table uint8                      // in which table
}

// Book is what is noted.
type Book struct {
	Harm  Harm
	Doing [iommu.NumCPUs]Doing
	// Waits mirrors the queues: whose wait a descriptor is, CPU + 1, or 0.
	Waits [iommu.MaxIOMMUs][iommu.MaxQueue]uint8
	// Programmed is the domain + 1 that has told a device what to access, and Given
	// pages that were given back, by their frames, a bit each, until they are free.
	Programmed [iommu.MaxDevs]uint8
	Given      uint16
	// Uses are typed references that guests have asked for and were told, by frame.
	Uses [iommu.MaxFrames]uint8
}

// Waiting counts a CPU's waits that are queued.
func (b *Book) Waiting(cpu uint8) (n int) {
	for i := range b.Waits {
		for _, of := range b.Waits[i] {
			if of == cpu+1 {
				n++
			}
		}
	}
	return n
}
