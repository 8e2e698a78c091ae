package mmops

import (
	"hvcheck/model/errno"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu"
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
		if did && !Of(m.world).Dying {
			b.Pinned(a[1], m.op.Kind == Pin.Kind())
		}
	case Decrease.Kind(), Populate.Kind():
		if did {
			b.Given(a[1], m.op.Kind == Populate.Kind())
		}
	case Exchange.Kind():
		if did {
			b.Given(a[1], false)
			b.Arrived(&m.pages, pool.Of(m.world))
		}
	case PopulateScrubbing.Kind():
		if did {
			b.Given(a[1], true)
		}
	case ExchangeBegin.Kind():
		if did {
			b.Given(a[1], false)
		}
	case MemoryStep.Kind():
		if Of(m.world).CPU[a[0]].Mem.Op == pvmmu.MemNone {
			m.recordMemory(code)
		}
	case Destroy.Kind():
		b.Destroyed()
	}
	b.Tables(m.cfg.Frames, pool.Of(m.world), Of(m.world), m.call.Most)
}

// recordMemory enters the end of a memory operation that was made in steps. An
// exchange whose answer cannot be stored has taken place.
func (m *calls) recordMemory(code errno.Errno) {
	b, at := Book(m.world), m.mem.At-1
	switch {
	case Of(m.world).Dying:
	case m.mem.Op == pvmmu.MemDecrease:
		b.Given(at, false)
	case code == errno.OK || code == errno.EFAULT:
		b.Arrived(&m.pages, pool.Of(m.world))
	default:
		b.Given(at, true)
	}
}
