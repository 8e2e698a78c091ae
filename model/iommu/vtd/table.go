package vtd

import "hvcheck/model/iommu"

// setP2M writes a p2m entry, and the IOMMU's: it is the same, or kept in step.
func (c *Call) setP2M(d, g uint8, e iommu.P2M) {
	c.st.Dom[d].P2M[g] = e
	if c.st.Dom[d].On {
		c.write(d, g, entryOf(e))
	}
}

// entryOf is what devices get for a p2m entry.
func entryOf(e iommu.P2M) iommu.Entry {
	if e.Type.Rights() == 0 {
		return 0
	}
	if e.Type == iommu.MMIODirect {
		return iommu.Firmware | e.Type.Rights()
	}
	return iommu.To(e.MFN, e.Type.Rights())
}

// write writes an entry of an IOMMU table. With FL-V5 an entry has a reference; who
// takes one away has to hand its on to the flush.
func (c *Call) write(t, dfn uint8, e iommu.Entry) (old iommu.Entry) {
	if t == iommu.T0 || dfn >= iommu.MaxGfns {
		return 0 // the hardware domain's devices are passed through
	}
	old = c.st.IOPT[t][dfn]
	c.split(t, dfn)
	c.st.IOPT[t][dfn] = e
	if !c.on(iommu.B16) {
		c.st.Mem[t][dfn] = e
	}
	if e.Pooled() && c.flushing() == iommu.V5 {
		c.st.Frame[e.Frame()].DevRefs++
		c.pool.Pages[e.Frame()].Count++
	}
	return old
}

// split makes two entries of a superpage.
func (c *Call) split(t, dfn uint8) {
	if c.st.IOPT[t][dfn]&iommu.Super == 0 {
		return
	}
	for _, g := range [...]uint8{dfn, dfn ^ 1} {
		c.st.IOPT[t][g] &^= iommu.Super
		c.st.Mem[t][g] = c.st.IOPT[t][g]
	}
}
