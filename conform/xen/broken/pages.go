package broken

import "hvcheck/conform/broken"

// Page types and references.
var pages = broken.List{
	{
		Name: "pin-twice", Rule: "a table that is pinned cannot be pinned again",
		Edits: []broken.Edit{broken.In(mmFile, "already pinned\\n\",\n                         mfn_x(page_to_mfn(page)));\n                rc = -EINVAL;",
			"already pinned\\n\",\n                         mfn_x(page_to_mfn(page)));\n                rc = 0;")},
		Story: `
scenario: mmu.typing
start: running
mmuext.pin cpu=v0 frame=0 level=1
mmuext.pin cpu=v0 frame=0 level=1`,
	},
	{
		Name: "unpin-keeps-reference", Rule: "unpin gives back the general reference",
		Edits: []broken.Edit{broken.In(mmFile, "            put_page(page);\n\n            /* A page is dirtied when its pin status is cleared. */", "")},
		Story: `
scenario: mmu.typing
start: running
mmuext.pin cpu=v0 frame=0 level=1
mmuext.unpin cpu=v0 frame=0`,
	},
	{
		Name: "update-keeps-old", Rule: "an update of an L1 gives back what the old entry held",
		// of guests; dom0's kernel would not get far
		Edits: []broken.Edit{broken.In(mmFile, "    put_page_from_l1e(ol1e, pt_dom);\n", "    if ( is_hardware_domain(pt_dom) )\n        put_page_from_l1e(ol1e, pt_dom);\n")},
		Story: `
scenario: mmu.typing
start: running
mmuext.pin cpu=v0 frame=0 level=1
mmu_update cpu=v0 frame=0 slot=0 entry=0ro cmd=normal
mmu_update cpu=v0 frame=0 slot=0 entry=none cmd=normal`,
	},
	{
		Name: "audit-keeps-entries", Rule: "an audit of an L1 that fails gives back what it has taken",
		Edits: []broken.Edit{broken.In(mmFile, "    while ( i-- > 0 )\n        put_page_from_l1e(pl1e[i], d);", "    i = 0;")},
		Story: `
scenario: mmu.typing-slots
start: running
mmu_update cpu=v0 frame=0 slot=0 entry=0ro cmd=normal
mmu_update cpu=v0 frame=0 slot=1 entry=0rw cmd=normal
mmuext.pin cpu=v0 frame=0 level=1`,
	},
	{
		Name: "decrease-keeps-page", Rule: "decrease_reservation frees the page",
		Edits: []broken.Edit{broken.In(memoryFile, "        put_page_alloc_ref(page);\n\n    put_page(page);", "        ;\n\n    put_page(page);")},
		Story: `
scenario: mmu.typing
start: running
decrease_reservation cpu=v0 frame=0`,
	},
	{
		Name: "xsa-182", Origin: "XSA-182, e1bff4c2ea", Rule: "a linear entry stays read-only",
		Edits: []broken.Edit{broken.In(mmFile, "# define FASTPATH_PDE_FLAG_WHITELIST FASTPATH_FLAG_WHITELIST", "# define FASTPATH_PDE_FLAG_WHITELIST (FASTPATH_FLAG_WHITELIST | _PAGE_RW)")},
		Story: `
scenario: mmu.fast-path
start: an L2 that names itself
mmuext.pin cpu=v0 frame=0 level=3
mmu_update cpu=v0 frame=1 slot=1 entry=1rw cmd=normal`,
	},
	{
		Name: "xsa-148", Origin: "XSA-148, fe360c90ea", Rule: "an entry that is there does not become a superpage",
		Edits: []broken.Edit{
			broken.In(mmFile, "if ( unlikely(l2e_get_flags(nl2e) & L2_DISALLOW_MASK) )", "if ( unlikely(l2e_get_flags(nl2e) & L2_DISALLOW_MASK & ~_PAGE_PSE) )"),
			broken.In(mmFile, "if ( !l2e_has_changed(ol2e, nl2e, ~FASTPATH_PDE_FLAG_WHITELIST) )", "if ( !l2e_has_changed(ol2e, nl2e, ~(FASTPATH_PDE_FLAG_WHITELIST | _PAGE_PSE)) )"),
		},
		Story: `
scenario: mmu.fast-path
start: an L2 that names itself
mmuext.pin cpu=v0 frame=0 level=3
mmu_update cpu=v0 frame=1 slot=0 entry=2pse cmd=normal`,
	},
	{
		Name: "xsa-240", Origin: "XSA-240, 6987fc7558", Rule: "linear tables are one level deep",
		Edits: []broken.Edit{broken.In(mmFile, "        if ( nc <= 0 )", "        if ( false )"), broken.In(mmFile, "        if ( nc >= 0 )", "        if ( false )")},
		Story: `
scenario: mmu.linear
start: A to B twice
mmuext.pin cpu=v0 frame=1 level=2
mmuext.pin cpu=v0 frame=0 level=2
mmu_update cpu=v0 frame=1 slot=0 entry=0ro cmd=normal`,
	},
	{
		Name: "xsa-309", Origin: "XSA-309, 7473efd12f", Rule: "an audit that goes on keeps its count of linear entries",
		Edits: []broken.Edit{broken.In(mmFile, "            page->linear_pt_count = 0;\n        }", "        }\n        page->linear_pt_count = 0;")},
		Story: `
scenario: mmu.linear
start: A to B twice
mmuext.pin cpu=v0 frame=1 level=2
mmuext.pin cpu=v0 frame=0 level=2 preempt=1
mmuext.pin cpu=v0 frame=0 level=2
mmu_update cpu=v0 frame=0 slot=0 entry=none cmd=normal
mmuext.pin cpu=v0 frame=2 level=2
mmu_update cpu=v0 frame=2 slot=0 entry=0ro cmd=normal`,
	},
	{
		Name: "xsa-299-reference", Origin: "XSA-299, 18b0ab6978", Rule: "an entry that an audit leaves partial holds a general reference",
		Edits: []broken.Edit{broken.In(mmFile, "retain_ref  = flags & PTF_retain_ref_on_restart", "retain_ref  = false")},
		Story: `
scenario: mmu.preempt
start: tree
mmuext.pin cpu=v0 frame=0 level=3 preempt=2`,
	},
	{
		Name: "xsa-299-nested", Origin: "XSA-299, 3c15a2d8cc", Rule: "an audit that fails is recorded in the table above",
		Edits: []broken.Edit{broken.In(mmFile, "if ( current->arch.old_guest_table == l3e_get_page(l3e) )", "if ( false )")},
		Story: `
scenario: mmu.errors
start: bad L2 entry 1 below L3 entry 1
mmuext.pin cpu=v0 frame=0 level=3`,
	},
	{
		Name: "xsa-290", Origin: "XSA-290, 176ebf9c8b", Rule: "an L2 does not take its child's preemption for success",
		Edits: []broken.Edit{broken.In(mmFile, "    return put_pt_page(l2e_get_page(l2e), mfn_to_page(l2mfn), flags);", "    put_pt_page(l2e_get_page(l2e), mfn_to_page(l2mfn), flags);\n    return 0;")},
		Story: `
scenario: mmu.linear
start: A to B twice
mmuext.pin cpu=v0 frame=1 level=2
mmuext.pin cpu=v0 frame=0 level=2
mmuext.unpin cpu=v0 frame=1
mmuext.unpin cpu=v0 frame=0 preempt=2`,
	},
	{
		Name: "xsa-58", Origin: "XSA-58, 9b167bd2f3", Rule: "what an audit that failed has left keeps its reference",
		Edits: []broken.Edit{broken.In(mmFile, "                if ( page != curr->arch.old_guest_table )", "                if ( true )")},
		Story: `
scenario: mmu.errors
start: bad L3 entry 1
mmuext.pin cpu=v0 frame=0 level=3`,
	},
	{
		Name: "xsa-252", Origin: "XSA-252, d798a09529", Rule: "decrease_reservation does not unpin",
		Edits: []broken.Edit{broken.In(memoryFile, "        put_page_alloc_ref(page);\n\n    put_page(page);",
			"        put_page_alloc_ref(page);\n    if ( !rc && test_and_clear_bit(_PGT_pinned, &page->u.inuse.type_info) )\n        put_page_and_type(page);\n\n    put_page(page);")},
		Story: `
scenario: mmu.preempt
start: tree
mmuext.pin cpu=v0 frame=1 level=2
decrease_reservation cpu=v0 frame=1`,
	},
}

