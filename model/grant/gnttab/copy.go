package gnttab

import (
	"hvcheck/model/errno"
	"hvcheck/model/grant"
)

// End is one end of a copy: a reference of a domain, or a page of the caller's own.
type End uint8

// Kinds of ends. A reference is one of the domain that has the kind's number; one
// of NoDomain's is that of a domain which does not exist.
const (
	EndNone    = grant.NumDomains     // a reference of no domain
	EndPage    = grant.NumDomains + 1 // a page of the caller's, by its gfn
	EndForeign = grant.NumDomains + 2 // a page of another domain's, which only a reference may name
	NumEnds    = grant.NumDomains + 3

	endShift = 3
)

// EndOf makes one of a kind and a number.
func EndOf(kind, n uint8) End { return End(kind<<endShift | n) }

// Kind and N take it apart.
func (e End) Kind() uint8 { return uint8(e) >> endShift }

// N is the reference, or the gfn.
func (e End) N() uint8 { return uint8(e) & (1<<endShift - 1) }

// byRef tells whether it is named by a reference.
func (e End) byRef() bool { return e.Kind() <= EndNone }

// Range is what a copy is to copy.
type Range uint8

// The ranges.
const (
	Nothing Range = iota // length 0
	Part                 // less than a page: within every window
	Page                 // all of it
	Beyond               // more than is left of the page
)

// What a copy will answer, beside statuses: nothing yet, or that it has to be made
// again.
const (
	Restart  = 1
	claiming = 2
)

// Copy is GNTTABOP_copy, of one element. What it has claimed is kept for the next
// element of the same call.
func (c *Call) Copy(cpu uint8, from, to End, r Range, more bool) errno.Errno {
	c.CPU = cpu
	t := c.Task()
	if t.PC != grant.Next {
		if rc := c.ByDomain(cpu); rc != ok {
			return rc
		}
	} else if c.St.Stopped() || t.Work != grant.WorkCopy {
		return c.Refuse(errno.NotRunning)
	}
	switch {
	case c.stalled():
		return c.Waits()
	case t.PC != grant.Next:
		*t = grant.Task{Work: grant.WorkCopy, First: true}
	case c.Check():
		return c.copyEnds(t, *t, Restart)
	}
	was := *t
	t.Addr, t.New, t.Word, t.More, t.Status = uint8(from), uint8(to), uint8(r), more, claiming
	switch {
	case r == Nothing && !c.On(grant.AsIs9): // nothing is looked at
		if t.Status = 0; !more {
			t.Flags = t.Held()
		}
	case t.Src.Dom != domainAt(from, cpu) || t.Dst.Dom != domainAt(to, cpu) || !named(&t.Src) || !named(&t.Dst):
		t.Flags = t.Held()
		if rc := c.copyDomains(from, to); rc != ok {
			return c.copyEnds(t, was, status8(rc))
		}
	default:
		t.Flags = c.changed(t, from, to)
	}
	c.copyNext(t)
	if t.PC == grant.Idle || t.PC == grant.Next {
		return c.copyOver(t)
	}
	return c.Begun(idled(was))
}

// stalled tells whether a copy that is made at once would have to wait for the lock of a
// table, of which it may need any.
func (c *Call) stalled() bool {
	return !c.Steps(grant.WorkCopy) && !(c.Readable(grant.DomF) && c.Readable(grant.DomB) && c.Readable(grant.DomC))
}

// idled is the task as it was before its first element was filled in.
func idled(t grant.Task) grant.Task {
	if t.PC == grant.Idle {
		return grant.Task{}
	}
	return t
}

// Begun does the first section of what was filled in, and the others if they follow at
// once. If the first has to wait, nothing has begun; if another one has, it goes on
// with a step.
func (c *Call) Begun(was grant.Task) errno.Errno {
	w, rc := c.Task().Work, c.section()
	switch t := c.Task(); {
	case c.Refused && rc == errno.NotRunning:
		*t = was
		return rc
	case !t.Busy() || t.PC == grant.Next || c.Refused || c.St.Stopped() || c.Steps(w):
		return rc
	}
	if rc = c.Proceed(); c.Refused && rc == errno.NotRunning {
		c.Refused = false
		return ok
	}
	return rc
}

