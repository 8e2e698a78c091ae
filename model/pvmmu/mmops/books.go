package mmops

import (
	"hvcheck/model"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu"
)

// Contracts ask what an audit would say. The answer is derived here from what
// the tables contain, by the rules that struct page_info's comment and the
// messages of the XSA-240, XSA-299 and XSA-309 series state: a page has one
// type at a time, every entry needs its page as the type that it asks for, and
// a read-only entry may name a table of its own level.

// trouble is a set of reasons why a page cannot be had as a type.
type trouble uint8

const (
	noPage    trouble = 1 << iota // it is not the domain's
	otherType                     // it is in use as something else
	badEntry                      // an entry has bad flags, or its table cannot be had
	busyEntry                     // the page of an L1 entry cannot be had
	awayEntry                     // an entry is not present and keeps an address, and the domain is not shadowed yet
)

// books are the pages as a caller finds them once older work is finished; what
// is tried out in them is not undone.
type books struct {
	pages  [page.MaxFrames]page.Page
	frames uint8
	slots  uint8
	linear bool // tables of the same level may be named
	l1tf   bool // entries that keep an address matter
	race   bool // taking and dropping a type gives way, too
	l1s    bool // so does the audit of an L1
	// largest is the largest count of references; 0: counts are never that large.
	largest uint8
	// checks counts the places where a call asks whether work is pending: before
	// each entry of an L2 or L3 but the first that it audits, and after each but
	// the last that it un-audits (XSA-45, d3a55d7d9b). Where a compare-exchange may
	// be lost, also at each type of a page table that is taken or dropped, but for
	// those of L1 entries, and the taking of an L1 for an L2 (XSA-290). With
	// option l1tf also before each entry of an L1 that it audits.
	checks uint8
	// wrong is what the call met.
	wrong trouble
	// l4s is by how much the call changes nr_l4_pages, low and high how far it
	// gets meanwhile.
	l4s, low, high int8
}

func open(c *model.Config, w *model.World) books {
	return books{
		pages: pool.Of(w).Pages, frames: pool.Conf(c).Frames, slots: pool.Conf(c).Slots,
		linear: !Conf(c).NoLinear, l1tf: l1tf(c, w), largest: Conf(c).Largest, race: Conf(c).Race, l1s: Conf(c).L1TF,
	}
}

// l1tf tells whether an entry that keeps an address is noticed (pv-l1tf).
func l1tf(c *model.Config, w *model.World) bool {
	return Conf(c).CheckL1TF != pvmmu.L1TFOff && !Of(w).Shadowed
}

// settled are the books once a vCPU has finished its old_guest_table, which
// mmuext_op and mmu_update do first.
func settled(c *model.Config, w *model.World, cpu uint8) books {
	b := open(c, w)
	b.settle(&Of(w).CPU[cpu])
	return b
}

// frame is a page in the settled books.
func frame(c *model.Config, w *model.World, cpu, m uint8) page.Page {
	switch {
	case m >= pool.Conf(c).Frames:
		return page.Page{}
	case Of(w).CPU[cpu].Ogt == 0:
		return pool.Of(w).Pages[m]
	}
	b := settled(c, w, cpu)
	return b.pages[m]
}

func (b *books) settle(v *pvmmu.VCPU) {
	if v.Ogt == 0 {
		return
	}
	m := v.Ogt - 1
	b.put(m, noHolder, v.OgtPartial)
	b.release(m)
}

// noHolder stands for a reference that is no entry's.
const noHolder = 0xff

// ours tells whether a page can be referenced for the domain.
func ours(c *model.Config, p *page.Page) bool {
	return p.Owned && p.Count > 0 && !full(Conf(c).Largest, p.Count)
}

// full tells whether a count takes no more (c40bc0576d), and fullType the same
// of a type count, which has a bit less.
func full(largest, count uint8) bool     { return largest != 0 && count >= largest }
func fullType(largest, count uint8) bool { return full(largest, count+1) }

// take takes a general reference of a page.
func (b *books) take(m uint8) bool {
	if m >= b.frames {
		return false
	}
	p := &b.pages[m]
	if !p.Owned || p.Count == 0 || full(b.largest, p.Count) {
		return false
	}
	p.Count++
	return true
}

// inUse tells whether a page has a type that cannot change now.
func inUse(p *page.Page) bool { return p.TCount > 0 }

// have takes a page as a page table, which audits it if nobody else has it.
func (b *books) have(m uint8, t page.Type) trouble {
	if !b.take(m) {
		return noPage
	}
	b.mayLose(true)
	return b.typed(m, t)
}

// mayLose is a place where a compare-exchange may be lost, and the call looks
// whether work is pending.
func (b *books) mayLose(preemptible bool) {
	if b.race && preemptible {
		b.checks++
	}
}

// typed is have with a general reference that is there already.
func (b *books) typed(m uint8, t page.Type) trouble {
	p, resumed := &b.pages[m], false
	switch {
	case fullType(b.largest, p.TCount):
		return otherType
	case !inUse(p):
		p.Type, p.Linear, p.TCount = t, 0, 1
	case p.Type != t:
		return otherType
	case p.Validated:
		p.TCount++
		return 0
	default:
		resumed, p.Partial = p.Partial, false
	}
	wrong := b.audit(m, t, resumed)
	if p.Validated = wrong == 0; p.Validated && t == page.L4 {
		b.count(+1)
	}
	if resumed {
		b.release(m)
	}
	return wrong
}

