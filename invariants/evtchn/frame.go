package evtchn

import (
	"fmt"

	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/evtchn"
	"hvcheck/model/evtchn/evops"
)

var of = invariants.Part[evtchn.State]

// frames are the parts of the domain that few operations may change.
var frames = []invariants.Frame[evtchn.State]{
	of("Host, the offer", func(a, b *evtchn.State) bool { return a.Host == b.Host }, evops.SetOffer, evops.KernelJump),
	of("what the toolstack wanted", func(a, b *evtchn.State) bool { return a.Wanted == b.Wanted }, evops.SetOffer),
	of("the callback", func(a, b *evtchn.State) bool { return a.Callback == b.Callback }),
	of("the store's parameter", func(a, b *evtchn.State) bool { return a.Param == b.Param }, evops.KernelJump, evops.KernelReset, evops.ToolstackStep),
	of("the global VIRQ's handler", func(a, b *evtchn.State) bool { return a.Handler == b.Handler }, evops.SetVIRQHandler, evops.DestroyEvents),
	of("bitness", func(a, b *evtchn.State) bool { return a.Bits32 == b.Bits32 }, evops.Become32),
	of("the grant table's version", func(a, b *evtchn.State) bool { return a.Grants == b.Grants }, evops.KernelStart, evops.KernelJump),
	of("which kernel runs", func(a, b *evtchn.State) bool { return a.Cur == b.Cur }, evops.KernelJump),
	of("that the guest has shut down", func(a, b *evtchn.State) bool { return a.Shutdown == b.Shutdown },
		evops.KernelStop, evops.SoftReset, evops.SoftResetCont, evops.ToolstackStep, evops.KernelJump),
	of("that it is paused", func(a, b *evtchn.State) bool { return a.Paused == b.Paused }, evops.PauseDomain, evops.ToolstackStep, evops.KernelJump),
	of("that it is gone", func(a, b *evtchn.State) bool { return a.Dead == b.Dead }, evops.DestroyEvents),
	of("the toolstack's progress", func(a, b *evtchn.State) bool { return a.Control == b.Control }, evops.ToolstackStep),
	of("that the kernel uses an ABI", func(a, b *evtchn.State) bool {
		return a.Running().Belief != evtchn.NoABI || b.Running().Belief == evtchn.NoABI
	}, evops.KernelStart, evops.QueryOffer, evops.InitControl, evops.XenStep, evops.KernelJump),
}

// whole tells the operations that touch everything: those that end a kernel's
// life, or reset the domain.
var whole = kinds(
	evops.ResetEvents, evops.ResetEventsCont, evops.SoftReset, evops.SoftResetCont, evops.DestroyEvents,
	evops.ToolstackStep, evops.KernelJump, evops.KernelReset, evops.KernelStart, evops.QueryOffer, evops.XenStep,
)

func untouched(_ *invariants.Probe, before *model.World, op model.Op, a model.Answer, after *model.World) error {
	if a.Refused || op.Spec().Area() != evops.Area {
		return nil
	}
	was, is, spec := evops.Of(before), evops.Of(after), op.Spec()
	if what := invariants.Changed(frames, op, was, is); what != "" {
		return fmt.Errorf("%s changed %s", spec.Name, what)
	}
	if names(op, evops.EventCPU, nil, evtchn.Tool) && was.Kernel != is.Kernel {
		return fmt.Errorf("%s by the toolstack changed what the guest's kernel keeps", spec.Name)
	}
	for v := range is.VCPU {
		if x, y := was.VCPU[v].Poll, is.VCPU[v].Poll; x != y && y != 0 && spec != evops.Poll {
			return fmt.Errorf("%s put vcpu %d to sleep", spec.Name, v)
		}
	}
	overtaken := spec == evops.XenStep && was.Task[op.Arg[0]].PC <= evtchn.A5 || // by the kernel's init_control
		spec == evops.GuestStep && was.VCPU[op.Arg[0]].Handler.PC < evtchn.H2
	if was.Ops == evtchn.FIFO && is.Ops == evtchn.FIFO && was.Pending != is.Pending && !overtaken {
		return fmt.Errorf("%s changed evtchn_pending, which the FIFO ABI does not use", spec.Name)
	}
	if whole(op) {
		return nil
	}
	return othersStay(was, is, op)
}

// othersStay: vCPUs, kernels and ports that the operation does not name, and that
// are not the other end of one that it does, are as they were.
func othersStay(was, is *evtchn.State, op model.Op) error {
	for k := range was.Kernel {
		if uint8(k) != was.Cur && was.Kernel[k] != is.Kernel[k] {
			return fmt.Errorf("%s changed kernel %d, which does not run", op.Spec().Name, k)
		}
	}
	for v := range was.VCPU {
		x, y := &was.VCPU[v], &is.VCPU[v]
		if !names(op, evops.GuestVCPU, evops.GuestCPU, uint8(v)) && (x.Down != y.Down || x.NoUp != y.NoUp || x.Info != y.Info || x.Vector != y.Vector || x.Block != y.Block) {
			return fmt.Errorf("%s changed vcpu %d", op.Spec().Name, v)
		}
	}
	for d := range was.Dom {
		for p := range was.Dom[d].Port {
			x, y := was.Dom[d].Port[p], is.Dom[d].Port[p]
			if x == y || x.State == evtchn.Free || names(op, evops.PortArg, nil, uint8(p)) || op.Spec() == evops.InitControl || op.Spec() == evops.ExpandArray {
				continue
			}
			if x.Lastq, x.Saved, x.Next, x.Prev = y.Lastq, y.Saved, y.Next, y.Prev; x != y && !peers(was, is, op, d, uint8(p)) {
				return fmt.Errorf("%s changed port %d of the %s", op.Spec().Name, p, domName(d))
			}
		}
	}
	return nil
}

// names tells whether an operand of one of the types is v.
func names(op model.Op, t, other *model.ArgType, v uint8) bool {
	for i, arg := range op.Spec().Args {
		if (arg.Type == t || arg.Type == other && other != nil) && op.Arg[i] == v {
			return true
		}
	}
	return false
}

// peers tells whether a port was or is the other end of one that the operation
// names or binds.
func peers(was, is *evtchn.State, op model.Op, d int, p uint8) bool {
	for _, s := range []*evtchn.State{was, is} {
		if port := &s.Dom[d].Port[p]; port.State == evtchn.Interdomain && (names(op, evops.PortArg, nil, port.Number) || was.Dom[port.Remote].Port[port.Number].State == evtchn.Free) {
			return true
		}
	}
	return false
}
