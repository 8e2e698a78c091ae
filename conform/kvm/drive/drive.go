// Package drive says how each operation of the models is driven on a real KVM, and
// does it.
//
//	mappings of package ways -> Session: a VM whose vCPU has an area
//
// A tick of the model's clock is long beside what calls take. The VM's clock is set
// before each call that reads it, so that all times are whole ticks but for a
// little, and are told as whole ticks. They have to make up the entry time to the
// nanosecond all the same.
package drive

import (
	"slices"

	"hvcheck/conform"
	"hvcheck/conform/kvm/abi"
	view "hvcheck/conform/runstate"
	"hvcheck/conform/ways"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/rsops"
)

// Mappings lists the areas that can be driven.
var Mappings = []*ways.Mapping[*abi.KVM]{areas}

var areas = &ways.Mapping[*abi.KVM]{View: view.View, Ways: slices.Concat(areaWays, eventWays), Refused: refused, Begin: begin}

// refused: what a scenario is about stays, whatever the design is that it is run in.
func refused(s *conform.Scene) string {
	if c := rsops.Conf(&s.Scenario.Config); c.Access.Xen() || c.PV {
		return "the scenario is about Xen's own areas"
	}
	return ""
}

// Reasons why something cannot be driven.
const (
	xens    = "Xen's own; KVM's emulation does not have it"
	inside  = "a step within one call"
	another = "no KVM has another user of the vCPU's mappings"
	long    = "a tick of this scenario is too long to be waited for"
	noShift = "a shift is no record"
)

// did is a result with a name of its own.
func did(code errno.Errno) ways.Did { return ways.Did{Result: code.String()} }

// by makes a way of a function of the session's, which is carried out by the vCPU's
// thread.
func by(spec *model.Spec, how string, except func(q *ways.Question) string, do func(s *session, a *model.Args) (errno.Errno, error)) ways.Way {
	return ways.Way{Spec: spec, How: how, Except: except, Do: func(of ways.Session, op model.Op, _ int) (ways.Did, error) {
		return of.(*session).carryOut(func(s *session) (errno.Errno, error) { return do(s, &op.Arg) })
	}}
}

func never(spec *model.Spec, why string) ways.Way { return ways.Way{Spec: spec, Never: why} }

var areaWays = []ways.Way{
	by(rsops.Change, "KVM_RUN to go to running, KVM_XEN_VCPU_ATTR_TYPE_RUNSTATE_CURRENT to go to another state; KVM_SET_CLOCK before", exceptChange, (*session).change),
	never(rsops.HostStep, inside),
	by(rsops.HostWait, "a thread with a higher priority has the vCPU's CPU", exceptWait, (*session).wait),
	{Spec: rsops.Move, How: "another thread of the VMM's, which has not run it yet", Do: moved},
	by(rsops.Get, "KVM_XEN_VCPU_ATTR_TYPE_RUNSTATE_DATA, read", nil, (*session).get),
	by(rsops.SetData, "KVM_XEN_VCPU_ATTR_TYPE_RUNSTATE_DATA; KVM_SET_CLOCK before", exceptData, (*session).setData),
	by(rsops.Adjust, "KVM_XEN_VCPU_ATTR_TYPE_RUNSTATE_ADJUST; KVM_SET_CLOCK before", nil, (*session).adjust),
	by(rsops.SetAddress, "KVM_XEN_VCPU_ATTR_TYPE_RUNSTATE_ADDR", nil, (*session).setAddress),
	by(rsops.SetWidth, "KVM_XEN_ATTR_TYPE_LONG_MODE", nil, (*session).setWidth),
	by(rsops.SetFlag, "KVM_XEN_ATTR_TYPE_RUNSTATE_UPDATE_FLAG", nil, (*session).setFlag),
	by(rsops.GuestRead, "the VMM reads the memory, as a CPU of the guest's would", nil, (*session).read),
	by(rsops.Invalidate, "the page is cut out of the file that it is in, and written anew in another frame", nil, (*session).evict),
	by(rsops.SetSlot, "KVM_SET_USER_MEMORY_REGION", nil, (*session).setSlot),
	never(rsops.RegisterHandle, xens), never(rsops.RegisterPhys, xens), never(rsops.SoftReset, xens), never(rsops.SetMode, xens), never(rsops.GuestMap, xens),
}

func reasonIf(is bool, why string) string {
	if is {
		return why
	}
	return ""
}

func exceptChange(q *ways.Question) string { return reasonIf(q.Op.Arg[0] != runstate.H0, another) }

func exceptWait(q *ways.Question) string {
	return reasonIf(rsops.Conf(&q.Machine.Config).Unit > view.Tick, long)
}

func exceptData(q *ways.Question) string {
	return reasonIf(runstate.Values(q.Op.Arg[1]) == runstate.Shifted, noShift)
}
