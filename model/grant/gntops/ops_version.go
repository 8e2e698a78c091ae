package gntops

import (
	"errors"
	"fmt"

	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntview"
	"hvcheck/model/grant/handover"
	"hvcheck/model/page/pool"
)

// The operand types of operations on the table as a whole.
var (
	Version    = model.Named("version", "a layout of grant tables; 3 does not exist", "0", "1", "2", "3")
	TableFrame = model.Named("table frame", "a frame of F's grant table: a shared one, or one with status words",
		"shared0", "shared1", "status0", "status1")
	FrameCount = model.Number("number of frames", "how many frames of a grant table", func(*model.Config) uint8 { return 4 })
)

var (
	argFrames = model.Arg{Name: "frames", Type: FrameCount}
	argTable  = model.Arg{Name: "table", Type: TableFrame}
)

// Operations on the table as a whole.
var (
	SetVersion = ops.Define(model.Spec{
		Name:   "gnttab.set_version",
		Doc:    "GNTTABOP_set_version: have the caller's grant table in another layout. Of the entries only the reserved ones stay.",
		Source: "xen/common/grant_table.c gnttab_set_version(), gnttab_unpopulate_status_frames()",
		Args:   []model.Arg{argBy, {Name: "version", Type: Version}},
		Results: []model.Result{
			ok("the table has that layout, or it is begun"),
			domains.due(errno.EINVAL, "there is no such layout", func(v *scene) bool { return v.a[1] != 1 && v.a[1] != 2 }),
			domains.due(errno.ENOSYS, "the domain may not have version 2", func(v *scene) bool { return v.a[1] == 2 && v.dom().Table.MaxVer == 1 }),
			domains.due(errno.EBUSY, "a reference that is not reserved is in use", changes((*scene).unreservedInUse)),
			domains.due(errno.ENOMEM, "no memory for status frames", changes(func(v *scene) bool { return v.dom().Table.Ver == 1 && v.s.NoHeap })),
			domains.due(errno.EAGAIN, "an operation that needs version 2 is in progress", changes((*scene).version2InUse)),
			domains.due(errno.ERANGE, "a reserved entry has no form in version 1", changes((*scene).unrepresentable)),
			domains.due(errno.EBUSY, "a status frame is mapped", changes((*scene).statusMapped)),
			domains.elsewhere(errno.EINVAL, "the status frame is where the m2p says, unless a rule is broken (GR-B12)", changes(func(v *scene) bool { return v.dom().Table.Ver == 2 && v.hidden() })),
			domains.waiting(waitsFor, func(v *scene) bool { return !v.idle() || v.setWaits() }),
			unreadable,
		},
		Run: by(func(c *handover.Call, a *args) errno.Errno { return c.SetVersion(a[0], a[1]) }),
	})
	GetVersion = ops.Define(model.Spec{
		Name:   "gnttab.get_version",
		Doc:    "GNTTABOP_get_version.",
		Source: "xen/common/grant_table.c gnttab_get_version()",
		Args:   []model.Arg{argBy, argDom},
		Results: []model.Result{
			ok("told"),
			anyone.due(errno.ESRCH, "no such domain", func(v *scene) bool { return v.noSuch(v.a[1]) }),
			anyone.due(errno.EPERM, "another domain's, and the caller may not ask", (*scene).mayNotAsk),
			anyone.idle(), unreadable,
		},
		Run: by(func(c *handover.Call, a *args) errno.Errno { return c.GetVersion(a[0], a[1]) }),
	})
	SetupTable = ops.Define(model.Spec{
		Name:   "gnttab.setup_table",
		Doc:    "GNTTABOP_setup_table: have at least so many shared frames, and be told where they are.",
		Source: "xen/common/grant_table.c gnttab_setup_table(), gnttab_grow_table()",
		Args:   []model.Arg{argBy, argDom, argFrames},
		Results: append(asking(always, func(v *scene) bool { return v.locked(v.a[1]) }),
			anyone.due(grant.GeneralError, "more than there may be", asked(func(v *scene) bool { return v.a[2] > v.of().MaxFrames })),
			anyone.due(grant.GeneralError, "the table cannot grow", asked(func(v *scene) bool { return v.a[2] > v.of().Frames && v.s.NoHeap })),
			never(grant.BadVirtAddr, noFaults)),
		Run: by(func(c *handover.Call, a *args) errno.Errno { return c.SetupTable(a[0], a[1], a[2]) }),
	})
	QuerySize = ops.Define(model.Spec{
		Name:    "gnttab.query_size",
		Doc:     "GNTTABOP_query_size.",
		Source:  "xen/common/grant_table.c gnttab_query_size()",
		Args:    []model.Arg{argBy, argDom},
		Results: asking(always, func(v *scene) bool { return v.locked(v.a[1]) }),
		Run:     by(func(c *handover.Call, a *args) errno.Errno { return c.QuerySize(a[0], a[1]) }),
	})
	StatusFrames = ops.Define(model.Spec{
		Name:   "gnttab.get_status_frames",
		Doc:    "GNTTABOP_get_status_frames: be told where the status frames are.",
		Source: "xen/common/grant_table.c gnttab_get_status_frames()",
		Args:   []model.Arg{argBy, argDom, argFrames},
		Results: append(asking(untranslated, func(v *scene) bool { return !v.translated() && v.locked(v.a[1]) }),
			anyone.due(errno.ENOSYS, "a translated domain has no such call", (*scene).translated),
			anyone.due(grant.GeneralError, "more than there are", asked(func(v *scene) bool { return !v.translated() && v.a[2] > v.of().StatusFrames })),
			never(grant.BadVirtAddr, noFaults)),
		Run: by(func(c *handover.Call, a *args) errno.Errno { return c.StatusFrames(a[0], a[1], a[2]) }),
	})
	Swap = ops.Define(model.Spec{
		Name:   "gnttab.swap",
		Doc:    "GNTTABOP_swap_grant_ref: exchange two entries that are not in use.",
		Source: "xen/common/grant_table.c swap_grant_ref()",
		Args:   []model.Arg{argBy, {Name: "a", Type: Ref}, {Name: "b", Type: Ref}, argMore, {Name: "preempt", Type: model.Preempt}},
		Results: []model.Result{
			ok("exchanged"),
			ofSwap.due(grant.BadGntref, "a reference beyond the table", func(v *scene) bool {
				return !v.preempted() && (v.beyond(v.by, v.a[1]) || v.beyond(v.by, v.a[2]))
			}),
			ofSwap.due(grant.Eagain, "in use", func(v *scene) bool { return v.swaps() && v.swapInUse() }),
			ofSwap.due(grant.Eagain, "an operation that needs version 2 is in progress", func(v *scene) bool {
				return v.swaps() && !Conf(v.c).On[grant.AsIs6] && v.version2InUse()
			}),
			ofSwap.preempted(),
			ofSwap.unless(func(v *scene) bool { return v.locked(v.by) }),
			unreadable,
		},
		Run: by(func(c *handover.Call, a *args) errno.Errno { return c.Swap(a[0], a[1], a[2], a[3] == 1) }),
	})
	CacheFlush = ops.Define(model.Spec{
		Name:   "gnttab.cache_flush",
		Doc:    "GNTTABOP_cache_flush, of nothing. Only Arm has it.",
		Source: "xen/common/grant_table.c gnttab_cache_flush(); 5642a6055c",
		Args:   []model.Arg{argBy},
		Results: []model.Result{
			domains.elsewhere(errno.OK, "x86 does not have it any more (GR-A8)", (*scene).flushes),
			domains.due(errno.ENOSYS, "not on x86", func(v *scene) bool { return !v.flushes() }), domains.idle(),
		},
		Run: by(func(c *handover.Call, a *args) errno.Errno { return c.CacheFlush(a[0]) }),
	})
)

