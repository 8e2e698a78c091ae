package gntops

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gnttab"
	"hvcheck/model/grant/handover"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
)

// ops is the area's table of operations.
var ops model.Table

// args of a handler.
type args = model.Args

// by has an operation carried out by a method of a Call.
func by(do func(c *handover.Call, a *args) errno.Errno) func(model.Calls, *args) errno.Errno {
	return func(m model.Calls, a *args) errno.Errno { return do(&m.(*calls).call, a) }
}

func ok(when string) model.Result { return model.Can(errno.OK, when) }

var fails, never = model.Can, model.Never

// Operands that operations of area grant share.
var (
	argBy      = model.Arg{Name: "cpu", Type: CPU}
	argDom     = model.Arg{Name: "dom", Type: Dom}
	argRef     = model.Arg{Name: "ref", Type: Ref}
	argOwnRef  = model.Arg{Name: "ref", Type: OwnRef}
	argHandle  = model.Arg{Name: "handle", Type: Handle}
	argPlace   = model.Arg{Name: "slot", Type: Place}
	argFrame   = model.Arg{Name: "frame", Type: pool.Frame}
	argGfn     = model.Arg{Name: "gfn", Type: Gfn}
	argMore    = model.Arg{Name: "more", Type: OnOff}
	argPreempt = model.Arg{Name: "preempt", Type: model.Preempt}
)

// Why results of area grant are not reached.
const (
	noFaults = "hypercall arguments and results can always be copied"
	noPolicy = "XSM policy is not modelled: every domain may map"
)

// Results that operations of area grant share.
var (
	unreadable = never(errno.EFAULT, noFaults)
	positive   = never(grant.Positive, "statuses are 0 or negative")
	policy     = never(grant.PermissionDenied, noPolicy)
)

