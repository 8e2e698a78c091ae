package grant

import (
	"hvcheck/model/errno"
	"hvcheck/model/page"
)

// Entry is what a CPU of a domain finds where it maps: of a translated domain, what
// its p2m says.
func (d *Domain) Entry(place uint8) page.Entry {
	if !d.HVM {
		if place >= MaxSlots {
			return 0
		}
		return d.PTE[place]
	}
	switch e := d.P2M[place]; e.Type {
	case P2MRAM, P2MGrantRW, P2MForeign:
		return page.To(e.MFN, page.RW)
	case P2MGrantRO:
		return page.To(e.MFN, page.RO)
	}
	return 0
}

// allows tells whether an entry lets an access through.
func allows(e page.Entry, write bool) bool { return e.Present() && (!write || e.Kind() == page.RW) }

// Access is a load or a store of a CPU through a mapping of its domain. What it has
// cached counts before what is in the tables now.
func (c *Call) Access(cpu, place uint8, write bool, tag Tag) errno.Errno {
	if rc := c.byDomain(cpu); rc != ok {
		return rc
	}
	d := c.own()
	if place >= MaxGfns {
		c.note(Event{Kind: Faults, Dom: domainOf(cpu)})
		return c.refuse(errno.EFAULT)
	}
	e := d.TLB[place]
	if !allows(e, write) {
		e = d.Entry(place)
		if !allows(e, write) {
			c.note(Event{Kind: Faults, Dom: domainOf(cpu)})
			return c.refuse(errno.EFAULT)
		}
		if c.cfg.TLB {
			d.TLB[place] = e.Clean()
		}
	}
	c.touch(e.Frame(), write, tag)
	return ok
}

// touch is an access to a frame.
func (c *Call) touch(m uint8, write bool, tag Tag) {
	kind := Loads
	if write {
		kind = Stores
		if c.cfg.Tags {
			c.st.Tag[m] = tag
		}
	}
	c.note(Event{Kind: kind, Dom: domainOf(c.cpu), Frame: m, Tag: c.st.Tag[m]})
}

// DMA is an access of a device of a domain, whether that runs or not.
func (c *Call) DMA(dom, m uint8, write bool, tag Tag) errno.Errno {
	if dom >= NumDomains {
		return c.refuse(errno.EFAULT)
	}
	r := c.st.Dom[dom].IOPT[m]
	if c.st.Stopped() || r == NoDMA || write && r == ReadDMA {
		return c.refuse(errno.EFAULT)
	}
	kind := Loads
	if write {
		kind = Stores
		if c.cfg.Tags {
			c.st.Tag[m] = tag
		}
	}
	c.note(Event{Kind: kind, Dom: dom, Frame: m, Tag: c.st.Tag[m]})
	return ok
}

// Take has somebody take a free page, and write to it.
func (c *Call) Take(m uint8) errno.Errno {
	if c.st.Stopped() || c.st.Owner[m] != NoDomain || c.page(m).Count != 0 {
		return c.refuse(errno.ENOMEM)
	}
	c.allocate(m, DomV)
	if c.cfg.Tags {
		c.st.Tag[m] = TagForeign
	}
	return ok
}
