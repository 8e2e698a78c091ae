package gntops

import (
	"fmt"
	"strings"

	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gnttab"
	"hvcheck/model/grant/gntview"
	"hvcheck/model/grant/handover"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
)

// The operand types of copies.
var (
	// CopyEnd is one end of a copy.
	CopyEnd = &model.ArgType{
		Name: "end of a copy", Doc: "a reference of a domain, such as f.1; page.0 is a page of the caller's own, by gfn; foreign.0 one of somebody else's, by frame",
		Formatted: formatEnd, Read: readEnd,
		Values: func(*model.Config) uint8 { return gnttab.NumEnds << 3 },
		Need: func(v uint8, least *model.Config) {
			if e := gnttab.End(v); e.Kind() < gnttab.EndNone && e.N() < grant.MaxRefs {
				Conf(least).Refs = max(Conf(least).Refs, e.N())
			}
		},
	}
	CopyRange = model.Named("range of a copy", "how much: nothing; a part that is in every window; the whole page; more than what is left of a page",
		"nothing", "part", "page", "beyond")
)

var endNames = [gnttab.NumEnds]string{"f", "b", "c", "none", "page", "foreign"}

func formatEnd(v uint8) string {
	e := gnttab.End(v)
	if e.Kind() >= gnttab.NumEnds {
		return fmt.Sprint(v)
	}
	return fmt.Sprintf("%s.%d", endNames[e.Kind()], e.N())
}

func readEnd(s string) (v uint8, err error) {
	for v = range uint8(gnttab.NumEnds << 3) {
		if formatEnd(v) == s {
			return v, nil
		}
	}
	return 0, fmt.Errorf("%q is no end of a copy; want one of %s, with a number behind a dot, such as f.1", s, strings.Join(endNames[:], ", "))
}

// RefEnd and PageEnd make operands.
func RefEnd(dom, ref uint8) uint8 { return uint8(gnttab.EndOf(dom, ref)) }

// PageEnd is a page of the caller's own.
func PageEnd(gfn uint8) uint8 { return uint8(gnttab.EndOf(gnttab.EndPage, gfn)) }

