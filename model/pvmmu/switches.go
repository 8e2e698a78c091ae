package pvmmu

import (
	"hvcheck/model/design"
)

// Variants describes the designs of phase 4 of set-context, by Fixup.
var Variants = [NumFixups]design.Switch{
	V2: {
		ID: "MM-V2", Title: "committed, today's code",
		Doc:    "If the old mode is relaxed, the new one strict and nr_l4_pages is not 0, walk page_list and fill empty slots until an L4 with a non-empty slot is met; only then change vm_assist.",
		Origin: "be05b5385f (2016-02-03), arch_set_info_guest()",
	},
	V0: {
		ID: "MM-V0", Title: "the tree before the fix",
		Doc:    "vm_assist takes its new value; nothing is done about L4s that have been audited already.",
		Origin: "the tree before be05b5385f",
	},
	V1: {
		ID: "MM-V1", Title: "the patch as first posted",
		Doc:    "vm_assist takes its new value first; then, if it is strict and nr_l4_pages is not 0, walk page_list as MM-V2 does.",
		Origin: "Beulich, 2016-01-12, xen-devel: the patch that opened the thread",
	},
	V3: {
		ID: "MM-V3", Title: "deferred until the kernel table is set, gated on its slot",
		Doc:    "vm_assist takes its new value; after the kernel table has been audited, and before the user table, walk page_list only if the kernel table's slot is empty.",
		Origin: "Cooper, 2016-01-12 and 2016-01-13, xen-devel",
	},
	V3u: {
		ID: "MM-V3u", Title: "deferred until both tables are set",
		Doc:    "As MM-V3, but the walk comes after the user table has been installed.",
		Origin: "the reading of Cooper's proposal that Beulich objects to, 2016-01-12, xen-devel",
	},
	V5: {
		ID: "MM-V5", Title: "committed, and reset goes back to relaxed",
		Doc:    "MM-V2; in addition, resetting vCPU 0 empties the slots of all L4s that no vCPU uses as its kernel table, and clears the mode.",
		Origin: "Beulich, 2016-01-13, xen-devel: another similar piece of code in the reset path",
	},
	V6: {
		ID: "MM-V6", Title: "counted full pass",
		Doc:    "vm_assist takes its new value; when the mode changes from relaxed to strict, visit every page exactly once (the domain remembers how many are left), fill each validated L4 and empty those that are some vCPU's user table.",
		Origin: "a repaired design to compare with; not from the thread",
	},
}

// Rule numbers the rules that as-is switches, bug switches and mutants change.
type Rule uint8

// The rules, by the switch that breaks them.
const (
	AsIs1 Rule = iota
	AsIs2
	AsIs3
	AsIs4
	B1
	B2
	B3
	B4
	B5
	B6
	B7
	B8
	B9
	B10
	B11
	B12
	B13
	B14
	B15
	B16
	B17
	B18
	B19
	B20
	B21
	B22
	B23
	B24
	B25
	B26
	B27
	M1
	M2
	M3
	M4
	M5
	M6
	M7
	M8
	M9
	NumRules
)

