package rsops

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/ledger"
	"hvcheck/model/runstate/rsview"
)

// cause tells the ledger what an operation that was made is about.
type cause func(m *calls, s *runstate.State, a *args, code errno.Errno)

// causes are by operation. Others cause nothing by themselves.
var causes = byKind(eventCauses, map[*model.Spec]cause{
	Change:  func(m *calls, s *runstate.State, a *args, _ errno.Errno) { m.keeper.Change(s, a[0], a[1]) },
	SetData: func(m *calls, s *runstate.State, a *args, _ errno.Errno) { m.keeper.SetData(s, a[0]) },
	Move:    func(m *calls, s *runstate.State, _ *args, _ errno.Errno) { m.keeper.Move(s) },
	Adjust: func(m *calls, s *runstate.State, a *args, _ errno.Errno) {
		m.keeper.Adjust(s, runstate.Values(a[1]) == runstate.Shifted)
		if a[0] != runstate.Keep {
			m.keeper.Change(s, runstate.H0, a[0])
		}
	},
	SetAddress: func(m *calls, s *runstate.State, a *args, code errno.Errno) {
		m.registered(s, a[0], code, ledger.Plain)
	},
	RegisterPhys: func(m *calls, s *runstate.State, a *args, code errno.Errno) {
		if code == errno.OK {
			m.registered(s, a[0], code, ledger.Bare)
		}
	},
	RegisterHandle: func(m *calls, s *runstate.State, a *args, code errno.Errno) {
		if code == errno.OK {
			m.registered(s, a[0], code, ledger.Bare+ledger.How(a[1]))
		}
	},
	GuestMap: func(m *calls, _ *runstate.State, a *args, _ errno.Errno) {
		if a[1] == 0 {
			m.keeper.Excuse()
		}
	},
	SetMode: func(m *calls, s *runstate.State, a *args, _ errno.Errno) {
		if a[0] == 0 {
			m.keeper.Repeat(s)
		}
	},
	SoftReset: func(m *calls, _ *runstate.State, _ *args, _ errno.Errno) { m.keeper.Unregister() },
	GuestRead: func(m *calls, s *runstate.State, _ *args, _ errno.Errno) {
		if b := Book(m.w); Judged(s, b) && rsview.Accepts(&m.cfg.Config, &m.was, s, b.At) {
			m.keeper.Accepted(&m.was.Copy)
		}
	},
})

// registered is an area that was registered, taken away, or refused.
func (m *calls) registered(s *runstate.State, addr uint8, code errno.Errno, how ledger.How) {
	if code != errno.OK || addr == Unregister {
		m.keeper.Unregister()
		return
	}
	m.keeper.Register(s, where(addr), how)
}

// Judged tells whether the area is one that a reader can make something of: an
// update has been there, in the layout in which the guest reads.
func Judged(s *runstate.State, b *ledger.Book) bool {
	return b.On && b.Known() && s.Layout == b.Layout()
}

// byKind makes a table of them.
func byKind(lists ...map[*model.Spec]cause) (table [256]cause) {
	for _, list := range lists {
		for s, c := range list {
			table[s.Kind()] = c
		}
	}
	return table
}
