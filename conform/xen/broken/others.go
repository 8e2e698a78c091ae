package broken

import "hvcheck/conform/broken"

// Event channels.
var events = broken.List{
	{
		Name: "close-keeps-port", Rule: "a port that waits is free when it is closed",
		Edits: []broken.Edit{broken.In(eventFile, "    evtchn_write_lock(chn1);\n    evtchn_free(d1, chn1);", "    evtchn_write_lock(chn1);\n    if ( chn1->state != ECS_UNBOUND )\n        evtchn_free(d1, chn1);")},
		Story: `
scenario: evtchn.errors
start: a port waits
evtchn.alloc_unbound cpu=v0 dom=guest remote=backend
evtchn.close cpu=v0 port=1`,
	},
	{
		Name: "bind-is-silent", Rule: "who binds to a port gets an event, for those that may have been lost",
		Edits: []broken.Edit{broken.In(eventFile, "     */\n    evtchn_port_set_pending(ld, lchn->notify_vcpu_id, lchn);", "     */")},
		Story: `
scenario: evtchn.peers
start: a port waits
evtchn.bind_interdomain cpu=v0 remote=backend port=1`,
	},
	{
		Name: "unmask-always-raises", Rule: "unmask raises what is pending, and nothing else",
		Edits: []broken.Edit{broken.In(wordsFile, "         guest_test_bit(d, port, &shared_info(d, evtchn_pending)) &&\n", "")},
		Story: `
scenario: evtchn.pv
start: running
guest.mask cpu=v0 port=1
evtchn.unmask cpu=v0 port=1`,
	},
	{
		Name: "mask-is-ignored", Rule: "an event that is masked is not delivered",
		Edits: []broken.Edit{broken.In(wordsFile, "!guest_test_bit(d, port, &shared_info(d, evtchn_mask)) &&\n         !guest_test", "!guest_test")},
		Story: `
scenario: evtchn.pv
start: running
guest.mask cpu=v0 port=1
evtchn.send cpu=b0 port=1`,
	},
	{
		Name: "close-frees-peer", Rule: "the other end of a port that is closed waits for its domain",
		Edits: []broken.Edit{broken.In(eventFile, "chn2->u.unbound.remote_domid = d1->domain_id;", "chn2->u.unbound.remote_domid = d2->domain_id;")},
		Story: `
scenario: evtchn.peers
start: a port waits
evtchn.bind_interdomain cpu=v0 remote=backend port=1
evtchn.close cpu=v0 port=1`,
	},
	{
		Name: "virq-moves", Rule: "a VIRQ of a vCPU stays with it",
		Edits: []broken.Edit{broken.In(eventFile, "        if ( virq_is_global(chn->u.virq) )", "        if ( true )")},
		Story: `
scenario: evtchn.ports
start: no ports
evtchn.bind_virq cpu=v0 virq=timer vcpu=0
evtchn.bind_vcpu cpu=v0 port=1 vcpu=1`,
	},
}