// Switches describes the rules that can be changed, by Rule.
var Switches = [NumRules]design.Switch{
	AsIs1: {
		ID: "MM-A1", Kind: design.AsIs, Title: "an audit that fails at entry 0 records nothing",
		Doc:    "When the audit of an L2 to L4 fails, it notes the entry at which it stopped, and becomes the caller's old_guest_table, if that is not entry 0. A run of the model ends where this makes a difference, unless it is compared with a real system.",
		Origin: "today's promote_l2_table(), promote_l3_table(), promote_l4_table()",
		Breaks: []string{}, Scenario: "mmu.errors",
	},
	AsIs2: {
		ID: "MM-A2", Kind: design.AsIs, Title: "set-context keeps what an earlier attempt installed",
		Doc:    "Before it installs the kernel table, set-context finishes the vCPU's old_guest_table, and leaves base pointers as they are. A run of the model ends where this makes a difference, unless it is compared with a real system.",
		Origin: "today's arch_set_info_guest()",
		Breaks: []string{}, Scenario: "mmu.context",
	},
	AsIs3: {
		ID: "MM-A3", Kind: design.AsIs, Title: "set-context does not ask whether the domain is being destroyed",
		Doc:    "A vCPU of a domain that a preempted destroydomain has begun to destroy gets its base pointers. A run of the model ends where this makes a difference, unless it is compared with a real system.",
		Origin: "today's do_domctl(), arch_set_info_guest()",
		Breaks: []string{}, Scenario: "mmu.context",
	},
	AsIs4: {
		ID: "MM-A4", Kind: design.AsIs, Title: "a context that is refused has set the mode",
		Doc:    "Once its registers are accepted, the mode of a context is the vCPU's. A call that is refused after that, for a bit of vm_assist or because a vCPU that is initialised has other base pointers, leaves it so. A run of the model ends where this makes a difference, unless it is compared with a real system.",
		Origin: "today's arch_set_info_guest()",
		Breaks: []string{}, Scenario: "mmu.context-args",
	},
	B1: {
		ID: "MM-B1", Kind: design.Bug, Title: "L4s pinned before set-context keep the slot of the wrong mode",
		Doc:    "Set-context of vCPU 0 changes vm_assist and leaves L4s alone that were audited in relaxed mode. A toolstack that pins first leaves a strict guest without its M2P.",
		Origin: "Beulich, 2016-01-12, xen-devel; fixed by be05b5385f", Breaks: []string{"MM-I10"}, Scenario: "mmu.pin-first", Length: 2,
	},
	B2: {
		ID: "MM-B2", Kind: design.Bug, Title: "a failed audit drops the reference that old_guest_table took over",
		Doc:    "When an audit fails behind its first entry, the page becomes the caller's old_guest_table with the general reference that was taken for it. A pin, set-context, a new base pointer and the table above drop that reference as well, as after any other error: it is taken twice.",
		Origin: "XSA-58, 9b167bd2f3", Breaks: []string{"MM-I1", "MM-I20"}, Scenario: "mmu.errors", Length: 1,
	},
	B3: {
		ID: "MM-B3", Kind: design.Bug, Title: "an entry left partial by an audit holds no general reference",
		Doc:    "A table below whose audit is preempted is marked as partial in its entry, and the entry's general reference is dropped. The partial bit may be taken over by somebody else, and then the page can be freed under the table that names it. The entry of a preempted un-audit keeps its reference.",
		Origin: "XSA-299, 18b0ab6978", Breaks: []string{"MM-I7", "MM-I5"}, Scenario: "mmu.preempt", Length: 2,
	},
	B4: {
		ID: "MM-B4", Kind: design.Bug, Title: "PTF_partial_set is ignored when a reference is put",
		Doc:    "The put of a partial entry, or of a partial old_guest_table, owns a general reference and no typed one. It drops a typed one all the same, and when somebody else has ended the audit meanwhile that is theirs. Nor does a put look whether the page is in the state that it expects.",
		Origin: "XSA-299, c40b33d726", Breaks: []string{"MM-I7", "MM-I2"}, Scenario: "mmu.preempt", Length: 2,
	},
	B5: {
		ID: "MM-B5", Kind: design.Bug, Title: "a nested failure is not recorded in the table above",
		Doc:    "When an audit fails in a table below, that table goes to old_guest_table with the entry's general reference. An L3 above does not mark the entry (PTF_partial_set) when it takes old_guest_table over, and an L4 counts it as done.",
		Origin: "XSA-299, 3c15a2d8cc", Breaks: []string{"MM-I1", "MM-I4"}, Scenario: "mmu.errors", Length: 1,
	},
	B6: {
		ID: "MM-B6", Kind: design.Bug, Title: "a preempted forced demotion takes no type reference for the partial bit",
		Doc:    "Destruction forces tables out of circles without dropping their type count. When that is preempted, the partial bit that is set needs a typed reference of its own.",
		Origin: "XSA-310, 66bdc16aee", Breaks: []string{"MM-I7"}, Scenario: "mmu.linear-destroy", Length: 4,
	},
	B7: {
		ID: "MM-B7", Kind: design.Bug, Title: "a preempted vCPU teardown keeps the base pointer and restarts a plain put",
		Doc:    "vcpu_destroy_pagetables must hand a table whose put was preempted to old_guest_table. If guest_table keeps naming it, it names a table that is not validated, and the next put is a host crash.",
		Origin: "XSA-310, ececa12b2c", Breaks: []string{"MM-I4", "MM-I7"}, Scenario: "mmu.context", Length: 2,
	},
	B8: {
		ID: "MM-B8", Kind: design.Bug, Title: "linear page tables may be nested",
		Doc:    "Without the depth rule, A maps B and B maps A: dropping one recurses into the other.",
		Origin: "XSA-240, 6987fc7558", Breaks: []string{"MM-I6"}, Scenario: "mmu.linear", Length: 3,
	},
	B9: {
		ID: "MM-B9", Kind: design.Bug, Title: "resuming an audit forgets the linear counts",
		Doc:    "linear_pt_count describes the entries that were audited before the preemption, and must survive it.",
		Origin: "XSA-309, 7473efd12f", Breaks: []string{"MM-I6"}, Scenario: "mmu.linear", Length: 3,
	},
	B10: {
		ID: "MM-B10", Kind: design.Bug, Title: "the fast path of an L2 lets PSE be added to a present entry",
		Doc:    "A new entry with PSE is refused, superpages being off. A present one that keeps its frame may take any other flag without an audit, PSE included: what was an L1 is then mapped writable, as memory.",
		Origin: "XSA-148, fe360c90ea", Breaks: []string{"MM-I3"}, Scenario: "mmu.fast-path", Length: 2,
	},
	B11: {
		ID: "MM-B11", Kind: design.Bug, Title: "the fast path of L2 to L4 compares frame and presence only",
		Doc:    "A linear entry has to be read-only, which is asked when it is audited. The fast path lets its RW bit be set afterwards, and the table becomes writable through itself. L1 entries did compare RW.",
		Origin: "XSA-182, e1bff4c2ea", Breaks: []string{"MM-I3"}, Scenario: "mmu.fast-path", Length: 2,
	},
	B12: {
		ID: "MM-B12", Kind: design.Bug, Title: "GET_TYPE flushes before it takes the type",
		Doc:    "Between the flush and the compare-exchange another CPU can map a page writable that has been so before, use it and drop it again: type and count are the same, and its TLB still has a writable translation of what is now a page table.",
		Origin: "XSA-401, 8cc5036bc3", Breaks: []string{"MM-I3"}, Scenario: "mmu.tlb", Length: 6,
		Differs: "each of the three steps of GET_TYPE is an operation here, the page becomes writable first, and the last write is not needed to see the stale translation",
	},
	B13: {
		ID: "MM-B13", Kind: design.Bug, Title: "decrease_reservation unpins without preemption",
		Doc:    "Dropping the pin of a full tree in one go takes as long as the tree is large.",
		Origin: "XSA-252, d798a09529", Breaks: []string{"MM-L3", "MM-I21"}, Scenario: "mmu.preempt", Length: 2,
	},
	B14: {
		ID: "MM-B14", Kind: design.Bug, Title: "a resumed audit of an L2 asks for preemption before it does anything",
		Doc:    "The check is left out before entry 0 only. A resumed audit has to do at least one entry before it gives way again, or it never ends on a busy CPU.",
		Origin: "d3a55d7d9b", Breaks: []string{"MM-L2"}, Scenario: "mmu.preempt", Length: 2,
		Differs: "one preempted call is enough: the invariant itself tries to continue it",
	},
	B15: {
		ID: "MM-B15", Kind: design.Bug, Title: "the forced demotion of a partial page leaves its type count",
		Doc:    "The partial bit owns a typed reference; when destruction clears the bit it has to drop that reference.",
		Origin: "9c171cc388 (2008)", Breaks: []string{"MM-I7", "MM-I15"}, Scenario: "mmu.preempt", Length: 1,
	},
	B16: {
		ID: "MM-B16", Kind: design.Bug, Title: "no flush after an L2 to L4 update",
		Doc:    "Xen reads a guest's L1s through a linear view of its page tables. Without a flush that view still names the old L1, which has become ordinary memory.",
		Origin: "XSA-286, 16a20963b3", Breaks: []string{"MM-I16"}, Scenario: "mmu.linear-view", Length: 3,
	},
	B17: {
		ID: "MM-B17", Kind: design.Bug, Title: "set-context accepts user mode without a user table",
		Doc:    "A vCPU in user mode runs on its user table; there has to be one.",
		Origin: "d62b3c2276", Breaks: []string{"MM-I17", "MM-R1"}, Scenario: "mmu.context-args", Length: 1,
	},
	B18: {
		ID: "MM-B18", Kind: design.Bug, Title: "an interrupted L1 audit that has undone itself is reported as preempted",
		Doc:    "-ERESTART means: partial, continue. An L1 undoes itself when it is interrupted and has to say -EINTR; otherwise its entries are put a second time.",
		Origin: "XSA-299, 3165ffef09", Breaks: []string{"MM-I7", "MM-I1"}, Scenario: "mmu.l1tf", Length: 2,
		Differs: "destruction is the drain that follows the story",
	},
	B19: {
		ID: "MM-B19", Kind: design.Bug, Title: "an L2 takes its child's preemption for success",
		Doc:    "The put of an L2's entry is taken for one that cannot be preempted. That of a linear entry can: an assertion fails, and without assertions the child stays partial, with nobody who would go on.",
		Origin: "XSA-290, 176ebf9c8b", Breaks: []string{"MM-I7"}, Scenario: "mmu.linear", Length: 3,
		Differs: "the tables have to be pinned first",
	},
	B20: {
		ID: "MM-B20", Kind: design.Bug, Title: "set-context, base pointers, unpin and reset without preemption",
		Doc:    "Each of these calls audits or un-audits a whole tree in one go.",
		Origin: "XSA-45, 99d2b14991, e2e6b7b627, 918a5f17b4, a3e049f8e8, 4939f9a6de", Breaks: []string{"MM-L3"}, Scenario: "mmu.context", Length: 1,
	},
	B21: {
		ID: "MM-B21", Kind: design.Bug, Title: "some retries of GET_TYPE and PUT_TYPE do not ask for preemption",
		Doc:    "Whoever waits for another CPU's audit, or loses the compare-exchange that takes a table's last typed reference, begins anew without a look at what is pending. Other CPUs that flip the page's type keep it doing so. Other retries do look.",
		Origin: "XSA-264, 17608703c6", Breaks: []string{"MM-L3"}, Scenario: "mmu.race", Length: 3,
		Differs: "a lost compare-exchange is an operand here; the two CPUs that cause it need not run",
	},
	B22: {
		ID: "MM-B22", Kind: design.Bug, Title: "set-context does not check vm_assist",
		Doc:    "The vm_assist hypercall refuses bits outside the permitted mask; set-context has to refuse them too.",
		Origin: "a62c6fe05c", Breaks: []string{"MM-I18"}, Scenario: "mmu.context-args", Length: 1,
	},
	B23: {
		ID: "MM-B23", Kind: design.Bug, Title: "the forced demotion of a validated page drops references",
		Doc:    "A validated page that is forced out of a circle loses a typed and a general reference, as if somebody had put it; those who have them put them again. (As the partial bit owns both, a partial page has them to give back.)",
		Origin: "889f104e6a (2008)", Breaks: []string{"MM-I7", "MM-I1"}, Scenario: "mmu.linear-destroy", Length: 2,
	},
	B24: {
		ID: "MM-B24", Kind: design.Bug, Title: "exchange keeps the type of the page that it takes away",
		Doc:    "A page that changes hands with type seg_desc and PGT_validated is used by its next owner without an audit.",
		Origin: "XSA-214, eaf537342c", Breaks: []string{"MM-I19"}, Scenario: "mmu.memory", Length: 4,
		Differs: "any type that the page keeps is seen, not only a descriptor page that its next owner uses",
	},
	B25: {
		ID: "MM-B25", Kind: design.Bug, Title: "a page is assigned before it is scrubbed",
		Doc:    "populate_physmap assigns the pages that the domain is built of, and scrubs them afterwards, in parts. While the call is preempted, another CPU can use them, give them back, or read what their last owner left.",
		Origin: "83a784a15b, fixed by 3652268543", Breaks: []string{"MM-I23"}, Scenario: "mmu.memory-steps", Length: 4,
	},
	B26: {
		ID: "MM-B26", Kind: design.Bug, Title: "an allocation is given back without a reference of one's own",
		Doc:    "decrease_reservation gives the allocation's reference back while nothing of its own keeps the page: between its steps the page can be freed and be somebody else's.",
		Origin: "before 0502e0adae", Breaks: []string{"MM-I1", "MM-R2"}, Scenario: "mmu.memory-steps", Length: 1,
	},
	B27: {
		ID: "MM-B27", Kind: design.Bug, Title: "entries that are not present are not looked at",
		Doc:    "A PV guest writes a page-table entry that is not present and keeps an address: a processor with L1TF reads there.",
		Origin: "XSA-273", Breaks: []string{"MM-I24", "MM-R1"}, Scenario: "mmu.l1tf-shadow", Length: 1,
	},
	M1: {
		ID: "MM-M1", Kind: design.Mutant, Title: "NEW_USER_BASEPTR does not empty the slot",
		Doc:    "In strict mode user-mode uses clear the slot.",
		Origin: "synthetic", Breaks: []string{"MM-I9"}, Scenario: "mmu.baseptr", Length: 2,
	},
	M2: {
		ID: "MM-M2", Kind: design.Mutant, Title: "an L1 update does not put the old entry",
		Doc:    "The references of the entry that is overwritten are lost.",
		Origin: "synthetic", Breaks: []string{"MM-I1"}, Scenario: "mmu.typing", Length: 3,
	},
	M3: {
		ID: "MM-M3", Kind: design.Mutant, Title: "the loop over page_list drops a page that it cannot lock",
		Doc:    "Pages that are partial or validate-locked go back to the list like the rest.",
		Origin: "synthetic", Breaks: []string{"MM-I12"}, Scenario: "mmu.fixup", Length: 2,
	},
	M4: {
		ID: "MM-M4", Kind: design.Mutant, Title: "the loop looks at an L4 that it could not lock",
		Doc:    "A partial L4 may still have the guest's bits in the slot; taking them for a filled slot ends the loop early.",
		Origin: "synthetic", Breaks: []string{"MM-I10"}, Scenario: "mmu.fixup-guest-bits", Length: 3,
	},
	M5: {
		ID: "MM-M5", Kind: design.Mutant, Title: "the audit of an L4 leaves what the guest wrote to the slot",
		Doc:    "Xen's slots are written when an L4 is audited, whatever the guest had put there.",
		Origin: "synthetic", Breaks: []string{"MM-I8", "MM-I9"}, Scenario: "mmu.fixup-guest-bits", Length: 2,
		Differs: "the start state has the guest's bits in the slot",
	},
	M6: {
		ID: "MM-M6", Kind: design.Mutant, Title: "vm_assist is taken from any vCPU's context",
		Doc:    "Only vCPU 0 carries vm_assist. A later vCPU with another value changes the mode under tables in use.",
		Origin: "synthetic", Breaks: []string{"MM-I9", "MM-I10", "MM-I22"}, Scenario: "mmu.assist-vcpu1", Length: 2,
	},
	M7: {
		ID: "MM-M7", Kind: design.Mutant, Title: "an L1 audit that fails keeps the references of its first entries",
		Doc:    "The audit of an L1 undoes itself completely on an error, since nobody will come back to it.",
		Origin: "synthetic", Breaks: []string{"MM-I13", "MM-I1"}, Scenario: "mmu.typing-slots",
	},
	M8: {
		ID: "MM-M8", Kind: design.Mutant, Title: "a continued set-context ends when it has its kernel table back",
		Doc:    "The kernel table waits in old_guest_table while the user table is audited; the continuation takes it back and still has to install the user table.",
		Origin: "synthetic", Breaks: []string{"MM-I14", "MM-R2"}, Scenario: "mmu.context",
	},
	M9: {
		ID: "MM-M9", Kind: design.Mutant, Title: "use as a kernel table does not fill the slot in relaxed mode",
		Doc:    "Relaxed L4s start with the slot empty and get it with their first use as a kernel table.",
		Origin: "synthetic", Breaks: []string{"MM-I11"}, Scenario: "mmu.assist-vcpu1",
	},
}
