package gnttab

import (
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/page"
)

// allows tells whether an entry lets an access through.
func allows(e page.Entry, write bool) bool { return e.Present() && (!write || e.Kind() == page.RW) }

// Access is a load or a store of a CPU through a mapping of its domain. What it has
// cached counts before what is in the tables now.
func (c *Call) Access(cpu, place uint8, write bool, tag grant.Tag) errno.Errno {
	if rc := c.ByDomain(cpu); rc != ok {
		return rc
	}
	d := c.Own()
	if place >= grant.MaxGfns {
		c.Note(grant.Event{Kind: grant.Faults, Dom: grant.DomainOf(cpu)})
		return c.Refuse(errno.EFAULT)
	}
	e := d.TLB[place]
	if !allows(e, write) {
		e = d.Entry(place)
		if !allows(e, write) {
			c.Note(grant.Event{Kind: grant.Faults, Dom: grant.DomainOf(cpu)})
			return c.Refuse(errno.EFAULT)
		}
		if c.Cfg.TLB {
			d.TLB[place] = e.Clean()
		}
	}
	c.Touch(e.Frame(), write, tag)
	return ok
}

// Touch is an access to a frame.
func (c *Call) Touch(m uint8, write bool, tag grant.Tag) {
	kind := grant.Loads
	if write {
		kind = grant.Stores
		if c.Cfg.Tags {
			c.St.Tag[m] = tag
		}
	}
	c.Note(grant.Event{Kind: kind, Dom: grant.DomainOf(c.CPU), Frame: m, Tag: c.St.Tag[m]})
}

// DMA is an access of a device of a domain, whether that runs or not.
func (c *Call) DMA(dom, m uint8, write bool, tag grant.Tag) errno.Errno {
	if dom >= grant.NumDomains {
		return c.Refuse(errno.EFAULT)
	}
	r := c.St.Dom[dom].IOPT[m]
	if c.St.Stopped() || r == grant.NoDMA || write && r == grant.ReadDMA {
		return c.Refuse(errno.EFAULT)
	}
	kind := grant.Loads
	if write {
		kind = grant.Stores
		if c.Cfg.Tags {
			c.St.Tag[m] = tag
		}
	}
	c.Note(grant.Event{Kind: kind, Dom: dom, Frame: m, Tag: c.St.Tag[m]})
	return ok
}

// Take has somebody take a free page, and write to it.
func (c *Call) Take(m uint8) errno.Errno {
	if c.St.Stopped() || c.St.Owner[m] != grant.NoDomain || c.PageOf(m).Count != 0 {
		return c.Refuse(errno.ENOMEM)
	}
	c.Allocate(m, grant.DomV)
	if c.Cfg.Tags {
		c.St.Tag[m] = grant.TagForeign
	}
	return ok
}