// The operations that map.
var (
	Map = ops.Define(model.Spec{
		Name:   "gnttab.map",
		Doc:    "GNTTABOP_map_grant_ref: map a page that another domain has granted.",
		Source: "xen/common/grant_table.c map_grant_ref()",
		Args:   []model.Arg{argBy, argDom, argRef, {Name: "flags", Type: MapFlags}, argPlace, argMore, argPreempt},
		Results: []model.Result{
			ok("mapped, or begun"),
			ofMap.due(grant.BadGntref, "neither for the host nor for devices", func(v *scene) bool { return neither(v.asked()) }),
			ofMap.due(grant.BadGntref, "a reference beyond the table", func(v *scene) bool {
				m := v.asked()
				return !v.stepped(grant.StepMap) && !v.noSuch(m.dom) && v.beyond(m.dom, m.ref)
			}),
			ofMap.due(grant.BadDomain, "no such domain", func(v *scene) bool { return v.noSuch(v.asked().dom) }),
			ofMap.due(grant.GeneralError, "a translated domain maps for devices, for applications, or by the address of an entry", func(v *scene) bool { return v.forHVM(v.asked()) }),
			ofMap.due(grant.GeneralError, "pinned by another domain, too often, or for a part of the page", whole((*scene).otherwise)),
			ofMap.due(grant.GeneralError, "the entry does not allow it", whole((*scene).forbids)),
			ofMap.due(grant.GeneralError, "the page is not the granter's any more, or cannot be written", whole(func(v *scene, m wish) bool { return !v.absent(m) && !v.pagedOut(m) && v.unusable(m) })),
			ofMap.due(grant.GeneralError, "the mapping cannot be made", whole((*scene).unplaced)),
			ofMap.due(grant.GeneralError, "the IOMMU's tables cannot be changed", whole((*scene).iommuFails)),
			ofMap.due(grant.BadPage, "the granter has no such page", whole((*scene).absent)),
			ofMap.due(grant.Eagain, "the page is paged out", whole((*scene).pagedOut)),
			ofMap.due(grant.NoSpace, "no handle is free", func(v *scene) bool { return !Conf(v.c).Lists && !v.declined(v.asked()) && v.noHandle() }),
			fails(grant.NoSpace, "no list has an entry to spare").May(ofMap.when(func(v *scene) bool { return v.cannotGrow() && !v.declined(v.asked()) }), "on which list the entries are"),
			ofMap.preempted(), ofMap.unless((*scene).mapWaits), unreadable, policy, positive,
			never(errno.EINVAL, "the number of elements is not negative"),
		},
		Run: by(func(c *handover.Call, a *args) errno.Errno { return c.Map(a[0], a[1], a[2], a[3], a[4], a[5] == 1) }),
	})
	Unmap = ops.Define(model.Spec{
		Name:   "gnttab.unmap",
		Doc:    "GNTTABOP_unmap_grant_ref: take away the part for the host, selected by an address, and that for devices, selected by a bus address.",
		Source: "xen/common/grant_table.c unmap_common(), unmap_common_complete()",
		Args:   []model.Arg{argBy, argHandle, argPlace, {Name: "bus", Type: BusAddr}, argMore, argPreempt},
		Results: []model.Result{
			ok("unmapped, or begun; with no address nothing is done"),
			ofUnmap.due(grant.BadHandle, "no such handle", atOnce((*scene).badHandle)),
			ofUnmap.due(grant.BadDevAddr, "not the bus address of the page", atOnce(func(v *scene) bool { return !v.badHandle() && v.wrongBus() })),
			ofUnmap.due(grant.GeneralError, "what is at the address is not the mapping", atOnce(func(v *scene) bool { return !v.badHandle() && v.notThere() })),
			ofUnmap.due(grant.GeneralError, "the IOMMU's tables cannot be changed", atOnce(func(v *scene) bool { return !v.badHandle() && v.trackFails(selected(v.a)) })),
			ofUnmap.preempted(), ofUnmap.unless((*scene).unmapWaits), unreadable, policy,
		},
		Run: by(func(c *handover.Call, a *args) errno.Errno {
			return c.Unmap(a[0], a[1], a[2], gnttab.Bus(a[3]), a[4] == 1)
		}),
	})
	Replace = ops.Define(model.Spec{
		Name:   "gnttab.unmap_and_replace",
		Doc:    "GNTTABOP_unmap_and_replace: take away the part for the host, and put an entry there that is taken from another place.",
		Source: "xen/common/grant_table.c unmap_and_replace(), xen/arch/x86/pv/grant_table.c replace_grant_pv_mapping()",
		Args:   []model.Arg{argBy, argHandle, argPlace, {Name: "from", Type: Place}, argMore, argPreempt},
		Results: []model.Result{
			ok("replaced, or begun"),
			ofReplace.due(errno.ENOSYS, "a translated domain has no such call", func(v *scene) bool { return v.dom().HVM }),
			ofReplace.due(grant.BadHandle, "no such handle", ofPV((*scene).badHandle)),
			ofReplace.due(grant.GeneralError, "what is at the address is not the mapping; or one that named the address of an entry", ofPV(func(v *scene) bool { return !v.badHandle() && v.notReplaced() })),
			ofReplace.due(grant.GeneralError, "the IOMMU's tables cannot be changed", ofPV(func(v *scene) bool { return !v.badHandle() && v.trackFails(hostPart(v.a)) })),
			ofReplace.preempted(), ofReplace.unless(func(v *scene) bool { return !v.dom().HVM && v.unmapWaits() }), unreadable, policy,
		},
		Run: by(func(c *handover.Call, a *args) errno.Errno { return c.Replace(a[0], a[1], a[2], a[3], a[4] == 1) }),
	})
	XenStep = ops.Define(model.Spec{
		Name:   "gnttab.step",
		Doc:    "The CPU does the next critical section of what it is in the middle of, or the kernel on it the next access to shared memory. The result of a call is that of its last one.",
		Source: "xen/common/grant_table.c; Linux drivers/xen/grant-table.c",
		Args:   []model.Arg{argBy, argPreempt},
		Results: append([]model.Result{
			ok("a section done"),
			step(grant.BadGntref, "the end of a map: a reference beyond the table", func(v *scene) bool { m := v.asked(); return v.task().PC == grant.M1 && v.beyond(m.dom, m.ref) }),
			step(grant.GeneralError, "the end of a map: the entry does not allow it, or is pinned in another way", atPin(func(v *scene, m wish) bool { return v.otherwise(m) || v.forbids(m) })),
			step(grant.GeneralError, "the end of a map that could not be made", func(v *scene) bool { return v.task().PC == grant.MUnpin || v.unstable() }),
			step(errno.ENOMEM, "no page is free: for a revocation; for a soft reset, whose domain is crashed; for status frames", func(v *scene) bool {
				pc := v.task().PC
				return pc == grant.RReplace && v.stuckAt() || pc == grant.RShinfo && v.noShinfoPage() || v.looksAgain(func(v *scene) bool { return v.dom().Table.Ver == 1 && v.s.NoHeap })
			}),
			fails(errno.ENOMEM, "revocation: no page is free, or none was supplied").May(anyone.when(func(v *scene) bool { return v.task().PC == grant.RReplace && v.mayStick() }), "which mapping is the next one, and which pages are in use"),
			fails(errno.ERESTART, "the release of handles is preempted").May(anyone.when(func(v *scene) bool { return v.task().PC == grant.D2 && v.a[1] != 0 }), "where the last of its handles is"),
			step(grant.BadPage, "the end of a map: the granter has no such page", atFrame((*scene).absent)),
			step(grant.Eagain, "the end of a map: the page is paged out", atFrame((*scene).pagedOut)),
			fails(grant.NoSpace, "the end of a map: no list has an entry to spare").May(anyone.when(func(v *scene) bool {
				pc := v.task().PC
				return (pc == grant.M0Sentinel || pc == grant.M0Steal) && v.spare() == 0 || pc == grant.M0 && v.cannotGrow()
			}), "on which list the entries are"),
			step(grant.BadHandle, "the end of a block, whose last element had no handle", func(v *scene) bool { return v.last(-4) }),
			step(grant.BadDevAddr, "the end of a block, whose last element had another bus address", func(v *scene) bool { return v.last(-6) }),
			step(grant.GeneralError, "the end of a block, whose last element is not what is mapped; or an element of one whose IOMMU tables cannot be changed", func(v *scene) bool {
				t := v.task()
				return v.last(-1) || t.PC == grant.U2 && t.More && t.Elems < v.block() && v.s.NoIOMMU && v.lastOfFrame()
			}),
			step(errno.EBUSY, "the end of a grant: it is in use", (*scene).endFails),
			anyone.waiting(waitsFor, (*scene).stepWaits), positive,
		}, copySteps...),
		Run: by(func(c *handover.Call, a *args) errno.Errno { return c.Step(a[0]) }),
	})
)