// The operations that move contents and pages.
var (
	Copy = ops.Define(model.Spec{
		Name:   "gnttab.copy",
		Doc:    "GNTTABOP_copy: copy between a granted page and one of the caller's, or another granted one. What is claimed is kept for the next element.",
		Source: "xen/common/grant_table.c gnttab_copy_one(), acquire_grant_for_copy(), release_grant_for_copy()",
		Args: []model.Arg{argBy, {Name: "from", Type: CopyEnd}, {Name: "to", Type: CopyEnd}, {Name: "range", Type: CopyRange},
			argMore, argPreempt},
		Results: []model.Result{
			ok("copied, or begun; a length of 0 needs nothing"),
			ofCopy.due(grant.PermissionDenied, "another domain's page is named by its frame", copies(func(v *scene) bool { return !v.later() && v.anyEnd((*scene).foreign) })),
			ofCopy.due(grant.BadDomain, "no such domain", copies(func(v *scene) bool { return !v.later() && v.anyEnd((*scene).nobody) })),
			ofCopy.due(grant.BadGntref, "a reference beyond the table", copied(func(v *scene) bool { return v.either((*scene).endBeyond) })),
			ofCopy.due(grant.GeneralError, "pinned by another domain, or too often", copied(func(v *scene) bool { return v.either((*scene).endOtherwise) })),
			ofCopy.due(grant.GeneralError, "the entry does not allow it", copied(func(v *scene) bool { return v.either((*scene).endForbids) })),
			ofCopy.due(grant.GeneralError, "a transitive grant that leads nowhere, or to another one", copied(func(v *scene) bool { return v.either((*scene).endNowhere) })),
			ofCopy.due(grant.GeneralError, "one entry for both ends, on behalf of different domains", stored((*scene).atOdds)),
			ofCopy.due(grant.GeneralError, "outside of the part that is granted", stored((*scene).outside)),
			ofCopy.due(grant.GeneralError, "an entry that was pinned for reading has another page now", stored((*scene).swapped)),
			ofCopy.due(grant.BadPage, "there is no such page", copied(func(v *scene) bool { return v.either((*scene).endAbsent) })),
			ofCopy.due(grant.Eagain, "the page is paged out", copied(func(v *scene) bool { return v.either((*scene).endPaged) })),
			ofCopy.due(grant.BadCopyArg, "more than what is left of a page", stored(func(v *scene) bool { return gnttab.Range(v.a[3]) == gnttab.Beyond })),
			ofCopy.due(grant.BadDomain, "the page of a pinned entry is not the granter's any more, or that is dying", copied(func(v *scene) bool { return v.either((*scene).endGone) })),
			ofCopy.due(errno.ERESTART, "a transitive grant leads elsewhere than when it was pinned: this element is to be made again", stored((*scene).elsewhereNow)),
			fails(errno.ERESTART, "preempted before this element of a call: the rest is to be made again").Due(ofCopy.when(func(v *scene) bool { return v.preempted() && !v.later() })),
			ofCopy.waiting(waitsFor, func(v *scene) bool { return v.waits() || v.copyWaits() }), unreadable,
			never(grant.GeneralError, "no page of the model stays in use as something that must not be written"),
			never(errno.EINVAL, "the number of elements is not negative"),
		},
		Run: by(func(c *handover.Call, a *args) errno.Errno {
			return c.Copy(a[0], gnttab.End(a[1]), gnttab.End(a[2]), gnttab.Range(a[3]), a[4] == 1)
		}),
	})
	Transfer = ops.Define(model.Spec{
		Name:   "gnttab.transfer",
		Doc:    "GNTTABOP_transfer: give a page to a domain that has an entry which accepts it. What fails after the page was taken from its owner frees it.",
		Source: "xen/common/grant_table.c gnttab_transfer(), xen/arch/x86/mm.c steal_page()",
		Args:   []model.Arg{argBy, argGfn, argDom, argRef, argMore, argPreempt},
		Results: []model.Result{
			ok("transferred, or begun"),
			ofTransfer.due(errno.ENOSYS, "a translated domain has no such call", func(v *scene) bool { return v.dom().HVM }),
			ofTransfer.due(errno.EOPNOTSUPP, "gnttab=no-transfer", func(v *scene) bool { return Conf(v.c).NoTransfer && !v.next() && !v.dom().HVM }),
			ofTransfer.due(grant.BadPage, "no page of the caller's, or somebody else has a reference", moves((*scene).unstealable)),
			ofTransfer.due(grant.GeneralError, "the IOMMU's tables cannot be changed", moves(func(v *scene) bool { return v.s.NoIOMMU && v.dom().Sync })),
			ofTransfer.due(grant.BadDomain, "no such domain: the page is lost", moved(func(v *scene) bool { return v.noSuch(v.a[2]) })),
			ofTransfer.due(grant.GeneralError, "the target is dying, or has all the pages that it may have: the page is lost", moved((*scene).noRoom)),
			ofTransfer.due(grant.GeneralError, "the target's entry is not for this: the page is lost", moved((*scene).unaccepted)),
			ofTransfer.due(grant.GeneralError, "a translated target cannot have the page where it wants it", moved((*scene).noPlace)),
			never(grant.AddressTooBig, "all frames have numbers that every layout can hold"),
			ofTransfer.preempted(), ofTransfer.unless((*scene).transferWaits), unreadable, policy,
		},
		Run: by(func(c *handover.Call, a *args) errno.Errno { return c.Transfer(a[0], a[1], a[2], a[3], a[4] == 1) }),
	})
	Descriptors = ops.Define(model.Spec{
		Name:   "gnttab.descriptors",
		Doc:    "A PV domain loads a page as a descriptor table, and another one after that: the page has a validated type, which nobody uses.",
		Source: "xen/arch/x86/pv/descriptor-tables.c pv_set_gdt(), pv_destroy_gdt()",
		Args:   []model.Arg{argBy, argGfn},
		Results: []model.Result{
			ok("validated"),
			domains.due(errno.EINVAL, "a translated domain, or no page of its own that could have the type", func(v *scene) bool {
				return v.dom().HVM || v.nowhere() || v.cannotDescribe()
			}),
			domains.idle(),
		},
		Run: by(func(c *handover.Call, a *args) errno.Errno { return c.Descriptors(a[0], a[1]) }),
	})
)

