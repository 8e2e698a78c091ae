package gntdrive

import (
	"errors"
	"slices"

	"hvcheck/conform/xen/abi"
	"hvcheck/conform/xen/drive"
	"hvcheck/conform/xen/subject"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntops"
	"hvcheck/model/grant/gnttab"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
)

// Reasons why something cannot be driven.
const (
	unbuilt    = "it was proposed, and never built"
	block      = "the elements of an unmap are done in blocks, between which alone somebody can come"
	claims     = "what a copy holds for its next element is given back before anybody can look"
	anyHandle  = "Xen has room for more handles than the model"
	privileged = "no domain but dom0 may do everything"
	renamed    = "Xen would take another frame than the one that an entry names, or has pinned"
	unstopped  = "the program in a translated domain does not have its calls stopped"
	whichFirst = "which of two ends is told of that both fail is not the same in all builds of a version"
	retyped    = "a kernel that fills its page maps it for writing, which ends the type that it has"
)

// grantDo makes a way's Do of a function on a session of this area.
func grantDo(do func(s *grantSession, a *model.Args) (drive.Did, error)) func(drive.Session, model.Op, int) (drive.Did, error) {
	return func(s drive.Session, op model.Op, _ int) (drive.Did, error) { return do(s.(*grantSession), &op.Arg) }
}

// grantWays has a way for every operation of the area.
var grantWays = append([]drive.Way{
	{Spec: gntops.Map, How: "map_grant_ref by a vCPU; with a second element the call is stopped before that", Except: exceptMap, Do: grantDo((*grantSession).mapRef)},
	{Spec: gntops.Unmap, How: "unmap_grant_ref by a vCPU", Except: exceptUnmap(4), Do: grantDo((*grantSession).unmap)},
	{Spec: gntops.Replace, How: "unmap_and_replace by a vCPU", Except: exceptUnmap(4), Do: grantDo((*grantSession).replace)},
	{Spec: gntops.XenStep, Never: drive.Inside},
	{Spec: gntops.Copy, How: "copy by a vCPU", Except: exceptCopy, Stops: restarts, Do: copyDo},
	{Spec: gntops.Transfer, How: "transfer by a vCPU; with a second element the call is stopped before that", Except: exceptTransfer, Do: grantDo((*grantSession).transfer)},
	{Spec: gntops.Swap, How: "swap_grant_ref by a vCPU; with a second element the call is stopped before that", Except: exceptStops(3), Do: grantDo((*grantSession).swap)},
	{Spec: gntops.Descriptors, How: "set_gdt by a vCPU, of the page and then of none", Except: exceptHVM, Do: grantDo((*grantSession).descriptors)},
	{Spec: gntops.SetVersion, How: "set_version by a vCPU", Except: exceptVersion, Do: grantDo((*grantSession).setVersion)},
	{Spec: gntops.GetVersion, How: "get_version by a vCPU, or by dom0", Except: exceptPrivileged, Do: grantDo((*grantSession).getVersion)},
	{Spec: gntops.SetupTable, How: "setup_table by a vCPU, or by dom0", Except: exceptPrivileged, Do: grantDo((*grantSession).setupTable)},
	{Spec: gntops.QuerySize, How: "query_size by a vCPU, or by dom0", Except: exceptPrivileged, Do: grantDo((*grantSession).querySize)},
	{Spec: gntops.StatusFrames, How: "get_status_frames by a vCPU, or by dom0", Except: exceptPrivileged, Do: grantDo((*grantSession).statusFrames)},
	{Spec: gntops.CacheFlush, How: "cache_flush of nothing by a vCPU", Do: grantDo((*grantSession).cacheFlush)},
	{Spec: gntops.Space, How: "XENMEM_add_to_physmap by a vCPU", Except: exceptSpace, Do: grantDo((*grantSession).space)},
	{Spec: gntops.Paging, Never: "nobody pages memory out"},
	{Spec: gntops.HoldFrame, How: "an entry of a page table of the domain, or a foreign mapping of dom0", Do: grantDo((*grantSession).hold)},
	{Spec: gntops.DropFrame, How: "the end of the one or of the other", Do: grantDo((*grantSession).drop)},
	{Spec: gntops.MMUUpdate, How: "mmu_update by a vCPU", Except: exceptForeign, Do: grantDo((*grantSession).update)},
	{Spec: gntops.Decrease, How: "XENMEM_decrease_reservation of one page by a vCPU", Except: exceptDecrease, Do: grantDo((*grantSession).decrease)},
	{Spec: gntops.Populate, How: "XENMEM_populate_physmap of one page by a vCPU; whatever frame comes is the operand from then on", Except: exceptPopulate, Do: grantDo((*grantSession).populate)},
	{Spec: gntops.Take, How: "XENMEM_populate_physmap of one page for another domain; whatever frame comes is the operand from then on", Except: exceptTake, Do: grantDo((*grantSession).take)},
	{Spec: gntops.Access, How: "a load or a store of the program in the guest", Except: exceptAccess, Do: grantDo((*grantSession).access)},
	{Spec: gntops.DMA, How: "the device copies a word of its buffer to the page; or one of the page to its buffer, and that to another page", Except: exceptGrantDMA, Do: grantDo((*grantSession).dma)},
	{Spec: gntops.Heap, Never: drive.Environment}, {Spec: gntops.IOMMU, Never: drive.Environment},
	{Spec: gntops.Destroy, How: "XEN_DOMCTL_destroydomain, after dom0 has let go of what it had mapped", Except: exceptDestroy, Do: grantDo((*grantSession).destroy)},
	{Spec: gntops.GuestGrant, How: "dom0 stores to the domain's table, and to the page", Except: exceptGrant, Do: grantDo((*grantSession).grant)},
	{Spec: gntops.GuestEnd, How: "dom0 stores to the domain's table", Do: grantDo((*grantSession).end)},
	{Spec: gntops.GuestFlags, How: "dom0 stores to the domain's table", Do: store(func(e *grant.Entry, a *model.Args) { e.Flags = a[2] })},
	{Spec: gntops.GuestFrame, How: "dom0 stores to the domain's table", Except: exceptBig, Do: store(func(e *grant.Entry, a *model.Args) { e.Frame = a[2] })},
	{Spec: gntops.GuestDomid, How: "dom0 stores to the domain's table", Do: store(func(e *grant.Entry, a *model.Args) { e.Domid = a[2] })},
	{Spec: gntops.GuestAccept, How: "dom0 stores to the domain's table", Do: store(func(e *grant.Entry, a *model.Args) {
		*e = grant.Entry{Flags: grant.AcceptTransfer, Domid: a[2], Frame: a[3]}
	})},
	{Spec: gntops.GuestTransitive, How: "dom0 stores to the domain's table", Except: exceptTransitive, Do: store(func(e *grant.Entry, a *model.Args) {
		*e = grant.Entry{Flags: grant.Transitive, Domid: a[2], Trans: a[3], Frame: a[4]}
	})},
}, kernelWays...)

