package runstate

// Lock is what a thread waits for.
type Lock uint8

// The locks.
const (
	NoLock   Lock = iota
	Read0         // to read, the lock of the first cache
	Read1         // of the second one
	Write0        // to write
	Write1        //
	Refresh0      // the mutex of refreshes
	Refresh1
)

// readOf and its like are the lock of a cache.
func readOf(k uint8) Lock    { return Read0 + Lock(k) }
func writeOf(k uint8) Lock   { return Write0 + Lock(k) }
func refreshOf(k uint8) Lock { return Refresh0 + Lock(k) }

// lockRead takes a cache's lock for reading, unless a writer waits: none has it when a step ends.
func (c *Call) lockRead(thread, k uint8) bool {
	m := &c.st.C[k]
	if m.Waiting != 0 {
		return false
	}
	m.Readers |= 1 << thread
	c.st.Task[thread].Held |= 1 << k
	return true
}

func (c *Call) unlockRead(thread, k uint8) {
	c.st.C[k].Readers &^= 1 << thread
	c.st.Task[thread].Held &^= 1 << k
}

// unlockAll gives back what an update holds.
func (c *Call) unlockAll(thread uint8) {
	for k := range uint8(2) {
		if c.st.Task[thread].Held>>k&1 != 0 {
			c.unlockRead(thread, k)
		}
	}
}

// lockWrite takes a cache's lock for writing, and gives it back within the same
// step: no step ends while somebody has it. Who waits is in front of new readers.
func (c *Call) lockWrite(thread, k uint8) bool {
	m, t := &c.st.C[k], &c.st.Task[thread]
	if m.Readers != 0 {
		m.Waiting |= 1 << thread
		t.Waits = writeOf(k)
		return false
	}
	m.Waiting &^= 1 << thread
	t.Waits = NoLock
	return true
}

// stuck tells whether a thread's step would change nothing: what it waits for is
// still in its way.
func (s *State) stuck(thread uint8) bool {
	switch l := s.Task[thread].Waits; l {
	case Read0, Read1:
		return s.C[l-Read0].Waiting != 0
	case Write0, Write1:
		return s.C[l-Write0].Readers != 0
	case Refresh0, Refresh1:
		return s.C[l-Refresh0].Mutex != 0
	}
	return false
}
