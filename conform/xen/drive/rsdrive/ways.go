// Package rsdrive drives the area runstate: a vCPU with a runstate area on a physical CPU
// of its own, where it runs while dom0 looks at it; another vCPU of its domain's that makes
// calls about it; and a vCPU of another domain that takes its CPU away.
//
// Nobody sets Xen's clock. A tick of the model's is some time that passes; what Xen books
// for it is told as the ticks that have passed, in the state to which most of it is booked.
// The times have to make up the entry time to the nanosecond all the same.
package rsdrive

import (
	"hvcheck/conform"
	view "hvcheck/conform/runstate"
	"hvcheck/conform/ways"
	"hvcheck/conform/xen/drive"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/rsops"
)

func init() { drive.Register(areas) }

// areas is how the area is driven.
var areas = &drive.Mapping{View: view.View, Ways: areaWays, Refused: refused, Fits: fits, Begin: begin}

// refused: what a scenario is about stays, whatever the design is that it is run in.
func refused(s *conform.Scene) string {
	return drive.ReasonIf(!rsops.Conf(&s.Scenario.Config).Access.Xen(), "the scenario is about KVM's emulation")
}

// fits asks whether there can be such a guest.
func fits(c *model.Config, w *model.World) string {
	o, s := rsops.Conf(c), rsops.Of(w)
	return drive.Either(
		drive.ReasonIf(!o.Access.Xen(), "the design is none of Xen's"),
		drive.ReasonIf(o.On[runstate.A6] && s.Phys, "this Xen has no areas by guest-physical address, one of which is there at the start"),
		drive.ReasonIf(s.Layout != runstate.Layout64 && o.PV, "Xen is built without 32-bit PV guests"),
		drive.ReasonIf(s.Rec.State != uint64(runstate.Running) || s.Rec.Entry == 0, "a vCPU that does not run in the beginning"))
}

// Reasons why something cannot be driven.
const (
	kvms    = "KVM's; Xen does not have it"
	noSlots = drive.NotYet + ": pages that are gone, or that cannot be written"
	noClock = "nobody sets Xen's clock, or stops it"
	another = "Xen has no other thread that updates the area"
)

// by makes a way of a function of the session's.
func by(spec *model.Spec, how string, except func(q *drive.Question) string, do func(s *session, a *model.Args) (errno.Errno, error)) drive.Way {
	return drive.Way{Spec: spec, How: how, Except: except, Do: func(of ways.Session, op model.Op, _ int) (drive.Did, error) {
		rc, err := of.(*session).carryOut(step{do, op.Arg, spec == rsops.Change})
		return drive.Result(rc), err
	}}
}

func never(spec *model.Spec, why string) drive.Way { return drive.Way{Spec: spec, Never: why} }

var areaWays = []drive.Way{
	by(rsops.Change, "to running and runnable by a vCPU that has its CPU, to blocked by a poll, to offline by VCPUOP_down; an event wakes it, or VCPUOP_up", exceptChange, (*session).change),
	never(rsops.HostStep, drive.Inside),
	by(rsops.HostWait, "a while passes", nil, (*session).wait),
	never(rsops.Move, kvms),
	by(rsops.Get, "VCPUOP_get_runstate_info, by another vCPU", nil, (*session).get),
	never(rsops.SetData, kvms), never(rsops.Adjust, kvms), never(rsops.SetAddress, kvms),
	by(rsops.SetWidth, "HVM_PARAM_CALLBACK_IRQ, by a vCPU in that mode", nil, (*session).setWidth),
	by(rsops.SetFlag, "VMASST_TYPE_runstate_update_flag", nil, (*session).setFlag),
	by(rsops.GuestRead, "dom0 reads the memory, as a CPU of the guest's would", nil, (*session).read),
	never(rsops.Invalidate, kvms), never(rsops.SetSlot, noSlots),
	never(rsops.SetShared, kvms), never(rsops.SetVCPU, kvms), never(rsops.SendEvent, kvms), never(rsops.MaskEvent, kvms), never(rsops.HandleEvents, kvms),
	by(rsops.RegisterHandle, "VCPUOP_register_runstate_memory_area, by the vCPU itself or by another one", exceptRegister, (*session).register),
	by(rsops.RegisterPhys, "VCPUOP_register_runstate_phys_area, by the vCPU itself", exceptOwn, (*session).registerPhys),
	by(rsops.SoftReset, "SCHEDOP_shutdown by another vCPU, XEN_DOMCTL_soft_reset", exceptReset, (*session).softReset),
	by(rsops.SetMode, "HYPERVISOR_iret to user mode, where the pages are not mapped, and back by syscall", nil, (*session).setMode),
	by(rsops.GuestMap, "the guest's page table is written, by update_va_mapping of a PV guest", nil, (*session).mapPage),
}

// stateOf is the state of the vCPU before an operation.
func stateOf(q *drive.Question) uint8 { return uint8(rsops.Of(q.World).Rec.State) }

// goes are the ways from a state to another, with whatever Xen has between that takes no
// time. A vCPU that does not run goes to sleep in no other way.
var goes = [runstate.NumStates][runstate.NumStates]bool{
	runstate.Running:  {runstate.Runnable: true, runstate.Blocked: true, runstate.Offline: true},
	runstate.Runnable: {runstate.Running: true, runstate.Offline: true},
	runstate.Blocked:  {runstate.Running: true, runstate.Runnable: true, runstate.Offline: true},
	runstate.Offline:  {runstate.Running: true, runstate.Runnable: true},
}

func exceptChange(q *drive.Question) string {
	a := &q.Op.Arg
	if a[1] >= runstate.NumStates {
		return "nobody can ask Xen for such a state"
	}
	return drive.Either(
		drive.ReasonIf(a[0] != runstate.H0, another),
		drive.ReasonIf(runstate.Clock(a[2]) != runstate.Ahead, noClock),
		drive.ReasonIf(rsops.Of(q.World).User && a[1] == runstate.Blocked, "no vCPU goes to sleep from user mode"),
		drive.ReasonIf(!goes[stateOf(q)][a[1]], "no vCPU of Xen's goes from its state to that one"))
}

// exceptRegister: who makes a call runs.
func exceptRegister(q *drive.Question) string {
	if q.Op.Arg[1] != 0 {
		return ""
	}
	return exceptOwn(q)
}

// exceptOwn: the vCPU makes the call itself.
func exceptOwn(q *drive.Question) string {
	return drive.ReasonIf(stateOf(q) != runstate.Running, "the vCPU cannot make a call unless it runs")
}

// exceptReset: a domain is shut down before, which takes its vCPUs from their CPUs.
func exceptReset(q *drive.Question) string {
	state := stateOf(q)
	return drive.Either(
		drive.ReasonIf(rsops.Conf(&q.Machine.Config).PV, "no PV domain survives a soft reset"),
		drive.ReasonIf(state == runstate.Running || state == runstate.Runnable, "the vCPU goes offline before, when its domain is shut down"))
}
