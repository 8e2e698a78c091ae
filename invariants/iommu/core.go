package iommu

import (
	"errors"
	"fmt"

	"hvcheck/invariants"
	"hvcheck/model/iommu"
	"hvcheck/model/iommu/iomops"
	"hvcheck/model/iommu/ledger"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
)

// core lists what must hold of memory that devices reach.
var core = []invariants.Invariant{
	{
		ID:    "FL-I1",
		Title: "a device touches nothing that is not its owner's",
		Doc: `Each access that a device makes goes to a page that its owner has, or that the owner has from somebody else and holds a reference of, or to firmware's memory that is reserved for the device. What is free, Xen's or another domain's is out of reach, whenever the hardware comes round to drop what it has cached. The hardware domain's devices are left out, but for one that a guest has told what to access, and that nobody has reset since.

This is what a flush is for.`,
		Refs:          []string{"Xu, 2015-09-28, xen-devel", "XSA-78", "XSA-80", "XSA-275", "XSA-346", "XSA-373"},
		State:         harmless(ledger.Strayed|ledger.Hit, "a device has touched a page that is not its owner's"),
		WhileDraining: true,
	},
	{
		ID:    "FL-I2",
		Title: "no page is free that a device can still reach",
		Doc:   `When a page goes back to the heap, no IOMMU table of a guest's, no IOTLB and no Device-TLB of a device that is not the hardware domain's leads to it, and no access to it is under way.`,
		Refs:  []string{"Xu, 2015-09-28, xen-devel: not released to Xen or reallocated for other guests"},
		State: harmless(ledger.Untimely, "a page was freed that a table or a cache still leads to"),
	},
	{
		ID:    "FL-I3",
		Title: "when all is done, nothing is cached that the tables do not say",
		Doc:   `While no CPU is in the middle of anything, the queues are empty and nothing waits to be released, each cached translation is in the table as the IOMMU sees it, with at least the rights that are cached.`,
		Refs:  []string{"XSA-275", "fd33987ba2"},
		State: of(settled),
	},
	{
		ID:    "FL-I4",
		Title: "references are counted exactly",
		Doc:   `A guest has as many pages as it is said to have. A page's general count is the number of those who have a reference: the allocation, foreign mappings, calls that are in the middle of something, flushes that are not done, and in FL-V5 the entries of IOMMU tables. None is dropped that nobody has, and none is written where there is no room for it. A page that nobody has is free, or about to be, and nothing is left of whoever had it.`,
		Refs:  []string{"XSA-355", "9b156bcc3f", "Deegan, 2015-09-24, xen-devel: typed refcounts"},
		State: of(counted),
	},
	{
		ID:    "FL-I5",
		Title: "no table is written behind Xen's back",
		Doc: `While a page of a PV domain is in use as a page table or for descriptors, neither a device of the domain nor a CPU can write it: no entry of the IOMMU's table, no cached translation, and no TLB allows that. When the last such use ends, it is not taken for validated any more. Nor can a CPU write a page by what it has cached once that is another domain's.

Xen has looked at what is in it, and relies on that.`,
		Refs:  []string{"XSA-285", "XSA-288", "XSA-291", "XSA-401"},
		State: of(typeSafe),
	},
	{
		ID:    "FL-I6",
		Title: "a PV domain's devices reach its writable pages, and no others",
		Doc:   `While no CPU is in the middle of anything, a page of a PV domain with an IOMMU table of its own is in that if its type is writable, at whatever count, and otherwise is not. One that is in use as something, or writable, has been validated as that.`,
		Refs:  []string{"XSA-288", "fe21b78ef9"},
		State: of(disciplined),
	},
	{
		ID:    "FL-I7",
		Title: "a device uses its owner's table",
		Doc:   `While no device is changing hands, the context entry of each function of a device names the table of its owner, by a domain id that is the owner's, and one that nobody owns has none; it is of the type that lets the device keep translations if it can, and no IOMMU goes by an older one. A device that can has ATS enabled, unless it is broken. A guest has a domain id of an IOMMU while it has a device behind that, and no longer. No IOMMU walks a table that has been freed.`,
		Refs:  []string{"XSA-302", "XSA-449", "f591755823", "7b4b36fcba"},
		State: of(ownTable),
	},
	{
		ID:    "FL-I8",
		Title: "a device can always reach what is reserved for it",
		Doc:   `Whichever table the context entry of a device with a reserved range (RMRR) names, that range is mapped one to one in it. Firmware may have the device use it at any time. Of a guest that has no such device it is not in the table, while none changes hands.`,
		Refs:  []string{"XSA-378", "XSA-400", "78a40f8b5d", "8f41e481b4"},
		State: of(reserved),
	},
	{
		ID:    "FL-I9",
		Title: "flushes are only suppressed inside of the call that does so",
		Doc:   `While a CPU is in the middle of nothing, its iommu_dont_flush_iotlb is clear: it is a CPU's, and not a domain's.`,
		Refs:  []string{"XSA-80", "552b7fcb9a"},
		State: of(neutral),
	},
	{
		ID:    "FL-I10",
		Title: "a wait is over when it is executed, and no other",
		Doc:   `A CPU goes on with success only if the wait descriptor behind its own request was executed.`,
		Refs:  []string{"XSA-373", "7c893abc4e"},
		State: harmless(ledger.Unanswered, "a CPU goes on, and its own wait is still queued"),
	},
	{
		ID:    "FL-I11",
		Title: "success means that all was flushed",
		Doc:   `A call that has changed or removed entries and answers success has left nothing of them in any cache of any IOMMU or device, where its design waits for that.`,
		Refs:  []string{"e7059776f9", "c4e4434357"},
		State: harmless(ledger.Unflushed, "a call has answered success, and what it removed is still cached"),
	},
	{
		ID:    "FL-I12",
		Title: "a completion does not allocate",
		Doc:   `The interrupt that releases what waited for a flush knows what that is without any memory that it would have to get: an allocation can fail.`,
		Refs:  []string{"Beulich, 2015-09-28, xen-devel: allocation in turn would be bad as it can fail"},
		State: harmless(ledger.Allocated, "a completion has allocated memory"),
	},
	{
		ID:    "FL-I13",
		Title: "devices reach what their domain has",
		Doc:   `While no CPU is in the middle of an operation on a translated domain's memory, its IOMMU table has for each gfn what the p2m has there, with the rights of its type; and ordinary memory there is the domain's own, and the m2p knows where a page is, and of no place where it is not. A domain without an IOMMU has nothing in a table.`,
		Refs:  []string{"xen/arch/x86/mm/p2m.c p2m_entry_modify()"},
		State: of(inStep),
	},
	{
		ID:    "FL-I1s",
		Title: "a device can reach nothing that is not its owner's",
		Doc:   `FL-I1 before there is an access: no cached translation that a device could use leads to a page that is free, or another domain's. Not asked in the middle of a device's changing hands.`,
		Refs:  []string{"Xu, 2015-09-28, xen-devel"},
		State: of(withinReach),
	},
	invariants.Effects("FL-R2", iomops.Area),
	invariants.Contract("FL-R1", iomops.Area),
}

