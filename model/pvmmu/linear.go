package pvmmu

import (
	"hvcheck/model/page"
)

// Linear page tables: a read-only entry of a table that names a table of the
// same level, or the table itself. Chains are not allowed: a table that is
// used linearly has no linear entries of its own, and the reverse.

// getLinear takes the references of a same-level entry of holder
// (get_lN_linear_pagetable). An entry to the table itself takes none.
func (c *Call) getLinear(holder uint8, e page.Entry, t page.Type, held bool) bool {
	if c.cfg.NoLinear || e.Kind() != page.RO {
		return false
	}
	m := e.Frame()
	if m == holder {
		return true
	}
	h, p := c.page(holder), c.page(m)
	if !h.Owned || !held && !c.getPage(m) {
		return false
	}
	deep := (h.Linear < 0 || p.Linear > 0) && !c.on(B8)
	if deep || p.Type != t || !p.Validated || p.TCount == 0 || c.fullType(p.TCount) {
		if !held {
			c.putPage(m)
		}
		return false
	}
	h.Linear++
	p.Linear--
	p.TCount++
	return true
}

// dropLinear undoes one linear use of m by the table ptpg.
func (c *Call) dropLinear(m, ptpg uint8) {
	c.page(m).Linear++
	c.page(ptpg).Linear--
}

// sameLevel tells whether the entry of ptpg that names m is a linear one.
func (c *Call) sameLevel(m, ptpg uint8) bool {
	return ptpg != none && c.page(m).Type == c.page(ptpg).Type
}