// status8 is a status as a Task keeps it.
func status8(rc errno.Errno) int8 {
	n, _ := grant.StatusOf(rc)
	return int8(n)
}

// domainAt is the domain of an end, if it may be named so.
func domainAt(e End, cpu uint8) uint8 {
	switch e.Kind() {
	case EndPage:
		return grant.DomainOf(cpu)
	case EndNone, EndForeign:
		return grant.NoDomain
	}
	return e.Kind()
}

// copyDomains is gnttab_copy_lock_domains(): whether each end may be named so, and
// is there.
func (c *Call) copyDomains(from, to End) errno.Errno {
	for _, e := range []End{from, to} {
		switch {
		case e.Kind() == EndForeign:
			return grant.PermissionDenied
		case e.Kind() == EndNone || !c.Found(domainAt(e, c.CPU)):
			return grant.BadDomain
		}
	}
	return ok
}

// named tells whether a previous element has left something in an end.
func named(b *grant.Buf) bool { return b.Flags&grant.HavePage != 0 }

// changed are the ends that are not those of the element before. For a page only the
// number counts, as in gnttab_copy_buf_valid(): a reference of the caller's own with
// that number will do.
func (c *Call) changed(t *grant.Task, from, to End) (ends uint8) {
	if !isEnd(&t.Src, from) {
		ends |= 1
	}
	if !isEnd(&t.Dst, to) {
		ends |= 2
	}
	return ends & t.Held()
}

func isEnd(b *grant.Buf, e End) bool {
	return named(b) && b.Ref == e.N() && (!e.byRef() || b.Flags&grant.HaveGrant != 0)
}

// endOf is the one that the task is at.
func endOf(t *grant.Task) *grant.Buf {
	if t.At == 0 {
		return &t.Src
	}
	return &t.Dst
}

// copyNext finds what a copy does next: give up what it does not need any more, then
// claim what it needs, then copy.
func (c *Call) copyNext(t *grant.Task) {
	switch {
	case t.Flags != 0:
		t.At, t.PC = 0, grant.CDrop
		if t.Flags&1 == 0 {
			t.At = 1
		}
	case t.Status != claiming:
		t.PC = grant.Idle
	case !named(&t.Src):
		beginClaim(t, 0, End(t.Addr), c.CPU)
	case !named(&t.Dst):
		beginClaim(t, 1, End(t.New), c.CPU)
	default:
		t.PC = grant.CStore
	}
}

// beginClaim begins to claim an end.
func beginClaim(t *grant.Task, at uint8, e End, cpu uint8) {
	t.At, t.PC = at, grant.CClaim
	*endOf(t) = grant.Buf{Dom: domainAt(e, cpu), Ref: e.N()}
	if e.byRef() {
		endOf(t).Flags = grant.ByRef
	}
}

// copyEnds ends an element that failed, or the whole call: everything is given up.
func (c *Call) copyEnds(t *grant.Task, was grant.Task, status int8) errno.Errno {
	if t.Status = status; status == Restart {
		t.More = false
	}
	t.Flags = t.Held()
	c.copyNext(t)
	if t.PC == grant.Idle {
		return c.copyOver(t)
	}
	return c.Begun(idled(was))
}

// copyOver is the end of an element.
func (c *Call) copyOver(t *grant.Task) errno.Errno {
	rc := grant.StatusCode(t.Status)
	if t.Status == Restart {
		rc = errno.ERESTART
		if t.First && c.On(grant.B17) {
			rc = ok
		}
	}
	src, dst := t.Src, t.Dst
	c.Over(rc)
	if t.PC == grant.Next && rc == ok {
		t.Src, t.Dst = src, dst
	}
	return rc
}