// own is the domain of the CPU that makes a call.
func own(q *drive.Question) uint8 { return grant.DomainOf(q.Op.Arg[0]) }

// isHVM tells whether the caller is a translated domain.
func isHVM(q *drive.Question) bool {
	d := own(q)
	return d < grant.NumDomains && gntops.Of(q.World).Dom[d].HVM
}

// exceptStops is about calls that are stopped, whose operand more is at some place.
func exceptStops(more int) func(q *drive.Question) string {
	return func(q *drive.Question) string { return drive.ReasonIf(q.Op.Arg[more] != 0 && isHVM(q), unstopped) }
}

// exceptTransfer knows that a translated domain may want a page anywhere.
func exceptTransfer(q *drive.Question) string {
	s, a := gntops.Of(q.World), &q.Op.Arg
	anywhere := a[2] < grant.NumDomains && s.Dom[a[2]].HVM && a[3] < grant.MaxRefs && s.Dom[a[2]].Table.Entry[a[3]].Frame >= grant.MaxGfns
	return drive.Either(exceptStops(4)(q), drive.ReasonIf(anywhere, "a translated domain has gfns that the model has not"))
}

func exceptMap(q *drive.Question) string {
	a := &q.Op.Arg
	beyond := isHVM(q) && a[4] >= grant.MaxGfns
	return drive.Either(
		exceptSpaced(q),
		drive.ReasonIf(q.Answer.Code == grant.NoSpace, anyHandle),
		drive.ReasonIf(beyond, "a translated domain has gfns that the model has not"),
		drive.ReasonIf(a[5] != 0 && isHVM(q), unstopped),
		drive.ReasonIf(a[4] == gnttab.Unaligned && a[3]&grant.ContainsPTE == 0, "an address within a page is as good as that of the page"))
}

// exceptUnmap is about an unmap whose operand more is at some place.
func exceptUnmap(more int) func(q *drive.Question) string {
	return func(q *drive.Question) string {
		return drive.Either(drive.ReasonIf(q.Op.Arg[more] != 0, block), drive.ReasonIf(q.Op.Arg[2] == gnttab.Unaligned, "Xen takes an address for one that a map was made with"))
	}
}

func exceptCopy(q *drive.Question) string {
	from, to := gnttab.End(q.Op.Arg[1]), gnttab.End(q.Op.Arg[2])
	toNobody := to.Kind() != gnttab.EndPage && !gntops.Of(q.World).Found(to.Kind())
	bothFail := to.Kind() == gnttab.EndForeign || from.Kind() == gnttab.EndForeign && toNobody
	return drive.Either(exceptSpaced(q), drive.ReasonIf(q.Op.Arg[4] != 0, claims), drive.ReasonIf(bothFail, whichFirst), drive.ReasonIf(q.Answer.Code == errno.ERESTART && isHVM(q), unstopped))
}

