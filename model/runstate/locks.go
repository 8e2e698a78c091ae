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

// read0 and its like are the lock of a cache.
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

// Blockers are the threads that one waits for, a bit each.
func (s *State) Blockers(thread uint8) uint8 {
	switch l := s.Task[thread].Waits; l {
	case Read0, Read1:
		return s.C[l-Read0].Waiting
	case Write0, Write1:
		return s.C[l-Write0].Readers
	case Refresh0, Refresh1:
		return bit(s.C[l-Refresh0].Mutex)
	}
	return 0
}

// bit is the bit of a thread that is written as its number and 1.
func bit(owner uint8) uint8 { return 1 << owner >> 1 }

// Stuck tells whether a thread's step would change nothing: it waits.
func (s *State) Stuck(thread uint8) bool { return s.Blockers(thread) != 0 }

// Cycle is a cycle of threads of which each one waits for the next, the first
// one last again; none: nil.
func (s *State) Cycle() []uint8 {
	for first := range NumThreads {
		if path := s.follow(first, first, 0, nil); path != nil {
			return path
		}
	}
	return nil
}

// follow looks for a way from a thread to the goal.
func (s *State) follow(thread, goal, seen uint8, path []uint8) []uint8 {
	path = append(path, thread)
	for next := range NumThreads {
		switch blocks := s.Blockers(thread)>>next&1 != 0; {
		case !blocks:
		case next == goal:
			return append(path, goal)
		case seen>>next&1 == 0:
			if found := s.follow(next, goal, seen|1<<next, path); found != nil {
				return found
			}
		}
	}
	return nil
}