// copySection does the next section of a copy.
func (c *Call) copySection(t *grant.Task) (rc errno.Errno) {
	switch t.PC {
	case grant.CClaim:
		rc = c.claimEnd(t)
	case grant.CInner:
		rc = c.claimInner(t)
	case grant.CCheck:
		rc = c.recheck(t)
	case grant.CUndo:
		rc = c.undoInner(t)
	case grant.CUndone:
		rc = c.undoOuter(t)
	case grant.CStore:
		rc = c.copyStore(t)
	case grant.CDrop:
		rc = c.dropClaim(t)
	case grant.CDropInner:
		rc = c.dropInner(t)
	case grant.CPut:
		c.putEnd(t)
	}
	if rc == ok && t.PC == grant.Idle {
		return c.copyOver(t)
	}
	return rc
}

// copyFails has an element fail. All that is claimed will be given up.
func (c *Call) copyFails(t *grant.Task, rc errno.Errno) errno.Errno {
	t.Status = 0
	if rc == errno.ERESTART {
		t.Status, t.More = Restart, false
	} else if n, is := grant.StatusOf(rc); is {
		t.Status = int8(n)
	}
	t.Flags = t.Held()
	c.copyNext(t)
	return ok
}

// claimEnd claims a page of the caller's, or makes a claim by reference.
func (c *Call) claimEnd(t *grant.Task) errno.Errno {
	b := endOf(t)
	if b.Flags&grant.ByRef != 0 {
		return c.claimEntry(t, b)
	}
	m, rc := c.lookUp(b.Dom, b.Ref)
	if rc != ok {
		return c.copyFails(t, rc)
	}
	b.MFN, b.Page = m, m
	b.Flags |= grant.HavePage
	return c.claimed(t, b)
}

// claimed is the end of a claim: what is written to has to be writable.
func (c *Call) claimed(t *grant.Task, b *grant.Buf) errno.Errno {
	if t.At == 1 {
		if !c.GetType(b.Page) {
			return c.copyFails(t, grant.GeneralError)
		}
		b.Flags |= grant.HaveType
	}
	c.copyNext(t)
	return ok
}

// hostPin is the counter that a claim raises.
func hostPin(ro bool) (p [grant.NumPins]uint8) {
	if ro {
		p[grant.PinHostR] = 1
	} else {
		p[grant.PinHostW] = 1
	}
	return p
}

// claimEntry is acquire_grant_for_copy(), up to where a transitive grant is followed.
func (c *Call) claimEntry(t *grant.Task, b *grant.Buf) errno.Errno {
	if !c.Readable(b.Dom) {
		return c.Waits()
	}
	gt, u := c.Table(b.Dom), claim{by: grant.DomainOf(c.CPU), ro: t.At == 0}
	if b.Ref >= gt.Entries() {
		return c.copyFails(t, grant.BadGntref)
	}
	act, e := &gt.Act[b.Ref], &gt.Entry[b.Ref]
	if act.Pinned() && (act.Domid != u.by || c.full(act, hostPin(u.ro))) {
		return c.copyFails(t, grant.GeneralError)
	}
	b.Ver = gt.Ver
	follow := gt.Ver == 2 && e.Flags&grant.TypeMask == grant.Transitive
	if follow && (needs(act, u) || !c.On(grant.B16)) {
		return c.claimOuter(t, b, u)
	}
	m, rc := c.acquire(b.Dom, b.Ref, u, follow)
	if rc != ok {
		return c.copyFails(t, rc)
	}
	b.Page, b.MFN = m, act.MFN
	b.Flags |= grant.HaveGrant | grant.HavePage
	return c.claimed(t, b)
}

// needs tells whether the shared entry has to be looked at for a claim.
func needs(act *grant.Active, u claim) bool { return !act.Pinned() || !u.ro && !act.Written() }

// acquire claims an entry that is not transitive, and a page, which is that of the
// entry unless a rule is broken.
func (c *Call) acquire(d, r uint8, u claim, follow bool) (m uint8, rc errno.Errno) {
	gt := c.Table(d)
	act := &gt.Act[r]
	if needs(act, u) {
		if rc = c.setStatus(gt, r, u); rc != ok {
			return 0, rc
		}
		m, rc = c.fillEntry(d, r, u)
	} else {
		m, rc = c.again(d, act, follow)
	}
	if rc != ok {
		if !c.On(grant.B26) {
			c.reduceCopy(act, gt.Word(gt.Ver, r), u.ro, false)
		}
		return 0, rc
	}
	raise(act, hostPin(u.ro))
	return m, ok
}