// Grants.
var grants = broken.List{
	{
		Name: "readonly-is-ignored", Rule: "what is granted for reading cannot be mapped for writing",
		Edits: []broken.Edit{broken.In(grantFile, "            if ( unlikely(scombo.flags & GTF_readonly) )", "            if ( false )")},
		Story: `
scenario: grant.core
start: granted
guest.end cpu=f0 ref=1
guest.grant cpu=f0 ref=1 dom=b gfn=0 ro=yes
gnttab.map cpu=b0 dom=f ref=1 flags=host slot=0 more=no`,
	},
	{
		Name: "unmap-leaves-flags", Rule: "an entry that nobody uses any more says so",
		Edits: []broken.Edit{broken.In(grantFile, "    reduce_status_for_pin(rd, act, status, op->done & GNTMAP_readonly);", "    (void)status;")},
		Story: `
scenario: grant.core
start: granted
gnttab.map cpu=b0 dom=f ref=1 flags=host slot=0 more=no
gnttab.unmap cpu=b0 handle=0 slot=0 bus=none more=no`,
	},
	{
		Name: "copy-keeps-type", Rule: "a copy gives back the type of what it has written to",
		Edits: []broken.Edit{broken.In(grantFile, "    if ( buf->have_type )", "    if ( false )")},
		Story: `
scenario: grant.copy
start: granted
gnttab.copy cpu=b0 from=page.1 to=f.1 range=part more=no`,
	},
	{
		Name: "xsa-214", Origin: "XSA-214, eaf537342c", Rule: "a page that changes hands has no type",
		Edits: []broken.Edit{broken.In(mmFile, "    page->u.inuse.type_info = 0;\n    page_set_owner(page, NULL);", "    page_set_owner(page, NULL);")},
		Story: `
scenario: grant.transfer
start: granted
gnttab.descriptors cpu=f0 gfn=0
guest.accept_transfer cpu=c0 ref=1 dom=f gfn=0
gnttab.transfer cpu=f0 gfn=0 dom=c ref=1 more=no`,
	},
	{
		Name: "xsa-224", Origin: "XSA-224, 8fdfcb2b6b", Rule: "an unmap without a bus address leaves the part of devices",
		Edits: []broken.Edit{broken.In(grantFile, "op->done |= GNTMAP_host_map | (flags & GNTMAP_readonly);", "op->done |= GNTMAP_host_map | (flags & (GNTMAP_readonly | GNTMAP_device_map));")},
		Story: `
scenario: grant.device
start: granted
gnttab.map cpu=b0 dom=f ref=1 flags=dev+host slot=0 more=no
gnttab.unmap cpu=b0 handle=0 slot=0 bus=none more=no`,
	},
	{
		Name: "xsa-227", Origin: "XSA-227, ce442926c2", Rule: "the address of an entry is aligned",
		Edits: []broken.Edit{broken.In(mappingFile, "        if ( !IS_ALIGNED(addr, sizeof(nl1e)) )\n        {\n            gdprintk(", "        if ( false )\n        {\n            gdprintk(")},
		Story: `
scenario: grant.contains-pte
start: granted
gnttab.map cpu=b0 dom=f ref=1 flags=host+pte slot=unaligned more=no`,
	},
	{
		Name: "xsa-230", Origin: "XSA-230, 6e2a4c7356", Rule: "what devices write to is in use",
		Edits: []broken.Edit{broken.In(grantFile, "if ( !readonly && !(act->pin & (GNTPIN_hstw_mask | GNTPIN_devw_mask)) )", "if ( !readonly && !(act->pin & GNTPIN_hstw_mask) )")},
		Story: `
scenario: grant.device
start: granted
gnttab.map cpu=b0 dom=f ref=1 flags=dev slot=0 more=no
gnttab.map cpu=b0 dom=f ref=1 flags=host slot=0 more=no
gnttab.unmap cpu=b0 handle=1 slot=0 bus=none more=no`,
	},
	{
		Name: "xsa-234", Origin: "XSA-234, 16b1414de9", Rule: "unmap compares the rights of an entry",
		Edits: []broken.Edit{broken.In(mappingFile, "         unlikely((l1e_get_flags(ol1e) ^ grant_pte_flags) &\n                  (_PAGE_PRESENT | _PAGE_RW)) )", "         false )")},
		Story: `
scenario: grant.own-ptes
start: granted
gnttab.map cpu=b0 dom=f ref=1 flags=host+ro slot=0 more=no
gnttab.map cpu=b0 dom=f ref=1 flags=host slot=0 more=no
gnttab.unmap cpu=b0 handle=0 slot=0 bus=none more=no`,
	},
	{
		Name: "xsa-255", Origin: "XSA-255, 38bfcc165d", Rule: "status frames that somebody refers to are not freed",
		Edits: []broken.Edit{broken.In(grantFile, "        if ( pg->count_info & ~PGC_xen_heap )", "        if ( false )")},
		Story: `
scenario: grant.version-pv
gnttab.set_version cpu=f0 version=2
gnttab.hold_frame cpu=f0 table=status0
gnttab.set_version cpu=f0 version=1`,
	},
	{
		Name: "status-stays-mapped", Rule: "a status frame that is freed leaves its domain's p2m",
		Edits: []broken.Edit{broken.In(grantFile, "            int rc = gfn_eq(gfn, INVALID_GFN)\n                     ? 0", "            int rc = true\n                     ? 0")},
		Story: `
scenario: grant.version
gnttab.set_version cpu=f0 version=2
gnttab.add_to_physmap cpu=f0 table=status0 gfn=1
gnttab.set_version cpu=f0 version=1`,
	},
	{
		Name: "xsa-316", Origin: "XSA-316, da0c66c8f4", Rule: "a map that is refused says why",
		Edits: []broken.Edit{broken.In(grantFile, "                               ld->domain_id)) != GNTST_okay )", "                               ld->domain_id) != GNTST_okay) )")},
		Story: `
scenario: grant.core
start: granted
guest.end cpu=f0 ref=1
gnttab.map cpu=b0 dom=f ref=1 flags=host slot=0 more=no`,
	},
	{
		Name: "xsa-500", Origin: "XSA-500, 61b0a59ce2", Rule: "a copy to what is in use goes where that is",
		Edits: []broken.Edit{broken.In(grantFile, "        else if ( !mfn_eq(act->mfn, grant_mfn) ||\n                  act->trans_domain", "        else if ( act->trans_domain")},
		Story: `
scenario: grant.hostile-copy
start: granted
gnttab.map cpu=b0 dom=f ref=1 flags=host+ro slot=0 more=no
guest.store_frame cpu=f0 ref=1 gfn=1
gnttab.copy cpu=b0 from=page.2 to=f.1 range=part more=no`,
	},
}

