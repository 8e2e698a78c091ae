package pvmmu

import (
	"hvcheck/model/errno"
)

// Results of getpageframeinfo3, the type codes shifted down by 28.
const (
	InfoNoTab  errno.Errno = 0   // no page table, or not a validated one
	InfoPinned errno.Errno = 8   // LPINTAB, added to the level
	InfoXTab   errno.Errno = 0xf // no such page
)

// GetPageFrameInfo is XEN_DOMCTL_getpageframeinfo3 of one frame: it observes.
func (c *Call) GetPageFrameInfo(cpu, m uint8) errno.Errno {
	if rc := c.By(cpu); rc != errno.OK {
		return rc
	}
	if !c.foreign() {
		return c.refuse(errno.EPERM)
	}
	p := c.page(m)
	switch {
	case !p.Owned:
		return c.refuse(InfoXTab)
	case !p.Type.IsTable() || !p.Pinned && !p.Validated:
		return c.refuse(InfoNoTab)
	case p.Pinned:
		return c.refuse(errno.Errno(p.Type) + InfoPinned)
	}
	return c.refuse(errno.Errno(p.Type))
}