// Set-context.
var contexts = broken.List{
	{
		Name: "user-keeps-m2p", Rule: "set-context takes the M2P from a strict domain's user table",
		Edits: []broken.Edit{broken.In(domainFile, "zap_ro_mpt(cr3_mfn);", ";")},
		Story: `
scenario: mmu.vcpu-order
start: plain
set-context cpu=t0 vcpu=0 kernel=2 user=0 assist=strict mode=kernel`,
	},
	{
		Name: "kernel-lacks-m2p", Rule: "set-context gives a relaxed domain's kernel table the M2P",
		Edits: []broken.Edit{broken.In(domainFile, "fill_ro_mpt(cr3_mfn);", ";")},
		Story: `
scenario: mmu.assist-vcpu1
start: plain
set-context cpu=t0 vcpu=0 kernel=1 user=none assist=relaxed mode=kernel`,
	},
	{
		Name: "assist-of-any-vcpu", Rule: "vm_assist is that of vCPU 0's context",
		Edits: []broken.Edit{broken.In(domainFile, "    if ( v->vcpu_id == 0 )\n    {", "    if ( true )\n    {")},
		Story: `
scenario: mmu.assist-vcpu1
start: plain
set-context cpu=t0 vcpu=0 kernel=1 user=0 assist=relaxed mode=kernel
set-context cpu=t0 vcpu=1 kernel=1 user=none assist=strict mode=kernel`,
	},
	{
		Name: "be05b5385f", Origin: "be05b5385f", Rule: "what was pinned before a strict context gets the M2P",
		Edits: []broken.Edit{broken.In(domainFile, "atomic_read(&d->arch.pv.nr_l4_pages) )", "atomic_read(&d->arch.pv.nr_l4_pages) && false )")},
		Story: `
scenario: mmu.pin-first
start: plain
mmuext.pin cpu=t0 frame=0 level=4
set-context cpu=t0 vcpu=0 kernel=0 user=none assist=strict mode=kernel`,
	},
	{
		Name: "a62c6fe05c", Origin: "a62c6fe05c", Rule: "set-context checks vm_assist",
		Edits: []broken.Edit{broken.In(domainFile, "if ( v->vcpu_id == 0 && (c(vm_assist) & ~arch_vm_assist_valid_mask(d)) )", "if ( false )")},
		Story: `
scenario: mmu.context-args
start: a writable page in an L1
set-context cpu=t0 vcpu=0 kernel=0 user=none assist=bit40 mode=kernel`,
	},
}
