package grant

import (
	"errors"
	"fmt"

	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntops"
	"hvcheck/model/grant/gntview"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
)

// frames are what must hold of each operation, and of what is over.
var frames = []invariants.Invariant{
	{
		ID:    "GR-I24",
		Title: "an operation leaves alone what it is not about",
		Doc: `Each part of a domain is changed only by what is about it: what kind of domain it is by nothing; its tables, maptrack and what its kernel believes by its own CPUs, or by what is done to it; the entries of its table by its own kernels, but for the bits that are Xen's; what its CPUs have cached only by their accesses, but for flushes. So is what there is one of: which kernel runs, shared_info, the driver, what is in pages. Calls that only look change nothing at all, and no CPU changes what another one is in the middle of. A soft reset that fails does not leave half of it: the domain is crashed.

This is asked apart from what operations are for, which GR-R2 asks.`,
		Refs: []string{"xen/include/public/grant_table.h"},
		Step: untouched,
	},
	{
		ID:    "GR-I25",
		Title: "what is over leaves nothing behind",
		Doc: `A CPU that is in the middle of nothing holds no lock and remembers nothing, and another one remembers what its next sections need; a reference that is not pinned, a handle that is not live, a page that is free, a driver that is off, and a domain that is dead keep nothing of what they were. tot_pages counts a domain's pages, with those that are about to come.

What is left over is taken for something later: a status, a lock, or a reference that nobody has.`,
		Refs:  []string{"xen/common/grant_table.c active_entry_release()", "xen/common/page_alloc.c domain_adjust_tot_pages()"},
		State: of(nothingBehind),
	},
}

func nothingBehind(v *view) error {
	if v.s.Stopped() {
		return nil
	}
	for cpu := range v.s.Task {
		t := &v.s.Task[cpu]
		if !t.Busy() && *t != (grant.Task{}) {
			return fmt.Errorf("CPU %d is in the middle of nothing, and remembers something: %+v", cpu, *t)
		}
		if atOnce := gntops.Conf(v.c).Steps&grant.StepOf[t.Work] == 0; atOnce && (t.Work == grant.WorkGrant || t.Work == grant.WorkEnd || t.Work == grant.WorkSoftReset || t.Work == grant.WorkDestroy) {
			return fmt.Errorf("CPU %d is in the middle of %v, which goes at once", cpu, t.Work)
		}
		if !belongs(t.Work, t.PC) {
			return fmt.Errorf("CPU %d is in the middle of %v, and what it does next is %v", cpu, t.Work, t.PC)
		}
		if err := scratch(gntops.Conf(v.c), cpu, t); err != nil {
			return err
		}
	}
	for d := range uint8(grant.NumDomains) {
		if err := v.domainRests(d); err != nil {
			return err
		}
	}
	if err := v.pagesRest(); err != nil {
		return err
	}
	return v.restOver()
}

// domainRests looks at one domain.
func (v *view) domainRests(d uint8) error {
	dom := &v.s.Dom[d]
	if err := v.locks(d); err != nil {
		return err
	}
	if total := v.total(d); total != dom.Tot {
		return fmt.Errorf("%s has %d pages, and tot_pages is %d", domNames[d], total, dom.Tot)
	}
	for r, act := range dom.Table.Act {
		if gntview.There(v.s, d) && !act.Pinned() && (act.MFN < page.MaxFrames-1 || act.Domid < grant.NumDomains || act.Sub) {
			return fmt.Errorf("reference %d of %s is not pinned, and its active entry names somebody", r, domNames[d])
		}
		if dom.Table.Status[r]&^(grant.Reading|grant.Writing) != 0 {
			return fmt.Errorf("the status of reference %d of %s is more than reading and writing", r, domNames[d])
		}
		if dom.Table.Ver == 1 && dom.Table.Status[r] != 0 {
			return fmt.Errorf("reference %d of %s has a status in version 1", r, domNames[d])
		}
	}
	if (dom.HVM || !dom.Sync) && (dom.IOPT != [grant.MaxFrames]grant.Rights{} || dom.Tree != [grant.MaxFrames]grant.Count{}) {
		return fmt.Errorf("%s has no IOMMU tables of its own, and there is something in them", domNames[d])
	}
	for h, e := range dom.Track.Entry {
		if e.VCPU, e.Ref = 0, 0; e.Flags == 0 && e != (grant.Mapping{}) {
			return fmt.Errorf("handle %d of %s is not live, and names something", h, domNames[d])
		}
	}
	for gfn, e := range dom.P2M {
		if e.Type == grant.P2MNone && e.MFN != 0 {
			return fmt.Errorf("gfn %d of %s is empty, and names a frame", gfn, domNames[d])
		}
	}
	for r, b := range dom.Belief {
		if b.State == grant.Free && b != (grant.Belief{}) {
			return fmt.Errorf("the kernel of %s takes reference %d to be free, and remembers something", domNames[d], r)
		}
	}
	return v.deadRests(d)
}