// Entries that are neither granted for access nor ended.
var (
	GuestAccept = ops.Define(model.Spec{
		Name:    "guest.accept_transfer",
		Doc:     "A kernel writes an entry that accepts a page from a domain; a translated one says at which gfn.",
		Source:  "xen/include/public/grant_table.h GTF_accept_transfer",
		Args:    []model.Arg{argBy, argOwnRef, argDom, argGfn},
		Results: []model.Result{ok("written"), domains.due(errno.EINVAL, "the table has no such entry", (*scene).ownBeyond), domains.idle()},
		Run: by(func(c *handover.Call, a *args) errno.Errno {
			return c.Store(a[0], a[1], func(e *grant.Entry) { *e = grant.Entry{Flags: grant.AcceptTransfer, Domid: a[2], Frame: a[3]} })
		}),
	})
	GuestTransitive = ops.Define(model.Spec{
		Name:    "guest.grant_transitive",
		Doc:     "A kernel writes a transitive entry: it lets a domain copy what a third one has granted to it.",
		Source:  "xen/include/public/grant_table.h GTF_transitive",
		Args:    []model.Arg{argBy, argOwnRef, argDom, {Name: "of", Type: Dom}, {Name: "by", Type: Ref}},
		Results: []model.Result{ok("written"), domains.due(errno.EINVAL, "the table has no such entry", (*scene).ownBeyond), domains.idle()},
		Run: by(func(c *handover.Call, a *args) errno.Errno {
			return c.Store(a[0], a[1], func(e *grant.Entry) {
				*e = grant.Entry{Flags: grant.Transitive, Domid: a[2], Trans: a[3], Frame: a[4]}
			})
		}),
	})
)

// end is what a condition of a copy looks at.
type end struct {
	gnttab.End
	ro bool
}

// source and target are the ends of a copy.
func (v *scene) source() end { return end{gnttab.End(v.a[1]), true} }
func (v *scene) target() end { return end{gnttab.End(v.a[2]), false} }

// anyEnd tells whether something is so of either of them.
func (v *scene) anyEnd(is func(v *scene, e end) bool) bool {
	return is(v, v.source()) || is(v, v.target())
}

// either tells whether something is so of one that is claimed at once: of both, or of
// the source where each takes a section.
func (v *scene) either(is func(v *scene, e end) bool) bool {
	if v.stepped(grant.StepCopy) {
		return !v.later() && is(v, v.source())
	}
	return v.claims(v.source(), is) || v.claims(v.target(), is)
}

// claims tells whether something is so of an end that is claimed, or of what it leads to.
func (v *scene) claims(e end, is func(v *scene, e end) bool) bool {
	if v.kept(e) {
		return false
	}
	u, inner, leads := v.led(e)
	return is(v, e) || leads && is(u, inner)
}

// led follows a transitive grant to the entry that it stands for, which is claimed on
// behalf of the domain that has made it.
func (v *scene) led(e end) (u *scene, inner end, leads bool) {
	if !v.transitive(e) || v.inner || v.endOtherwise(e) || v.endForbids(e) || v.endNowhere(e) {
		return nil, end{}, false
	}
	entry := v.s.Dom[e.Kind()].Table.Entry[e.N()]
	next := *v
	next.by, next.inner = e.Kind(), true
	return &next, end{gnttab.EndOf(entry.Trans, min(entry.Frame, 7)), e.ro}, true // 7 is beyond every table
}