// frames calls f for each frame of the pool, until one is wrong.
func (v *view) frames(f func(m uint8) error) error {
	if v.s.Stopped() {
		return nil
	}
	for m := range pool.Conf(v.c).Frames {
		if err := f(m); err != nil {
			return err
		}
	}
	return nil
}

func settled(v *view) (err error) {
	if v.s.Stopped() || !v.s.Quiet() {
		return nil
	}
	v.s.Cached(func(_, table, dfn uint8, e iommu.Entry) bool {
		if table >= iommu.NumTables || !v.s.Sees(v.own, table, dfn).Covers(e) {
			err = fmt.Errorf("dfn %d is cached, and the table says something else", dfn)
		}
		return err == nil
	})
	return err
}

func counted(v *view) error {
	if v.s.Stopped() {
		return errors.New(v.s.Stop.String())
	}
	for d := uint8(iommu.D1); d <= iommu.D2; d++ {
		if n := v.owned(d); n != v.s.Dom[d].Tot {
			return fmt.Errorf("%s has %d pages, and is said to have %d", iomops.Dom.Format(d), n, v.s.Dom[d].Tot)
		}
	}
	return v.frames(func(m uint8) error {
		p, is := &pool.Of(v.w).Pages[m], uint8(0)
		if v.s.Free(m) && (*p != page.Page{} || v.s.Frame[m] != iommu.Frame{Owner: iommu.NoDomain}) {
			return fmt.Errorf("frame %d is free, and something is left of whoever had it", m)
		}
		if p.Allocated {
			is++
		}
		if v.s.Frame[m].Leaked {
			if is++; v.s.Dom[v.s.Frame[m].Owner].Life == iommu.Alive {
				return fmt.Errorf("frame %d is never freed, and its domain runs", m)
			}
		}
		tables := v.tabled(m)
		if typed := v.typed(m); p.TCount != typed {
			return fmt.Errorf("frame %d: type count %d, and %d have a typed reference", m, p.TCount, typed)
		}
		if is += tables + v.held(m) + v.foreign(m) + v.b.Uses[m]; p.Count != is {
			return fmt.Errorf("frame %d: count %d, and %d have a reference", m, p.Count, is)
		}
		if p.Count == 0 && !v.s.Free(m) && !v.going(m) {
			return fmt.Errorf("nobody has frame %d, and it does not become free", m)
		}
		if d := v.s.Frame[m].DevRefs; d != tables {
			return fmt.Errorf("frame %d: %d references of tables and flushes, and %d have one", m, d, tables)
		}
		return nil
	})
}