// What kernels do with their shared entries.
var (
	GuestGrant = ops.Define(model.Spec{
		Name:   "guest.grant",
		Doc:    "A kernel grants a page of its own to a domain, by a reference that it takes to be free: it stores domain and frame, then the flags.",
		Source: "Linux drivers/xen/grant-table.c gnttab_grant_foreign_access_ref(), gnttab_update_entry_v1()",
		Args:   []model.Arg{argBy, argOwnRef, argDom, argGfn, {Name: "ro", Type: OnOff}},
		Results: []model.Result{
			ok("granted, or begun"), domains.due(errno.EINVAL, "the table has no such entry", (*scene).ownBeyond), domains.due(errno.EBUSY, "the kernel knows that the reference is not free", (*scene).refTaken), domains.idle(),
		},
		Run: by(func(c *handover.Call, a *args) errno.Errno { return c.Grant(a[0], a[1], a[2], a[3], a[4] == 1) }),
	})
	GuestEnd = ops.Define(model.Spec{
		Name:   "guest.end",
		Doc:    "A kernel ends a grant, or tries again. While it is in use it stays on the list of those to be ended, and the page with it.",
		Source: "Linux drivers/xen/grant-table.c gnttab_end_foreign_access_ref_v1(), _v2(), gnttab_handle_deferred()",
		Args:   []model.Arg{argBy, argOwnRef},
		Results: []model.Result{
			ok("ended, or begun"),
			domains.due(errno.EBUSY, "in use: to be tried again", func(v *scene) bool {
				return !v.believes(grant.Free) && v.inUse(v.a[1]) && (v.layout() == 1 || !v.stepped(grant.StepGuest))
			}),
			domains.due(errno.ENOENT, "the kernel knows that there is no grant", func(v *scene) bool { return v.believes(grant.Free) }), domains.unless((*scene).at),
		},
		Run: by(func(c *handover.Call, a *args) errno.Errno { return c.EndGrant(a[0], a[1]) }),
	})
	GuestFlags = ops.Define(model.Spec{
		Name:    "guest.store_flags",
		Doc:     "A kernel that does not behave stores to the flags of an entry.",
		Source:  "xen/include/public/grant_table.h",
		Args:    []model.Arg{argBy, argOwnRef, {Name: "flags", Type: EntryFlags}},
		Results: []model.Result{ok("stored"), domains.due(errno.EINVAL, "the table has no such entry", (*scene).ownBeyond), domains.idle()},
		Run: by(func(c *handover.Call, a *args) errno.Errno {
			return c.Store(a[0], a[1], func(e *grant.Entry) { e.Flags = a[2] })
		}),
	})
	GuestFrame = ops.Define(model.Spec{
		Name:    "guest.store_frame",
		Doc:     "A kernel that does not behave stores to the frame of an entry.",
		Source:  "xen/include/public/grant_table.h",
		Args:    []model.Arg{argBy, argOwnRef, {Name: "gfn", Type: Stored}},
		Results: []model.Result{ok("stored"), domains.due(errno.EINVAL, "the table has no such entry", (*scene).ownBeyond), domains.idle()},
		Run: by(func(c *handover.Call, a *args) errno.Errno {
			return c.Store(a[0], a[1], func(e *grant.Entry) { e.Frame = a[2] })
		}),
	})
	GuestDomid = ops.Define(model.Spec{
		Name:    "guest.store_domid",
		Doc:     "A kernel that does not behave stores to the domain of an entry.",
		Source:  "xen/include/public/grant_table.h",
		Args:    []model.Arg{argBy, argOwnRef, argDom},
		Results: []model.Result{ok("stored"), domains.due(errno.EINVAL, "the table has no such entry", (*scene).ownBeyond), domains.idle()},
		Run: by(func(c *handover.Call, a *args) errno.Errno {
			return c.Store(a[0], a[1], func(e *grant.Entry) { e.Domid = a[2] })
		}),
	})
)

