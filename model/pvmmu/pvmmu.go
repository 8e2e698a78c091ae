// Package pvmmu models the memory-management interface of 64-bit PV guests:
// page-table typing, pinning, base pointers, set-context, the RO_MPT slot, and
// destruction, with every hypercall preemptible where Xen's is.
//
// A hypercall is a Call: Begin binds it to a pool of pages and a State, one
// method per hypercall changes both in place and returns Xen's errno, End
// closes it. Nothing of a preempted call is kept but what Xen keeps: partial
// pages, old_guest_table, the order of page_list and the phase of destruction.
// To continue a preempted call is to make the same call again; a hostile
// caller may make another one.
//
// Source: xen/arch/x86/mm.c and domain.c. Where a condition in the source and
// the contract in its comments differ, this is the contract.
package pvmmu

import (
	"hvcheck/model/page"
)

// Sizes of the fixed arrays.
const (
	MaxGuests = 3 // vCPUs of the guest
	MaxTools  = 3 // toolstack vCPUs
	NumCPUs   = MaxGuests + MaxTools
)

// NrL4Limit bounds nr_l4_pages, which drifts without end (MM-C18): a run in
// which it would go further ends there, and nothing is asked of it any more.
const NrL4Limit = 6

// SlotM2P is the slot operand that names L4 slot 256.
const SlotM2P = 7

// Bits of vm_assist.
const (
	AssistStrict    = 1 << iota // VMASST_TYPE_m2p_strict
	AssistUnknown               // bit 40, outside the permitted mask
	assistPermitted = AssistStrict
)

// Phases of destruction (rel_priv), in order.
const (
	PhaseVCPUs = iota // vcpu_pagetables
	PhaseL4
	PhaseL3
	PhaseL2
	PhaseDone
)

// Stop says why nothing can happen any more.
type Stop uint8

// Reasons to stop.
const (
	Running         Stop = iota
	CrashPutPartial      // _put_page_type: a full reference of a page that is not fully validated
	CrashPutCount        // _put_page_type: a partial page with a type count other than 1, or none left
	CrashFree            // free_domheap_page: a page with typed references
	CrashPutFreed        // _put_page_type: a page that has been freed
	CrashPutPage         // put_page: a page without general references
	CrashSpin            // _get_page_type: waits for an audit that nobody carries on
	CrashPutResult       // a put that must not fail failed
	Endless              // the set-context loop over page_list does not end
	Beyond               // no fault: nr_l4_pages, or what MM-A1 to MM-A4 do, would leave the model's scope
)

func (s Stop) String() string {
	return [...]string{
		"running",
		"BUG in _put_page_type: the page is not fully validated",
		"BUG in _put_page_type: type count",
		"BUG in free_domheap_page: the page still has typed references",
		"_put_page_type touches a page that has been freed",
		"BUG in put_page: the page has no general reference",
		"deadlock in _get_page_type: validate-locked and nobody validates",
		"BUG: a put that cannot fail failed",
		"set-context walks page_list for ever",
		"running, beyond the model's scope: nr_l4_pages has drifted too far, or one of MM-A1 to MM-A4 makes a difference",
	}[s]
}

// Progress says how far the last set-context of a vCPU came.
type Progress uint8

// Progress of a set-context.
const (
	CtxNone    Progress = iota // none yet, or it failed
	CtxPending                 // preempted
	CtxDone                    // returned 0
	CtxAgain                   // returned 0, and the vCPU was reset since
)

func (p Progress) String() string { return [...]string{"none", "preempted", "done", "reset"}[p] }

