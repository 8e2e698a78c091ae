package grant

import "hvcheck/model/errno"

// End is one end of a copy: a reference of a domain, or a page of the caller's own.
type End uint8

// Kinds of ends. A reference is one of the domain that has the kind's number; one
// of NoDomain's is that of a domain which does not exist.
const (
	EndNone    = NumDomains     // a reference of no domain
	EndPage    = NumDomains + 1 // a page of the caller's, by its gfn
	EndForeign = NumDomains + 2 // a page of another domain's, which only a reference may name
	NumEnds    = NumDomains + 3

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
	c.cpu = cpu
	t := c.task()
	if t.PC != Next {
		if rc := c.byDomain(cpu); rc != ok {
			return rc
		}
		c.fresh = true
	} else if c.st.Stopped() || t.Work != WorkCopy {
		return c.refuse(errno.NotRunning)
	}
	switch {
	case c.stalled():
		return c.waits()
	case t.PC != Next:
		*t = Task{Work: WorkCopy, First: true}
	case c.check():
		return c.copyEnds(t, *t, Restart)
	}
	was := *t
	t.Addr, t.New, t.Word, t.More, t.Status = uint8(from), uint8(to), uint8(r), more, claiming
	switch {
	case r == Nothing: // nothing is looked at
		if t.Status = 0; !more {
			t.Flags = t.held()
		}
	case t.Src.Dom != domainAt(from, cpu) || t.Dst.Dom != domainAt(to, cpu) || !t.Src.named() || !t.Dst.named():
		t.Flags = t.held()
		if rc := c.copyDomains(from, to); rc != ok {
			return c.copyEnds(t, was, status8(rc))
		}
	default:
		t.Flags = c.changed(t, from, to)
	}
	c.copyNext(t)
	if t.PC == Idle || t.PC == Next {
		return c.copyOver(t)
	}
	return c.begun(was.idle())
}

// stalled tells whether a copy that is made at once would have to wait for the lock of a
// table, of which it may need any.
func (c *Call) stalled() bool {
	return !c.steps(WorkCopy) && !(c.readable(DomF) && c.readable(DomB) && c.readable(DomC))
}

// idle is the task as it was before its first element was filled in.
func (t Task) idle() Task {
	if t.PC == Idle {
		return Task{}
	}
	return t
}

// begun does the first section of what was filled in, and the others if they follow at
// once. If the first has to wait, nothing has begun; if another one has, it goes on
// with a step.
func (c *Call) begun(was Task) errno.Errno {
	w, rc := c.task().Work, c.section()
	switch t := c.task(); {
	case c.refused && rc == errno.NotRunning:
		*t = was
		return rc
	case !t.Busy() || t.PC == Next || c.refused || c.st.Stopped() || c.steps(w):
		return rc
	}
	if rc = c.proceed(); c.refused && rc == errno.NotRunning {
		c.refused = false
		return ok
	}
	return rc
}

// status8 is a status as a Task keeps it.
func status8(rc errno.Errno) int8 {
	n, _ := StatusOf(rc)
	return int8(n)
}

// domainAt is the domain of an end, if it may be named so.
func domainAt(e End, cpu uint8) uint8 {
	switch e.Kind() {
	case EndPage:
		return domainOf(cpu)
	case EndNone, EndForeign:
		return NoDomain
	}
	return e.Kind()
}

// copyDomains is gnttab_copy_lock_domains(): whether each end may be named so, and
// is there.
func (c *Call) copyDomains(from, to End) errno.Errno {
	for _, e := range []End{from, to} {
		switch {
		case e.Kind() == EndForeign:
			return PermissionDenied
		case e.Kind() == EndNone || !c.found(domainAt(e, c.cpu)):
			return BadDomain
		}
	}
	return ok
}

// named tells whether a previous element has left something in an end.
func (b *Buf) named() bool { return b.Flags&HavePage != 0 }

// held are the ends that something is held of, a bit each.
func (t *Task) held() (ends uint8) {
	if t.Src.Flags&(HaveGrant|HaveType|HavePage) != 0 {
		ends |= 1
	}
	if t.Dst.Flags&(HaveGrant|HaveType|HavePage) != 0 {
		ends |= 2
	}
	return ends
}

