package runstate

import (
	"fmt"

	"hvcheck/conform"
	"hvcheck/model"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/rsops"
)

// Names of what is seen of event channels.
const (
	Events = "events"

	Shared, VCPU      = "shared_info", "vcpu_info"
	Words, Told, Wall = "pending and mask bytes", "upcall and selector", "wall clock written"
)

// eventFields are what KVM says of where structures are.
var eventFields = []conform.Field{
	{Name: Shared, Doc: "where KVM has it", Model: ofKVM(func(s *runstate.State, _ int) string { return place(s, runstate.SharedInfo) })},
	{Name: VCPU, Doc: "where KVM has it", Model: ofKVM(func(s *runstate.State, _ int) string { return place(s, runstate.VCPUInfo) })},
}

func place(s *runstate.State, k uint8) string {
	l := &s.Ev.Link[k]
	if !l.Active {
		return rsops.VCPUAt.Format(uint8(runstate.Away))
	}
	return rsops.VCPUAt.Format(l.At)
}

// eventPageFields are what is in a page of shared_info and of vcpu_info.
var eventPageFields = []conform.Field{
	{Name: Words, Doc: "the bytes of shared_info with these ports, in either width", Model: ofPage(func(p *runstate.Info) string { return fmt.Sprintf("%x", p.Bytes) })},
	{Name: Told, Doc: "evtchn_upcall_pending, evtchn_pending_sel of 64 and of 32 bits", Model: ofPage(ToldText)},
	{Name: Wall, Doc: "how often, of 64 and of 32 bits", Model: ofPage(WallText)},
}

func ofPage(value func(p *runstate.Info) string) func(*model.Config, *model.World, int) string {
	return ofKVM(func(s *runstate.State, i int) string { return value(&s.Ev.Page[i]) })
}

// ofKVM is what a Xen does not tell.
func ofKVM(value func(s *runstate.State, i int) string) func(*model.Config, *model.World, int) string {
	return func(c *model.Config, w *model.World, i int) string {
		if rsops.Conf(c).Access.Xen() {
			return ""
		}
		return value(rsops.Of(w), i)
	}
}

// ToldText is what vcpu_info says.
func ToldText(p *runstate.Info) string {
	return fmt.Sprintf("%s %#x %#x", model.YesNo(p.Upcall != 0), p.Sel, p.Sel32)
}

// WallText is how often the wall clock was written.
func WallText(p *runstate.Info) string {
	return fmt.Sprintf("%d %d", p.Wall[runstate.Layout64], p.Wall[runstate.Layout32])
}