// exceptHVM is about hypercalls that a translated domain does not have.
func exceptHVM(q *drive.Question) string {
	return drive.ReasonIf(isHVM(q), "a translated domain has no such call")
}

// restarts is how often a copy is stopped: Xen would make one again without end that
// cannot be made.
func restarts(q *drive.Question) int {
	if q.Answer.Code == errno.ERESTART {
		return 1
	}
	return 0
}

// exceptPrivileged is about questions that a domain of the model may ask because it
// may do everything.
func exceptPrivileged(q *drive.Question) string {
	d := own(q)
	return drive.ReasonIf(d < grant.NumDomains && gntops.Of(q.World).Dom[d].Priv && q.Op.Arg[1] != d, privileged)
}

// exceptForeign is about entries for pages that only such a domain may map.
func exceptForeign(q *drive.Question) string {
	s, d, e := gntops.Of(q.World), own(q), page.Entry(q.Op.Arg[2])
	return drive.Either(
		exceptHVM(q),
		drive.ReasonIf(q.Op.Arg[1] >= grant.MaxSlots, "there is no such entry, by which it could be named"),
		drive.ReasonIf(e.Present() && s.Owner[e.Frame()] == grant.NoDomain, "a page that is nobody's has no machine frame yet"),
		drive.ReasonIf(d < grant.NumDomains && s.Dom[d].Priv && e.Present() && s.Owner[e.Frame()] != d, privileged))
}

// exceptTake is about a certain page of the heap.
func exceptTake(q *drive.Question) string {
	return drive.Either(drive.ReasonIf(q.Answer.Code != errno.OK, "Xen would take another frame"), drive.ReasonIf(comesNamed(q), renamed))
}

func exceptPopulate(q *drive.Question) string {
	if isHVM(q) {
		return exceptGfn(q)
	}
	return exceptTake(q)
}

// exceptGfn is about a page for a translated domain.
func exceptGfn(q *drive.Question) string {
	d := &gntops.Of(q.World).Dom[own(q)]
	empty := q.Answer.Code == errno.ENOMEM && d.Tot < d.Max
	return drive.Either(
		drive.ReasonIf(comesNamed(q), renamed),
		drive.ReasonIf(empty, "Xen has more pages than the model"),
		drive.ReasonIf(q.Answer.Code == errno.EINVAL, "a guest populates where nothing is, or loses sight of what is there"),
		drive.ReasonIf(q.Op.Arg[1] >= grant.MaxGfns, "a translated domain has gfns that the model has not"))
}

// comesNamed tells whether a frame changes hands that a valid entry names, or is given
// out while an entry is pinned that names a free one.
func comesNamed(q *drive.Question) bool {
	was, is := gntops.Of(q.World), gntops.Of(q.After)
	for m := range is.Owner {
		if was.Owner[m] != is.Owner[m] && (namedIn(was, uint8(m)) || was.Owner[m] == grant.NoDomain && pinsFree(was)) {
			return true
		}
	}
	return false
}

// pinsFree tells whether an entry is pinned whose page is free: its mapper has the handle
// still, and has overwritten what it mapped.
func pinsFree(s *grant.State) bool {
	for d := range s.Dom {
		for _, act := range s.Dom[d].Table.Act {
			if act.Pinned() && s.Owner[act.MFN] == grant.NoDomain {
				return true
			}
		}
	}
	return false
}

// namedIn tells whether an entry of a grant table that is valid has the number of a frame.
func namedIn(s *grant.State, m uint8) bool {
	for d := range s.Dom {
		if s.Dom[d].HVM {
			continue
		}
		for _, e := range s.Dom[d].Table.Entry {
			kind := e.Flags & grant.TypeMask
			if kind != grant.Invalid && kind != grant.Transitive && e.Frame == m {
				return true
			}
		}
	}
	return false
}

// exceptGrantDMA knows what nobody can look at afterwards.
func exceptGrantDMA(q *drive.Question) string {
	s, a := gntops.Of(q.World), &q.Op.Arg
	if a[0] >= grant.NumDomains || !s.Dom[a[0]].Sync {
		return "the domain has no device"
	}
	o := s.Owner[a[1]]
	unseen := o > grant.DomV || o < grant.NumDomains && s.Dom[o].Life != grant.Alive
	return drive.Either(
		drive.ReasonIf(unseen, "nobody can look at a page that is nobody's, or of a domain that runs no more"),
		drive.ReasonIf(o < grant.NumDomains && s.Dom[o].HVM && !placed(&s.Dom[o], a[1]), "nobody can look at a page of a translated domain that is at none of its gfns"),
		drive.ReasonIf(a[2] == 0 && s.Dom[a[0]].Life >= grant.Dying, "a device that reaches nothing cannot tell what it has read"))
}

