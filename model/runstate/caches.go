package runstate

import "hvcheck/model/errno"

// Cache is a gfn_to_pfn_cache: a guest page's address in the VMM, its frame, and
// where the kernel has it mapped.
type Cache struct {
	Active  bool // and on the list that invalidations go through
	Valid   bool
	Addr    uint8 // gpa
	Page    uint8 // + 1, of which the address in the VMM is known (uhva); 0: none
	Gen     uint8 // of the memslots that it was looked up in, its low bits
	PFN     uint8 // 0: none
	Off     uint8 // where in its page it is mapped (khva)
	Readers uint8 // threads that hold the lock, a bit each
	Waiting uint8 // threads that wait to write
	Mutex   uint8 // thread + 1 that refreshes
}

// Nowhere is the address of a cache that has none.
const Nowhere = 0xff

// check is kvm_gpc_check(), which means something only while the lock is held.
func (c *Call) check(k, n uint8) bool {
	m := &c.st.C[k]
	if !m.Active || m.Addr == Nowhere || !fits(m.Addr, n) || c.on(M5) && !fits(m.Addr, n+1) {
		return false
	}
	return m.Gen == uint8(c.st.Gen) && m.Page != 0 && m.Valid
}

// fits tells whether so many bytes are in the page that they begin in.
func fits(at, n uint8) bool {
	end := uint8(Window)
	if at >= Window {
		end = MemSize
	}
	return n <= end-at
}

// begin is R1 to R4 of a refresh: what is known of the address. It reports
// false if the thread has to wait; done says that nothing is left to do.
func (c *Call) begin(thread, k uint8) (went, done bool, code errno.Errno) {
	m, t := &c.st.C[k], &c.st.Task[thread]
	if m.Mutex != 0 && m.Mutex != thread+1 {
		t.Waits = refreshOf(k)
		return false, false, errno.OK
	}
	m.Mutex = thread + 1
	if !c.lockWrite(thread, k) {
		return false, false, errno.OK
	}
	if !m.Active {
		m.Mutex = 0
		return true, true, errno.EINVAL
	}
	was, valid := m.Page, m.Valid
	if m.Gen != uint8(c.st.Gen) || m.Page == 0 || m.Page != PageOf(m.Addr)+1 {
		m.Gen, m.Page = uint8(c.st.Gen), PageOf(m.Addr)+1
		if c.st.Slot[m.Page-1] != SlotWritable {
			m.Page = 0
			c.failed(m)
			return true, true, errno.EFAULT
		}
	}
	if valid && was == m.Page {
		if !c.on(B9) {
			m.Off = m.Addr
		}
		m.Mutex = 0
		return true, true, errno.OK
	}
	m.Valid = false
	if c.on(B8) {
		m.Valid, m.PFN, m.Off = true, 0, Nowhere
	}
	t.Seq = uint8(c.st.Seq)
	return true, false, errno.OK
}

// failed ends a refresh that found nothing.
func (c *Call) failed(m *Cache) {
	m.Valid, m.PFN, m.Off, m.Mutex = false, 0, Nowhere, 0
}

// find is the middle of R4: the page is made present.
func (c *Call) find(thread, k uint8) errno.Errno {
	s, m := c.st, &c.st.C[k]
	if m.Page == 0 {
		c.failed(m)
		return errno.EFAULT
	}
	page := m.Page - 1
	if s.Slot[page] != SlotWritable {
		c.failed(m)
		return errno.EFAULT
	}
	if s.PT[page] == 0 {
		s.pageIn(page)
	}
	s.Task[thread].PFN = s.PT[page]
	return errno.OK
}

// install is the end of R4, and R5: what was found counts, unless an invalidation
// came between. It reports false if the thread has to wait, or to look again.
func (c *Call) install(thread, k uint8) (went, again bool) {
	s, m, t := c.st, &c.st.C[k], &c.st.Task[thread]
	if !c.lockWrite(thread, k) {
		return false, false
	}
	running := s.Active
	if c.on(B7) {
		running = s.Late
	}
	if running != 0 || uint8(s.Seq) != t.Seq {
		t.Seq = uint8(s.Seq)
		return true, true
	}
	m.Valid, m.PFN, m.Off, m.Mutex = true, t.PFN, m.Addr, 0
	t.PFN, t.Seq = 0, 0
	return true, false
}

// activate gives a cache an address and refreshes it, all at once.
func (c *Call) activate(thread, k, at, n uint8) errno.Errno {
	m := &c.st.C[k]
	if !m.Active {
		m.Active, m.Valid, m.Page, m.PFN, m.Off = true, false, 0, 0, Nowhere
	}
	if !fits(at, n) {
		return errno.EINVAL
	}
	m.Addr = at
	for {
		_, done, code := c.begin(thread, k)
		if done || code != errno.OK {
			return code
		}
		if code = c.find(thread, k); code != errno.OK {
			return code
		}
		if _, again := c.install(thread, k); !again {
			return errno.OK
		}
	}
}

// deactivate ends a cache's use.
func (c *Call) deactivate(k uint8) {
	m := &c.st.C[k]
	if !m.Active {
		return
	}
	m.Active = false
	c.failed(m)
}

// busy tells whether somebody is in the middle of something with the caches, so
// that a call which does all at once has to wait.
func (s *State) busy() bool {
	for i := range s.Task {
		if s.Task[i].PC != Idle {
			return true
		}
	}
	return false
}

// pageIn brings a page back, into another frame than before.
func (s *State) pageIn(page uint8) {
	first := 1 + 2*page
	s.PT[page] = first
	if s.Last[page] == first {
		s.PT[page] = first + 1
	}
	s.Last[page] = s.PT[page]
}
