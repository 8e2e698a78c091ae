package gntops

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gnttab"
	"hvcheck/model/grant/gntview"
	"hvcheck/model/grant/ledger"
)

// books is the part of a World where the ledger is.
var books = model.NewPart[ledger.Book]("grant.books")

// Book is what callers were told and have asked for in a World.
func Book(w *model.World) *ledger.Book { return books.Of(w) }

// cause tells the ledger what an operation is about, after it was made.
type cause func(m *calls, a *args, code errno.Errno)

// causes are by operation. Others cause nothing by themselves.
var causes = byKind(map[*model.Spec]cause{
	Map:     func(m *calls, a *args, _ errno.Errno) { m.keeper.Maps(a[1], a[2], a[3]) },
	Unmap:   func(m *calls, a *args, code errno.Errno) { m.keeper.Unmaps(m.st, a[1], selected(a), code, m.call.Seen) },
	Replace: func(m *calls, a *args, code errno.Errno) { m.keeper.Unmaps(m.st, a[1], hostPart(a), code, m.call.Seen) },
	Swap:    func(m *calls, a *args, code errno.Errno) { m.keeper.Swaps(a[1], a[2], code) },
	Copy: func(m *calls, a *args, _ errno.Errno) {
		m.keeper.Copies(gnttab.Range(a[3]) != gnttab.Nothing, gnttab.Range(a[3]) == gnttab.Page)
	},
	GuestGrant: func(m *calls, a *args, _ errno.Errno) { m.gives(a[0], a[1], a[3]) },

	DriverConnect: func(m *calls, a *args, _ errno.Errno) {
		flags := uint8(grant.HostMap)
		if a[3] == 1 {
			flags |= grant.MapReadonly
		}
		m.keeper.Maps(grant.DomF, a[1], flags)
	},
	DriverRequest: func(m *calls, a *args, code errno.Errno) { m.keeper.Requests(m.st, a[1]) },
	DriverFinish:  func(m *calls, a *args, code errno.Errno) { m.keeper.Finishes(a[1]) },
	DriverDisconnect: func(m *calls, a *args, code errno.Errno) {
		m.keeper.Disconnects(m.st, a[1], code, m.call.Seen)
	},
	KernelUse:    func(m *calls, _ *args, code errno.Errno) { m.keeper.Uses(m.st, code) },
	UpdateShinfo: func(m *calls, _ *args, _ errno.Errno) { m.keeper.Updates(m.st) },
	GnttabReset:  drops, KernelBoot: drops, KexecExec: drops, Destroy: drops, XenStep: drops,
})

// hostPart is the part for the host, if an address selects it.
func hostPart(a *args) (flags uint8) {
	if a[2] != gnttab.NoPlace {
		flags = grant.HostMap
	}
	return flags
}

// selected are the parts of a handle that an unmap is about.
func selected(a *args) (flags uint8) {
	flags = hostPart(a)
	if gnttab.Bus(a[3]) != gnttab.NoBus {
		flags |= grant.DeviceMap
	}
	return flags
}

// gives notes which page a kernel grants: what its number stands for now.
func (m *calls) gives(cpu, ref, gfn uint8) {
	if frame, is := gntview.FrameOf(m.st, grant.DomainOf(cpu), gfn); is {
		m.keeper.Gives(ref, frame)
	}
}

// byKind makes a table of it.
func byKind(list map[*model.Spec]cause) (table [256]cause) {
	for s, c := range list {
		table[s.Kind()] = c
	}
	return table
}

// actor is the CPU that an operation is made by, or none.
func actor(op *model.Op) uint8 {
	if a := op.Spec().Args; len(a) > 0 && a[0].Type == CPU {
		return op.Arg[0]
	}
	return grant.Tool
}

// drops notes what Xen itself has ended.
func drops(m *calls, _ *args, _ errno.Errno) { m.keeper.Drops(m.call.Seen) }

// enter has the ledger look at what is before an operation.
func (m *calls) enter(w *model.World, op *model.Op) {
	m.st, m.book, m.op = Of(w), Book(w), op
	m.stage = m.st.Kernel.Stage
	m.keeper.Before(m.st, m.book, actor(op))
}

// leave has it note what the operation did.
func (m *calls) leave(code errno.Errno) {
	ref := uint8(grant.MaxRefs)
	if m.op.Spec() == DriverAccess {
		ref = m.op.Arg[1]
	}
	m.book.Harm = 0
	if c := causes[m.op.Kind]; c != nil {
		c(m, &m.op.Arg, code)
	}
	m.keeper.After(m.st, code, m.call.Seen)
	harm := m.book.Harm
	m.keeper.Judge(m.st, ref, code, m.call.Seen)
	m.book.Harm |= harm
	if m.cfg.Untrusted { // whatever its kernel stores is what it means
		m.book.Harm &^= ledger.Stale
	}
	if is := m.st.Kernel.Stage; is != m.stage {
		revokes := m.stage == grant.Revoking && m.cfg.Handover.Revokes()
		m.keeper.TakesOver(m.st, revokes, is == grant.K2)
	}
}
