package ledger

import (
	"hvcheck/model/errno"
	"hvcheck/model/iommu"
)

// Keeper brings a Book up to date, operation by operation.
type Keeper struct {
	cfg *iommu.Config
	b   *Book
	s   *iommu.State

	frame [iommu.MaxFrames]iommu.Frame
	table [iommu.NumTables][iommu.MaxGfns]iommu.Entry
	runs  [iommu.NumDomains]bool
	p2m   [iommu.NumDomains][iommu.MaxGfns]iommu.P2M
}

// Before looks at a State before an operation.
func (k *Keeper) Before(cfg *iommu.Config, s *iommu.State, b *Book) {
	k.cfg, k.s, k.b = cfg, s, b
	k.frame, k.table = s.Frame, s.IOPT
	for d := range s.Dom {
		k.runs[d], k.p2m[d] = s.Dom[d].Paused == 0, s.Dom[d].P2M
	}
}

// Asks notes what a CPU was asked for by the operation, with what there was before it.
func (k *Keeper) Asks(cpu uint8, ask Doing) {
	if ask.Dom < iommu.NumDomains && ask.A < iommu.MaxGfns {
		if e := k.p2m[ask.Dom][ask.A]; e.Type != iommu.Invalid {
			ask.Page = e.MFN + 1
		}
	}
	if ask.Work == iommu.WorkPutType {
		k.b.Uses[ask.A]--
	}
	if ask.Work == iommu.WorkRemove && !k.s.Dom[ask.Dom].HVM {
		ask.Page = ask.A + 1
	}
	if ask.Work == iommu.WorkPopulate {
		ask.Page = k.taken(ask.Dom)
	}
	if k.b.Doing[cpu] = ask; ask.Work == iommu.WorkRemove && ask.Page != 0 {
		k.b.Given |= 1 << (ask.Page - 1)
	}
}

// taken is the page + 1 that has become a domain's by the operation.
func (k *Keeper) taken(d uint8) uint8 {
	for m := range k.frame {
		if k.frame[m].Owner == iommu.NoDomain && k.s.Frame[m].Owner == d {
			return uint8(m) + 1
		}
	}
	return 0
}

// After brings the books up to date with what the operation has done. cpu is the one
// that made it, or NumCPUs.
func (k *Keeper) After(cpu uint8, code errno.Errno, seen []iommu.Event) {
	k.b.Harm = 0
	for i := range seen {
		k.event(&seen[i])
	}
	k.owes(cpu)
	k.programs(cpu)
	if cpu < iommu.NumCPUs && !k.s.Task[cpu].Busy() {
		k.ends(cpu, code)
	}
	k.returns(cpu, code)
	for m := range uint8(iommu.MaxFrames) {
		if k.s.Free(m) {
			k.b.Given &^= 1 << m
		}
	}
}

func (k *Keeper) event(e *iommu.Event) {
	switch e.Kind {
	case iommu.Touches:
		k.touches(e)
	case iommu.WalksFree:
		k.harm(OnFreed)
	case iommu.Submits:
		k.submits(e)
	case iommu.Executes:
		w := &k.b.Waits[e.IOMMU]
		copy(w[:], w[1:])
		w[iommu.MaxQueue-1] = 0
	case iommu.Sees:
		if k.b.Waiting(e.CPU) > 0 {
			k.harm(Unanswered)
		}
	case iommu.GivesUp:
		k.b.Doing[e.CPU].Late = true
		k.forget(e.CPU)
	case iommu.Frees:
		k.frees(e.Frame)
	case iommu.Allocates:
		k.harm(Allocated)
	}
}

func (k *Keeper) harm(h Harm) { k.b.Harm |= h }