// placed tells whether a frame is ordinary memory of a translated domain somewhere.
func placed(d *grant.Domain, m uint8) bool {
	return slices.Contains(d.P2M[:], grant.P2M{Type: grant.P2MRAM, MFN: m})
}

func exceptDestroy(q *drive.Question) string {
	d := q.Op.Arg[0]
	return drive.Either(
		drive.ReasonIf(q.Op.Arg[1] != 0, drive.Instrument),
		drive.ReasonIf(d >= grant.NumDomains || gntops.Of(q.World).Dom[d].Life == grant.Dead, "there is no such domain"))
}

func exceptGrant(q *drive.Question) string {
	s, m := gntops.Of(q.World), q.Op.Arg[3]
	fills := q.Answer.Code == errno.OK && m < grant.MaxFrames && !isHVM(q) && s.Owner[m] == own(q)
	return drive.ReasonIf(fills && pool.Of(q.World).Pages[m].Type != page.Writable, retyped)
}

// exceptBig is about a number that an entry of version 1 has no room for.
func exceptBig(q *drive.Question) string {
	d := own(q)
	return drive.ReasonIf(d < grant.NumDomains && gntops.Of(q.World).Dom[d].Table.Ver == 1 && q.Op.Arg[2] == grant.BigFrame, "an entry of version 1 has no room for it")
}

// exceptVersion is about a reserved entry that is transitive, which means nothing in
// version 1.
func exceptVersion(q *drive.Question) string {
	d := own(q)
	if d >= grant.NumDomains {
		return ""
	}
	t := &gntops.Of(q.World).Dom[d].Table
	return drive.ReasonIf(t.Ver == 1 && t.Entry[grant.Reserved].Flags&grant.TypeMask == grant.Transitive, "what an entry of version 1 names is no reference")
}

func exceptTransitive(q *drive.Question) string {
	d := own(q)
	return drive.ReasonIf(d < grant.NumDomains && gntops.Of(q.World).Dom[d].Table.Ver == 1, "an entry of version 1 has no room for it")
}

// restart tells whether an element is not made because its call was stopped before it.
func (s *grantSession) restart(cpu, more, preempt uint8) bool {
	stopped := s.waits[cpu] && preempt != 0
	s.waits[cpu] = more != 0 && !stopped
	return stopped
}

// elements makes an element of a call. If there is another one, the call is stopped
// before that, which is left to the next operation.
func (s *grantSession) elements(cpu, more, preempt uint8, op uint64, arg any) (r drive.Reply, restart bool, err error) {
	if s.restart(cpu, more, preempt) {
		return r, true, nil
	}
	if more == 0 {
		r, err = s.issue(cpu, 0, op, arg, 1)
		return r, false, err
	}
	size := len(abi.Encode(arg))
	r, err = s.issue(cpu, 1, op, append(abi.Encode(arg), make([]byte, size)...), 2)
	r.Data = r.Data[:min(size, len(r.Data))]
	if r.Stopped {
		r.Code = 0
	}
	return r, false, err
}

// statusDid is the result of an element.
func statusDid(r drive.Reply, n int16) drive.Did {
	if r.Code != 0 {
		return drive.Result(errno.Errno(r.Code))
	}
	return drive.Result(grant.StatusCode(int8(n)))
}

var again = drive.Result(errno.ERESTART)

// mappedAt is the address that a map or an unmap has for a place.
func (s *grantSession) mappedAt(d uint8, place uint8, pte bool) uint64 {
	if s.hvm[d] {
		return gfnOf(place) << 12
	}
	if place >= grant.MaxSlots && place != gnttab.Unaligned {
		if pte {
			return noPage << 12
		}
		return subject.Nowhere
	}
	slot, off := int(place), uint64(0)
	if place == gnttab.Unaligned {
		slot, off = 0, 4
	}
	address, entry := s.dom[d].Slot(slot)
	if pte {
		return entry + off
	}
	return address + off
}

func (s *grantSession) mapRef(a *model.Args) (drive.Did, error) {
	cpu, flags := a[0], a[3]
	d := grant.DomainOf(cpu)
	arg := abi.MapGrantArg{Flags: uint32(flags), Ref: refOf(a[2]), Domain: s.id(a[1])}
	if flags&grant.HostMap != 0 {
		arg.Host = s.mappedAt(d, a[4], flags&grant.ContainsPTE != 0)
	}
	r, restart, err := s.elements(cpu, a[5], a[6], abi.GrantMap, arg)
	if restart || err != nil {
		return again, err
	}
	abi.Decode(r.Data, &arg)
	if r.Code == 0 && arg.Status == 0 {
		for h := range s.handle[d] {
			if !s.handle[d][h].live {
				s.handle[d][h] = handle{true, arg.Handle, flags, arg.Bus}
				break
			}
		}
	}
	return statusDid(r, arg.Status), nil
}