// Where the frames of F's table are.
var (
	Space = ops.Define(model.Spec{
		Name:   "gnttab.add_to_physmap",
		Doc:    "XENMEM_add_to_physmap of XENMAPSPACE_grant_table: a translated F has a frame of its table at a gfn.",
		Source: "xen/arch/x86/mm/p2m.c xenmem_add_to_physmap_one(); xen/common/grant_table.c gnttab_map_frame_begin()",
		Args:   []model.Arg{argBy, argTable, argGfn},
		Results: []model.Result{
			ok("there, or begun"),
			domains.due(errno.EACCES, "not translated, or not F", func(v *scene) bool { return !v.spaced() }),
			domains.due(errno.EINVAL, "no such gfn", func(v *scene) bool { return v.spaced() && v.a[2] >= grant.MaxGfns }),
			domains.due(errno.EINVAL, "no such frame, and the table cannot grow to have it", func(v *scene) bool { return v.spaced() && !v.stepped(0) && v.noFrame() }),
			domains.due(errno.EBUSY, "the frame was given back, and Xen keeps no reference of it", func(v *scene) bool { return v.spaced() && !v.noFrame() && v.going() }),
			domains.due(errno.ENXIO, "what is at the gfn cannot be removed", func(v *scene) bool {
				return v.spaced() && !v.noFrame() && !v.stepped(grant.StepVersion) && v.irremovable()
			}),
			never(errno.EPERM, "memory-mapped I/O is not modelled"),
			domains.waiting(waitsFor, func(v *scene) bool { return !v.idle() || v.spaced() && v.spaceWaits() }),
			unreadable,
		},
		Run: by(func(c *handover.Call, a *args) errno.Errno { return c.Space(a[0], a[1], a[2]) }),
	})
	HoldFrame = ops.Define(model.Spec{
		Name:   "gnttab.hold_frame",
		Doc:    "A frame of F's table is mapped with a reference: by a page-table entry of a PV F, or by the toolstack as a foreign page.",
		Source: "xen/arch/x86/mm.c get_page_from_l1e()",
		Args:   []model.Arg{argBy, argTable},
		Results: []model.Result{
			ok("mapped"),
			anyone.due(errno.EINVAL, "there is no such frame, or it is mapped so, or the caller does not map in this way", func(v *scene) bool {
				f := v.s.TFrame[v.a[1]]
				return !v.holds() || !f.There || f.Count == 0 || f.PTEs > 0
			}),
			anyone.idle(),
		},
		Run: by(func(c *handover.Call, a *args) errno.Errno { return c.Hold(a[0], a[1]) }),
	})
	DropFrame = ops.Define(model.Spec{
		Name:   "gnttab.drop_frame",
		Doc:    "Such a mapping is removed.",
		Source: "xen/arch/x86/mm.c put_page_from_l1e()",
		Args:   []model.Arg{argBy, argTable},
		Results: []model.Result{
			ok("removed"),
			anyone.due(errno.EINVAL, "there is none, or the caller does not map in this way", func(v *scene) bool { return !v.holds() || v.s.TFrame[v.a[1]].PTEs == 0 }),
			anyone.idle(),
		},
		Run: by(func(c *handover.Call, a *args) errno.Errno { return c.Drop(a[0], a[1]) }),
	})
)