// later tells whether other sections come first, which give up what the call has claimed.
func (v *scene) later() bool {
	t := v.task()
	return v.stepped(grant.StepCopy) && v.next() && (t.Src.Flags|t.Dst.Flags)&grant.HavePage != 0
}

// drops are the ends, a bit each, that are claimed and that this element does without.
func (v *scene) drops() (ends uint8) {
	t := v.task()
	const any = grant.HaveGrant | grant.HaveType | grant.HavePage
	for i, e := range []end{v.source(), v.target()} {
		b := [2]*grant.Buf{&t.Src, &t.Dst}[i]
		last := v.looksNowhere()
		if b.Flags&any != 0 && (v.preempted() || last && v.a[4] == 0 || !last && !v.kept(e)) {
			ends |= 1 << i
		}
	}
	return ends
}

// undropped takes away from an entry's pins what the ends have that this element drops.
func (v *scene) undropped(m wish, pins *[grant.NumPins]uint8) {
	t, d := v.task(), v.drops()
	for i, b := range [2]*grant.Buf{&t.Src, &t.Dst} {
		if d>>i&1 == 0 || b.Flags&grant.HaveGrant == 0 {
			continue
		}
		k := [2]int{grant.PinHostR, grant.PinHostW}[i]
		act := &v.s.Dom[b.Dom].Table.Act[b.Ref]
		if b.Dom == m.dom && b.Ref == m.ref || act.Src != b.Dom && act.Src == m.dom && act.Trans == m.ref {
			pins[k]--
		}
	}
}

// atOdds tells whether one end is the entry that the other one leads to, on behalf of
// another domain.
func (v *scene) atOdds() bool {
	u, inner, leads := v.led(v.source())
	w, other, to := v.led(v.target())
	s, t := v.source(), v.target()
	switch {
	case v.kept(s) || v.kept(t):
		return false
	case leads && inner.End == t.End && u.by != v.by, to && other.End == s.End && w.by != v.by:
		return true
	}
	return leads && to && inner.End == other.End && u.by != w.by
}

// kept tells whether an end is claimed already, by the element before.
func (v *scene) kept(e end) bool {
	t := v.task()
	if !v.next() || t.Src.Dom != v.endDom(v.source()) || t.Dst.Dom != v.endDom(v.target()) || t.Dst.Flags&grant.HavePage == 0 || t.Src.Flags&grant.HavePage == 0 {
		return false
	}
	b := &t.Dst
	if e.ro {
		b = &t.Src
	}
	return b.Ref == e.N() && (!v.ref(e) || b.Flags&grant.HaveGrant != 0)
}

// endDom is the domain of an end.
func (v *scene) endDom(e end) uint8 {
	switch {
	case v.ref(e):
		return e.Kind()
	case e.Kind() == gnttab.EndPage:
		return v.by
	}
	return grant.NoDomain
}

// looksNowhere tells whether a copy is of nothing, and does nothing.
func (v *scene) looksNowhere() bool {
	return gnttab.Range(v.a[3]) == gnttab.Nothing && !Conf(v.c).On[grant.AsIs9]
}

// copies is a condition of an element that looks at something.
func copies(f func(v *scene) bool) func(v *scene) bool {
	return func(v *scene) bool { return !v.looksNowhere() && !v.preempted() && f(v) }
}

// copied is one of an element whose domains are there; stored, of one that is made at
// once.
func copied(f func(v *scene) bool) func(v *scene) bool {
	return copies(func(v *scene) bool {
		return !v.anyEnd((*scene).foreign) && !v.anyEnd((*scene).nobody) && f(v)
	})
}

func stored(f func(v *scene) bool) func(v *scene) bool {
	return copied(func(v *scene) bool { return !v.stepped(grant.StepCopy) && f(v) })
}

func (v *scene) foreign(e end) bool { return e.Kind() == gnttab.EndForeign }