// known is what a domain knows of a handle. One that is not live has a number that is
// of no other one.
func (s *grantSession) known(d, h uint8) handle {
	const nowhere = 1 << 16
	if h < grant.MaxHandles {
		if k := s.handle[d][h]; k.live {
			return k
		}
	}
	return handle{number: nowhere + uint32(h), bus: noPage << 12}
}

func (s *grantSession) unmap(a *model.Args) (drive.Did, error) {
	k := s.known(grant.DomainOf(a[0]), a[1])
	arg := abi.UnmapGrantArg{Handle: k.number}
	switch gnttab.Bus(a[3]) {
	case gnttab.RightBus:
		arg.Second = k.bus
	case gnttab.WrongBus:
		arg.Second = k.bus + abi.PageSize
	}
	return s.unmapBy(abi.GrantUnmap, arg, k, a, arg.Second != 0)
}

func (s *grantSession) replace(a *model.Args) (drive.Did, error) {
	d := grant.DomainOf(a[0])
	k := s.known(d, a[1])
	arg := abi.UnmapGrantArg{Handle: k.number}
	if a[3] != gnttab.NoPlace {
		arg.Second = s.mappedAt(d, a[3], false)
	}
	return s.unmapBy(abi.GrantUnmapAndReplace, arg, k, a, false)
}

// unmapBy makes either call, and notes which parts of the handle are gone.
func (s *grantSession) unmapBy(op uint64, arg abi.UnmapGrantArg, k handle, a *model.Args, device bool) (drive.Did, error) {
	d := grant.DomainOf(a[0])
	if a[2] != gnttab.NoPlace {
		arg.Host = s.mappedAt(d, a[2], k.flags&grant.ContainsPTE != 0)
	}
	r, err := s.issue(a[0], 0, op, arg, 1)
	if err != nil {
		return drive.Did{}, err
	}
	abi.Decode(r.Data, &arg)
	if k.live && r.Code == 0 && arg.Status == 0 {
		h := &s.handle[d][a[1]]
		if a[2] != gnttab.NoPlace {
			h.flags &^= grant.HostMap
		}
		if device {
			h.flags &^= grant.DeviceMap
		}
		h.live = h.flags&grant.BothParts != 0
	}
	return statusDid(r, arg.Status), nil
}

// copyEnd is one end of a copy, and whether it is a reference.
func (s *grantSession) copyEnd(d uint8, e gnttab.End) (end abi.CopyEnd, ref bool) {
	switch e.Kind() {
	case gnttab.EndPage:
		return abi.CopyEnd{Which: s.meant(int(d), e.N()), Domain: abi.Self}, false
	case gnttab.EndForeign:
		return abi.CopyEnd{Which: s.machine(e.N())}, false // of dom0
	}
	return abi.CopyEnd{Which: uint64(refOf(e.N())), Domain: s.id(e.Kind())}, true
}

// copyRanges are offset and length. The page is all of it but for what this package notes
// at its end; that is beyond what is granted in part.
var copyRanges = [...][2]uint16{gnttab.Nothing: {}, gnttab.Part: {0, 64}, gnttab.Page: {0, 8 * scratchWord}, gnttab.Beyond: {abi.PageSize - 64, 128}}

func copyDo(s drive.Session, op model.Op, stops int) (drive.Did, error) {
	return s.(*grantSession).copy(&op.Arg, stops)
}

func (s *grantSession) copy(a *model.Args, stops int) (drive.Did, error) {
	var arg abi.CopyGrantArg
	var ref bool
	if arg.From, ref = s.copyEnd(grant.DomainOf(a[0]), gnttab.End(a[1])); ref {
		arg.Flags |= abi.CopyFromRef
	}
	if arg.To, ref = s.copyEnd(grant.DomainOf(a[0]), gnttab.End(a[2])); ref {
		arg.Flags |= abi.CopyToRef
	}
	arg.From.Offset, arg.To.Offset, arg.Length = copyRanges[a[3]][0], copyRanges[a[3]][0], copyRanges[a[3]][1]
	r, err := s.issue(a[0], stops, abi.GrantCopy, arg, 1)
	if err != nil {
		return drive.Did{}, err
	}
	abi.Decode(r.Data, &arg)
	return statusDid(r, arg.Status), nil
}

func (s *grantSession) transfer(a *model.Args) (drive.Did, error) {
	arg := abi.TransferArg{Frame: s.meant(int(grant.DomainOf(a[0])), a[1]), Domain: s.id(a[2]), Ref: refOf(a[3])}
	r, restart, err := s.elements(a[0], a[4], a[5], abi.GrantTransfer, arg)
	if restart || err != nil {
		return again, err
	}
	abi.Decode(r.Data, &arg)
	return statusDid(r, arg.Status), nil
}