// changes is a condition of a change of the version that is made at once.
func changes(f func(v *scene) bool) func(v *scene) bool {
	return func(v *scene) bool {
		t := &v.dom().Table
		return (v.a[1] == 1 || v.a[1] == 2 && t.MaxVer == 2) && t.Ver != v.a[1] && !v.locked(v.by) && f(v)
	}
}

// unreservedInUse tells whether an entry other than the reserved ones is pinned.
func (v *scene) unreservedInUse() bool {
	for r := uint8(grant.Reserved + 1); r < gntview.Size(v.s, v.by); r++ {
		if v.b.Pins(v.s, v.by, r) != [grant.NumPins]uint8{} {
			return true
		}
	}
	return false
}

// version2InUse tells whether a copy has a pin that only version 2 can have, or is
// about to.
func (v *scene) version2InUse() bool {
	if v.dom().Table.Ver != 2 {
		return false
	}
	for r := range gntview.Size(v.s, v.by) {
		if v.dom().Table.Act[r].Sub && v.b.Pins(v.s, v.by, r) != [grant.NumPins]uint8{} {
			return true
		}
	}
	for cpu := range v.s.Task {
		for _, b := range []*grant.Buf{&v.s.Task[cpu].Src, &v.s.Task[cpu].Dst} {
			if b.Dom == v.by && b.Flags&grant.Claiming != 0 {
				return true
			}
		}
	}
	return false
}