// going tells whether a page without a reference is about to be freed: when it has left the
// table, or a flush is done. One that cannot leave the table of a domain that is crashed for
// that stays.
func (v *view) going(m uint8) bool {
	for cpu := range v.s.Task {
		if t := &v.s.Task[cpu]; t.MFN == m && (t.PC == iommu.FrFree || t.Flush.Next == iommu.FrFree) {
			return true
		}
	}
	for _, h := range v.s.Held {
		if h.Kind == iommu.FreeDone && h.MFN == m {
			return true
		}
	}
	life := v.s.Dom[v.s.Frame[m].Owner].Life
	return life >= iommu.Dying || v.leads(m) && life != iommu.Alive
}

// leads tells whether a table leads to a frame.
func (v *view) leads(m uint8) bool {
	for t := range v.s.IOPT {
		for _, e := range v.s.IOPT[t] {
			if e.Pooled() && e.Frame() == m {
				return true
			}
		}
	}
	return false
}

// owned counts a domain's pages.
func (v *view) owned(d uint8) (n uint8) {
	for m := range v.s.Frame {
		if v.s.Frame[m].Owner == d {
			n++
		}
	}
	return n
}

// typed counts the typed references: what guests were told, and what calls have taken.
func (v *view) typed(m uint8) (n uint8) {
	n = v.b.Uses[m]
	for cpu := range v.s.Task {
		t, d := &v.s.Task[cpu], &v.b.Doing[cpu]
		early := v.own.On[iommu.B12] && (t.PC == iommu.TyFlush || t.PC == iommu.TyTake)
		over := t.PC == iommu.TyDone || t.PC == iommu.FrFree || t.Flush.Next == iommu.FrFree
		if d.Work == iommu.WorkType && d.A == m && t.Busy() && !early && !over {
			n++
		}
	}
	return n
}

// tabled counts the references that tables and unfinished flushes have, in FL-V5.
func (v *view) tabled(m uint8) (n uint8) {
	if v.own.Flushing != iommu.V5 {
		return 0
	}
	for t := range v.s.IOPT {
		for _, e := range v.s.IOPT[t] {
			if e.Pooled() && e.Frame() == m {
				n++
			}
		}
	}
	for _, h := range v.s.Held {
		if h.Kind == iommu.DevRef && h.MFN == m {
			n++
		}
	}
	for cpu := range v.s.Task {
		n += v.unsubmitted(&v.s.Task[cpu], m)
	}
	return n
}

// unsubmitted counts the entries of a frame that a CPU has cleared and not flushed yet.
func (v *view) unsubmitted(t *iommu.Task, m uint8) (n uint8) {
	removing := t.Work == iommu.WorkRemove || t.After == iommu.MvMove
	switch {
	case t.PC == iommu.Submit && t.Flush.Next == iommu.Put && removing && t.MFN == m:
		n++
	case t.PC == iommu.Submit && t.Work == iommu.WorkUnforeign && t.MFN == m:
		n++
	case t.PC == iommu.Submit && t.Work == iommu.WorkMove && t.Flush.Next == iommu.MvDrop && t.Page == m+1:
		n++
	}
	if t.Work == iommu.WorkPopulate && t.PC == iommu.Submit && t.Array[0] == m+1 {
		n++ // what it has replaced
	}
	if t.Work != iommu.WorkRange || t.From == t.To {
		return n
	}
	if t.PC == iommu.MvDrop && t.Err == 0 && t.Page == m+1 && v.s.Dom[t.Dom].On {
		n++
	}
	if t.PC == iommu.MvRefs || t.PC == iommu.MvTarget || t.PC == iommu.MvEnd || t.PC == iommu.Submit && t.Flush.Next == iommu.MvEnd {
		return n
	}
	for _, held := range t.Array {
		if held == m+1 {
			n++
		}
	}
	return n
}