func (s *grantSession) swap(a *model.Args) (drive.Did, error) {
	arg := abi.SwapArg{A: refOf(a[1]), B: refOf(a[2])}
	r, restart, err := s.elements(a[0], a[3], a[4], abi.GrantSwap, arg)
	if restart || err != nil {
		return again, err
	}
	abi.Decode(r.Data, &arg)
	if t := &s.table[grant.DomainOf(a[0])]; r.Code == 0 && arg.Status == 0 {
		t.granted[a[1]], t.granted[a[2]] = t.granted[a[2]], t.granted[a[1]]
		t.trans[a[1]], t.trans[a[2]] = t.trans[a[2]], t.trans[a[1]]
	}
	return statusDid(r, arg.Status), nil
}

// descriptors has a vCPU load a page, and then none: the number of entries is that of
// a page.
func (s *grantSession) descriptors(a *model.Args) (drive.Did, error) {
	const entries = abi.PageSize / 8
	for _, n := range []uint64{entries, 0} {
		r, err := s.call(a[0], 0, abi.CallSetGDT, drive.Fixed(s.machine(a[1])), func(at, _ uint64) []uint64 { return []uint64{at, n} })
		if err != nil || r.Code != 0 {
			return drive.Result(errno.Errno(r.Code)), err
		}
	}
	return drive.Result(errno.OK), nil
}

func (s *grantSession) setVersion(a *model.Args) (drive.Did, error) {
	d := int(grant.DomainOf(a[0]))
	was := s.table[d].Version
	r, err := s.issue(a[0], 0, abi.GrantSetVersion, uint32(a[1]), 1)
	if err != nil {
		return drive.Did{}, err
	}
	if r.Code == 0 && was != int(a[1]) {
		s.table[d].trans = [grant.MaxRefs]uint8{}
	}
	return drive.Result(errno.Errno(r.Code)), s.tidy(d)
}

func (s *grantSession) getVersion(a *model.Args) (drive.Did, error) {
	r, err := s.issue(a[0], 0, abi.GrantGetVersion, abi.VersionArg{Domain: s.id(a[1])}, 1)
	return drive.Result(errno.Errno(r.Code)), err
}

// listed makes an operation that is told frames: the list is behind the structure.
func (s *grantSession) listed(cpu uint8, op uint64, arg func(list uint64) any, out any) (drive.Reply, error) {
	const behind = 64
	room := func(at, _ uint64) any {
		b := make([]byte, behind+4*8)
		copy(b, abi.Encode(arg(at+behind)))
		return b
	}
	r, err := s.call(cpu, 0, abi.CallGrantTable, room, func(at, _ uint64) []uint64 { return []uint64{op, at, 1} })
	if err == nil {
		abi.Decode(r.Data, out)
	}
	return r, err
}

func (s *grantSession) setupTable(a *model.Args) (drive.Did, error) {
	var arg abi.SetupTableArg
	r, err := s.listed(a[0], abi.GrantSetupTable, func(list uint64) any {
		return abi.SetupTableArg{Domain: s.id(a[1]), Number: uint32(a[2]), List: list}
	}, &arg)
	if err == nil && a[1] < grant.NumDomains {
		err = s.tidy(int(a[1]))
	}
	return statusDid(r, arg.Status), err
}

func (s *grantSession) statusFrames(a *model.Args) (drive.Did, error) {
	var arg abi.StatusFramesArg
	r, err := s.listed(a[0], abi.GrantStatusFrames, func(list uint64) any {
		return abi.StatusFramesArg{Domain: s.id(a[1]), Number: uint32(a[2]), List: list}
	}, &arg)
	return statusDid(r, arg.Status), err
}

func (s *grantSession) querySize(a *model.Args) (drive.Did, error) {
	arg := abi.QuerySizeArg{Domain: s.id(a[1])}
	r, err := s.issue(a[0], 0, abi.GrantQuerySize, arg, 1)
	if err == nil {
		abi.Decode(r.Data, &arg)
	}
	return statusDid(r, arg.Status), err
}

func (s *grantSession) cacheFlush(a *model.Args) (drive.Did, error) {
	r, err := s.issue(a[0], 0, abi.GrantCacheFlush, abi.CacheFlushArg{}, 1)
	return drive.Result(errno.Errno(r.Code)), err
}

// setSlot has a vCPU write an entry of its domain's page table.
func (s *grantSession) setSlot(cpu uint8, slot int, pte uint64) (errno.Errno, error) {
	_, at := s.dom[grant.DomainOf(cpu)].Slot(slot)
	request := abi.MMURequest{Pointer: at | abi.UpdateNormal, Value: pte}
	r, err := s.call(cpu, 0, abi.CallMMUUpdate, drive.Fixed(request), func(at, dom uint64) []uint64 { return []uint64{at, 1, 0, dom} })
	return errno.Errno(r.Code), err
}

func (s *grantSession) update(a *model.Args) (drive.Did, error) {
	e, pte := page.Entry(a[2]), uint64(0)
	if e.Present() {
		pte = s.machine(e.Frame())<<12 | drive.ReadOnly
		if e.Kind() == page.RW {
			pte |= drive.WriteBit
		}
	}
	rc, err := s.setSlot(a[0], int(a[1]), pte)
	return drive.Result(rc), err
}

