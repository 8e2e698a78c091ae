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