// changed are the ends that are not those of the element before. For a page only the
// number counts, as in gnttab_copy_buf_valid(): a reference of the caller's own with
// that number will do.
func (c *Call) changed(t *Task, from, to End) (ends uint8) {
	if !t.Src.is(from) {
		ends |= 1
	}
	if !t.Dst.is(to) {
		ends |= 2
	}
	return ends & t.held()
}

func (b *Buf) is(e End) bool {
	return b.named() && b.Ref == e.N() && (!e.byRef() || b.Flags&HaveGrant != 0)
}

// end is the one that the task is at.
func (t *Task) end() *Buf {
	if t.At == 0 {
		return &t.Src
	}
	return &t.Dst
}

// copyNext finds what a copy does next: give up what it does not need any more, then
// claim what it needs, then copy.
func (c *Call) copyNext(t *Task) {
	switch {
	case t.Flags != 0:
		t.At, t.PC = 0, CDrop
		if t.Flags&1 == 0 {
			t.At = 1
		}
	case t.Status != claiming:
		t.PC = Idle
	case !t.Src.named():
		t.claims(0, End(t.Addr), c.cpu)
	case !t.Dst.named():
		t.claims(1, End(t.New), c.cpu)
	default:
		t.PC = CStore
	}
}

// claims begins to claim an end.
func (t *Task) claims(at uint8, e End, cpu uint8) {
	t.At, t.PC = at, CClaim
	*t.end() = Buf{Dom: domainAt(e, cpu), Ref: e.N()}
	if e.byRef() {
		t.end().Flags = ByRef
	}
}

// copyEnds ends an element that failed, or the whole call: everything is given up.
func (c *Call) copyEnds(t *Task, was Task, status int8) errno.Errno {
	if t.Status = status; status == Restart {
		t.More = false
	}
	t.Flags = t.held()
	c.copyNext(t)
	if t.PC == Idle {
		return c.copyOver(t)
	}
	return c.begun(was.idle())
}

// copyOver is the end of an element.
func (c *Call) copyOver(t *Task) errno.Errno {
	rc := statusCode(t.Status)
	if t.Status == Restart {
		rc = errno.ERESTART
		if t.First && c.on(B17) {
			rc = ok
		}
	}
	src, dst := t.Src, t.Dst
	if rc != ok && !t.More {
		c.unchanged(t, rc)
	}
	c.over(rc)
	if t.PC == Next && rc == ok {
		t.Src, t.Dst = src, dst
	}
	return rc
}

// copySection does the next section of a copy.
func (c *Call) copySection(t *Task) (rc errno.Errno) {
	c.fresh = false
	switch t.PC {
	case CClaim:
		rc = c.claimEnd(t)
	case CInner:
		rc = c.claimInner(t)
	case CCheck:
		rc = c.recheck(t)
	case CUndo:
		rc = c.undoInner(t)
	case CUndone:
		rc = c.undoOuter(t)
	case CStore:
		rc = c.copyStore(t)
	case CDrop:
		rc = c.dropClaim(t)
	case CDropInner:
		rc = c.dropInner(t)
	case CPut:
		c.putEnd(t)
	}
	if rc == ok && t.PC == Idle {
		return c.copyOver(t)
	}
	return rc
}

// copyFails has an element fail. All that is claimed will be given up.
func (c *Call) copyFails(t *Task, rc errno.Errno) errno.Errno {
	t.Status = 0
	if rc == errno.ERESTART {
		t.Status, t.More = Restart, false
	} else if n, is := StatusOf(rc); is {
		t.Status = int8(n)
	}
	t.Flags = t.held()
	c.copyNext(t)
	return ok
}

// claimEnd claims a page of the caller's, or makes a claim by reference.
func (c *Call) claimEnd(t *Task) errno.Errno {
	b := t.end()
	if b.Flags&ByRef != 0 {
		return c.claimEntry(t, b)
	}
	m, rc := c.lookUp(b.Dom, b.Ref)
	if rc != ok {
		return c.copyFails(t, rc)
	}
	b.MFN, b.Page = m, m
	b.Flags |= HavePage
	return c.claimed(t, b)
}

// claimed is the end of a claim: what is written to has to be writable.
func (c *Call) claimed(t *Task, b *Buf) errno.Errno {
	if t.At == 1 {
		if !c.getType(b.Page) {
			return c.copyFails(t, GeneralError)
		}
		b.Flags |= HaveType
	}
	c.copyNext(t)
	return ok
}

