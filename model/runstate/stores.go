package runstate

// A store is one of an update's: bytes of the area, from one offset to another.
type store struct {
	from, to uint8
	kind     part
}

// part is what a store is for.
type part uint8

const (
	body  part = iota
	set        // the flag is set
	clear      // it is cleared
)

// program is the list of an update's stores, in the order in which the memory
// sees them.
type program struct {
	list [20]store
	n    uint8
}

func (p *program) add(s ...store) {
	p.n += uint8(copy(p.list[p.n:], s))
}

// program writes down an update.
func (c *Call) program(t *Task) (p program) {
	cuts := c.cuts(t)
	if t.Flag {
		p.add(c.flag(t, set)...)
	}
	at := p.n
	for i := range cuts.n - 1 {
		p.add(store{cuts.at[i], cuts.at[i+1], body})
	}
	if t.Flag {
		p.add(c.flag(t, clear)...)
	}
	if !t.Flag || at != 1 {
		return p
	}
	entry := at // the store with the flag's byte
	for p.list[entry].to <= t.Layout.FlagAt() {
		entry++
	}
	// Where a barrier is missing, the store behind it comes as early as it can: the
	// processor keeps the order of stores to the same byte.
	if c.on(M2) && entry > at {
		p.list[0], p.list[1] = p.list[1], p.list[0]
	}
	if c.on(M3) {
		last := p.list[p.n-1]
		copy(p.list[entry+2:p.n], p.list[entry+1:p.n-1])
		p.list[entry+1] = last
	}
	return p
}

// flag is how the flag is set or cleared: by one byte, which nothing can tear.
// Eight bytes are two stores, the flag's the last.
func (c *Call) flag(t *Task, k part) []store {
	at := t.Layout.FlagAt()
	if b3 := c.on(B3); b3 || c.cfg.Access == V2 {
		return []store{{t.Layout.EntryAt(), at, k}, {at, at + 1, k}}
	}
	return []store{{at, at + 1, k}}
}

// cuts are the offsets between the stores of the body.
type cuts struct {
	at [10]uint8
	n  uint8
}

// cuts: each field is a store, but for the entry time, of which the byte with
// the flag is one of its own. A page's end cuts anything.
func (c *Call) cuts(t *Task) (k cuts) {
	l, first := t.Layout, t.Layout.First(t.At)
	add := func(at uint8) {
		if last := k.n; last > 0 && k.at[last-1] < first && first < at {
			k.at[k.n] = first
			k.n++
		}
		k.at[k.n] = at
		k.n++
	}
	for _, at := range []uint8{0, l.EntryAt(), l.FlagAt(), l.FlagAt() + 1} {
		add(at)
	}
	for i := uint8(1); i < min(c.cfg.Slots, NumStates); i++ {
		add(l.TimeAt(i))
	}
	add(l.Len())
	return k
}

// padding tells a byte that is none of a field's.
func (l Layout) padding(i uint8) bool { return i >= 4 && i < l.EntryAt() }

// leak stands for what was on the host's stack.
const leak = 0xee

// perform carries a store out.
func (c *Call) perform(t *Task, st store) {
	flag := t.Flag && (st.kind == set || st.kind == body && !c.on(M1))
	image := t.Layout.Image(c.shown(t), flag)
	if c.skips(t, st) || t.Lost && st.kind == body {
		return
	}
	if st.kind != body {
		c.private(st.kind)
	}
	for i := st.from; i < st.to; i++ {
		if t.Layout.padding(i) {
			if !c.composed(t) {
				continue
			}
			if c.on(M6) {
				image[i] = leak
			}
		}
		if !c.put(t, i, image[i]) {
			c.fail(t, st)
			return
		}
	}
	t.Wrote = t.Wrote || st.kind == body
}

// shown is the record that an update writes.
func (c *Call) shown(t *Task) *Record {
	r := c.st.Rec
	if delta := t.Clock - r.Entry; t.Kind == Snapshot && int64(delta) > 0 {
		r.Time[r.State&3] += delta
	}
	return &r
}

// private: the flag is none of the record's.
func (c *Call) private(k part) {
	if !c.cfg.Access.Xen() || !c.on(B12) {
		return
	}
	if k == set {
		c.st.Rec.Entry |= Update
	} else {
		c.st.Rec.Entry &^= Update
	}
}

// composed tells whether the area is composed in a buffer, which has zeros
// where the structure has padding.
func (c *Call) composed(t *Task) bool {
	return c.cfg.Access.Xen() || t.Layout.Split(t.At)
}

// skips tells whether a store does not come at all.
func (c *Call) skips(t *Task, st store) bool {
	return st.from >= t.Layout.First(t.At) && (c.access() == V1 || c.on(B4))
}

// fail is an access that failed.
func (c *Call) fail(t *Task, st store) {
	switch {
	case c.access() == V2: // give up, whatever is done so far
		t.Next = 200
	case c.cfg.Access == V3:
	case st.kind == body:
		t.Lost = true
	}
}

// put writes a byte of the area.
func (c *Call) put(t *Task, i, b uint8) bool {
	page := PageOf(t.At + i)
	switch c.access() {
	case VX:
		return c.putGuest(t.At+i, page, b)
	case VP:
		c.st.Mem[t.At+i] = b
		return true
	case V2:
		return c.putUser(t, t.At+i, page, b)
	case V3:
		if page != PageOf(t.At+t.Layout.FlagAt()) {
			return c.putUser(t, t.At+i, page, b)
		}
	}
	k := uint8(0)
	if i >= t.Layout.First(t.At) {
		k, i = 1, i-t.Layout.First(t.At)
	}
	c.putMapped(&c.st.C[k], i, b)
	return true
}

// putGuest writes through the guest's page tables.
func (c *Call) putGuest(at, page, b uint8) bool {
	if c.st.User || c.st.Unmapped[page] {
		return false
	}
	c.st.Mem[at] = b
	return true
}

// putUser writes through the page tables of the VMM. In atomic context a page
// that is not there cannot be brought.
func (c *Call) putUser(t *Task, at, page, b uint8) bool {
	s := c.st
	if s.Slot[page] != SlotWritable {
		return false
	}
	if s.PT[page] == 0 {
		if t.Atomic {
			return false
		}
		s.pageIn(page)
	}
	s.Mem[at] = b
	return true
}

// putMapped writes through a cache's mapping, which leads where it leads.
func (c *Call) putMapped(m *Cache, i, b uint8) {
	s, at := c.st, m.Off+i
	page := PageOf(m.Off)
	switch {
	case m.PFN == 0 || m.Off == Nowhere:
		s.Stray = StrayNil
	case s.PT[page] != m.PFN:
		s.Stray = StrayPFN
	case int(at) >= MemSize || PageOf(at) != page:
		s.Stray = StrayEnd
	default:
		s.Mem[at] = b
	}
}
