package iomops

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/iommu"
	"hvcheck/model/iommu/ledger"
)

// books is the part of a World where the ledger is.
var books = model.NewPart[ledger.Book]("iommu.books")

// Book is what is noted in a World.
func Book(w *model.World) *ledger.Book { return books.Of(w) }

// asks says what an operation asks for, by its operands.
type asks func(a *args) ledger.Doing

// asking is by operation. Others ask for nothing that goes on.
var asking = byKind(map[*model.Spec]asks{
	Decrease:     func(a *args) ledger.Doing { return ledger.Doing{Work: iommu.WorkRemove, A: a[1]} },
	Populate:     func(a *args) ledger.Doing { return ledger.Doing{Work: iommu.WorkPopulate, A: a[1]} },
	Move:         func(a *args) ledger.Doing { return ledger.Doing{Work: iommu.WorkMove, A: a[1], B: a[2], N: 1} },
	MapForeign:   func(a *args) ledger.Doing { return ledger.Doing{Work: iommu.WorkForeign, A: a[1], B: a[2]} },
	UnmapForeign: func(a *args) ledger.Doing { return ledger.Doing{Work: iommu.WorkUnforeign, A: a[1]} },
	GetType:      func(a *args) ledger.Doing { return ledger.Doing{Work: iommu.WorkType, A: a[1], B: a[2]} },
	PutType:      func(a *args) ledger.Doing { return ledger.Doing{Work: iommu.WorkPutType, A: a[1]} },
	Assign:       func(a *args) ledger.Doing { return ledger.Doing{Work: iommu.WorkAssign, A: a[1], B: a[2], N: a[3]} },
	Deassign:     func(a *args) ledger.Doing { return ledger.Doing{Work: iommu.WorkDeassign, A: a[1], B: a[2], N: a[3]} },
	BuildTable:   func(a *args) ledger.Doing { return ledger.Doing{Work: iommu.WorkTable, B: a[1]} },
	Destroy:      func(a *args) ledger.Doing { return ledger.Doing{Work: iommu.WorkDestroy, B: a[1], N: a[2]} },
	MoveRange:    func(a *args) ledger.Doing { return ledger.Doing{Work: iommu.WorkRange, A: a[1], B: a[2], N: a[3]} },
})

// byKind makes a table of it.
func byKind(list map[*model.Spec]asks) (table [256]asks) {
	for s, f := range list {
		table[s.Kind()] = f
	}
	return table
}

// CPUOf is the CPU that an operation is made on, if it is.
func CPUOf(op model.Op) (cpu uint8, is bool) {
	switch {
	case op.Spec() == XenStep || op.Spec() == TimeOut:
		return op.Arg[0], true
	case asking[op.Kind] != nil:
		return iommu.CPUOf(op.Arg[0]), true
	}
	return 0, false
}

// Asked is what an operation asks a CPU for, if it does.
func Asked(op model.Op) (ask ledger.Doing, is bool) {
	f := asking[op.Kind]
	if f == nil {
		return ask, false
	}
	ask = f(&op.Arg)
	ask.Dom = iommu.DomainOf(op.Arg[0])
	return ask, true
}

// enter has the ledger look at what is before an operation.
func (m *calls) enter(w *model.World, op *model.Op) {
	m.st, m.op = Of(w), op
	m.keeper.Before(&m.cfg, m.st, Book(w))
}

// leave has it note what the operation was, and what it did.
func (m *calls) leave(code errno.Errno) {
	cpu := uint8(iommu.NumCPUs)
	if on, is := CPUOf(*m.op); is {
		cpu = on
	}
	if ask, is := Asked(*m.op); is {
		m.keeper.Asks(cpu, ask)
	}
	m.keeper.After(cpu, code, m.call.Seen)
}