// held counts the references of calls, and of what waits for a flush or a tail.
func (v *view) held(m uint8) (n uint8) {
	for _, h := range v.s.Held {
		if (h.Kind == iommu.PutAfter || h.Kind == iommu.PutDone || h.Kind == iommu.RefDone) && h.MFN == m {
			n++
		}
	}
	for cpu := range v.s.Task {
		t, d := &v.s.Task[cpu], &v.b.Doing[cpu]
		if !t.Busy() {
			continue
		}
		over := t.PC == iommu.Removed || t.Flush.Next == iommu.Removed || t.PC == iommu.FrFree || t.Flush.Next == iommu.FrFree || t.PC == iommu.TyDone
		if (d.Work == iommu.WorkRemove && d.Page == m+1 || d.Work == iommu.WorkType && d.A == m) && !over {
			n++
		}
		if t.Page == m+1 || t.Work == iommu.WorkUnforeign && t.MFN == m && t.PC != iommu.FgEnd && !t.Kept && t.PC != iommu.FrFree && t.Flush.Next != iommu.FrFree {
			n++
		}
		if t.After == iommu.MvMove && (t.PC == iommu.Put || t.Flush.Next == iommu.Put) && t.MFN == m {
			n++
		}
		for _, a := range t.Array {
			if t.Work == iommu.WorkRange && a == m+1 {
				n++
			}
		}
	}
	return n
}

// foreign counts the mappings by other domains.
func (v *view) foreign(m uint8) (n uint8) {
	for d := range v.s.Dom {
		for _, e := range v.s.Dom[d].P2M {
			if e.Type == iommu.Foreign && e.MFN == m {
				n++
			}
		}
	}
	return n
}

func neutral(v *view) error {
	for cpu := range v.s.NoDefer {
		if v.s.NoDefer[cpu] && !v.s.Task[cpu].Busy() {
			return fmt.Errorf("cpu %d is in the middle of nothing, and does not flush", cpu)
		}
	}
	return nil
}

// working tells whether a CPU is in the middle of an operation on a domain's memory.
func (v *view) working(d uint8) bool {
	for cpu := range v.s.Task {
		if t := &v.s.Task[cpu]; t.Busy() && t.Dom == d {
			return true
		}
	}
	return false
}

func inStep(v *view) error {
	for d := uint8(iommu.D1); d <= iommu.D2; d++ {
		dom := &v.s.Dom[d]
		if err := v.placed(d); err != nil {
			return err
		}
		if !dom.On && !v.s.Stopped() && v.s.IOPT[d] != [iommu.MaxGfns]iommu.Entry{} {
			return fmt.Errorf("%s has no IOMMU table, and something is in it", iomops.Dom.Format(d))
		}
		if !dom.HVM || !dom.On || dom.Life != iommu.Alive || v.working(d) {
			continue
		}
		for g, e := range dom.P2M {
			want := iommu.Entry(0)
			switch {
			case e.Type == iommu.MMIODirect:
				want = iommu.Firmware | e.Type.Rights()
			case e.Type.Rights() != 0:
				want = iommu.To(e.MFN, e.Type.Rights())
			}
			if v.s.IOPT[d][g]&^iommu.Super != want {
				return fmt.Errorf("%s, gfn %d: devices do not reach what is there", iomops.Dom.Format(d), g)
			}
			if f := &v.s.Frame[e.MFN]; e.Type.IsRAM() && (f.Owner != d || f.GFN != uint8(g)+1) {
				return fmt.Errorf("frame %d is at gfn %d, and it is not the domain's, or the m2p has it elsewhere", e.MFN, g)
			}
		}
	}
	return nil
}

// placed asks whether pages are where the m2p has them.
func (v *view) placed(d uint8) error {
	dom := &v.s.Dom[d]
	if !dom.HVM || dom.Life != iommu.Alive || v.working(d) {
		return nil
	}
	return v.frames(func(m uint8) error {
		g := v.s.Frame[m].GFN
		if v.s.Frame[m].Owner == d && g != 0 && (dom.P2M[g-1].Type == iommu.Invalid || dom.P2M[g-1].MFN != m) {
			return fmt.Errorf("the m2p has frame %d at gfn %d, and it is not there", m, g-1)
		}
		return nil
	})
}