// memory makes a memory operation of one page, whose failure is told by none.
func (s *grantSession) memory(cpu uint8, cmd, frame uint64) (done bool, extent uint64, err error) {
	return drive.OnePage(cmd, frame, func(arg drive.Structure, args drive.Arguments) (drive.Reply, error) {
		return s.call(cpu, 0, abi.CallMemory, arg, args)
	})
}

func (s *grantSession) decrease(a *model.Args) (drive.Did, error) {
	d := int(grant.DomainOf(a[0]))
	done, _, err := s.memory(a[0], abi.DecreaseReservation, s.meant(d, a[1]))
	if done && d == grant.DomF && s.hvm[d] && s.shinfo == a[1]+1 {
		s.shinfo = 0
	}
	return drive.MemoryDid(done), err
}

func (s *grantSession) populate(a *model.Args) (drive.Did, error) {
	d := int(grant.DomainOf(a[0]))
	if s.hvm[d] {
		return s.populateHVM(d, a)
	}
	done, frame, err := s.memory(a[0], abi.PopulatePhysmap, uint64(a[1]))
	if done {
		err = s.populated(s.dom[d], frame, a[1], frame, grant.TagClean)
	}
	return drive.MemoryDid(done), err
}

// populateHVM gives a page the first number that is free, as the model does. Which page
// has come is seen in the list of the domain's.
func (s *grantSession) populateHVM(d int, a *model.Args) (drive.Did, error) {
	was, err := s.dom[d].Dump()
	if err != nil {
		return drive.Did{}, err
	}
	done, _, err := s.memory(a[0], abi.PopulatePhysmap, gfnOf(a[1]))
	if !done || err != nil {
		return drive.MemoryDid(done), err
	}
	is, err := s.dom[d].Dump()
	if err != nil {
		return drive.Did{}, err
	}
	frame, come := newPage(was, is)
	if !come {
		return drive.Did{}, errors.New("the page that has come is not in the domain's list")
	}
	return drive.MemoryDid(done), s.populated(s.dom[d], gfnOf(a[1]), s.firstFree(), frame, grant.TagClean)
}

// newPage is a page of a domain's that it did not have before.
func newPage(was, is *subject.Dump) (frame uint64, come bool) {
	for i := range is.Pages {
		if was.Page(is.Pages[i].Frame) == nil {
			return is.Pages[i].Frame, true
		}
	}
	return 0, false
}

// firstFree is the first number of a frame that nobody had when it was looked.
func (s *grantSession) firstFree() uint8 {
	for m := range pool.Conf(&s.c).Frames {
		if s.free[m] {
			return m
		}
	}
	return grant.MaxFrames - 1
}

// take has another domain get a page.
func (s *grantSession) take(a *model.Args) (drive.Did, error) {
	if s.other == nil {
		d, err := subject.CreateWithin(s.x, abi.Defaults(1, subject.MaxPages))
		if err != nil {
			return drive.Did{}, err
		}
		s.other = d
	}
	frames, rc := s.x.Populate(s.other.ID, 0, 1)
	if rc != errno.OK {
		return drive.Result(rc), nil
	}
	return drive.Result(errno.OK), s.populated(s.other, frames[0], a[0], frames[0], grant.TagForeign)
}

// What a guest's program does beside calls; and what a translated one reads where it
// has no memory.
const (
	load, save = -1, -2
	absent     = ^uint64(0)
)

func (s *grantSession) access(a *model.Args) (drive.Did, error) {
	return s.accessBy(a[0], a[1], a[2] == 1, grant.TagClean)
}

// accessBy has a CPU load from a place, or store a number there.
func (s *grantSession) accessBy(cpu, place uint8, write bool, tag grant.Tag) (drive.Did, error) {
	d, v := int(grant.DomainOf(cpu)), int(grant.VcpuOf(cpu))
	if s.hvm[d] {
		return s.accessHVM(d, v, place, write, tag)
	}
	what := int64(load)
	if write {
		what = save
	}
	_, faulted, err := s.touch(d, v, what, s.mappedAt(uint8(d), place, false), uint64(tag))
	return accessDid(faulted), err
}

func accessDid(faulted bool) drive.Did {
	if faulted {
		return drive.Result(errno.EFAULT)
	}
	return drive.Result(errno.OK)
}

// accessHVM knows that a store to what is not there is dropped.
func (s *grantSession) accessHVM(d, v int, place uint8, write bool, tag grant.Tag) (drive.Did, error) {
	const nowhere = 0x80
	gfn := uint64(nowhere)
	if place < grant.MaxGfns {
		gfn = gfnOf(place)
	}
	at := subject.LowAddress(gfn)
	id, _, err := s.touch(d, v, load, at+8*idWord, 0)
	if err != nil || id == absent || !write {
		return accessDid(id == absent), err
	}
	writable, err := s.writable(d, v, at)
	if err != nil {
		return drive.Did{}, err
	}
	_, faulted, err := s.touch(d, v, save, at+8*contentWord, uint64(tag))
	return accessDid(faulted || !writable), err
}