// fillEntry is the first claim of an entry, or the first that writes: the page is the
// one that the entry has now. It must be the one of those before.
func (c *Call) fillEntry(d, r uint8, u claim) (m uint8, rc errno.Errno) {
	gt := c.Table(d)
	act, e := &gt.Act[r], gt.Entry[r]
	if m, rc = c.lookUp(d, e.Frame); rc != ok {
		return 0, rc
	}
	sub := gt.Ver == 2 && e.Flags&grant.SubPage != 0
	if !act.Pinned() {
		*act = grant.Active{Domid: u.by, MFN: m, Src: d, Trans: r, Sub: sub}
		if sub {
			gt.V2Ops++
		}
		return m, ok
	}
	if !c.On(grant.B10) && (act.MFN != m || act.Src != d || act.Trans != r || act.Sub && !sub) {
		c.PutPage(m)
		return 0, grant.GeneralError
	}
	return m, ok
}

// again is a claim of an entry that is pinned so already.
func (c *Call) again(d uint8, act *grant.Active, follow bool) (m uint8, rc errno.Errno) {
	owner, got := c.GetAny(act.MFN)
	if !follow && (owner != d || c.St.Dom[d].Life >= grant.Dying) || !got {
		if got {
			c.PutPage(act.MFN)
		}
		return 0, grant.BadDomain
	}
	return act.MFN, ok
}

// claimOuter begins a claim of a transitive entry: its locks are dropped while the
// entry in the third domain is claimed.
func (c *Call) claimOuter(t *grant.Task, b *grant.Buf, u claim) errno.Errno {
	gt := c.Table(b.Dom)
	act, e := &gt.Act[b.Ref], &gt.Entry[b.Ref]
	if needs(act, u) {
		if rc := c.setStatus(gt, b.Ref, u); rc != ok {
			return c.copyFails(t, rc)
		}
	}
	if c.Cfg.NoTransitive || e.Trans == b.Dom || !c.Found(e.Trans) {
		if !c.On(grant.B26) {
			c.reduceCopy(act, gt.Word(gt.Ver, b.Ref), u.ro, false)
		}
		return c.copyFails(t, grant.GeneralError)
	}
	gt.V2Ops++
	b.Inner, b.Trans = e.Trans+1, e.Frame
	b.Flags |= grant.Claiming
	t.Old, t.PC = act.Pin, grant.CInner
	return ok
}

// claimInner claims the entry in the third domain, on behalf of the domain that has
// granted. It must not be transitive.
func (c *Call) claimInner(t *grant.Task) errno.Errno {
	b := endOf(t)
	td := b.Inner - 1
	if !c.Readable(td) {
		return c.Waits()
	}
	t.PC = grant.CCheck
	gt, u := c.Table(td), claim{by: b.Dom, ro: t.At == 0}
	rc := ok
	switch act := &gt.Act[min(b.Trans, grant.MaxRefs-1)]; {
	case b.Trans >= gt.Entries():
		rc = grant.BadGntref
	case act.Pinned() && (act.Domid != u.by || c.full(act, hostPin(u.ro))):
		rc = grant.GeneralError
	case gt.Ver == 2 && gt.Entry[b.Trans].Flags&grant.TypeMask == grant.Transitive:
		if needs(act, u) {
			rc = c.setStatus(gt, b.Trans, u)
		}
		if rc == ok {
			c.reduceCopy(act, gt.Word(gt.Ver, b.Trans), u.ro, false)
			rc = grant.GeneralError
		}
	default:
		if b.Page, rc = c.acquire(td, b.Trans, u, false); rc == ok {
			b.MFN = act.MFN
			b.Flags |= grant.InnerHeld | grant.HavePage
		}
	}
	t.Status = claiming
	if rc != ok {
		t.Status = status8(rc)
	}
	return ok
}