// Memory: what knows nothing of grants.
var (
	MMUUpdate = ops.Define(model.Spec{
		Name:   "gnttab.mmu_update",
		Doc:    "mmu_update of an entry of a PV domain's own page table. Others' pages can be mapped by a domain that may do everything, and that names their owner.",
		Source: "xen/arch/x86/mm.c mod_l1_entry(), get_page_from_l1e(), put_page_from_l1e()",
		Args:   []model.Arg{argBy, argPlace, {Name: "entry", Type: pool.Ent}},
		Results: []model.Result{
			ok("written"), domains.due(errno.EINVAL, "there is no such entry", func(v *scene) bool { return !v.dom().HVM && v.a[1] >= grant.MaxSlots }),
			domains.due(errno.EBUSY, "the page is nobody's, another domain's, or not to be written", (*scene).notMappable),
			domains.due(errno.EOPNOTSUPP, "a translated domain has no page tables of this kind", func(v *scene) bool { return v.dom().HVM }), domains.idle(),
		},
		Run: by(func(c *handover.Call, a *args) errno.Errno { return c.Update(a[0], a[1], page.Entry(a[2])) }),
	})
	Decrease = ops.Define(model.Spec{
		Name:   "gnttab.decrease_reservation",
		Doc:    "XENMEM_decrease_reservation of one page. It does not look at grants: the page lives on while it is referenced, and counts as its owner's. A failure is told by the number of pages that are gone.",
		Source: "xen/common/memory.c guest_remove_page()",
		Args:   []model.Arg{argBy, argGfn},
		Results: []model.Result{
			ok("given back"), domains.due(errno.EINVAL, "no such page", func(v *scene) bool { return v.noPage(v.a[1]) }),
			domains.due(errno.ENXIO, "not the caller's, or gone", func(v *scene) bool { return !v.noPage(v.a[1]) && v.notOwn(v.a[1]) }),
			domains.waiting(waitsFor, func(v *scene) bool { return !v.idle() || v.p2mLocked() }),
		},
		Run: by(func(c *handover.Call, a *args) errno.Errno { return c.Decrease(a[0], a[1]) }),
	})
	Populate = ops.Define(model.Spec{
		Name:   "gnttab.populate_physmap",
		Doc:    "XENMEM_populate_physmap of one page.",
		Source: "xen/common/memory.c populate_physmap()",
		Args:   []model.Arg{argBy, argGfn},
		Results: []model.Result{
			ok("the page is there"), domains.due(errno.ENOMEM, "no page is free, or the domain may not have more", (*scene).noMemory),
			domains.due(errno.EINVAL, "something is there already", func(v *scene) bool { return v.dom().HVM && (v.a[1] >= grant.MaxGfns || !v.noPage(v.a[1])) }),
			domains.waiting(waitsFor, func(v *scene) bool { return !v.idle() || v.p2mLocked() }),
		},
		Run: by(func(c *handover.Call, a *args) errno.Errno { return c.Populate(a[0], a[1]) }),
	})
	Paging = ops.Define(model.Spec{
		Name:   "gnttab.page_out",
		Doc:    "A page of a translated domain is paged out, or in again.",
		Source: "xen/arch/x86/mm/mem_paging.c",
		Args:   []model.Arg{argDom, argGfn, {Name: "out", Type: OnOff}},
		Results: []model.Result{ok("done"), fails(errno.EINVAL, "there is no such page, or it is so already").Due(func(_ *model.Config, w *model.World, a *args) bool {
			want := grant.P2MPaged
			if a[2] == 1 {
				want = grant.P2MRAM
			}
			return Of(w).Stopped() || a[0] >= grant.NumDomains || a[1] >= grant.MaxGfns || Of(w).Dom[a[0]].P2M[a[1]].Type != want
		})},
		Run: by(func(c *handover.Call, a *args) errno.Errno { return c.Page(a[0], a[1], a[2] == 1) }),
	})
	Heap = ops.Define(model.Spec{
		Name:   "xen.heap",
		Doc:    "Xen's heap is empty from now on, or has memory again.",
		Source: "xen/common/page_alloc.c alloc_xenheap_pages()",
		Args:   []model.Arg{{Name: "empty", Type: OnOff}},
		Results: []model.Result{ok("it is so"), fails(errno.EINVAL, "it is so already").Due(on(func(s *grant.State, a *args) bool {
			return s.Stopped() || s.NoHeap == (a[0] == 1)
		}))},
		Run: by(func(c *handover.Call, a *args) errno.Errno { return c.Heap(a[0] == 1) }),
	})
	IOMMU = ops.Define(model.Spec{
		Name:   "xen.iommu",
		Doc:    "Changes of the IOMMU's tables fail from now on, or succeed again.",
		Source: "xen/drivers/passthrough/iommu.c iommu_map(), iommu_unmap()",
		Args:   []model.Arg{{Name: "fails", Type: OnOff}},
		Results: []model.Result{ok("it is so"), fails(errno.EINVAL, "it is so already").Due(on(func(s *grant.State, a *args) bool {
			return s.Stopped() || s.NoIOMMU == (a[0] == 1)
		}))},
		Run: by(func(c *handover.Call, a *args) errno.Errno { return c.IOMMU(a[0] == 1) }),
	})
	Take = ops.Define(model.Spec{
		Name:   "gnttab.take",
		Doc:    "Another domain gets a free page, and writes to it.",
		Source: "xen/common/page_alloc.c",
		Args:   []model.Arg{argFrame},
		Results: []model.Result{ok("it has the page"), fails(errno.ENOMEM, "the page is not free").Due(func(_ *model.Config, w *model.World, a *args) bool {
			return Of(w).Stopped() || Of(w).Owner[a[0]] != grant.NoDomain
		})},
		Run: by(func(c *handover.Call, a *args) errno.Errno { return c.Take(a[0]) }),
	})
)