// changing tells whether a device is about to change hands.
func (v *view) changing() bool {
	for cpu := range v.s.Task {
		if w := v.s.Task[cpu].Work; w == iommu.WorkAssign || w == iommu.WorkDeassign || w == iommu.WorkDestroy {
			return true
		}
	}
	return false
}

// special tells the types that Xen relies on.
func special(p *page.Page) bool {
	return (p.Type.IsTable() || p.Type == page.SegDesc) && p.TCount > 0 && p.Validated
}

// building tells whether a domain's table is being made: no device has it yet.
func (v *view) building(d uint8) bool {
	for cpu := range v.s.Task {
		if t := &v.s.Task[cpu]; t.Busy() && t.Work == iommu.WorkTable && t.Target == d {
			return true
		}
	}
	return false
}

func typeSafe(v *view) error {
	return v.frames(func(m uint8) (err error) {
		d, p := v.s.Frame[m].Owner, &pool.Of(v.w).Pages[m]
		if p.Validated && p.TCount == 0 && (p.Type.IsTable() || p.Type == page.SegDesc) {
			return fmt.Errorf("frame %d is nobody's table any more, and still taken for validated", m)
		}
		writes := func(e iommu.Entry) bool { return e.Pooled() && e.Frame() == m && e.Allows(true) }
		for cpu, e := range v.s.TLB { // only PV domains' stores are looked at
			if d < iommu.NumDomains && v.s.Dom[d].HVM && writes(e) {
				return fmt.Errorf("frame %d is %s's, and cpu %d can write it for another domain", m, iomops.Dom.Format(d), cpu)
			}
		}
		if !special(p) || d >= iommu.NumDomains || v.s.Dom[d].HVM {
			return nil
		}
		for _, e := range v.s.IOPT[d] {
			if writes(e) && !v.building(d) {
				return fmt.Errorf("frame %d is a table, and the IOMMU's allows writing it", m)
			}
		}
		for cpu, e := range v.s.TLB {
			if writes(e) {
				return fmt.Errorf("frame %d is a table, and cpu %d can write it", m, cpu)
			}
		}
		v.s.Cached(func(by, _, _ uint8, e iommu.Entry) bool {
			if by == d && writes(e) {
				err = fmt.Errorf("frame %d is a table, and a device can write it", m)
			}
			return err == nil
		})
		return err
	})
}

func disciplined(v *view) error {
	if _, busy := v.s.NextTask(); busy {
		return nil
	}
	return v.frames(func(m uint8) error {
		d := v.s.Frame[m].Owner
		if d >= iommu.NumDomains || m >= iommu.MaxGfns || v.s.Dom[d].HVM || !v.s.Dom[d].Sync || !v.s.Dom[d].On || v.s.Dom[d].Life != iommu.Alive {
			return nil
		}
		if p := &pool.Of(v.w).Pages[m]; (p.TCount > 0 || p.Type == page.Writable) && !p.Validated {
			return fmt.Errorf("frame %d is of type %v, and nobody has validated it", m, p.Type)
		}
		if is := v.s.IOPT[d][m].Present(); is != (pool.Of(v.w).Pages[m].Type == page.Writable) {
			return fmt.Errorf("frame %d is of type %v, in the table: %v", m, pool.Of(v.w).Pages[m].Type, is)
		}
		return nil
	})
}

func ownTable(v *view) error {
	switch {
	case v.b.Harm&ledger.OnFreed != 0:
		return errors.New("an IOMMU has walked a table that is freed")
	case v.s.Stopped() || v.changing():
		return nil
	}
	for fn := range uint8(iommu.NumFns) {
		ctx, at := v.s.Ctx[fn], iommu.DevOf(fn)
		dev := &v.s.Dev[at]
		if !dev.There || ctx.Type == iommu.Absent || dev.Broken {
			continue
		}
		if dev.Owner >= iommu.NumDomains || ctx.Table != iommu.TableOf(dev.Owner, at) || v.s.DIDs[dev.IOMMU][ctx.DID] != iommu.DomidOf(dev.Owner, at)+1 {
			return fmt.Errorf("requester %s uses a table or a domain id that is not its owner's", iomops.Fn.Format(fn))
		}
		if dev.ATS != dev.CanATS {
			return fmt.Errorf("device %d is on the list of ATS devices: %v", at, dev.ATS)
		}
		if want := translates(dev); ctx.Type != want {
			return fmt.Errorf("requester %s is of type %v, and not %v", iomops.Fn.Format(fn), ctx.Type, want)
		}
		if old := v.s.CtxCache[fn]; old.Type != iommu.Absent && old != ctx {
			return fmt.Errorf("the IOMMU goes by an old context entry of requester %s", iomops.Fn.Format(fn))
		}
	}
	for d := uint8(iommu.D1); d <= iommu.D2; d++ {
		has, broken := false, false
		for at := range v.s.Dev {
			if dev := &v.s.Dev[at]; dev.There && dev.Owner == d {
				has, broken = has || dev.CanATS, broken || dev.Broken
			}
		}
		if is := v.s.Dom[d].ATS; is != has && !broken {
			return fmt.Errorf("%s is said to have an ATS device: %v", iomops.Dom.Format(d), is)
		}
	}
	return v.ids()
}