// submits notes a descriptor: it is the last one in its queue now, or was then.
func (k *Keeper) submits(e *iommu.Event) {
	n := k.s.Queue[e.IOMMU].N
	w := &k.b.Waits[e.IOMMU]
	for at := range n {
		switch d := &k.s.Queue[e.IOMMU].D[at]; {
		case d.Op != iommu.DescWait:
			w[at] = 0
		case w[at] == 0:
			w[at] = e.CPU + 1
		}
	}
}

// forget makes waits that nobody waits for nobody's.
func (k *Keeper) forget(cpu uint8) {
	for i := range k.b.Waits {
		for at, of := range k.b.Waits[i] {
			if of == cpu+1 {
				k.b.Waits[i][at] = nobody
			}
		}
	}
}

const nobody = 0xff

// touches judges an access of a device.
func (k *Keeper) touches(e *iommu.Event) {
	v := iommu.DevOf(e.Fn)
	owner := e.For
	if e.E&iommu.Firmware != 0 || owner != iommu.D0 && k.b.Programmed[v] == 0 {
		return // reserved; or nobody has told the device anything since it was reset
	}
	m := e.E.Frame()
	if is := e.Owner; owner != iommu.D0 && is != owner && !k.lent(owner, m) && !k.comes(v, is, m) {
		k.harm(Strayed)
	}
	if owner < iommu.DIO && k.runs[owner] {
		if p := k.s.Dom[owner].P2M[e.DFN]; p.Type != iommu.Invalid && p.MFN != m && k.s.Dom[owner].HVM && !k.within(owner) {
			k.harm(Disagreed)
		}
	}
	if by := k.b.Programmed[v]; owner == iommu.D0 && by != 0 && e.Owner != by-1 {
		k.harm(Hit)
	}
}

// noFrame is no page in particular.
const noFrame = 0xff

// comes tells whether a device is just being given to a domain, which a page is of or is lent
// to, or out of quarantine: it is idle, and its functions are on either side.
func (k *Keeper) comes(v, d, m uint8) bool {
	for cpu := range k.b.Doing {
		ask := &k.b.Doing[cpu]
		given := ask.Work == iommu.WorkAssign && (ask.B == d || d == iommu.D0 || m != noFrame && k.lent(ask.B, m)) || ask.Work == iommu.WorkDeassign && ask.B == iommu.DIO
		if given && ask.A == v && k.s.Task[cpu].Busy() {
			return true
		}
	}
	return false
}

// programs notes who tells devices what to access: owners that run. Whoever takes a device
// out of quarantine has reset it.
func (k *Keeper) programs(cpu uint8) {
	for v := range k.s.Dev {
		if d := k.s.Dev[v].Owner; k.s.Dev[v].There && (d == iommu.D1 || d == iommu.D2) && k.s.Dom[d].Life == iommu.Alive && !k.comes(uint8(v), d, noFrame) {
			k.b.Programmed[v] = d + 1
		}
	}
	if cpu == iommu.NumCPUs {
		return
	}
	if ask := &k.b.Doing[cpu]; ask.Work == iommu.WorkDeassign && ask.B == iommu.DIO {
		k.b.Programmed[ask.A] = 0
	}
}

// lent tells whether a domain has a page of another one: mapped as foreign, or still
// referenced for that.
func (k *Keeper) lent(d, m uint8) bool {
	for cpu := range k.b.Doing {
		if ask := &k.b.Doing[cpu]; ask.Work == iommu.WorkUnforeign && ask.Dom == d && ask.Page == m+1 && k.s.Task[cpu].Busy() {
			return true
		}
	}
	for _, h := range k.s.Held {
		if (h.Kind == iommu.RefDone || h.Kind == iommu.DevRef) && h.Dom == d && h.MFN == m {
			return true
		}
	}
	for g, e := range k.s.Dom[d].P2M {
		if was := k.p2m[d][g]; borrows(e, m) || borrows(was, m) {
			return true
		}
	}
	return false
}

// borrows tells whether an entry is one for a page of somebody else's.
func borrows(e iommu.P2M, m uint8) bool {
	return e.Type.Borrowed() && e.MFN == m
}