func (v *scene) nobody(e end) bool {
	return e.Kind() == gnttab.EndNone || e.Kind() < gnttab.EndNone && v.noSuch(e.Kind())
}

func (v *scene) ref(e end) bool { return e.Kind() < gnttab.EndNone }

func (v *scene) endBeyond(e end) bool { return v.ref(e) && v.beyond(e.Kind(), e.N()) }

// wants is the use of an entry that a copy makes, as that of a map for the host.
func (e end) wants() wish {
	m := wish{dom: e.Kind(), ref: e.N(), flags: grant.HostMap}
	if e.ro {
		m.flags |= grant.MapReadonly
	}
	return m
}

// there tells whether an end is an entry of the table.
func (v *scene) there(e end) bool { return v.ref(e) && !v.beyond(e.Kind(), e.N()) }

func (v *scene) endOtherwise(e end) bool {
	if !v.there(e) || !v.pinned(e.wants()) {
		return false
	}
	act := &v.s.Dom[e.Kind()].Table.Act[e.N()]
	return act.Domid != v.by || !act.Sub && v.otherwise(e.wants()) || act.Sub && v.full(e)
}

// full tells whether the counter of an end is at its limit.
func (v *scene) full(e end) bool {
	limit, k := Conf(v.c).PinLimit, grant.PinHostW
	if limit == 0 {
		limit = 128
	}
	if e.ro {
		k = grant.PinHostR
	}
	return v.pins(e.wants())[k] >= limit
}

// transitive tells whether an end leads to a third domain.
func (v *scene) transitive(e end) bool {
	if !v.there(e) {
		return false
	}
	t := &v.s.Dom[e.Kind()].Table
	return t.Ver == 2 && t.Entry[e.N()].Flags&grant.TypeMask == grant.Transitive
}

// endNowhere tells whether a transitive grant leads to no domain, to its own, or by another
// one; or whether it may not lead anywhere.
func (v *scene) endNowhere(e end) bool {
	if !v.transitive(e) || v.inner {
		return v.transitive(e)
	}
	to := v.s.Dom[e.Kind()].Table.Entry[e.N()].Trans
	return Conf(v.c).NoTransitive || to == e.Kind() || v.noSuch(to)
}

// endGone tells whether an entry that is pinned enough stands for a page that is not its
// domain's any more, or that of a dying one.
func (v *scene) endGone(e end) bool {
	if !v.there(e) || v.transitive(e) || v.looks(e) {
		return false
	}
	d, m := &v.s.Dom[e.Kind()], v.s.Dom[e.Kind()].Table.Act[e.N()].MFN
	return v.s.Owner[m] != e.Kind() || pool.Of(v.w).Pages[m].Count == 0 || d.Life >= grant.Dying
}

// looks tells whether a claim has to look at the shared entry: it is the first one, or the
// first that writes.
func (v *scene) looks(e end) bool {
	pins := v.pins(e.wants())
	return pins == [grant.NumPins]uint8{} || !e.ro && pins[grant.PinHostW]|pins[grant.PinDevW] == 0
}

// elsewhereNow tells whether a transitive grant that is pinned leads to another page than
// the one that is.
func (v *scene) elsewhereNow() bool {
	return v.anyEnd(func(v *scene, e end) bool {
		u, inner, leads := v.led(e)
		if !leads || v.kept(e) || !v.pinned(e.wants()) || !u.there(inner) {
			return false
		}
		act := &v.s.Dom[e.Kind()].Table.Act[e.N()]
		return act.MFN != u.stands(inner) || act.Src != inner.Kind() || act.Trans != inner.N() || !act.Sub
	})
}

// stands is the page that an entry stands for.
func (v *scene) stands(e end) uint8 {
	if v.pinned(e.wants()) {
		return v.s.Dom[e.Kind()].Table.Act[e.N()].MFN
	}
	m, _ := v.meant(e.wants())
	return m
}

