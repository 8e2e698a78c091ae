package grant

// Tag tells who wrote what is in a frame.
type Tag uint8

// Tags. Data of a grant have its reference in them.
const (
	TagClean   Tag = 0
	TagForeign Tag = 1 // of a domain that has nothing to do with grants of F
	TagPrivate Tag = 2 // of the kernel that runs in F, and of no grant
	TagFront   Tag = 3 // and so on: what F put into a page that it grants with ref 0, 1, ...
	TagBack    Tag = TagFront + MaxRefs
	NumTags    Tag = TagBack + MaxRefs
)

// Stage says which kernel is in charge of F, and how far the next one has come.
type Stage uint8

// The stages.
const (
	K1        Stage = iota
	Primed          // K1 runs; K2 is loaded
	Waiting         // K1 waits until its grants are ended
	Resetting       // F has shut down for a soft reset
	Revoking        // Xen takes its grants away
	Booting         // K2 is about to run
	K2
)

func (s Stage) String() string {
	return [...]string{"K1", "K1, K2 loaded", "K1 waits for the end of its grants", "shut down for a soft reset", "Xen revokes", "K2 boots", "K2"}[s]
}

// Kernel is what belongs to the kernels of F, one after the other.
type Kernel struct {
	Stage  Stage
	Crash  bool  // K1 has crashed: K2 lives in memory that was reserved for it
	Unsafe bool  // kexec_is_safe is not set any more
	Layout uint8 // of entries, as the kernel in charge believes: 1 or 2
	Hole   uint8 // gfns of memory that the kernel in charge has given back or mapped over, a bit each
	Off    uint8 // references that K2 does not use, a bit each: they were pinned (GR-V12)
	Kept   uint8 // the gfn + 1 that is reserved for the kernel of a crash; 0 is none
	Shared uint8 // the frame + 1 that revocation puts in the place of several

	Shinfo    uint8           // the gfn + 1 where shared_info is
	ShinfoMFN uint8           // the frame + 1 that Xen writes it to
	PIRQ      [MaxPIRQs]uint8 // map_domain_emuirq_pirq(): emuirq + 1
	Believes  [MaxPIRQs]uint8 // and what the kernel in charge believes
}

// DriverState is what B's driver does with a grant.
type DriverState uint8

// The states.
const (
	DriverOff  DriverState = iota
	DriverIdle             // it has the page mapped
	DriverBusy             // a request is in flight
)

func (s DriverState) String() string { return [...]string{"off", "idle", "in I/O"}[s] }

// Driver is what B's driver knows of a grant of F.
type Driver struct {
	State      DriverState
	Persistent bool  // a persistent grant, or the shared ring: it stays mapped until it closes
	Closing    bool  // the toolstack has asked
	Handle     uint8 // of the mapping at Slot
	Slot       uint8
	ReadOnly   bool
	Second     uint8 // a second mapping, for user space: slot + 1
	SecondOf   uint8 // and its handle
}

// Withholds tells whether a kernel does not use a reference, because it was pinned
// when the kernel started: GR-V12.
func (k *Kernel) Withholds(ref uint8) bool { return k.Off>>ref&1 != 0 }