func (v *scene) unrepresentable() bool {
	e := v.dom().Table.Entry[grant.Reserved]
	kind := e.Flags & grant.TypeMask
	return v.dom().Table.Ver == 2 && (kind == grant.Transitive || kind == grant.PermitAccess && e.Frame&grant.BigFrame != 0)
}

// statusMapped tells whether somebody else has a reference of F's status frame, in a
// change that is made at once.
func (v *scene) statusMapped() bool {
	f := &v.s.TFrame[grant.FirstStatus]
	return !v.stepped(grant.StepVersion) && v.dom().Table.Ver == 2 && v.by == grant.DomF && f.PTEs > 0
}

// hidden tells whether the status frame is not where the m2p names it.
func (v *scene) hidden() bool {
	return !v.stepped(grant.StepVersion) && v.misplaced()
}

func (v *scene) misplaced() bool {
	f := &v.s.TFrame[grant.FirstStatus]
	return v.by == grant.DomF && v.dom().HVM && f.M2P != 0 &&
		v.dom().P2M[f.M2P-1] != grant.P2M{Type: grant.P2MTable, MFN: grant.FirstStatus}
}

// setWaits tells whether the first section of a change has to wait.
func (v *scene) setWaits() bool {
	return (v.a[1] == 1 || v.a[1] == 2 && v.dom().Table.MaxVer == 2) && v.locked(v.by)
}

// of is the table that is asked for.
func (v *scene) of() *grant.Table { return &v.s.Dom[v.a[1]].Table }

// mayNotAsk tells whether another domain's table is asked for without the right.
func (v *scene) mayNotAsk() bool {
	return !v.noSuch(v.a[1]) && v.cpu != grant.Tool && v.a[1] != v.by && !v.dom().Priv
}

// asked is a condition of a question that is answered.
func asked(f func(v *scene) bool) func(v *scene) bool {
	return func(v *scene) bool { return !v.noSuch(v.a[1]) && !v.mayNotAsk() && f(v) }
}

// asking lists the results of questions about a table, by those who can ask it.
func asking(by func(f func(v *scene) bool) func(v *scene) bool, locked func(v *scene) bool) []model.Result {
	return []model.Result{
		ok("told"),
		anyone.due(grant.BadDomain, "no such domain", by(func(v *scene) bool { return v.noSuch(v.a[1]) })),
		anyone.due(grant.PermissionDenied, "another domain's, and the caller may not ask", by((*scene).mayNotAsk)),
		anyone.unless(asked(locked)),
		unreadable,
		never(errno.EINVAL, "exactly one element is asked for"),
	}
}

// translated tells whether a translated domain calls.
func (v *scene) translated() bool { return v.cpu != grant.Tool && v.dom().HVM }

// untranslated is a condition of a question that a translated domain cannot ask.
func untranslated(f func(v *scene) bool) func(v *scene) bool {
	return func(v *scene) bool { return !v.translated() && f(v) }
}

// always is no condition on who asks.
func always(f func(v *scene) bool) func(v *scene) bool { return f }

// swaps tells whether there are two entries to exchange.
func (v *scene) swaps() bool {
	a, b := v.a[1], v.a[2]
	return !v.preempted() && a != b && !v.beyond(v.by, a) && !v.beyond(v.by, b)
}