// recheck has the locks of the outer entry again. If anything has changed meanwhile,
// the element is made again.
func (c *Call) recheck(t *grant.Task) errno.Errno {
	b := endOf(t)
	if !c.Readable(b.Dom) {
		return c.Waits()
	}
	gt := c.Table(b.Dom)
	act, u := &gt.Act[b.Ref], claim{by: grant.DomainOf(c.CPU), ro: t.At == 0}
	b.Flags &^= grant.Claiming
	if b.Flags&grant.InnerHeld == 0 {
		gt.V2Ops--
		c.reduceCopy(act, c.statusAt(t, b), u.ro, true)
		return c.copyFails(t, grant.StatusCode(t.Status))
	}
	pinned := t.Old != [grant.NumPins]uint8{}
	same := act.Domid == u.by && act.MFN == b.MFN && act.Src == b.Inner-1 && act.Trans == b.Trans && act.Sub
	if gt.Ver != 2 && !c.On(grant.B14) || act.Pin != t.Old || pinned && !same || !c.On(grant.AsIs3) && unmarked(t, c.statusAt(t, b), u) {
		b.Flags |= grant.Claiming
		t.PC = grant.CUndo
		return ok
	}
	if !pinned {
		*act = grant.Active{Domid: u.by, MFN: b.MFN, Src: b.Inner - 1, Trans: b.Trans, Sub: true}
	} else {
		gt.V2Ops--
	}
	raise(act, hostPin(u.ro))
	b.Flags = b.Flags&^grant.InnerHeld | grant.HaveGrant | grant.HavePage
	return c.claimed(t, b)
}

// unmarked tells whether the status that a claim has set is gone again: others have
// pinned the entry and unpinned it since.
func unmarked(t *grant.Task, word *uint8, u claim) bool {
	before, bits := grant.Active{Pin: t.Old}, uint8(grant.Reading)
	if !u.ro {
		bits |= grant.Writing
	}
	return word != nil && needs(&before, u) && *word&bits != bits
}

// statusAt is the status word of an end whose claim began in some version.
func (c *Call) statusAt(t *grant.Task, b *grant.Buf) *uint8 {
	if b.Ver == 2 && c.Table(b.Dom).Ver != 2 {
		return c.latched(&grant.Task{Dom: b.Dom, Ref: b.Ref, Ver: b.Ver})
	}
	return c.Table(b.Dom).Word(b.Ver, b.Ref)
}

// undoInner gives the claim in the third domain up.
func (c *Call) undoInner(t *grant.Task) errno.Errno {
	b := endOf(t)
	if !c.Readable(b.Inner - 1) {
		return c.Waits()
	}
	c.releasePin(b.Inner-1, b.Trans, t.At == 0)
	b.Flags &^= grant.InnerHeld
	t.PC = grant.CUndone
	return ok
}

// undoOuter is what is left of a claim that has to be made again.
func (c *Call) undoOuter(t *grant.Task) errno.Errno {
	b := endOf(t)
	if !c.Readable(b.Dom) {
		return c.Waits()
	}
	gt := c.Table(b.Dom)
	gt.V2Ops--
	c.reduceCopy(&gt.Act[b.Ref], c.statusAt(t, b), t.At == 0, true)
	c.PutPage(b.Page)
	*b = grant.Buf{}
	return c.copyFails(t, errno.ERESTART)
}

// releasePin is the part of release_grant_for_copy() about one entry. It tells whether
// and for what the entry in a third domain is to be released too.
func (c *Call) releasePin(d, r uint8, ro bool) (td, tref uint8, inner, innerRO bool) {
	gt := c.Table(d)
	act := &gt.Act[r]
	td, tref = d, r
	var word *uint8
	if gt.Ver == 1 {
		word = gt.Word(1, r)
	} else {
		if r < gt.Entries() {
			word = gt.Word(2, r)
		}
		td, tref = act.Src, act.Trans
	}
	sub := act.Sub
	c.Unpin(act, hostPin(ro))
	c.Reduce(act, word, ro)
	if !act.Pinned() && sub {
		gt.V2Ops--
	}
	if td == d {
		return td, tref, false, ro
	}
	if c.On(grant.B16) {
		switch wrote := !ro && !act.Written(); {
		case wrote:
			return td, tref, true, false
		default:
			return td, tref, !act.Pinned(), true
		}
	}
	return td, tref, true, ro
}