// Accesses.
var (
	Access = ops.Define(model.Spec{
		Name:    "cpu.access",
		Doc:     "A CPU loads or stores where its domain maps. What it has cached counts before what is in the tables now.",
		Source:  "Intel SDM, volume 3, 4.10",
		Args:    []model.Arg{argBy, argPlace, {Name: "write", Type: OnOff}},
		Results: []model.Result{ok("done"), domains.due(errno.EFAULT, "no mapping allows it", (*scene).faults), domains.idle()},
		Run:     by(func(c *handover.Call, a *args) errno.Errno { return c.Access(a[0], a[1], a[2] == 1, grant.TagClean) }),
	})
	DMA = ops.Define(model.Spec{
		Name:   "device.dma",
		Doc:    "A device of a domain loads or stores, whether that domain runs or not.",
		Source: "xen/drivers/passthrough",
		Args:   []model.Arg{argDom, argFrame, {Name: "write", Type: OnOff}},
		Results: []model.Result{ok("done"), fails(errno.EFAULT, "the IOMMU does not allow it").Due(func(_ *model.Config, w *model.World, a *args) bool {
			if a[0] >= grant.NumDomains {
				return true
			}
			r := Of(w).Dom[a[0]].IOPT[a[1]]
			return Of(w).Stopped() || r == grant.NoDMA || a[2] == 1 && r == grant.ReadDMA
		})},
		Run: by(func(c *handover.Call, a *args) errno.Errno { return c.DMA(a[0], a[1], a[2] == 1, grant.TagClean) }),
	})
)