func (v *scene) swapInUse() bool {
	a, b := v.a[1], v.a[2]
	return v.b.Pins(v.s, v.by, a) != [grant.NumPins]uint8{} || v.b.Pins(v.s, v.by, b) != [grant.NumPins]uint8{}
}

// flushes tells whether there is GNTTABOP_cache_flush, for the caller.
func (v *scene) flushes() bool { return Conf(v.c).On[grant.AsIs8] && !v.dom().HVM }

// spaced tells whether the caller has a p2m that F's frames can be in.
func (v *scene) spaced() bool { return v.by == grant.DomF && v.dom().HVM }

// noFrame tells whether the table neither has a frame nor can grow to have it.
func (v *scene) noFrame() bool {
	t, i := &v.s.Dom[grant.DomF].Table, v.a[1]
	if i >= grant.FirstStatus {
		return t.Ver != 2 || i-grant.FirstStatus >= t.StatusFrames
	}
	return i >= t.Frames && (i >= t.MaxFrames || v.s.NoHeap)
}

// going tells whether nobody has a reference of the frame any more.
func (v *scene) going() bool {
	f := &v.s.TFrame[v.a[1]]
	return f.There && f.Count == 0
}

func (v *scene) irremovable() bool {
	if v.a[2] >= grant.MaxGfns {
		return false
	}
	switch e := v.dom().P2M[v.a[2]]; e.Type {
	case grant.P2MGrantRW, grant.P2MGrantRO, grant.P2MForeign:
		return true
	case grant.P2MRAM:
		shared := v.s.Kernel.ShinfoMFN == e.MFN+1 // which is only unhooked
		return v.s.Owner[e.MFN] != grant.DomF || !shared && pool.Of(v.w).Pages[e.MFN].Count == 0
	}
	return false
}

// spaceWaits tells whether the first section has to wait: for the table's lock; and one
// that is made at once for the p2m's.
func (v *scene) spaceWaits() bool {
	return v.locked(grant.DomF)
}

func (v *scene) holds() bool { return v.cpu == grant.Tool || v.by == grant.DomF && !v.dom().HVM }

// What these have done when they have succeeded.
func init() {
	SetVersion.Ensures(func(c *model.Config, _ *model.World, a *args, after *model.World) error {
		t := &Of(after).Dom[grant.DomainOf(a[0])].Table
		if Of(after).Task[a[0]].Busy() {
			return nil
		}
		return model.Require(t.Ver == a[1], fmt.Sprintf("the table has version %d", t.Ver))
	})
	Swap.Ensures(func(_ *model.Config, before *model.World, a *args, after *model.World) error {
		d := grant.DomainOf(a[0])
		was, is := &Of(before).Dom[d].Table, &Of(after).Dom[d].Table
		if a[1] >= grant.MaxRefs || a[2] >= grant.MaxRefs {
			return errors.New("there is no such entry")
		}
		return model.Require(was.Entry[a[1]] == is.Entry[a[2]] && was.Entry[a[2]] == is.Entry[a[1]], "the entries are not exchanged")
	})
	SetupTable.Ensures(func(_ *model.Config, _ *model.World, a *args, after *model.World) error {
		return model.Require(Of(after).Dom[a[1]].Table.Frames >= a[2], "the table is smaller")
	})
	Space.Ensures(func(_ *model.Config, _ *model.World, a *args, after *model.World) error {
		s := Of(after)
		if s.Task[a[0]].Busy() {
			return nil
		}
		return model.Require(s.Dom[grant.DomF].P2M[a[2]] == grant.P2M{Type: grant.P2MTable, MFN: a[1]}, "the frame is not there")
	})
	Transfer.Ensures(func(c *model.Config, before *model.World, a *args, after *model.World) error {
		s := Of(after)
		if s.Task[a[0]].Busy() && s.Task[a[0]].PC != grant.Next {
			return nil
		}
		m, is := gntview.FrameOf(Of(before), grant.DomainOf(a[0]), a[1])
		return model.Require(is && s.Owner[m] == a[2], "the target does not have the page")
	})
}
