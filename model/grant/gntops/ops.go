package gntops

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/grant"
)

// ops is the area's table of operations.
var ops model.Table

// args of a handler.
type args = model.Args

// by has an operation carried out by a method of grant.Call.
func by(do func(c *grant.Call, a *args) errno.Errno) func(model.Calls, *args) errno.Errno {
	return func(m model.Calls, a *args) errno.Errno { return do(&m.(*calls).call, a) }
}

func ok(when string) model.Result { return model.Can(errno.OK, when) }

var fails, never = model.Can, model.Never

// Operands that operations of area grant share.
var (
	argBy      = model.Arg{Name: "cpu", Type: CPU}
	argPreempt = model.Arg{Name: "preempt", Type: model.Preempt}
)

// waits is the result of what cannot be done now.
var waits = fails(errno.NotRunning, "not possible now: the CPU is busy, a lock is held, or the domain does not run")

// XenStep goes on with what a CPU does.
var XenStep = ops.Define(model.Spec{
	Name:    "gnttab.step",
	Doc:     "The CPU does the next critical section of what it is in the middle of.",
	Source:  "xen/common/grant_table.c",
	Args:    []model.Arg{argBy, argPreempt},
	Results: []model.Result{ok("a section done"), waits},
	Run:     by(func(c *grant.Call, a *args) errno.Errno { return c.Step(a[0]) }),
})