// hostPin is the counter that a claim raises.
func hostPin(ro bool) (p [NumPins]uint8) {
	if ro {
		p[PinHostR] = 1
	} else {
		p[PinHostW] = 1
	}
	return p
}

// claimEntry is acquire_grant_for_copy(), up to where a transitive grant is followed.
func (c *Call) claimEntry(t *Task, b *Buf) errno.Errno {
	if !c.readable(b.Dom) {
		return c.waits()
	}
	gt, u := c.table(b.Dom), claim{by: domainOf(c.cpu), ro: t.At == 0}
	if b.Ref >= gt.entries() {
		return c.copyFails(t, BadGntref)
	}
	act, e := &gt.Act[b.Ref], &gt.Entry[b.Ref]
	if act.Pinned() && (act.Domid != u.by || c.full(act, hostPin(u.ro))) {
		return c.copyFails(t, GeneralError)
	}
	b.Ver = gt.Ver
	follow := gt.Ver == 2 && e.Flags&TypeMask == Transitive
	if follow && (act.needs(u) || !c.on(B16)) {
		return c.claimOuter(t, b, u)
	}
	m, rc := c.acquire(b.Dom, b.Ref, u, follow)
	if rc != ok {
		return c.copyFails(t, rc)
	}
	b.Page, b.MFN = m, act.MFN
	b.Flags |= HaveGrant | HavePage
	return c.claimed(t, b)
}

// needs tells whether the shared entry has to be looked at for a claim.
func (act *Active) needs(u claim) bool { return !act.Pinned() || !u.ro && !act.Written() }

// acquire claims an entry that is not transitive, and a page, which is that of the
// entry unless a rule is broken.
func (c *Call) acquire(d, r uint8, u claim, follow bool) (m uint8, rc errno.Errno) {
	gt := c.table(d)
	act := &gt.Act[r]
	if act.needs(u) {
		if rc = c.setStatus(gt, r, u); rc != ok {
			return 0, rc
		}
		m, rc = c.fillEntry(d, r, u)
	} else {
		m, rc = c.again(d, act, follow)
	}
	if rc != ok {
		if !c.on(B26) {
			c.reduceCopy(act, gt.word(gt.Ver, r), u.ro, false)
		}
		return 0, rc
	}
	act.pin(hostPin(u.ro))
	return m, ok
}

// fillEntry is the first claim of an entry, or the first that writes: the page is the
// one that the entry has now. It must be the one of those before.
func (c *Call) fillEntry(d, r uint8, u claim) (m uint8, rc errno.Errno) {
	gt := c.table(d)
	act, e := &gt.Act[r], gt.Entry[r]
	if m, rc = c.lookUp(d, e.Frame); rc != ok {
		return 0, rc
	}
	sub := gt.Ver == 2 && e.Flags&SubPage != 0
	if !act.Pinned() {
		*act = Active{Domid: u.by, MFN: m, Src: d, Trans: r, Sub: sub}
		if sub {
			gt.V2Ops++
		}
		return m, ok
	}
	if !c.on(B10) && (act.MFN != m || act.Src != d || act.Trans != r || act.Sub && !sub) {
		c.putPage(m)
		return 0, GeneralError
	}
	return m, ok
}

// again is a claim of an entry that is pinned so already.
func (c *Call) again(d uint8, act *Active, follow bool) (m uint8, rc errno.Errno) {
	owner, got := c.getAny(act.MFN)
	if !follow && (owner != d || c.st.Dom[d].Life >= Dying) || !got {
		if got {
			c.putPage(act.MFN)
		}
		return 0, BadDomain
	}
	return act.MFN, ok
}

// claimOuter begins a claim of a transitive entry: its locks are dropped while the
// entry in the third domain is claimed.
func (c *Call) claimOuter(t *Task, b *Buf, u claim) errno.Errno {
	gt := c.table(b.Dom)
	act, e := &gt.Act[b.Ref], &gt.Entry[b.Ref]
	if act.needs(u) {
		if rc := c.setStatus(gt, b.Ref, u); rc != ok {
			return c.copyFails(t, rc)
		}
	}
	if c.cfg.NoTransitive || e.Trans == b.Dom || !c.found(e.Trans) {
		if !c.on(B26) {
			c.reduceCopy(act, gt.word(gt.Ver, b.Ref), u.ro, false)
		}
		return c.copyFails(t, GeneralError)
	}
	gt.V2Ops++
	b.Inner, b.Trans = e.Trans+1, e.Frame
	b.Flags |= Claiming
	t.Old, t.PC = act.Pin, CInner
	return ok
}