func (v *scene) endForbids(e end) bool {
	if !v.there(e) {
		return false
	}
	t, m := &v.s.Dom[e.Kind()].Table, e.wants()
	entry, pins := t.Entry[e.N()], v.pins(m)
	kind, written := entry.Flags&grant.TypeMask, pins[grant.PinHostW]|pins[grant.PinDevW] != 0
	if !v.pinned(m) && (entry.Domid != v.by || kind != grant.PermitAccess && !v.transitive(e)) {
		return true
	}
	return !e.ro && !written && (entry.Flags&grant.Readonly != 0 || kind == grant.Invalid)
}

// frame is the page of an end that the entry, or the caller, names; known tells whether
// it is looked up at all.
func (v *scene) frame(e end) (m uint8, t grant.P2MType, owner uint8, known bool) {
	switch {
	case e.Kind() == gnttab.EndPage:
		m, t = v.number(v.by, e.N())
		return m, t, v.by, true
	case !v.there(e) || v.transitive(e):
		return 0, 0, 0, false
	}
	m, t = v.meant(e.wants())
	return m, t, e.Kind(), v.looks(e)
}

// number is the page that a domain knows by a number.
func (v *scene) number(d, gfn uint8) (m uint8, t grant.P2MType) {
	switch dom := &v.s.Dom[d]; {
	case !dom.HVM && gfn < pool.Conf(v.c).Frames:
		return gfn, grant.P2MRAM
	case !dom.HVM || gfn >= grant.MaxGfns:
		return 0, grant.P2MNone
	default:
		return dom.P2M[gfn].MFN, dom.P2M[gfn].Type
	}
}

func (v *scene) endPaged(e end) bool {
	_, t, _, known := v.frame(e)
	return known && t == grant.P2MPaged
}

func (v *scene) endAbsent(e end) bool {
	m, t, owner, known := v.frame(e)
	return known && t != grant.P2MPaged && (t != grant.P2MRAM || v.s.Owner[m] != owner || pool.Of(v.w).Pages[m].Count == 0)
}

// swapped tells whether the destination is pinned for reading, and names another page
// than the one that is.
func (v *scene) swapped() bool {
	e := v.target()
	m, t, _, known := v.frame(e)
	if !known || !v.ref(e) || v.kept(e) || !v.pinned(e.wants()) {
		return false
	}
	table := &v.s.Dom[e.Kind()].Table
	act, sub := &table.Act[e.N()], table.Ver == 2 && table.Entry[e.N()].Flags&grant.SubPage != 0
	return t == grant.P2MRAM && (m != act.MFN || act.Src != e.Kind() || act.Sub && !sub)
}

// outside tells whether a whole page is to be copied, and an end is a part of one.
func (v *scene) outside() bool {
	return gnttab.Range(v.a[3]) == gnttab.Page && v.anyEnd(func(v *scene, e end) bool {
		if u, inner, leads := v.led(e); leads {
			v, e = u, inner
		}
		if !v.there(e) || v.transitive(e) {
			return false
		}
		t := &v.s.Dom[e.Kind()].Table
		if v.pinned(e.wants()) {
			return v.pinnedPart(e.Kind(), e.N())
		}
		return t.Ver == 2 && t.Entry[e.N()].Flags&grant.SubPage != 0
	})
}

// pinnedPart tells whether an entry that is pinned stands for a part of a page. Of a
// transitive one, which is taken for a part whatever it is, that it leads to says so.
func (v *scene) pinnedPart(d, r uint8) bool {
	act := &v.s.Dom[d].Table.Act[r]
	if act.Src != d && act.Src < grant.NumDomains && act.Trans < grant.MaxRefs {
		act = &v.s.Dom[act.Src].Table.Act[act.Trans]
	}
	return act.Sub
}