// reduceCopy is the reduction of the status when an entry could not be claimed. Rule
// GR-B8 looks at the pins of hosts only; where the locks were dropped meanwhile it takes
// both bits, each without its own.
func (c *Call) reduceCopy(act *grant.Active, word *uint8, ro, dropped bool) {
	if word == nil || !c.On(grant.B8) {
		c.Reduce(act, word, ro)
		return
	}
	if act.Pin[grant.PinHostW] == 0 && (dropped || !ro) {
		*word &^= grant.Writing
	}
	if !act.Pinned() || dropped && act.Pin[grant.PinHostR] == 0 {
		*word &^= grant.Reading
	}
}

// dropClaim gives up an end: the pin and the status first.
func (c *Call) dropClaim(t *grant.Task) errno.Errno {
	b := endOf(t)
	t.PC = grant.CPut
	if b.Flags&grant.HaveGrant == 0 {
		c.putEnd(t)
		return ok
	}
	if !c.Readable(b.Dom) {
		t.PC = grant.CDrop
		return c.Waits()
	}
	td, tref, inner, ro := c.releasePin(b.Dom, b.Ref, t.At == 0)
	b.Flags &^= grant.HaveGrant
	if inner {
		b.Inner, b.Trans, t.PC = td+1, tref, grant.CDropInner
		b.Flags |= grant.InnerHeld
		t.Found = ro
	}
	return ok
}

// dropInner gives the claim in the third domain up.
func (c *Call) dropInner(t *grant.Task) errno.Errno {
	b := endOf(t)
	if !c.Readable(b.Inner - 1) {
		return c.Waits()
	}
	c.releasePin(b.Inner-1, b.Trans, t.Found)
	t.Found, t.PC = false, grant.CPut
	b.Flags &^= grant.InnerHeld
	return ok
}

// putEnd drops the references of an end.
func (c *Call) putEnd(t *grant.Task) {
	b := endOf(t)
	if b.Flags&grant.HaveType != 0 {
		c.PutType(b.Page)
	}
	if b.Flags&grant.HavePage != 0 {
		c.PutPage(b.Page)
	}
	*b = grant.Buf{}
	t.Flags &^= 1 << t.At
	c.copyNext(t)
}

// copyStore is the copy itself.
func (c *Call) copyStore(t *grant.Task) errno.Errno {
	r := Range(t.Word)
	switch {
	case r == Beyond:
		return c.copyFails(t, grant.BadCopyArg)
	case r == Page && (c.window(&t.Src) || c.window(&t.Dst)):
		return c.copyFails(t, grant.GeneralError)
	}
	if r != Nothing {
		c.store(t)
	}
	t.Status, t.At = 0, 0
	if !t.More {
		t.Flags = t.Held()
	}
	c.copyNext(t)
	return ok
}

// store has what is in one end be in the other.
func (c *Call) store(t *grant.Task) {
	tag := c.St.Tag[t.Src.MFN]
	if c.Cfg.Tags {
		c.St.Tag[t.Dst.MFN] = tag
	}
	c.Note(grant.Event{Kind: grant.Copies, Dom: grant.DomainOf(c.CPU), Frame: t.Dst.MFN, Ref: t.Dst.Ref, Tag: tag})
}

// window tells whether an end is a part of a page only. What a transitive entry
// stands for is known by the entry that it leads to.
func (c *Call) window(b *grant.Buf) bool {
	if b.Flags&grant.HaveGrant == 0 {
		return false
	}
	act := &c.Table(b.Dom).Act[b.Ref]
	if act.Src != b.Dom && act.Src < grant.NumDomains {
		act = &c.Table(act.Src).Act[min(act.Trans, grant.MaxRefs-1)]
	}
	return act.Sub
}
