package grant

// track is the caller's maptrack.
func (c *Call) track() *Maptrack { return &c.own().Track }

// takeHandle is M0: get_maptrack_handle(). It sets the task's handle, and its next
// phase, M1 if there is one; without a phase there is none.
func (c *Call) takeHandle(t *Task) {
	if c.cfg.Lists {
		c.listed(t)
		return
	}
	t.PC = Idle
	for h := range c.cfg.Handles {
		if c.track().Entry[h].Flags == 0 && !c.taken(h) {
			t.Handle, t.PC = h+1, M1
			return
		}
	}
}

// limbo marks a handle that has no parts left and is not given back: GR-B5.
const limbo = MaxVCPUs

// taken tells whether another CPU of the domain is about to use a handle, or to give
// it back.
func (c *Call) taken(h uint8) bool {
	for i := range c.st.Task {
		if t := &c.st.Task[i]; t.Work == WorkMap && t.Handle == h+1 && domainOf(uint8(i)) == domainOf(c.cpu) {
			return true
		}
	}
	return c.track().Entry[h].VCPU == limbo
}

// got is the task's handle from now on.
func (c *Call) got(t *Task, h uint8) {
	e := &c.track().Entry[h]
	if e.Flags != 0 {
		c.bug(BugHandle)
	}
	*e = Mapping{VCPU: e.VCPU}
	t.Handle, t.PC = h+1, M1
	t.At, t.Word, t.New = 0, 0, 0
}

// listed is takeHandle with the lists of Xen: phases M0 to M0Steal.
func (c *Call) listed(t *Task) {
	v := vcpuOf(c.cpu)
	switch t.PC {
	case M0:
		c.ownHandle(t, v)
	case M0CAS:
		c.swapHead(t, v)
	case M0Link:
		c.link(t, v)
	case M0Sentinel:
		c.sentinel(t, v)
	case M0Steal:
		c.steal(t)
	}
}

// head is _get_maptrack_handle(): the first entry of a vCPU's list, which keeps one.
func (mt *Maptrack) head(v uint8) (h uint8, got bool) {
	h = mt.Head[v]
	if h == 0 || mt.Entry[h-1].Ref == 0 {
		return 0, false
	}
	return h - 1, true
}

// take takes the first entry off a list.
func (mt *Maptrack) take(v uint8) (h uint8, got bool) {
	if h, got = mt.head(v); got {
		mt.Head[v] = mt.Entry[h].Ref
	}
	return h, got
}

// ownHandle looks at the vCPU's own list.
func (c *Call) ownHandle(t *Task, v uint8) {
	mt := c.track()
	if c.on(B7) {
		if h, got := mt.head(v); got {
			t.At, t.Word, t.PC = h+1, mt.Entry[h].Ref, M0CAS
			return
		}
	} else if h, got := mt.take(v); got {
		c.got(t, h)
		return
	}
	c.grow(t, v)
}

// swapHead is the compare-exchange of GR-B7. The list is the vCPU's own, or that of a
// victim.
func (c *Call) swapHead(t *Task, v uint8) {
	mt, own := c.track(), t.New == 0
	list := v
	if !own {
		list = t.New - 1
	}
	switch {
	case mt.Head[list] == t.At:
		mt.Head[list] = t.Word
		mt.Entry[t.At-1].VCPU = v
		c.got(t, t.At-1)
		return
	case own:
		t.PC = M0
	default:
		t.PC = M0Steal
	}
	t.At, t.Word, t.New = 0, 0, 0
}

// grow makes a new page of entries, of which the first is taken. It steals one if
// there are as many pages as there may be.
func (c *Call) grow(t *Task, v uint8) {
	mt := c.track()
	if mt.Limit+c.cfg.PerPage > c.cfg.Handles || c.st.NoHeap {
		t.PC = M0Steal
		if mt.Tail[v] == 0 {
			t.PC = M0Sentinel
		}
		return
	}
	first := mt.Limit
	for h := first; h < first+c.cfg.PerPage; h++ {
		mt.Entry[h] = Mapping{Ref: h + 2, VCPU: v}
	}
	if mt.Tail[v] == 0 {
		mt.Tail[v] = first + c.cfg.PerPage
	}
	mt.Limit += c.cfg.PerPage
	t.Handle, t.PC = first+1, M0Link
	if c.on(B6) {
		t.At = mt.Head[v]
	}
}

// link puts the rest of a new page before the list.
func (c *Call) link(t *Task, v uint8) {
	mt := c.track()
	head := mt.Head[v]
	if c.on(B6) {
		head = t.At
	}
	mt.Entry[t.Handle-1+c.cfg.PerPage-1].Ref = head
	mt.Head[v] = t.Handle + 1
	c.got(t, t.Handle-1)
}

// thieve takes an entry of any vCPU of the domain for this one.
func (c *Call) thieve(v uint8) (h uint8, got bool) {
	mt := c.track()
	for victim := range uint8(MaxVCPUs) {
		if h, got = mt.take(victim); got {
			mt.Entry[h].VCPU = v
			return h, true
		}
	}
	return 0, false
}

// sentinel steals the entry that stays on a list which has had none.
func (c *Call) sentinel(t *Task, v uint8) {
	mt := c.track()
	h, got := c.thieve(v)
	if !got {
		t.PC = Idle
		return
	}
	mt.Entry[h].Ref = 0
	mt.Tail[v] = h + 1
	if mt.Head[v] == 0 {
		mt.Head[v] = h + 1
	}
	t.PC = M0Steal
}

// steal is steal_maptrack_handle().
func (c *Call) steal(t *Task) {
	mt := c.track()
	if c.on(B7) {
		for victim := range uint8(MaxVCPUs) {
			if h, got := mt.head(victim); got {
				t.At, t.Word, t.New, t.PC = h+1, mt.Entry[h].Ref, victim+1, M0CAS
				return
			}
		}
	}
	h, got := c.thieve(vcpuOf(c.cpu))
	if !got {
		t.PC = Idle
		return
	}
	c.got(t, h)
}

// putHandle is put_maptrack_handle(): to the end of the list that it was taken from.
func (c *Call) putHandle(h uint8) {
	mt := c.track()
	if !c.cfg.Lists {
		mt.Entry[h] = Mapping{}
		return
	}
	v := mt.Entry[h].VCPU
	mt.Entry[h] = Mapping{VCPU: v}
	tail := mt.Tail[v]
	mt.Tail[v] = h + 1
	if !c.on(Mut6) && tail != 0 {
		mt.Entry[tail-1].Ref = h + 1
	}
}
