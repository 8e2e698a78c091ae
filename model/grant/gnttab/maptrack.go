package gnttab

import "hvcheck/model/grant"

// Track is the caller's maptrack.
func (c *Call) Track() *grant.Maptrack { return &c.Own().Track }

// takeHandle is M0: get_maptrack_handle(). It sets the task's handle, and its next
// phase, M1 if there is one; without a phase there is none.
func (c *Call) takeHandle(t *grant.Task) {
	if c.Cfg.Lists {
		c.listed(t)
		return
	}
	t.PC = grant.Idle
	for h := range c.Cfg.Handles {
		if c.Track().Entry[h].Flags == 0 && !c.taken(h) {
			t.Handle, t.PC = h+1, grant.M1
			return
		}
	}
}

// limbo marks a handle that has no parts left and is not given back: GR-B5.
const limbo = grant.MaxVCPUs

// taken tells whether another CPU of the domain is about to use a handle, or to give
// it back.
func (c *Call) taken(h uint8) bool {
	for i := range c.St.Task {
		if t := &c.St.Task[i]; t.Work == grant.WorkMap && t.Handle == h+1 && grant.DomainOf(uint8(i)) == grant.DomainOf(c.CPU) {
			return true
		}
	}
	return c.Track().Entry[h].VCPU == limbo
}

// got is the task's handle from now on.
func (c *Call) got(t *grant.Task, h uint8) {
	e := &c.Track().Entry[h]
	if e.Flags != 0 {
		c.bug(grant.BugHandle)
	}
	*e = grant.Mapping{VCPU: e.VCPU}
	t.Handle, t.PC = h+1, grant.M1
	t.At, t.Word, t.New = 0, 0, 0
}

// listed is takeHandle with the lists of Xen: phases M0 to M0Steal.
func (c *Call) listed(t *grant.Task) {
	v := grant.VcpuOf(c.CPU)
	switch t.PC {
	case grant.M0:
		c.ownHandle(t, v)
	case grant.M0CAS:
		c.swapHead(t, v)
	case grant.M0Link:
		c.link(t, v)
	case grant.M0Sentinel:
		c.sentinel(t, v)
	case grant.M0Steal:
		c.steal(t)
	}
}

// headOf is _get_maptrack_handle(): the first entry of a vCPU's list, which keeps one.
func headOf(mt *grant.Maptrack, v uint8) (h uint8, got bool) {
	h = mt.Head[v]
	if h == 0 || mt.Entry[h-1].Ref == 0 {
		return 0, false
	}
	return h - 1, true
}

// takeHead takes the first entry off a list.
func takeHead(mt *grant.Maptrack, v uint8) (h uint8, got bool) {
	if h, got = headOf(mt, v); got {
		mt.Head[v] = mt.Entry[h].Ref
	}
	return h, got
}

// ownHandle looks at the vCPU's own list.
func (c *Call) ownHandle(t *grant.Task, v uint8) {
	mt := c.Track()
	if c.On(grant.B7) {
		if h, got := headOf(mt, v); got {
			t.At, t.Word, t.PC = h+1, mt.Entry[h].Ref, grant.M0CAS
			return
		}
	} else if h, got := takeHead(mt, v); got {
		c.got(t, h)
		return
	}
	c.grow(t, v)
}

// swapHead is the compare-exchange of GR-B7. The list is the vCPU's own, or that of a
// victim.
func (c *Call) swapHead(t *grant.Task, v uint8) {
	mt, own := c.Track(), t.New == 0
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
		t.PC = grant.M0
	default:
		t.PC = grant.M0Steal
	}
	t.At, t.Word, t.New = 0, 0, 0
}

// grow makes a new page of entries, of which the first is taken. It steals one if
// there are as many pages as there may be.
func (c *Call) grow(t *grant.Task, v uint8) {
	mt := c.Track()
	if mt.Limit+c.Cfg.PerPage > c.Cfg.Handles || c.St.NoHeap {
		t.PC = grant.M0Steal
		if mt.Tail[v] == 0 {
			t.PC = grant.M0Sentinel
		}
		return
	}
	first := mt.Limit
	for h := first; h < first+c.Cfg.PerPage; h++ {
		mt.Entry[h] = grant.Mapping{Ref: h + 2, VCPU: v}
	}
	if mt.Tail[v] == 0 {
		mt.Tail[v] = first + c.Cfg.PerPage
	}
	mt.Limit += c.Cfg.PerPage
	t.Handle, t.PC = first+1, grant.M0Link
	if c.On(grant.B6) {
		t.At = mt.Head[v]
	}
}

// link puts the rest of a new page before the list.
func (c *Call) link(t *grant.Task, v uint8) {
	mt := c.Track()
	head := mt.Head[v]
	if c.On(grant.B6) {
		head = t.At
	}
	mt.Entry[t.Handle-1+c.Cfg.PerPage-1].Ref = head
	mt.Head[v] = t.Handle + 1
	c.got(t, t.Handle-1)
}

// thieve takes an entry of any vCPU of the domain for this one.
func (c *Call) thieve(v uint8) (h uint8, got bool) {
	mt := c.Track()
	for victim := range uint8(grant.MaxVCPUs) {
		if h, got = takeHead(mt, victim); got {
			mt.Entry[h].VCPU = v
			return h, true
		}
	}
	return 0, false
}

// sentinel steals the entry that stays on a list which has had none.
func (c *Call) sentinel(t *grant.Task, v uint8) {
	mt := c.Track()
	h, got := c.thieve(v)
	if !got {
		t.PC = grant.Idle
		return
	}
	mt.Entry[h].Ref = 0
	mt.Tail[v] = h + 1
	if mt.Head[v] == 0 {
		mt.Head[v] = h + 1
	}
	t.PC = grant.M0Steal
}

// steal is steal_maptrack_handle().
func (c *Call) steal(t *grant.Task) {
	mt := c.Track()
	if c.On(grant.B7) {
		for victim := range uint8(grant.MaxVCPUs) {
			if h, got := headOf(mt, victim); got {
				t.At, t.Word, t.New, t.PC = h+1, mt.Entry[h].Ref, victim+1, grant.M0CAS
				return
			}
		}
	}
	h, got := c.thieve(grant.VcpuOf(c.CPU))
	if !got {
		t.PC = grant.Idle
		return
	}
	c.got(t, h)
}

// PutHandle is put_maptrack_handle(): to the end of the list that it was taken from.
func (c *Call) PutHandle(h uint8) {
	mt := c.Track()
	if !c.Cfg.Lists {
		mt.Entry[h] = grant.Mapping{}
		return
	}
	v := mt.Entry[h].VCPU
	mt.Entry[h] = grant.Mapping{VCPU: v}
	tail := mt.Tail[v]
	mt.Tail[v] = h + 1
	if !c.On(grant.Mut6) && tail != 0 {
		mt.Entry[tail-1].Ref = h + 1
	}
}