// within tells whether a CPU is in the middle of an operation on a domain's memory.
func (k *Keeper) within(d uint8) bool {
	for cpu := range k.s.Task {
		if t := &k.s.Task[cpu]; t.Busy() && t.Dom == d {
			return true
		}
	}
	return false
}

// frees judges that a page goes to the heap. The tables and caches are as they are now,
// which is as they were then.
func (k *Keeper) frees(m uint8) {
	k.b.Uses[m] = 0
	if k.Led(m) {
		k.harm(Untimely)
	}
}

// Led tells whether a table or a cache of a guest's, or of quarantine, leads to a frame.
func (k *Keeper) Led(m uint8) (is bool) {
	for t := range k.s.IOPT {
		for _, e := range k.s.IOPT[t] {
			is = is || t != iommu.T0 && e.Pooled() && e.Frame() == m
		}
	}
	k.s.Cached(func(d, _, _ uint8, e iommu.Entry) bool {
		is = is || d != iommu.D0 && e.Pooled() && e.Frame() == m
		return !is
	})
	for v := range k.s.InFlight {
		f := &k.s.InFlight[v]
		is = is || k.s.Dev[v].Owner != iommu.D0 && k.b.Programmed[v] != 0 && f.E.Pooled() && f.E.Frame() == m
	}
	return is
}

// owes notes which entries a CPU has changed or removed: nothing may be cached of them
// when it is told that all is done. What is there again is owed no more.
func (k *Keeper) owes(cpu uint8) {
	for t := range k.table {
		for g, old := range k.table[t] {
			if is := k.s.IOPT[t][g]; old.Present() && !is.Covers(old) && cpu < iommu.NumCPUs {
				k.b.Doing[cpu].Owed[g], k.b.Doing[cpu].Table = old, uint8(t)
			}
			for other := range k.b.Doing {
				if d := &k.b.Doing[other]; d.Table == uint8(t) && k.s.IOPT[t][g].Covers(d.Owed[g]) {
					d.Owed[g] = 0
				}
			}
		}
	}
}

// ends is the end of what a CPU was asked for.
func (k *Keeper) ends(cpu uint8, code errno.Errno) {
	d := k.b.Doing[cpu]
	k.b.Doing[cpu] = Doing{}
	if code >= 0 && d.Work == iommu.WorkType {
		k.b.Uses[d.A]++
	}
	if code < 0 {
		if d.Work == iommu.WorkRemove && d.Page != 0 {
			k.b.Given &^= 1 << (d.Page - 1)
		}
		return
	}
	if !k.cfg.Flushing.Async() && k.stale(d.Table, func(g uint8, e iommu.Entry) bool { return d.Owed[g].Covers(e) }) {
		k.harm(Unflushed)
	}
}

// stale tells whether anything is cached that is not in its table, of some entries.
func (k *Keeper) stale(table uint8, of func(g uint8, e iommu.Entry) bool) (is bool) {
	k.s.Cached(func(_, t, g uint8, e iommu.Entry) bool {
		is = is || t == table && of(g, e) && !k.s.IOPT[t][g].Covers(e)
		return !is
	})
	return is
}

func whatever(uint8, iommu.Entry) bool { return true }

// returns judges the moments in which a guest is told that an operation is complete: its
// call has returned, and it is not paused.
func (k *Keeper) returns(cpu uint8, code errno.Errno) {
	for d := uint8(iommu.D1); d <= iommu.D2; d++ {
		back := k.s.Dom[d].Paused == 0 && !k.runs[d]
		if cpu < iommu.NumCPUs && !k.s.Task[cpu].Busy() && code >= 0 {
			back = back || k.s.Dom[d].Paused == 0
		}
		if back && !k.within(d) && k.stale(iommu.TableOf(d, 0), whatever) {
			k.harm(Early)
		}
	}
}
