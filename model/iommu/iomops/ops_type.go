package iomops

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/iommu"
	"hvcheck/model/iommu/vtd"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
)

// Type is an operand: what a page is to be used as.
var Type = model.Named("page type", "what a page is used as", "none", "l1", "l2", "l3", "l4", "seg_desc", "shared", "writable")

var argFrame = model.Arg{Name: "frame", Type: pool.Frame}

// Foreign pages: what a domain that may do so has of others.
var (
	MapForeign = ops.Define(model.Spec{
		Name:   "iommu.map_foreign",
		Doc:    "XENMAPSPACE_gmfn_foreign: another domain's page at a gfn, with a general reference. The caller may do so.",
		Source: "xen/arch/x86/mm/p2m.c p2m_add_foreign()",
		Args:   []model.Arg{argBy, argGfn, argFrame},
		Results: []model.Result{
			ok("mapped"),
			noDue(errno.EPERM, "only up to Xen 4.18 a translated domain may not (FL-A5)", func(v *scene) bool { return v.dom().HVM && v.own.On[iommu.AsIs5] }),
			due(errno.EINVAL, "a PV domain", func(v *scene) bool { return !v.dom().HVM }),
			due(errno.EPERM, "a page of its own", func(v *scene) bool { return v.s.Frame[v.a[2]].Owner == v.by() }),
			due(errno.ENXIO, "another domain's page is there", func(v *scene) bool { return v.at(v.a[1]).Type.Borrowed() }),
			due(errno.EEXIST, "something else is there, which Xen would give back first", func(v *scene) bool { return v.at(v.a[1]).Type != iommu.Invalid }),
			due(errno.EBUSY, "nobody has the page", func(v *scene) bool { return v.s.Free(v.a[2]) || pool.Of(v.w).Pages[v.a[2]].Count == 0 }),
			cannot((*scene).locked),
		},
		Run: by(func(c *vtd.Call, a *args) errno.Errno { return c.MapForeign(a[0], a[1], a[2]) }),
	})
	UnmapForeign = ops.Define(model.Spec{
		Name:   "iommu.unmap_foreign",
		Doc:    "XENMEM_remove_from_physmap of another domain's page. The mapping's reference goes with the entry, the caller's after the flush.",
		Source: "xen/common/memory.c, xen/arch/x86/mm/p2m.c p2m_remove_page()",
		Args:   []model.Arg{argBy, argGfn},
		Results: []model.Result{
			ok("unmapped, or begun"),
			due(errno.ENOENT, "nothing is there", func(v *scene) bool { return v.at(v.a[1]).Type == iommu.Invalid }),
			due(errno.EINVAL, "a page of the domain's own", func(v *scene) bool { return v.at(v.a[1]).Type != iommu.Invalid && v.at(v.a[1]).Type != iommu.Foreign }),
			cannot((*scene).locked),
		},
		Run: by(func(c *vtd.Call, a *args) errno.Errno { return c.UnmapForeign(a[0], a[1]) }),
	})
)