// claimInner claims the entry in the third domain, on behalf of the domain that has
// granted. It must not be transitive.
func (c *Call) claimInner(t *Task) errno.Errno {
	b := t.end()
	td := b.Inner - 1
	if !c.readable(td) {
		return c.waits()
	}
	t.PC = CCheck
	gt, u := c.table(td), claim{by: b.Dom, ro: t.At == 0}
	rc := ok
	switch act := &gt.Act[min(b.Trans, MaxRefs-1)]; {
	case b.Trans >= gt.entries():
		rc = BadGntref
	case act.Pinned() && (act.Domid != u.by || c.full(act, hostPin(u.ro))):
		rc = GeneralError
	case gt.Ver == 2 && gt.Entry[b.Trans].Flags&TypeMask == Transitive:
		if act.needs(u) {
			rc = c.setStatus(gt, b.Trans, u)
		}
		if rc == ok {
			c.reduceCopy(act, gt.word(gt.Ver, b.Trans), u.ro, false)
			rc = GeneralError
		}
	default:
		if b.Page, rc = c.acquire(td, b.Trans, u, false); rc == ok {
			b.MFN = act.MFN
			b.Flags |= InnerHeld | HavePage
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
func (c *Call) recheck(t *Task) errno.Errno {
	b := t.end()
	if !c.readable(b.Dom) {
		return c.waits()
	}
	gt := c.table(b.Dom)
	act, u := &gt.Act[b.Ref], claim{by: domainOf(c.cpu), ro: t.At == 0}
	b.Flags &^= Claiming
	if b.Flags&InnerHeld == 0 {
		gt.V2Ops--
		c.reduceCopy(act, c.statusAt(t, b), u.ro, true)
		return c.copyFails(t, statusCode(t.Status))
	}
	pinned := t.Old != [NumPins]uint8{}
	same := act.Domid == u.by && act.MFN == b.MFN && act.Src == b.Inner-1 && act.Trans == b.Trans && act.Sub
	if gt.Ver != 2 && !c.on(B14) || act.Pin != t.Old || pinned && !same || !c.on(AsIs3) && t.unmarked(c.statusAt(t, b), u) {
		b.Flags |= Claiming
		t.PC = CUndo
		return ok
	}
	if !pinned {
		*act = Active{Domid: u.by, MFN: b.MFN, Src: b.Inner - 1, Trans: b.Trans, Sub: true}
	} else {
		gt.V2Ops--
	}
	act.pin(hostPin(u.ro))
	b.Flags = b.Flags&^InnerHeld | HaveGrant | HavePage
	return c.claimed(t, b)
}

// unmarked tells whether the status that a claim has set is gone again: others have
// pinned the entry and unpinned it since.
func (t *Task) unmarked(word *uint8, u claim) bool {
	before, bits := Active{Pin: t.Old}, uint8(Reading)
	if !u.ro {
		bits |= Writing
	}
	return word != nil && before.needs(u) && *word&bits != bits
}

// statusAt is the status word of an end whose claim began in some version.
func (c *Call) statusAt(t *Task, b *Buf) *uint8 {
	if b.Ver == 2 && c.table(b.Dom).Ver != 2 {
		return c.latched(&Task{Dom: b.Dom, Ref: b.Ref, Ver: b.Ver})
	}
	return c.table(b.Dom).word(b.Ver, b.Ref)
}

// undoInner gives the claim in the third domain up.
func (c *Call) undoInner(t *Task) errno.Errno {
	b := t.end()
	if !c.readable(b.Inner - 1) {
		return c.waits()
	}
	c.releasePin(b.Inner-1, b.Trans, t.At == 0)
	b.Flags &^= InnerHeld
	t.PC = CUndone
	return ok
}

// undoOuter is what is left of a claim that has to be made again.
func (c *Call) undoOuter(t *Task) errno.Errno {
	b := t.end()
	if !c.readable(b.Dom) {
		return c.waits()
	}
	gt := c.table(b.Dom)
	gt.V2Ops--
	c.reduceCopy(&gt.Act[b.Ref], c.statusAt(t, b), t.At == 0, true)
	c.putPage(b.Page)
	*b = Buf{}
	return c.copyFails(t, errno.ERESTART)
}

// releasePin is the part of release_grant_for_copy() about one entry. It tells whether
// and for what the entry in a third domain is to be released too.
func (c *Call) releasePin(d, r uint8, ro bool) (td, tref uint8, inner, innerRO bool) {
	gt := c.table(d)
	act := &gt.Act[r]
	td, tref = d, r
	var word *uint8
	if gt.Ver == 1 {
		word = gt.word(1, r)
	} else {
		if r < gt.entries() {
			word = gt.word(2, r)
		}
		td, tref = act.Src, act.Trans
	}
	sub := act.Sub
	c.unpin(act, hostPin(ro))
	c.reduce(act, word, ro)
	if !act.Pinned() && sub {
		gt.V2Ops--
	}
	if td == d {
		return td, tref, false, ro
	}
	if c.on(B16) {
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
func (c *Call) reduceCopy(act *Active, word *uint8, ro, dropped bool) {
	if word == nil || !c.on(B8) {
		c.reduce(act, word, ro)
		return
	}
	if act.Pin[PinHostW] == 0 && (dropped || !ro) {
		*word &^= Writing
	}
	if !act.Pinned() || dropped && act.Pin[PinHostR] == 0 {
		*word &^= Reading
	}
}

// dropClaim gives up an end: the pin and the status first.
func (c *Call) dropClaim(t *Task) errno.Errno {
	b := t.end()
	t.PC = CPut
	if b.Flags&HaveGrant == 0 {
		c.putEnd(t)
		return ok
	}
	if !c.readable(b.Dom) {
		t.PC = CDrop
		return c.waits()
	}
	td, tref, inner, ro := c.releasePin(b.Dom, b.Ref, t.At == 0)
	b.Flags &^= HaveGrant
	if inner {
		b.Inner, b.Trans, t.PC = td+1, tref, CDropInner
		b.Flags |= InnerHeld
		t.Found = ro
	}
	return ok
}

// dropInner gives the claim in the third domain up.
func (c *Call) dropInner(t *Task) errno.Errno {
	b := t.end()
	if !c.readable(b.Inner - 1) {
		return c.waits()
	}
	c.releasePin(b.Inner-1, b.Trans, t.Found)
	t.Found, t.PC = false, CPut
	b.Flags &^= InnerHeld
	return ok
}

// putEnd drops the references of an end.
func (c *Call) putEnd(t *Task) {
	b := t.end()
	if b.Flags&HaveType != 0 {
		c.putType(b.Page)
	}
	if b.Flags&HavePage != 0 {
		c.putPage(b.Page)
	}
	*b = Buf{}
	t.Flags &^= 1 << t.At
	c.copyNext(t)
}

// copyStore is the copy itself.
func (c *Call) copyStore(t *Task) errno.Errno {
	r := Range(t.Word)
	switch {
	case r == Beyond:
		return c.copyFails(t, BadCopyArg)
	case r == Page && (c.window(&t.Src) || c.window(&t.Dst)):
		return c.copyFails(t, GeneralError)
	}
	if c.cfg.Tags {
		c.st.Tag[t.Dst.MFN] = c.st.Tag[t.Src.MFN]
	}
	c.note(Event{Kind: Copies, Dom: domainOf(c.cpu), Frame: t.Dst.MFN, Ref: t.Dst.Ref, Tag: c.st.Tag[t.Src.MFN]})
	t.Status, t.At = 0, 0
	if !t.More {
		t.Flags = t.held()
	}
	c.copyNext(t)
	return ok
}

// window tells whether an end is a part of a page only. What a transitive entry
// stands for is known by the entry that it leads to.
func (c *Call) window(b *Buf) bool {
	if b.Flags&HaveGrant == 0 {
		return false
	}
	act := &c.table(b.Dom).Act[b.Ref]
	if act.Src != b.Dom && act.Src < NumDomains {
		act = &c.table(act.Src).Act[min(act.Trans, MaxRefs-1)]
	}
	return act.Sub
}
