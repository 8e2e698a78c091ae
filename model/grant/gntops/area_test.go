package gntops_test

import (
	"strings"
	"testing"

	"hvcheck/checker"
	"hvcheck/model"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntops"
	"hvcheck/model/grant/gnttab"
	"hvcheck/model/grant/ledger"
)

func init() { model.Register(gntops.Area) }

// TestFlat: what lies in Worlds and configurations is its bytes.
func TestFlat(t *testing.T) {
	for _, err := range []error{checker.CheckFlat[grant.State](), checker.CheckFlat[ledger.Book](), checker.CheckFlat[grant.Config]()} {
		if err != nil {
			t.Error(err)
		}
	}
}

func TestOpString(t *testing.T) {
	for op, want := range map[model.Op]string{
		gntops.Map.Of(grant.Back0, grant.DomF, 1, both, 0, 0, 0):                                           "gnttab.map cpu=b0 dom=f ref=1 flags=dev+host slot=0 more=no",
		gntops.Map.Of(grant.Third0, grant.NumDomains, grant.MaxRefs, 0, gnttab.NoPlace, 1, 1):              "gnttab.map cpu=c0 dom=none ref=none flags=none slot=none more=yes preempt=1",
		gntops.Map.Of(grant.Back1, grant.DomF, 1, grant.HostMap|grant.ContainsPTE, gnttab.Unaligned, 0, 0): "gnttab.map cpu=b1 dom=f ref=1 flags=host+pte slot=unaligned more=no",
		gntops.Unmap.Of(grant.Back0, 1, 0, uint8(gnttab.WrongBus), 0, 0):                                   "gnttab.unmap cpu=b0 handle=1 slot=0 bus=wrong more=no",
		gntops.GuestFlags.Of(grant.Front0, 1, grant.PermitAccess|grant.Readonly):                           "guest.store_flags cpu=f0 ref=1 flags=permit+ro",
		gntops.XenStep.Of(grant.Front1, 0):                                                                 "gnttab.step cpu=f1",
	} {
		got := op.String()
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

const both = grant.HostMap | grant.DeviceMap

// TestArgMistakes: what is no value is refused, and the error says what is one.
func TestArgMistakes(t *testing.T) {
	for _, c := range []struct {
		arg   *model.ArgType
		text  string
		wants string
	}{
		{gntops.CPU, "b2", "f0, f1, b0, b1, c0, t0"},
		{gntops.Dom, "v", "f, b, c, none"},
		{gntops.Ref, "4", "reference"},
		{gntops.Handle, "-1", "handle"},
		{gntops.Place, "9", "place"},
		{gntops.MapFlags, "host+dev", "dev+host"},
		{gntops.EntryFlags, "ro", "permit+ro"},
		{gntops.BusAddr, "0", "none, right, wrong"},
		{gntops.OnOff, "1", "no, yes"},
	} {
		v, err := c.arg.Parse(c.text)
		if err == nil {
			t.Errorf("%s: %q was read as %d", c.arg.Name, c.text, v)
		} else if !strings.Contains(err.Error(), c.wants) {
			t.Errorf("%s: %q: %v", c.arg.Name, c.text, err)
		}
	}
}

// TestGroups: what is exchanged in a story, and what stays.
func TestGroups(t *testing.T) {
	c := gntops.Scope{Refs: 3, Frames: 3, Slots: 2, Handles: 2, Fronts: 2, Backs: 1}.Config(grant.Config{})
	swapped := []uint8{1, 0}
	maps := gntops.Map.Of(grant.Back0, grant.DomF, 1, grant.HostMap, 0, 0, 0)
	ends := gntops.Copy.Of(grant.Third0, gntops.RefEnd(grant.DomB, 1), gntops.PageEnd(0), 0, 0, 0)
	for i, want := range []struct {
		size uint8
		p    []uint8
		was  model.Op
		is   model.Op
	}{
		{3, []uint8{2, 0, 1}, gntops.Take.Of(0), gntops.Take.Of(2)},
		{2, swapped, maps, gntops.Map.Of(grant.Back0, grant.DomF, 2, grant.HostMap, 0, 0, 0)},
		{2, swapped, gntops.Unmap.Of(grant.Back0, 1, 0, 0, 0, 0), gntops.Unmap.Of(grant.Back0, 0, 0, 0, 0, 0)},
		{2, swapped, maps, gntops.Map.Of(grant.Back0, grant.DomF, 1, grant.HostMap, 1, 0, 0)},
		{1, []uint8{0}, maps, maps},
		{2, swapped, gntops.GuestEnd.Of(grant.Front0, 1), gntops.GuestEnd.Of(grant.Front1, 1)},
		{2, swapped, ends, gntops.Copy.Of(grant.Back0, gntops.RefEnd(grant.DomC, 1), gntops.PageEnd(0), 0, 0, 0)},
	} {
		g := gntops.Area.Groups[i]
		if got := g.Size(&c); got != want.size {
			t.Errorf("group %d has %d names, want %d", i, got, want.size)
		}
		got := want.was
		for a, arg := range got.Spec().Args {
			got.Arg[a] = g.Rename(arg.Type, got.Arg[a], want.p)
		}
		if got != want.is {
			t.Errorf("group %d: %v, want %v", i, got, want.is)
		}
	}
}