// dma has a domain's device make an access. What a store leaves is clean.
func (s *grantSession) dma(a *model.Args) (drive.Did, error) {
	c, d := s.copier(int(a[0])), s.dom[a[0]]
	page := s.place(a[1])
	if a[2] == 0 {
		rc, err := c.Read(page, subject.PlaceOf(d, s.probe[a[0]]))
		return drive.Result(rc), err
	}
	rc, err := c.Write(page)
	if err == nil && rc == errno.OK {
		err = c.Clear(page)
	}
	return drive.Result(rc), err
}

// place is where the device of a PV domain has a frame, and where dom0 finds it: if it is
// a translated domain's, at a gfn at which it is no grant's.
func (s *grantSession) place(m uint8) subject.Place {
	p := subject.PlaceOf(s.owner[m], s.frames[m])
	for d := range s.dom {
		for g := range uint8(grant.MaxGfns) {
			if !s.hvm[d] || s.dom[d] != p.Dom || s.at[d][g] != m {
				continue
			}
			if _, err := p.Dom.Read(gfnOf(g)); err == nil {
				p.At = gfnOf(g)
			}
		}
	}
	return p
}

func (s *grantSession) destroy(a *model.Args) (drive.Did, error) {
	if a[0] == grant.DomF {
		for f := range s.holds {
			if err := s.letGo(f); err != nil {
				return drive.Did{}, err
			}
		}
	}
	s.table[a[0]].Close()
	return drive.Result(s.dom[a[0]].Destroy()), nil
}

// store has a kernel store to its entry.
func store(change func(e *grant.Entry, a *model.Args)) func(drive.Session, model.Op, int) (drive.Did, error) {
	return grantDo(func(s *grantSession, a *model.Args) (drive.Did, error) {
		d := int(grant.DomainOf(a[0]))
		e := s.read(d, a[1])
		if !e.there {
			return drive.Result(errno.EINVAL), nil
		}
		change(&e.Entry, a)
		s.write(d, a[1], &e.Entry)
		return drive.Result(errno.OK), nil
	})
}

// grant is what a kernel does that knows which references are free.
func (s *grantSession) grant(a *model.Args) (drive.Did, error) {
	d := int(grant.DomainOf(a[0]))
	t, e := &s.table[d], s.read(d, a[1])
	switch {
	case !e.there:
		return drive.Result(errno.EINVAL), nil
	case t.granted[a[1]]:
		return drive.Result(errno.EBUSY), nil
	}
	t.granted[a[1]] = true
	if err := s.fill(d, a[3], grant.TagFront+grant.Tag(a[1])); err != nil {
		return drive.Did{}, err
	}
	flags := uint8(grant.PermitAccess)
	if a[4] == 1 {
		flags |= grant.Readonly
	}
	s.write(d, a[1], &grant.Entry{Flags: flags, Domid: a[2], Frame: a[3]})
	return drive.Result(errno.OK), nil
}

// fill has a kernel store to a page, if it is memory of its own. Dom0 can do so for a PV
// domain; of shared_info that was given up it gets no reference.
func (s *grantSession) fill(d int, gfn uint8, tag grant.Tag) error {
	m := gfn
	if s.hvm[d] {
		if m = grant.MaxFrames; gfn < grant.MaxGfns {
			m = s.at[d][gfn]
		}
	}
	switch {
	case m >= grant.MaxFrames || s.owner[m] != s.dom[d]:
		return nil
	case s.hvm[d]:
		_, _, err := s.touch(d, 0, save, subject.LowAddress(gfnOf(gfn))+8*contentWord, uint64(tag))
		return err
	}
	return s.dom[d].Write(s.meant(d, gfn), map[int]uint64{contentWord: uint64(tag)})
}

// end is how a kernel ends a grant: in version 1 it looks first, in version 2 it looks
// afterwards whether the grant is in use.
func (s *grantSession) end(a *model.Args) (drive.Did, error) {
	d := int(grant.DomainOf(a[0]))
	t, e := &s.table[d], s.read(d, a[1])
	if !t.granted[a[1]] || !e.there {
		return drive.Result(errno.ENOENT), nil
	}
	used := e.Flags
	if t.kernelLayout() == 2 {
		e.Flags = 0
		s.write(d, a[1], &e.Entry)
		if err := s.withStatus(d, func(words []byte) { used = status(words, a[1]) }); err != nil {
			return drive.Did{}, err
		}
	}
	if used&(grant.Reading|grant.Writing) != 0 {
		return drive.Result(errno.EBUSY), nil
	}
	if t.kernelLayout() == 1 {
		e.Flags = 0
		s.write(d, a[1], &e.Entry)
	}
	t.granted[a[1]] = false
	return drive.Result(errno.OK), nil
}
