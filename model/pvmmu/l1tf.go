package pvmmu

import (
	"hvcheck/model/page"
)

// vulnerable is pv_l1tf_check_pte(): speculation could follow an entry that is
// not present and keeps an address. The tasklet that turns shadow mode on has
// run by the time the call is made again.
func (c *Call) vulnerable(e page.Entry) bool {
	if c.cfg.CheckL1TF == L1TFOff || c.st.Shadowed || e.Kind() != page.Away || c.on(B27) {
		return false
	}
	c.changed = true
	if c.cfg.CheckL1TF == L1TFCrash {
		c.st.Crashed = true
	} else {
		c.st.Shadowed = true
	}
	return true
}
