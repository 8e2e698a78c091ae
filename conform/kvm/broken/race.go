package broken

import (
	"fmt"

	"hvcheck/conform/broken"
	"hvcheck/conform/kvm"
	"hvcheck/conform/kvm/race"
	"hvcheck/conform/ways"
)

// Race looks for copies that a guest accepts with the flag on and that no update has
// written, on a machine that was opened for such a race. What meets is not chosen, so
// that it tries several times; say is told how far it is.
func Race(t *ways.Target, say func(format string, args ...any)) (h broken.Hunt, err error) {
	const tries = 3
	for range tries {
		for _, s := range race.Storms() {
			if !s.Flag {
				continue
			}
			c, err := kvm.Storm(t, s)
			if err != nil {
				return h, err
			}
			h.Ops += c.Accepted
			say("%d copies", h.Ops)
			if c.Torn > 0 {
				h.Seen = fmt.Sprintf("%v: %d of %d copies that a guest accepts are torn", s, c.Torn, c.Accepted)
				return h, nil
			}
		}
	}
	return h, nil
}
