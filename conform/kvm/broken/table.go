// Package broken has builds of KVM's modules with one rule broken each, and says how
// one is made, and what a race has to show where no story can tell.
package broken

import "hvcheck/conform/broken"

// Files that are changed.
const (
	xenFile   = "arch/x86/kvm/xen.c"
	cacheFile = "virt/kvm/pfncache.c"
)

// All lists the builds.
var All = areas

// The shared runstate area.
var areas = broken.List{
	{
		Name: "second-part-is-lost", Rule: "an update writes what lies in the second page, too",
		Edits: []broken.Edit{broken.In(xenFile, "\t\tmemcpy(gpc2->khva, ((void *)rs_state) + user_len1, user_len2);\n", "")},
		Story: `
scenario: runstate.sweep
start: 64-bit
kvm.runstate_addr at=0xffb`,
	},
	{
		Name: "flag-stays", Rule: "the flag is gone when an update ends",
		Edits: []broken.Edit{broken.In(xenFile, "\t\tentry_time &= ~XEN_RUNSTATE_UPDATE;\n", "")},
		Story: `
scenario: runstate.sweep
start: 64-bit
kvm.runstate_addr at=0xffb`,
	},
	{
		Name: "flag-is-never-set", Rule: "the flag is there while the rest is written",
		Edits: []broken.Edit{broken.In(xenFile, "\t\tentry_time |= XEN_RUNSTATE_UPDATE;\n\t\t*update_bit = (vx->runstate_entry_time | XEN_RUNSTATE_UPDATE) >> 56;\n", "")},
		Race:  true,
		Story: `
scenario: runstate.sweep
start: 64-bit
kvm.runstate_addr at=0xffb`,
	},
	{
		Name: "second-page-is-not-asked", Rule: "the second page is written to while its mapping is valid, not while there is one",
		Edits: []broken.Edit{broken.In(xenFile, "if (!kvm_gpc_check(gpc2, user_len2)) {", "if (!gpc2->khva) {")},
		Story: `
scenario: runstate.fields
start: the page ends behind the state
mm.invalidate page=B
runstate.change thread=h0 to=running clock=ahead`,
	},
	{
		Name: "first-page-stays", Rule: "a registration that is refused for its second page leaves no area",
		Edits: []broken.Edit{broken.In(xenFile, "\t\t\t\t\t     data->u.gpa + sz1, sz2);\n\t\t\tif (r)\n\t\t\t\tgoto deactivate_out;", "\t\t\t\t\t     data->u.gpa + sz1, sz2);\n\t\t\tif (r)\n\t\t\t\tbreak;")},
		Story: `
scenario: runstate.widths
start: 32-bit, at the page's end
kvm.memslot page=B to=none
guest.width width=64
kvm.runstate_addr at=0xfd4`,
	},
	{
		Name: "flag-in-wrong-page", Rule: "an entry time that ends with the first page has its flag there",
		Edits: []broken.Edit{broken.In(xenFile, "if (user_len1 >= times_ofs + sizeof(uint64_t))", "if (user_len1 > times_ofs + sizeof(uint64_t))")},
		Story: `
scenario: runstate.sweep
start: 64-bit
kvm.runstate_addr at=0xff0`,
	},
	{
		Name: "mapping-outlives-page", Rule: "a page that goes takes the mapping of it along",
		Edits: []broken.Edit{broken.In(cacheFile, "\t\t\t\tgpc->valid = false;\n\t\t\twrite_unlock_irq", "\t\t\t\t;\n\t\t\twrite_unlock_irq")},
		Story: `
scenario: runstate.fields
start: the page ends behind the state
mm.invalidate page=B
runstate.change thread=h0 to=running clock=ahead`,
	},
	{
		Name: "mapping-outlives-memslot", Rule: "a mapping is as old as the memslots",
		Edits: []broken.Edit{broken.In(cacheFile, "gpc->generation != slots->generation)\n\t\treturn false;", "gpc->generation != slots->generation && 0)\n\t\treturn false;")},
		Story: `
scenario: runstate.calls
start: 32-bit, across the pages
kvm.memslot page=B to=read-only
runstate.change thread=h0 to=runnable clock=ahead`,
	},
	{
		Name: "time-of-new-state", Rule: "time goes to the state that is left",
		Edits: []broken.Edit{broken.In(xenFile, "vx->runstate_times[vx->current_runstate] += delta_ns;", "vx->runstate_times[state] += delta_ns;")},
		Story: `
scenario: runstate.fields
start: the page ends behind the state
runstate.change thread=h0 to=runnable clock=ahead`,
	},
	{
		Name: "end-is-not-asked", Rule: "an area within 8 bytes of the page's end needs the second page",
		Edits: []broken.Edit{broken.In(xenFile, "if (sz1 >= sz) {", "if (sz1 + 8 >= sz) {")},
		Story: `
scenario: runstate.widths
start: 32-bit, at the page's end
kvm.memslot page=B to=none
guest.width width=64
kvm.runstate_addr at=0xfd4`,
	},
}
