// Package handover holds the rules for what becomes of grants when their kernel gives
// way to another one, or their domain dies: kexec and kdump, the ways to take grants back
// (GR-V0 to GR-V12), GNTTABOP_reset, soft reset, destruction, and the backend's driver
// that has grants mapped all the while. A Call is one of package gnttab, with more
// operations.
package handover

import (
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gnttab"
	"hvcheck/model/page"
)

const ok = errno.OK

// Call is one operation while it runs, of this package or of gnttab.
type Call struct{ gnttab.Call }

// Begin binds the call to a state.
func (c *Call) Begin(cfg *grant.Config, pool *page.Pool, st *grant.State) {
	c.Call.Begin(cfg, pool, st)
	if c.Further == nil {
		c.Further = c.section
	}
}

// section does one section of the work that is known here.
func (c *Call) section(t *grant.Task) errno.Errno {
	switch t.Work {
	case grant.WorkDestroy:
		return c.destroySection(t)
	case grant.WorkRevoke:
		return c.revokeSection(t)
	case grant.WorkSoftReset:
		return c.softResetSection(t)
	case grant.WorkReset:
		return c.resetSection(t)
	}
	panic("grant: work without sections")
}
