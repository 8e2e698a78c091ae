package evtchn

import "hvcheck/model/errno"

// Offered is what init_control accepts on a host that has all of the set, for
// a domain whose configuration hides what the image does not know.
func (o Offer) Offered(host Set) Set {
	switch o {
	case V5, V6, V7, V9:
		return host &^ SetOf(FIFO)
	}
	return host
}

// refusal is the error of an ABI that is not offered.
func (c *Call) refusal() errno.Errno {
	if c.cfg.Refusal != RefuseOwn {
		return [...]errno.Errno{
			RefuseENOSYS: errno.ENOSYS, RefuseEOPNOTSUPP: errno.EOPNOTSUPP,
			RefuseEPERM: errno.EPERM, RefuseEACCES: errno.EACCES,
		}[c.cfg.Refusal]
	}
	if c.offer(V5) {
		return errno.ENOSYS
	}
	return errno.EOPNOTSUPP
}

// SetOffer has the toolstack ask for a set of ABIs in the form that the variant
// has for it, before the first kernel starts.
func (c *Call) SetOffer(want Set) errno.Errno {
	if c.st.Cur != 0 || c.st.Running().Belief != NoABI || !c.within(Jumps) {
		return c.refuse(errno.NotRunning)
	}
	c.spend(Jumps)
	c.st.Wanted = want
	c.st.Host = c.express(want)
	return ok
}

// express is the set that a form of offer makes of what is wanted.
func (c *Call) express(want Set) Set {
	all := SetOf(TwoLevel, FIFO)
	if c.cfg.Third {
		all |= SetOf(Third)
	}
	switch {
	case c.offer(V6):
		return want
	case c.offer(V7):
		highest := NoABI
		for a := TwoLevel; a <= Third; a++ {
			if want.Has(a) {
				highest = a
			}
		}
		return all & (1<<(highest+1) - 1)
	case c.offer(V5) && want.Has(FIFO):
		return all
	}
	return c.cfg.Offer.Offered(all)
}

// QueryOffer has the running kernel find out whether it may use the FIFO ABI.
// Without a query there is one way: to try.
func (c *Call) QueryOffer(cpu uint8) errno.Errno {
	if rc := c.By(cpu); rc != ok {
		return rc
	}
	if !c.within(Inits) || c.st.Running().Belief != NoABI || c.busy(false) {
		return c.refuse(errno.NotRunning)
	}
	if c.offer(V10) {
		c.refused = true
		if !c.st.Host.Has(FIFO) {
			return c.refusal()
		}
		return ok
	}
	if rc := c.initControl(0, PageOwn, OffsetGood); rc != ok {
		return c.refuse(rc)
	}
	return c.done(Inits)
}
