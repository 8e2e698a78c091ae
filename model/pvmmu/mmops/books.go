package mmops

import (
	"hvcheck/model/errno"
	"hvcheck/model/page/pool"
)

// record enters into the books what the operation that has ended asked for, and
// what it was told.
func (m *calls) record(code errno.Errno) {
	b, a, did := Book(m.world), &m.op.Arg, code == errno.OK
	switch m.op.Kind {
	case SetContext.Kind(), VCPUInitialise.Kind():
		if a[1] == 0 && !m.init0 {
			b.Context(code)
		}
	case VCPUReset.Kind():
		if did && a[1] == 0 {
			b.Reset()
		}
	case Pin.Kind(), Unpin.Kind():
		if did {
			b.Pinned(a[1], m.op.Kind == Pin.Kind())
		}
	case Decrease.Kind(), Populate.Kind():
		if did {
			b.Given(a[1], m.op.Kind == Populate.Kind())
		}
	case Exchange.Kind():
		if did {
			b.Exchanged(a[1], &m.pages, pool.Of(m.world))
		}
	case Destroy.Kind():
		b.Destroyed()
	}
	b.Tables(m.cfg.Frames, pool.Of(m.world), Of(m.world), m.call.Most)
}