// copyWaits tells whether a copy that is made at once would have to wait for a lock, of any
// table; or the first section of one, for the one that it needs.
func (v *scene) copyWaits() bool {
	if !v.stepped(grant.StepCopy) {
		return v.locked(grant.DomF) || v.locked(grant.DomB) || v.locked(grant.DomC)
	}
	if d := v.drops(); d != 0 {
		b := &v.task().Src
		if d&1 == 0 {
			b = &v.task().Dst
		}
		return b.Flags&grant.HaveGrant != 0 && v.locked(b.Dom)
	}
	if v.looksNowhere() || v.preempted() || v.anyEnd((*scene).foreign) || v.anyEnd((*scene).nobody) {
		return false
	}
	first := v.source()
	if v.kept(first) {
		first = v.target()
	}
	return !v.kept(first) && v.ref(first) && v.locked(first.Kind())
}

// moves is a condition of a transfer that looks at the page.
func moves(f func(v *scene) bool) func(v *scene) bool {
	return func(v *scene) bool { return !v.preempted() && !Conf(v.c).NoTransfer && !v.dom().HVM && f(v) }
}

// moved is one of a transfer that is made at once, and gets beyond that.
func moved(f func(v *scene) bool) func(v *scene) bool {
	return moves(func(v *scene) bool { return !v.stepped(grant.StepTransfer) && !v.unstealable() && f(v) })
}

// nowhere tells whether the caller has no page of a number.
func (v *scene) nowhere() bool {
	_, t := v.number(v.by, v.a[1])
	return t == grant.P2MNone || t == grant.P2MPaged
}

// unstealable tells whether a page is not the caller's alone.
func (v *scene) unstealable() bool {
	m, t := v.number(v.by, v.a[1])
	p := &pool.Of(v.w).Pages[m]
	return t != grant.P2MRAM || v.s.Owner[m] != v.by || p.Count != 1 || !p.Allocated
}

// noRoom tells whether the target takes no more pages. One of the caller's own has
// room again.
func (v *scene) noRoom() bool {
	if v.noSuch(v.a[2]) {
		return false
	}
	e := &v.s.Dom[v.a[2]]
	tot := e.Tot
	if v.a[2] == v.by {
		tot--
	}
	return e.Life >= grant.Dying || tot >= e.Max
}

func (v *scene) unaccepted() bool {
	if v.noSuch(v.a[2]) || v.noRoom() {
		return false
	}
	return v.rejected(v.a[2], v.a[3])
}

// rejected tells whether an entry of a domain accepts no page of the caller's.
func (v *scene) rejected(d, ref uint8) bool {
	if v.beyond(d, ref) {
		return true
	}
	e := v.s.Dom[d].Table.Entry[ref]
	return e.Flags != grant.AcceptTransfer || e.Domid != v.by
}

// noPlace tells whether a translated target cannot have the page at the gfn it named.
func (v *scene) noPlace() bool {
	return !v.noSuch(v.a[2]) && !v.noRoom() && !v.unaccepted() && v.unreachable(v.a[2], v.a[3])
}

// unreachable tells whether a translated domain cannot have a page where an entry says.
func (v *scene) unreachable(d, ref uint8) bool {
	gfn := v.s.Dom[d].Table.Entry[ref].Frame
	if !v.s.Dom[d].HVM || gfn >= grant.MaxGfns {
		return v.s.Dom[d].HVM
	}
	t := v.s.Dom[d].P2M[gfn].Type
	return t == grant.P2MGrantRW || t == grant.P2MGrantRO || t == grant.P2MForeign
}

// transferWaits tells whether a transfer has to wait: for the p2m, or, made at once, for the
// target's table.
func (v *scene) transferWaits() bool {
	return !Conf(v.c).NoTransfer && !v.dom().HVM && (v.p2mLocked() || !v.stepped(grant.StepTransfer) && !v.noSuch(v.a[2]) && v.locked(v.a[2]))
}

// cannotDescribe tells whether a page cannot be a descriptor table.
func (v *scene) cannotDescribe() bool {
	m, _ := v.number(v.by, v.a[1])
	p := &pool.Of(v.w).Pages[m]
	return v.s.Owner[m] != v.by || p.Count == 0 || gntview.Stays(v.s, p, m, page.SegDesc)
}