// VCPU is what a vCPU holds. The first three pointers are frames + 1, 0 is none.
type VCPU struct {
	Table      uint8 // guest_table
	User       uint8 // guest_table_user
	Ogt        uint8 // old_guest_table: owns one general reference, and one typed one unless OgtPartial
	OgtPartial bool  // old_guest_table_partial
	Init       bool  // is_initialised
	UserMode   bool  // TF_kernel_mode is clear
	InReset    bool  // _VPF_in_reset
	Down       bool  // _VPF_down

	// Option TLB.
	Step   uint8     // steps done of a GET_TYPE that is split into its steps
	Want   page.Type // what it wants, and of which frame (+1)
	WantOf uint8
	Saw    page.Type // MM-B12: the type that it flushed for
	TLB    uint8     // frames that the TLB may still hold writable translations of, a bit each
	LinTLB uint8     // the L1 (+1) that Xen's linear view of this vCPU's page tables caches
	LinDir uint8     // and of which directory slot

	Mem Mem // option Steps
}

// State is the domain's part of the world: struct domain and its vCPUs, and
// the toolstack's vCPUs that act on it.
type State struct {
	List      [page.MaxFrames]uint8 // page_list from the head: frames + 1, then zeros
	Rel       [page.MaxFrames]uint8 // relmem_list
	Tot       uint8                 // tot_pages
	Assist    uint8                 // vm_assist
	NrL4      int8                  // nr_l4_pages, at most NrL4Limit either way
	Remaining uint8                 // pages that the counted pass of MM-V6 has still to visit
	Dying     bool                  // is_dying
	RelPriv   uint8                 // rel_priv, a Phase
	Held      [page.MaxFrames]uint8 // references taken with get_type: one general and one typed each
	CPU       [NumCPUs]VCPU         // guest vCPUs, then the toolstack's
	Stash     uint8                 // pending_scrub: a frame + 1, nobody's yet
	StashPart uint8                 // pending_scrub_index

	Shadowed bool // PG_SH_forced: the processor walks shadows, not the guest's tables
	Crashed  bool // domain_crash(): the guest does not run any more
	ShutDown bool // its last vCPU has gone down, which is a shutdown: no more does it

	Stop Stop // the model's own
}

// Stopped tells whether the host crashed, a call never returned, or the run
// has left the scope.
func (s *State) Stopped() bool { return s.Stop != Running }

// Gone tells whether nothing is left of the domain, so that nobody finds it by its number
// any more.
func (s *State) Gone() bool { return s.RelPriv == PhaseDone && s.Tot == 0 }

// Strict is vm_assist.m2p_strict.
func (s *State) Strict() bool { return s.Assist&AssistStrict != 0 }

// Tool is the CPU operand of toolstack vCPU t.
func Tool(t uint8) uint8 { return MaxGuests + t }

// L1TFCheck is the option pv-l1tf, and what the build can do about it.
type L1TFCheck uint8

// What is done about an entry that speculation could follow.
const (
	L1TFOff    L1TFCheck = iota // nothing
	L1TFShadow                  // the domain gets shadow page tables
	L1TFCrash                   // without CONFIG_SHADOW_PAGING: the domain is crashed
)

// Config is what a run of the model does not change.
type Config struct {
	Frames, Slots, Guests, Tools uint8

	Race      bool      // a preemptible GET_TYPE or PUT_TYPE may lose its compare-exchange and return -EINTR
	L1TF      bool      // the audit of an L1 may be interrupted before any of its entries
	TLB       bool      // stale translations are part of the state
	Steps     bool      // memory operations are made in steps, and pages of the heap have to be scrubbed
	CheckL1TF L1TFCheck // what happens at an entry that is not present and keeps an address
	Departs   bool      // runs go on where MM-A1 to MM-A4 make a difference
	Largest   uint8     // general counts go no further, and type counts one less; 0: they are never that large
	NoLinear  bool      // pv-linear-pt=0
	CtxFirst  bool      // the toolstack sets vCPU 0's context before anything else
	Seq       bool      // nothing else runs between a preempted set-context of vCPU 0 and its continuation

	Fixup Fixup
	On    [NumRules]bool
}

// Own builds the start of a domain that owns the frames in list.
func Own(pool *page.Pool, s *State, list []uint8) {
	for i, f := range list {
		p := &pool.Pages[f]
		p.Owned, p.Allocated, p.Count = true, true, 1
		stamp(p)
		s.List[i] = f + 1
	}
	s.Tot = uint8(len(list))
}
