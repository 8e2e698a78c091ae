package iommu

// EventKind is what an operation, or the hardware, did.
type EventKind uint8

// The kinds.
const (
	Touches   EventKind = iota // a device accesses memory: Fn, DFN, E, Write
	Blocked                    // or may not
	WalksFree                  // an IOMMU walks a table that is freed
	Submits                    // a descriptor is queued: IOMMU, CPU and Wait
	Executes                   // the head of a queue is executed: IOMMU
	Sees                       // a CPU takes its wait to be over: CPU
	GivesUp                    // or does not wait any longer: CPU
	Frees                      // a page goes to the heap: Frame
	Allocates                  // the completion handler allocates
)

// Event is one of them.
type Event struct {
	Kind  EventKind
	IOMMU uint8
	CPU   uint8
	Fn    uint8
	DFN   uint8
	E     Entry
	Frame uint8
	Owner uint8 // Touches: whose page it was then
	For   uint8 // and whose device
	Wait  bool
	Write bool
}