// Types: what PV guests do with their pages.
var (
	GetType = ops.Define(model.Spec{
		Name:   "iommu.get_page_type",
		Doc:    "A PV guest maps a page of its own, or uses it as a page table or for descriptors: get_page_and_type(). A page is in the IOMMU's table while its type is writable.",
		Source: "xen/arch/x86/mm.c _get_page_type()",
		Args:   []model.Arg{argBy, argFrame, {Name: "type", Type: Type}},
		Results: []model.Result{
			ok("it is, or begun"),
			due(errno.EINVAL, "not a page of the caller's", func(v *scene) bool { return v.dom().HVM || v.a[2] == uint8(page.None) || v.notMine() }),
			due(errno.EINVAL, "the page is in use as something else", func(v *scene) bool { return !v.notMine() && v.page().TCount > 0 && v.page().Type != page.Type(v.a[2]) }),
			due(errno.EINVAL, "the mark for devices is a type, and types exclude each other", func(v *scene) bool { return v.own.MarkType && v.s.Frame[v.a[1]].Marked }),
			due(errno.EBUSY, "the guest has as many uses of it as it may have", func(v *scene) bool {
				return !v.notMine() && v.page().TCount >= 2 && v.page().Validated && v.page().Type == page.Type(v.a[2])
			}),
			due(errno.ENOMEM, "the IOMMU's table cannot be changed", func(v *scene) bool { return !v.stepped(iommu.StepType) && v.cannotFollow() }),
			never(errno.EINTR, "a change of type is not preempted"),
			cannot(func(v *scene) bool {
				return !v.notMine() && v.page().TCount > 0 && !v.page().Validated && v.page().Type == page.Type(v.a[2])
			}),
		},
		Run: by(func(c *vtd.Call, a *args) errno.Errno { return c.GetType(a[0], a[1], page.Type(a[2])) }),
	})
	PutType = ops.Define(model.Spec{
		Name:   "iommu.put_page_type",
		Doc:    "A PV guest gives up a use of a page: put_page_and_type().",
		Source: "xen/arch/x86/mm.c put_page_and_type(), cleanup_page_mappings()",
		Args:   []model.Arg{argBy, argFrame},
		Results: []model.Result{
			ok("given up, or begun"),
			due(errno.EINVAL, "the guest has no use of it", func(v *scene) bool { return v.s.Frame[v.a[1]].Owner != v.by() || v.b.Uses[v.a[1]] == 0 }),
			cannot(func(*scene) bool { return false }),
		},
		Run: by(func(c *vtd.Call, a *args) errno.Errno { return c.PutType(a[0], a[1]) }),
	})
	Store = ops.Define(model.Spec{
		Name:   "cpu.store",
		Doc:    "A vCPU of a PV guest stores to a page that it has mapped for writing; the CPU keeps the translation.",
		Source: "Intel SDM, translation lookaside buffers",
		Args:   []model.Arg{argBy, argFrame},
		Results: []model.Result{
			ok("stored"),
			due(errno.EFAULT, "there is no such mapping", func(v *scene) bool {
				return v.s.Frame[v.a[1]].Owner != v.by() || v.b.Uses[v.a[1]] == 0 || v.page().Type != page.Writable
			}),
			cannot(func(*scene) bool { return false }),
		},
		Run: by(func(c *vtd.Call, a *args) errno.Errno { return c.Store(a[0], a[1]) }),
	})
	BuildTable = ops.Define(model.Spec{
		Name:   "iommu.populate_page_table",
		Doc:    "Until 2019: a PV domain that runs gets its IOMMU table, page by page, before its first device.",
		Source: "xen/drivers/passthrough/x86/iommu.c arch_iommu_populate_page_table(), 1f0b0bb777",
		Args:   []model.Arg{argBy, argDom},
		Results: []model.Result{
			ok("made, or begun"),
			onlyTool,
			due(errno.ESRCH, "no such domain", func(v *scene) bool { return v.s.Dom[v.a[1]].Life != iommu.Alive }).First(),
			due(errno.EEXIST, "there is one, or it is a translated domain's", func(v *scene) bool { return v.s.Dom[v.a[1]].On || v.s.Dom[v.a[1]].HVM }),
			cannot(func(*scene) bool { return false }),
		},
		Run: by(func(c *vtd.Call, a *args) errno.Errno { return c.BuildTable(a[0], a[1]) }),
	})
)

// page is the page that is named.
func (v *scene) page() *page.Page { return &pool.Of(v.w).Pages[v.a[1]] }

// notMine tells whether a page is not the caller's, or about to be freed.
func (v *scene) notMine() bool { return v.s.Frame[v.a[1]].Owner != v.by() || v.page().Count == 0 }

// cannotFollow tells whether a change of type needs one of the table that cannot be made.
func (v *scene) cannotFollow() bool {
	d, p, typ := v.dom(), v.page(), page.Type(v.a[2])
	changes := p.TCount == 0 && p.Type != typ && (p.Type == page.Writable) != (typ == page.Writable)
	changes = changes && (typ == page.Writable || v.s.At(v.by(), v.a[1]).Present()) // what is not there need not be split
	return v.s.NoMemory && d.On && d.Sync && !d.HVM && !v.notMine() && changes && typ != page.None
}