// total counts the pages of a domain, not Xen's that it shares, and those that transfers
// have reserved room for.
func (v *view) total(d uint8) (n uint8) {
	for m := range pool.Conf(v.c).Frames {
		if v.s.Owner[m] == d && v.s.Kernel.ShinfoMFN != m+1 {
			n++
		}
	}
	for cpu := range v.s.Task {
		if t := &v.s.Task[cpu]; (t.PC == grant.T6 || t.PC == grant.T7) && t.Dom == d {
			n++
		}
	}
	return n
}

// locks: whoever holds a lock is in the middle of what it is held for, and the other way
// round.
func (v *view) locks(d uint8) error {
	dom := &v.s.Dom[d]
	if w := dom.Table.Writer; w != 0 {
		switch t := &v.s.Task[w-1]; t.Work {
		case grant.WorkVersion, grant.WorkSpace, grant.WorkRevoke:
		default:
			return fmt.Errorf("CPU %d holds the lock of %s's table, and is not about it", w-1, domNames[d])
		}
	}
	if w := dom.P2MLock; w != 0 && v.s.Task[w-1].PC != grant.X3 {
		return fmt.Errorf("CPU %d holds the lock of %s's p2m, and is not about it", w-1, domNames[d])
	}
	for cpu := range uint8(grant.NumCPUs) {
		switch v.s.Task[cpu].PC {
		case grant.S1, grant.S2, grant.S3:
			if grant.DomainOf(cpu) == d && dom.Table.Writer != cpu+1 {
				return fmt.Errorf("CPU %d changes the version of %s's table without its lock", cpu, domNames[d])
			}
		case grant.X2, grant.X3, grant.X4:
			if grant.DomainOf(cpu) == d && dom.Table.Writer != cpu+1 {
				return fmt.Errorf("CPU %d maps a frame of %s's table without its lock", cpu, domNames[d])
			}
		}
	}
	return nil
}

// dies tells whether Xen is about the destruction of a domain, and where.
func (v *view) dies(d uint8) (pc grant.Phase, is bool) {
	t := &v.s.Task[grant.Tool]
	return t.PC, t.Work == grant.WorkDestroy && t.Dom == d
}

// deadRests looks at what a dead domain has left, and how far one is that is dying: 1 before
// its handles are released, which follows at once; 2 then, and between two calls; 4 afterwards.
func (v *view) deadRests(d uint8) error {
	dom := &v.s.Dom[d]
	if dom.Life == grant.Dying {
		pc, is := v.dies(d)
		if is && pc > grant.D4 && dom.IOPT != [grant.MaxFrames]grant.Rights{} {
			return fmt.Errorf("devices of %s were taken away, and reach something", domNames[d])
		}
		after := is && pc > grant.D2
		if after != (dom.Phase == 4) || dom.Phase == 1 && (!is || dom.Rel > 0) || dom.Phase != 1 && dom.Phase != 2 && dom.Phase != 4 || after && dom.Rel > 0 {
			return fmt.Errorf("the destruction of %s: it is before %v, and has come to D%d", domNames[d], pc, dom.Phase)
		}
	} else if dom.Phase != 0 || dom.Rel != 0 {
		return fmt.Errorf("%s is not being destroyed, and its destruction goes on", domNames[d])
	}
	if dom.Life != grant.Dead {
		return nil
	}
	switch {
	case dom.Track != (grant.Maptrack{}):
		return fmt.Errorf("%s is dead, and has handles", domNames[d])
	case dom.P2M != [grant.MaxGfns]grant.P2M{}, dom.PTE != [grant.MaxSlots]page.Entry{}, dom.TLB != [grant.MaxGfns]page.Entry{}:
		return fmt.Errorf("%s is dead, and maps something", domNames[d])
	case dom.IOPT != [grant.MaxFrames]grant.Rights{}:
		return fmt.Errorf("%s is dead, and its devices reach something", domNames[d])
	}
	return nil
}