// What devices reach.
var devices = broken.List{
	{
		Name: "no-flush", Rule: "what leaves the table of an IOMMU leaves its TLB",
		Edits: []broken.Edit{broken.In(iommuFile, "    int rc = iommu_unmap(d, dfn, page_count, 0, &flush_flags);", "    int rc = iommu_unmap(d, dfn, page_count, 0, &flush_flags);\n\n    flush_flags = 0;")},
		Story: `
scenario: iommu.pv-assign
start: a PV domain without a device
iommu.assign_device by=t0 device=0 dom=d1 fails=no
pci.dma requester=0 dfn=1 access=write
iommu.get_page_type by=a0 frame=1 type=l1
pci.dma requester=0 dfn=1 access=write`,
	},
	{
		Name: "table-stays-mapped", Rule: "devices do not reach what becomes a page table",
		Edits: []broken.Edit{broken.In(mmFile, "                rc = iommu_legacy_unmap(d, _dfn(mfn_x(mfn)),\n                                        1ul << PAGE_ORDER_4K);", "                rc = 0;")},
		Story: `
scenario: iommu.pv-assign
start: a PV domain without a device
iommu.get_page_type by=a0 frame=0 type=l1`,
	},
	{
		Name: "devices-write", Rule: "devices cannot write to what is granted for reading",
		Edits: []broken.Edit{broken.In(grantFile, "            kind = IOMMUF_readable;", "            kind = IOMMUF_readable | IOMMUF_writable;")},
		Story: `
scenario: grant.iommu
start: granted
gnttab.map cpu=b0 dom=f ref=1 flags=dev+ro slot=0 more=no
device.dma dom=b frame=0 write=yes`,
	},
	{
		Name: "xsa-302", Origin: "XSA-302, 319f9a0ba9", Rule: "a device that is taken from a guest waits in quarantine",
		Edits: []broken.Edit{broken.In(pciFile, "        target = dom_io;\n", "        target = hardware_domain;\n")},
		Story: `
scenario: iommu.pv-assign
start: a PV domain without a device
iommu.assign_device by=t0 device=0 dom=d1 fails=no
iommu.deassign_device by=t0 device=0 dom=d1 fails=no`,
	},
}
