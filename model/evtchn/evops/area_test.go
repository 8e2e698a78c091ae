package evops_test

import (
	"strings"
	"testing"

	"hvcheck/checker"
	"hvcheck/model"
	"hvcheck/model/evtchn"
	"hvcheck/model/evtchn/evops"
)

// TestFlat: what lies in Worlds and configurations is its bytes.
func TestFlat(t *testing.T) {
	for _, err := range []error{checker.CheckFlat[evtchn.State](), checker.CheckFlat[evops.Config]()} {
		if err != nil {
			t.Error(err)
		}
	}
}

func TestOpString(t *testing.T) {
	for op, want := range map[model.Op]string{
		evops.AllocUnbound.Of(4, 0, 1): "evtchn.alloc_unbound cpu=t0 dom=guest remote=backend",
		evops.SetPriority.Of(0, 3, 1):  "evtchn.set_priority cpu=v0 port=3 prio=7",
		evops.ResetEvents.Of(1, 2):     "evtchn.reset cpu=v1 preempt=2",
		evops.DestroyEvents.Of(0):      "evtchn.destroy",
	} {
		if got := op.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestArgMistakes: what is no value is refused, and the error says what is one.
func TestArgMistakes(t *testing.T) {
	for _, c := range []struct {
		arg   *model.ArgType
		text  string
		wants string
	}{
		{evops.EventCPU, "v2", "v0, v1, b0, b1, t0"},
		{evops.GuestCPU, "b0", "v0, v1"},
		{evops.GuestVCPU, "v0", "a number"},
		{evops.PortArg, "-1", "a number"},
		{evops.DomArg, "tool", "guest, backend, none"},
		{evops.VIRQArg, "debug", "timer, argo, dom_exc, 24"},
		{evops.PIRQArg, "", "a number"},
		{evops.PrioArg, "15", "0, 7, 16"},
		{evops.PageArg, "other", "own, missing, readonly"},
		{evops.Offset, "8", "0, unaligned, crossing"},
		{evops.InfoArea, "crossing", "misaligned"},
		{evops.Purpose, "console", "store, timer"},
		{evops.OnOff, "1", "off, on"},
		{evops.ABISet, "FIFO", "2L+FIFO+v3"},
	} {
		v, err := c.arg.Parse(c.text)
		if err == nil {
			t.Errorf("%s: %q was read as %d", c.arg.Name, c.text, v)
		} else if !strings.Contains(err.Error(), c.wants) {
			t.Errorf("%s: %q: the error does not say %q: %v", c.arg.Name, c.text, c.wants, err)
		}
	}
}

// TestArgCounts: only the bounds say how many values there are. Port 0 is a
// port; behind the last vCPU and interrupt is one that does not exist.
func TestArgCounts(t *testing.T) {
	b := evops.Scope{Ports: 4, VCPUs: 2, Preempt: 3}.Config()
	for arg, want := range map[*model.ArgType]uint8{
		evops.PortArg: 5, evops.GuestVCPU: 3, evops.PIRQArg: 2, evops.EventCPU: 5, evops.ABISet: 5, model.Preempt: 4,
	} {
		if got := arg.Count(&b); got != want {
			t.Errorf("%s has %d values, want %d", arg.Name, got, want)
		}
	}
}

// TestSymmetric: nothing may be renamed without the groups.
func TestSymmetric(t *testing.T) {
	for _, s := range evops.Area.Ops.Specs() {
		for _, a := range s.Args {
			if a.Type.Symmetric {
				t.Errorf("%s is symmetric", a.Type.Name)
			}
		}
	}
}

// TestGroups: what is exchanged in a story, and what stays.
func TestGroups(t *testing.T) {
	c := evops.Scope{Ports: 3, VCPUs: 2}.Config()
	for i, want := range []struct {
		size uint8
		p    []uint8
		was  model.Op
		is   model.Op
	}{
		{2, []uint8{1, 0}, evops.Send.Of(evtchn.Back1, 1), evops.Send.Of(evtchn.Back0, 1)},
		{1, []uint8{0}, evops.BindVCPU.Of(evtchn.VCPU1, 2, 0), evops.BindVCPU.Of(evtchn.VCPU1, 2, 0)},
		{3, []uint8{1, 2, 0}, evops.BindVCPU.Of(evtchn.VCPU1, 2, 0), evops.BindVCPU.Of(evtchn.VCPU1, 3, 0)},
	} {
		g := evops.Area.Groups[i]
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

var connected = evops.Start{Running: evtchn.TwoLevel, Backend: 1}

// TestNeeds: a start state says how large a scope it needs.
func TestNeeds(t *testing.T) {
	for _, c := range []struct {
		start model.Start
		needs evops.Scope
	}{
		{model.Start{}, evops.Scope{}},
		{evops.Begin("", connected), evops.Scope{Ports: 1}},
		{evops.Begin("", connected, evops.BindVCPU.Of(evtchn.VCPU0, 2, 1)), evops.Scope{Ports: 2, VCPUs: 2}},
		{evops.Begin("", connected, evops.Send.Of(evtchn.Back0, 1)), evops.Scope{Ports: 1}},
	} {
		got := evops.Scope{}.Config()
		if c.start.Needs(&got); got != c.needs.Config() {
			t.Errorf("%+v: %+v, want %+v", c.start, *evops.Conf(&got), c.needs)
		}
	}
}

// TestFits: a start state whose operations are refused is told in words.
func TestFits(t *testing.T) {
	st := evops.Begin("moved", connected, evops.BindVCPU.Of(evtchn.VCPU0, 1, 1))
	c := configs()[0].Config
	for vcpus, want := range map[uint8]string{
		1: `start "moved" cannot be made with these bounds and this design: evtchn.bind_vcpu cpu=v0 port=1 vcpu=1 returns -ENOENT`,
		2: "",
	} {
		evops.Conf(&c).VCPUs = vcpus
		got := ""
		if err := st.Fits(&c); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%d vCPUs: %q, want %q", vcpus, got, want)
		}
	}
}

// TestStartCountsForNoBound: its operations use nothing up, and are done at once.
func TestStartCountsForNoBound(t *testing.T) {
	c := configs()[1].Config // step by step
	evops.Conf(&c).Budget[evtchn.Sends] = 1
	start := evops.Begin("", connected, evops.Send.Of(evtchn.Back0, 1))
	w := start.World(&c)
	s := evops.Of(&w)
	if s.Left != evops.Conf(&c).Budget || s.Task[evtchn.Back0].PC != evtchn.Idle || evops.Book(&w).Owed != 1<<1 {
		t.Errorf("left %v, task %v, owed %b", s.Left, s.Task[evtchn.Back0].PC, evops.Book(&w).Owed)
	}
	m := model.NewMachine(c)
	for i, want := range []bool{false, true} { // the second one is one too many
		if a := m.Do(&w, evops.Send.Of(evtchn.Back0+uint8(i), 1)); a.Refused != want {
			t.Errorf("send %d: %+v", i, a)
		}
	}
	if short := m.Short(); len(short) != 1 {
		t.Errorf("%d bounds kept an operation from being made", len(short))
	}
}

// TestRulesAsked: coverage knows which rules came into play.
func TestRulesAsked(t *testing.T) {
	m := model.NewMachine(configs()[0].Config)
	start := evops.Begin("", connected)
	w := start.World(&m.Config)
	if asked := m.RulesAsked(); len(asked) != 0 {
		t.Errorf("before any operation: %v", asked)
	}
	m.Do(&w, evops.ResetEvents.Of(evtchn.VCPU0, 0))
	if asked := m.RulesAsked(); !asked["EV-A1"] || !asked["EV-B11"] || asked["EV-A3"] || asked["EV-V1"] {
		t.Errorf("after a reset: %v", asked)
	}
}