// audit takes what the entries ask for, from the one on at which an earlier
// audit has stopped. That one may have its general reference already.
func (b *books) audit(m uint8, t page.Type, resumed bool) (wrong trouble) {
	p, from, held := &b.pages[m], uint8(0), false
	if resumed {
		from, held = min(p.Nr, b.slots), p.PSet != page.PSetNone
	}
	for i, e := range p.Ent[from:b.slots] {
		if i > 0 && asks(t) || t == page.L1 && b.l1s {
			b.checks++
		}
		switch {
		case e.Present():
			wrong |= b.enter(m, t, e, held && i == 0)
		case e.Kind() == page.Away && b.l1tf:
			wrong |= awayEntry
		}
	}
	return wrong
}

// asks tells whether a table of a level is audited and un-audited with
// preemption checks of its own.
func asks(t page.Type) bool { return t == page.L2 || t == page.L3 }

// enter takes what an entry of a table asks for; held tells that it has its
// general reference.
func (b *books) enter(holder uint8, t page.Type, e page.Entry, held bool) trouble {
	switch {
	case !acceptable(t, e):
		return badEntry
	case t == page.L1:
		return b.mapped(e)
	case e.Frame() < b.frames && inUse(&b.pages[e.Frame()]) && b.pages[e.Frame()].Type == t:
		b.mayLose(t != page.L2)
		return b.alike(holder, e, held)
	case !held && !b.take(e.Frame()):
		return badEntry
	}
	b.mayLose(t != page.L2)
	wrong := b.typed(e.Frame(), t-1)
	if wrong&otherType != 0 {
		return badEntry
	}
	return wrong
}

// acceptable tells whether a level accepts a present entry's flags. In an L1
// the PSE bit is PAT.
func acceptable(t page.Type, e page.Entry) bool {
	return e.Kind() != page.Bad && (e.Kind() != page.PSE || t == page.L1)
}

// gives tells whether an entry of an L1 gives write access.
func gives(e page.Entry) bool { return e.Kind() == page.RW || e.Kind() == page.PSE }

// mapped takes the page that an entry of an L1 maps.
func (b *books) mapped(e page.Entry) trouble {
	p := &b.pages[e.Frame()]
	switch {
	case !b.take(e.Frame()):
		return busyEntry
	case !gives(e):
		return 0
	case inUse(p) && p.Type != page.Writable || fullType(b.largest, p.TCount):
		return busyEntry
	}
	p.Type, p.Validated = page.Writable, true
	p.TCount++
	return 0
}

// alike takes a table of the holder's own level: read-only, and one deep.
func (b *books) alike(holder uint8, e page.Entry, held bool) trouble {
	h, p := &b.pages[holder], &b.pages[e.Frame()]
	switch {
	case !b.linear || e.Kind() != page.RO:
		return badEntry
	case e.Frame() == holder:
		return 0
	case !p.Validated || h.Linear < 0 || p.Linear > 0 || fullType(b.largest, p.TCount) || !held && !b.take(e.Frame()):
		return badEntry
	}
	h.Linear++
	p.Linear--
	p.TCount++
	return 0
}

// put drops a typed reference of a page, and what its entries hold if it was
// the last one of a table. A partial one is nobody's but the partial bit's.
func (b *books) put(m, holder uint8, partial bool) {
	p := &b.pages[m]
	if !inUse(p) || partial && !p.Partial {
		return
	}
	if holder != noHolder && b.pages[holder].Type == p.Type && !partial {
		b.pages[holder].Linear--
		p.Linear++
	}
	p.TCount--
	b.mayLose(holder == noHolder || b.pages[holder].Type != page.L1)
	if !inUse(p) && p.Type.IsTable() {
		b.forget(m)
	}
}

// forget drops what the entries of a table hold.
func (b *books) forget(m uint8) {
	p := &b.pages[m]
	was, n, entries := p.Partial, p.Nr, p.Nr
	if !was {
		n, entries = b.slots, b.slots
	} else if p.PSet != page.PSetNone {
		entries++
		b.leave(m, p.Ent[p.Nr], true)
	}
	if asks(p.Type) && entries > 0 {
		b.checks += entries - 1
	}
	p.Validated, p.Partial = false, false
	for _, e := range p.Ent[:n] {
		b.leave(m, e, false)
	}
	if p.Type == page.L4 {
		b.count(-1)
	}
	if was {
		b.release(m)
	}
}

// count counts an L4. One that is un-audited midway is counted down, too.
func (b *books) count(by int8) {
	b.l4s += by
	b.low, b.high = min(b.low, b.l4s), max(b.high, b.l4s)
}

// leave drops what an entry holds.
func (b *books) leave(holder uint8, e page.Entry, partial bool) {
	l1 := b.pages[holder].Type == page.L1
	if !e.Present() || e.Frame() == holder && !l1 {
		return
	}
	if !l1 || gives(e) {
		b.put(e.Frame(), holder, partial)
	}
	b.release(e.Frame())
}

// release drops a general reference.
func (b *books) release(m uint8) {
	p := &b.pages[m]
	if p.Count > 0 {
		p.Count--
	}
	if p.Count == 0 {
		*p = page.Page{}
	}
}