// pagesRest looks at frames that are free, and at those that nobody has.
func (v *view) pagesRest() error {
	return v.frames(func(m uint8, p *page.Page) error {
		between := v.transfers(m)
		switch owner := v.s.Owner[m]; {
		case p.Owned != (owner != grant.NoDomain && !between):
			return fmt.Errorf("frame %d is %s's, and its owner is told to be somebody: %s", m, domNames[owner], model.YesNo(p.Owned))
		case owner == grant.DomXen && p.Count == 0 && !between:
			return fmt.Errorf("frame %d is nobody's, and is not free", m)
		case owner == grant.NoDomain && *p != (page.Page{}):
			return fmt.Errorf("frame %d is free, and something of it is left", m)
		case owner == grant.DomXen && p.Count > 0 && !p.Allocated:
			return fmt.Errorf("frame %d is Xen's, in use, and not allocated", m)
		case owner != grant.NoDomain && p.Count == 0 && owner != grant.DomXen && v.s.Kernel.ShinfoMFN != m+1:
			return fmt.Errorf("frame %d has an owner, and no reference", m)
		}
		return nil
	})
}

// transfers tells whether a frame is between two owners.
func (v *view) transfers(m uint8) bool {
	for cpu := range v.s.Task {
		if t := &v.s.Task[cpu]; t.PC >= grant.T3 && t.PC <= grant.T7 && t.MFN == m {
			return true
		}
	}
	return false
}

// restOver looks at drivers and frames of tables, and at what options leave out.
func (v *view) restOver() error {
	for r, d := range v.s.Driver {
		if d.Second == 0 && d.SecondOf != 0 || d.State == grant.DriverOff && d != (grant.Driver{Closing: d.Closing}) {
			return fmt.Errorf("the driver does not serve reference %d, and remembers something", r)
		}
	}
	for cpu := range v.s.Task {
		t := &v.s.Task[cpu]
		if p := &pool.Of(v.w).Pages[t.MFN%page.MaxFrames]; t.PC >= grant.T3 && t.PC <= grant.T7 && (v.s.Owner[t.MFN] != grant.DomXen || p.Owned || p.Allocated || p.Count != 0 || p.Type != page.None) {
			return fmt.Errorf("frame %d is being transferred, and somebody has it, or it has a type", t.MFN)
		}
	}
	if m := v.s.Kernel.Shared; m != 0 && (v.s.Owner[m-1] != grant.DomXen || !pool.Of(v.w).Pages[m-1].Allocated) {
		return fmt.Errorf("frame %d is the page for several, and is not Xen's", m-1)
	}
	if m := v.s.Kernel.ShinfoMFN; m != 0 && v.s.Owner[m-1] != grant.DomF {
		return fmt.Errorf("frame %d is shared_info, and is not F's", m-1)
	}
	if m, f := v.s.Kernel.ShinfoMFN, &v.s.Dom[grant.DomF]; m != 0 && f.Life == grant.Dead && f.Tot == 0 && pool.Of(v.w).Pages[m-1].Count == 0 {
		return fmt.Errorf("nobody has anything of F any more, and its shared_info is still there")
	}
	for i, f := range v.s.TFrame {
		if f.Count < f.PTEs || f.Allocated && f.Count == 0 || !f.There && (f.Count != 0 || f.Allocated) {
			return fmt.Errorf("%s: %+v", tableNames[i], f)
		}
	}
	for d := range v.s.Dom {
		if !gntops.Conf(v.c).TLB && v.s.Dom[d].TLB != [grant.MaxGfns]page.Entry{} {
			return errors.New("what CPUs have cached is told without being asked for")
		}
	}
	if c := gntops.Conf(v.c); !c.Tags && v.s.Tag != [grant.MaxFrames]grant.Tag{} {
		return errors.New("what is in pages is told without being asked for")
	}
	return nil
}

// phases are those of each work, the first and the last.
var phases = map[grant.Work][2]grant.Phase{
	grant.WorkMap: {grant.M0, grant.MUnpin}, grant.WorkUnmap: {grant.U1, grant.UMore}, grant.WorkReplace: {grant.U1, grant.UMore},
	grant.WorkCopy: {grant.CClaim, grant.CPut}, grant.WorkTransfer: {grant.T1, grant.T8}, grant.WorkVersion: {grant.SLook, grant.S3},
	grant.WorkSpace: {grant.X1, grant.X4}, grant.WorkGrant: {grant.GFrame, grant.GFrame}, grant.WorkEnd: {grant.EBegin, grant.ERead},
	grant.WorkDestroy: {grant.D2, grant.D6}, grant.WorkSoftReset: {grant.RPIRQ, grant.RShinfo}, grant.WorkRevoke: {grant.RBlock, grant.RBooks},
	grant.WorkReset: {grant.RReset, grant.RReset},
}

// belongs tells whether a phase is one of a kind of work, or between two elements of a call.
func belongs(w grant.Work, pc grant.Phase) bool {
	switch {
	case w == grant.NoWork:
		return pc == grant.Idle
	case pc == grant.Next:
		return w <= grant.WorkTransfer || w == grant.WorkSwap
	}
	r, some := phases[w]
	return some && pc >= r[0] && pc <= r[1]
}