// translates is the type of a device's context entries.
func translates(dev *iommu.Device) iommu.CtxType {
	switch {
	case dev.Owner == iommu.D0:
		return iommu.PassThrough
	case dev.CanATS:
		return iommu.DevIOTLB
	}
	return iommu.MultiLevel
}

// ids asks whether guests have domain ids where they have devices.
func (v *view) ids() error {
	for i := range v.s.DIDs {
		for d := uint8(iommu.D1); d <= iommu.D2; d++ {
			has := false
			for at := range v.s.Dev {
				dev := &v.s.Dev[at]
				has = has || dev.There && dev.Owner == d && int(dev.IOMMU) == i
			}
			if knows := v.s.FindDID(uint8(i), d) < iommu.MaxDIDs; knows != has {
				return fmt.Errorf("%s has a device behind IOMMU %d: %v, and a domain id there: %v", iomops.Dom.Format(d), i, has, knows)
			}
		}
	}
	return nil
}

func reserved(v *view) error {
	for at := range v.s.Dev {
		ctx := v.s.Ctx[at]
		if !v.s.Dev[at].RMRR || v.s.Stopped() || ctx.Type == iommu.PassThrough {
			continue
		}
		if ctx.Type == iommu.Absent || v.s.Sees(v.own, ctx.Table, iommu.RMRR)&iommu.Firmware == 0 {
			return fmt.Errorf("device %d does not reach its reserved range", at)
		}
	}
	for d := uint8(iommu.D1); d <= iommu.D2; d++ {
		if e := v.s.IOPT[d][iommu.RMRR]; e&iommu.Firmware != 0 && !v.s.Stopped() && !v.changing() && !v.reserves(d) {
			return fmt.Errorf("%s has no device with a reserved range, and its table has one", iomops.Dom.Format(d))
		}
	}
	return nil
}

// reserves tells whether a domain has a device with a reserved range.
func (v *view) reserves(d uint8) bool {
	for at := range v.s.Dev {
		if dev := &v.s.Dev[at]; dev.There && dev.Owner == d && dev.RMRR {
			return true
		}
	}
	return false
}

func withinReach(v *view) (err error) {
	if v.s.Stopped() || v.changing() {
		return nil
	}
	v.s.Cached(func(d, _, dfn uint8, e iommu.Entry) bool {
		if d < iommu.NoDomain && d != iommu.D0 && e.Pooled() && v.s.Frame[e.Frame()].Owner != d && !v.lent(d, e.Frame()) {
			err = fmt.Errorf("dfn %d of %s leads to frame %d", dfn, iomops.Dom.Format(d), e.Frame())
		}
		return err == nil
	})
	return err
}

// lent tells whether a domain has a page of somebody else's, or is still referenced for
// having had it.
func (v *view) lent(d, m uint8) bool {
	for cpu := range v.s.Task {
		if ask := &v.b.Doing[cpu]; ask.Work == iommu.WorkUnforeign && ask.Dom == d && ask.Page == m+1 && v.s.Task[cpu].Busy() {
			return true
		}
	}
	for _, h := range v.s.Held {
		if (h.Kind == iommu.RefDone || h.Kind == iommu.DevRef) && h.Dom == d && h.MFN == m {
			return true
		}
	}
	for _, e := range v.s.Dom[d].P2M {
		if (e.Type == iommu.Foreign || e.Type == iommu.GrantRW || e.Type == iommu.GrantRO) && e.MFN == m {
			return true
		}
	}
	return false
}
