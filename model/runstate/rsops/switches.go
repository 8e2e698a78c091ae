package rsops

import (
	"hvcheck/model/design"
	"hvcheck/model/runstate"
)

// Scenarios that find what switches break.
const (
	inFields   = "runstate.fields"
	inAccounts = "runstate.accounts"
	inThreads  = "runstate.threads"
	inCalls    = "runstate.calls"
	inCache    = "runstate.cache"
	inLocks    = "runstate.locks"
	inXen      = "runstate.xen"
	inInfo     = "runstate.info"
)

// Switches describes the rules that can be changed, by Rule. Of the as-is
// switches, each is how today's code does it.
var Switches = [runstate.NumRules]design.Switch{
	runstate.B1: {
		ID: "RS-B1", Kind: design.Bug, Title: "the new state is stored before the time is accounted",
		Doc:    "The time since the last change goes to the state that is entered and not to the one that is left.",
		Origin: "Xen aa9c440212, fixed by 9fde610c7b the next day",
		Breaks: []string{"RS-I13", "RS-I17"}, Scenario: "runstate.xen-accounts", Length: 3,
		Differs: "the clock goes on when a change reads it, and the first change tells",
	},
	runstate.B2: {
		ID: "RS-B2", Kind: design.Bug, Title: "Xen accounts negative times",
		Doc:    "A clock that has gone back takes time away from the state that is left.",
		Origin: "Xen before aa9c440212",
		Breaks: []string{"RS-I13", "RS-I17"}, Scenario: "runstate.xen-accounts", Length: 2,
		Differs: "the clock goes back when the change reads it",
	},
	runstate.B3: {
		ID: "RS-B3", Kind: design.Bug, Title: "the flag is set with eight bytes",
		Doc:    "The entry time with the flag is stored as a 64-bit word. It need not be aligned, so that its low bytes can be seen before the flag.",
		Origin: "Linux before 5ec3289b31",
		Breaks: []string{"RS-I1", "RS-I2", "RS-I6"}, Scenario: inFields, Length: 6,
	},
	runstate.B4: {
		ID: "RS-B4", Kind: design.Bug, Title: "what lies in the second page is not written",
		Doc:    "Areas that cross a page's end are written up to there.",
		Origin: "Linux before 5ec3289b31, which refused such areas; taken as the thread describes it",
		Breaks: []string{"RS-I1", "RS-I2", "RS-I5", "RS-I6"}, Scenario: inFields, Length: 6,
	},
	runstate.B5: {
		ID: "RS-B5", Kind: design.Bug, Title: "a refused registration leaves the cache active",
		Doc:    "Registration tests the length of the 64-bit layout, whatever the guest's. What it refuses activates the cache all the same, with the address that was registered before, if one was: the next update writes there.",
		Origin: "Linux a795cd43c5; seen on 6.1.192",
		Breaks: []string{"RS-I16", "RS-R1"}, Scenario: inCalls, Length: 2,
	},
	runstate.B6: {
		ID: "RS-B6", Kind: design.Bug, Title: "schedule-out has missing pages brought",
		Doc:    "An update in atomic context refreshes its mapping, which sleeps.",
		Origin: "Linux before fcb732d8f8",
		Breaks: []string{"RS-I11", "RS-I23"}, Scenario: inCalls, Length: 2,
	},
	runstate.B7: {
		ID: "RS-B7", Kind: design.Bug, Title: "a refresh looks at a count that is raised late",
		Doc:    "Whether an invalidation is running is asked of the count that the MMU uses, which is raised only after the caches have been told. A refresh in between installs the page that is about to go.",
		Origin: "58cd407ca4, the first race",
		Breaks: []string{"RS-I10"}, Scenario: inCache, Length: 8,
	},
	runstate.B8: {
		ID: "RS-B8", Kind: design.Bug, Title: "a refresh calls a cache valid before it has a page",
		Doc:    "The cache is valid, without frame and mapping, while the page is brought; another user passes the check.",
		Origin: "58cd407ca4, the second race",
		Breaks: []string{"RS-I10"}, Scenario: inCache, Length: 6,
		Differs: "the code before that commit had no mapping in the meantime, and not the old one: the page need not have gone",
	},
	runstate.B9: {
		ID: "RS-B9", Kind: design.Bug, Title: "an area that moves within its page keeps its old place",
		Doc:    "A refresh that finds the page mapped leaves the mapping's offset as it was.",
		Origin: "8332f0ed4f",
		Breaks: []string{"RS-I9", "RS-I16", "RS-I5", "RS-I21"}, Scenario: inCalls, Length: 3,
		Differs: "an area is registered at the start, and registration writes at once",
	},
	runstate.B10: {
		ID: "RS-B10", Kind: design.Bug, Title: "schedule-out waits for the locks of caches",
		Doc:    "read_lock in the preempt notifier, with the scheduler's locks held.",
		Origin: "5ec3289b31, fixed by bbe17c625d",
		Breaks: []string{"RS-I11"}, Scenario: inLocks, Length: 2,
		Differs: "another user holds the lock and a writer waits behind it: the model's writers hold it within a step",
	},
	runstate.B11: {
		ID: "RS-B11", Kind: design.Bug, Title: "the flag is used although nobody asked",
		Doc:    "Updates set XEN_RUNSTATE_UPDATE whether or not the guest knows it.",
		Origin: "Linux before d8ba8ba4c8",
		Breaks: []string{"RS-I8", "RS-I24"}, Scenario: "runstate.unasked", Length: 3,
		Differs: "memory tells before anybody reads it",
	},
	runstate.B12: {
		ID: "RS-B12", Kind: design.Bug, Title: "the flag is set in the record",
		Doc:    "Xen sets the flag in the vCPU's record while it copies it: whoever reads the record meanwhile gets it.",
		Origin: "Xen before f28c4c4c10",
		Breaks: []string{"RS-I8"}, Scenario: inXen, Length: 2,
		Differs: "the record tells before anybody reads it",
	},
	runstate.B13: {
		ID: "RS-B13", Kind: design.Bug, Title: "a clock that went back is a huge time",
		Doc:    "The time since the last change is unsigned, and steal is not bounded by it.",
		Origin: "Linux before 36a8520064, which 7.3 has; seen on 6.1, 6.12 and 7.2",
		Breaks: []string{"RS-I13", "RS-I17", "RS-I19"}, Scenario: inAccounts, Length: 3,
		Differs: "the clock goes back when the change reads it",
	},
	runstate.B14: {
		ID: "RS-B14", Kind: design.Bug, Title: "an update of a guest in user mode is lost",
		Doc:    "A 64-bit PV guest in user mode does not have its kernel's addresses mapped; nobody repeats the update.",
		Origin: "Xen before 231d7f4098",
		Breaks: []string{"RS-L1", "RS-I18"}, Scenario: "runstate.pv-mode", Length: 4,
	},
	runstate.B15: {
		ID: "RS-B15", Kind: design.Bug, Title: "a 32-bit HVM guest gets the 64-bit layout",
		Doc:    "The width is asked of PV guests only.",
		Origin: "Xen before eddde6561c",
		Breaks: []string{"RS-I14", "RS-I9", "RS-I5"}, Scenario: inXen, Length: 2,
		Differs: "the guest is a 32-bit one at the start, and each store is a step",
	},
	runstate.B16: {
		ID: "RS-B16", Kind: design.Bug, Title: "a registration survives a soft reset",
		Doc:    "The handle of the area is kept.",
		Origin: "Xen before 7ff56b7e4d",
		Breaks: []string{"RS-I16", "RS-R2"}, Scenario: inXen, Length: 3,
		Differs: "an area is registered at the start",
	},
	runstate.B17: {
		ID: "RS-B17", Kind: design.Bug, Title: "an area that ends with its page needs the next one",
		Doc:    "The second cache is activated for no bytes at all, which fails if there is no memory.",
		Origin: "review of the first version of the patch",
		Breaks: []string{"RS-R1"}, Scenario: inCalls, Length: 1,
		Differs: "the next page's memslot is taken away first",
	},
	runstate.A1: {
		ID: "RS-A1", Kind: design.AsIs, Title: "time spent waiting is booked although the clock was read before",
		Doc:    "kvm_xen_update_runstate() reads the clock, then run_delay. A thread that is preempted in between books its wait, which the time since the last change does not have in it: running goes down, by more than it may. 36a8520064 bounds the one by the other; Linux 7.3 has it.",
		Origin: "kvm_xen_update_runstate() before 36a8520064; seen on 6.12 and 7.2 with preemption",
		Breaks: []string{"RS-I13", "RS-I17"}, Scenario: "runstate.preempted", Length: 4,
	},
	runstate.A2: {
		ID: "RS-A2", Kind: design.AsIs, Title: "how long a vCPU has waited is asked of whichever thread runs it",
		Doc:    "kvm_xen_update_runstate() takes the run_delay of the thread that calls, and what it last was of whichever thread called then. Where another one takes over, what the two differ by is booked; from 36a8520064 on at most what has passed, and nothing if the other has waited less.",
		Origin: "today's kvm_xen_update_runstate(); seen on 6.1, 6.12, 7.2 and 7.3",
		Breaks: []string{"RS-I17", "RS-I13"}, Scenario: inThreads, Length: 2,
	},
	runstate.A3: {
		ID: "RS-A3", Kind: design.AsIs, Title: "a shared_info that was refused counts when its page comes",
		Doc:    "kvm_xen_hvm_set_attr() leaves the cache active with the page that could not be mapped. Once there is a memslot, events are sent there.",
		Origin: "today's kvm_xen_hvm_set_attr(); seen on 6.1, 6.12 and 7.2. a795cd43c5's pattern, which is mended for the runstate area alone",
		Breaks: []string{"RS-I25"}, Scenario: inInfo, Length: 4,
	},
	runstate.A4: {
		ID: "RS-A4", Kind: design.AsIs, Title: "a vcpu_info that was refused counts when its page comes",
		Doc:    "kvm_xen_vcpu_set_attr() leaves the cache active with the address that could not be mapped. Once there is a memslot, the selector is written there.",
		Origin: "today's kvm_xen_vcpu_set_attr(); seen on 6.1, 6.12 and 7.2",
		Breaks: []string{"RS-I25", "RS-I26"}, Scenario: inInfo, Length: 5,
	},
	runstate.A5: {
		ID: "RS-A5", Kind: design.AsIs, Title: "a change of the width leaves pending events and masks where they are",
		Doc:    "KVM_XEN_ATTR_TYPE_LONG_MODE changes how shared_info and vcpu_info are read, and translates nothing: a selector of the other width tells nobody, a port that is pending already is not told again, and mask bits of 32 bits are pending bits of 64. It is left to the VMM.",
		Origin: "today's kvm_xen_hvm_set_attr(); seen on 6.1, 6.12 and 7.2",
		Breaks: []string{"RS-I26", "RS-I27", "RS-I28", "RS-R2"}, Scenario: "runstate.event-widths", Length: 3,
	},
	runstate.A6: {
		ID: "RS-A6", Kind: design.AsIs, Title: "there are no areas by guest-physical address, as up to Xen 4.17",
		Doc:    "VCPUOP_register_runstate_phys_area is answered with -ENOSYS, whatever the address. Without this rule Xen has it.",
		Origin: "common_vcpu_op() before d5df44275e (2023), as in 4.17",
		Breaks: []string{}, Scenario: "runstate.xen-page",
	},
	runstate.M1: {
		ID: "RS-M1", Kind: design.Mutant, Title: "the body is written without the flag",
		Doc:    "The entry time in the buffer does not have the flag, so that copying it clears the flag early.",
		Origin: "made for hvcheck",
		Breaks: []string{"RS-I1", "RS-I2", "RS-I6"}, Scenario: inFields, Length: 9,
	},
	runstate.M2: {
		ID: "RS-M2", Kind: design.Mutant, Title: "no barrier behind setting the flag",
		Doc:    "The first store of the body can be seen before the flag.",
		Origin: "made for hvcheck",
		Breaks: []string{"RS-I1", "RS-I6"}, Scenario: inFields, Length: 6,
	},
	runstate.M3: {
		ID: "RS-M3", Kind: design.Mutant, Title: "no barrier before clearing the flag",
		Doc:    "The flag can be seen to be clear before the last stores of the body. Stores to the same byte stay in order.",
		Origin: "made for hvcheck",
		Breaks: []string{"RS-I1", "RS-I2", "RS-I6"}, Scenario: inFields, Length: 10,
	},
	runstate.M4: {
		ID: "RS-M4", Kind: design.Mutant, Title: "no flag, although another CPU reads",
		Doc:    "The guest has asked for the flag and does not get it.",
		Origin: "made for hvcheck",
		Breaks: []string{"RS-I1", "RS-I2", "RS-I6"}, Scenario: inFields, Length: 6,
	},
	runstate.M5: {
		ID: "RS-M5", Kind: design.Mutant, Title: "a page has no room for what ends with it",
		Doc:    "The check of a cached mapping refuses offset + len >= PAGE_SIZE, as the thread has it for a helper that works within a page. Each area that ends with its page, and each that goes on in the next one, is refused for ever.",
		Origin: "Woodhouse, 2022-11-23, kvm",
		Breaks: []string{"RS-L1", "RS-I18", "RS-I22"}, Scenario: inFields, Length: 1,
	},
	runstate.M6: {
		ID: "RS-M6", Kind: design.Mutant, Title: "the image on the stack is not cleared first",
		Doc:    "An area that is composed in a buffer gets what was there before where the structure has padding.",
		Origin: "made for hvcheck; 5ec3289b31 clears it",
		Breaks: []string{"RS-I15"}, Scenario: "runstate.sweep", Length: 1,
	},
	runstate.M7: {
		ID: "RS-M7", Kind: design.Mutant, Title: "a clock that went back moves the entry time, and nothing else",
		Doc:    "No time is accounted, as it should be, but the entry time is the clock's.",
		Origin: "made for hvcheck",
		Breaks: []string{"RS-I3", "RS-I17"}, Scenario: inAccounts, Length: 1,
	},
	runstate.M8: {
		ID: "RS-M8", Kind: design.Mutant, Title: "schedule-out that cannot have the second lock keeps the first one",
		Doc:    "Giving up, the update forgets the lock that it has: no refresh and no invalidation of that page ends any more.",
		Origin: "made for hvcheck; bbe17c625d unlocks",
		Breaks: []string{"RS-I20"}, Scenario: inLocks,
	},
	runstate.M9: {
		ID: "RS-M9", Kind: design.Mutant, Title: "reading the record accounts the time up to now",
		Doc:    "Whoever reads a vCPU's record books the time since its last change, and moves the entry time.",
		Origin: "made for hvcheck; vcpu_runstate_get() adds the time to its own copy",
		Breaks: []string{"RS-I19", "RS-I17"}, Scenario: inAccounts,
	},
}
