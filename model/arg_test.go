package model_test

import (
	"strings"
	"testing"

	"hvcheck/model"
	"hvcheck/model/page"
	"hvcheck/model/pvmmu"
)

// largest are the largest bounds that the model has room for, of every area.
func largest() (b model.Bounds) {
	for _, bound := range model.BoundList {
		*bound.Of(&b) = bound.Max
	}
	return b
}

// largestOf are the largest bounds of one area.
func largestOf(a model.Area) (b model.Bounds) {
	for _, bound := range model.BoundList {
		if bound.Area == "" || bound.Area == a {
			*bound.Of(&b) = bound.Max
		}
	}
	return b
}

// argTypes lists every type that some operand has.
func argTypes() (types []*model.ArgType) {
	seen := map[*model.ArgType]bool{}
	for _, s := range model.Specs {
		for _, a := range s.Args {
			if !seen[a.Type] {
				seen[a.Type] = true
				types = append(types, a.Type)
			}
		}
	}
	return types
}

// valuesOf lists the values of an operand type that can be written.
func valuesOf(at *model.ArgType) (values []uint8) {
	switch at {
	case model.Ent:
		return entryValues()
	case model.Level:
		return []uint8{1, 2, 3, 4}
	case model.SlotOrM2P:
		values = append(values, pvmmu.SlotM2P)
	}
	for v := range at.Count(largest()) {
		values = append(values, v)
	}
	return values
}

func entryValues() []uint8 {
	values := []uint8{0}
	for f := range uint8(page.MaxFrames) {
		for k := page.RO; k <= page.Bad; k++ {
			e := page.To(f, k)
			values = append(values, uint8(e), uint8(e.WithDirty()))
		}
	}
	return values
}

// TestArgRoundTrip writes every value of every operand type and reads it again.
func TestArgRoundTrip(t *testing.T) {
	for _, at := range argTypes() {
		t.Run(at.Name, func(t *testing.T) {
			if at.Doc == "" {
				t.Error("has no doc")
			}
			written := map[string]uint8{}
			for _, v := range valuesOf(at) {
				s := at.Format(v)
				if other, twice := written[s]; twice {
					t.Errorf("%d and %d are both written %q", v, other, s)
				}
				written[s] = v
				if got, err := at.Parse(s); err != nil || got != v {
					t.Errorf("%d is written %q, which is read as %d, %v", v, s, got, err)
				}
			}
		})
	}
}

// TestArgMistakes: what is no value is refused, and the error says what is one.
func TestArgMistakes(t *testing.T) {
	for _, c := range []struct {
		arg   *model.ArgType
		text  string
		wants string
	}{
		{model.CPU, "v9", "v0, v1, v2, t0, t1, t2"},
		{model.CPU, "", "v0"},
		{model.Frame, "one", "a number"},
		{model.Frame, "-1", "a number"},
		{model.Frame, "256", "a number"},
		{model.FrameOrNone, "nobody", "a number"},
		{model.Level, "0", "1 to 4"},
		{model.Level, "5", "1 to 4"},
		{model.Slot, "m2p", "a number"},
		{model.SlotOrM2P, "4", "0 to 3"},
		{model.SlotOrM2P, "M2P", "0 to 3"},
		{model.Ent, "8rw", "2rw"},
		{model.Ent, "rw", "2rw"},
		{model.Command, "preserve", "preserve_ad"},
		{model.Assist, "yes", "strict"},
		{model.Toggle, "", "enable"},
		{model.Mode, "super", "kernel"},
		{model.PageType, "l1", "seg_desc"},
		{model.StepType, "l2", "l1, writable"},
		{model.Flush, "some", "badmask"},
		{model.Preempt, "never", "a number"},
		{model.EventCPU, "v2", "v0, v1, b0, b1, t0"},
		{model.GuestVCPU, "v0", "a number"},
		{model.PortArg, "-1", "a number"},
		{model.DomArg, "tool", "guest, backend, none"},
		{model.VIRQArg, "debug", "timer, argo, dom_exc, 24"},
		{model.PIRQArg, "", "a number"},
		{model.PrioArg, "15", "0, 7, 16"},
		{model.PageArg, "other", "own, missing, readonly"},
		{model.Offset, "8", "0, unaligned, crossing"},
		{model.InfoArea, "crossing", "misaligned"},
		{model.Purpose, "console", "store, timer"},
		{model.OnOff, "1", "off, on"},
		{model.ABISet, "FIFO", "2L+FIFO+v3"},
	} {
		v, err := c.arg.Parse(c.text)
		if err == nil {
			t.Errorf("%s: %q was read as %d", c.arg.Name, c.text, v)
		} else if !strings.Contains(err.Error(), c.wants) {
			t.Errorf("%s: %q: the error does not say %q: %v", c.arg.Name, c.text, c.wants, err)
		}
	}
}

// TestArgCounts: only the bounds say how many values there are.
func TestArgCounts(t *testing.T) {
	b := model.Bounds{Frames: 5, Slots: 2, Guests: 1, Tools: 1, Preempt: 3, Ports: 4, VCPUs: 2}
	for _, c := range []struct {
		arg  *model.ArgType
		want uint8
	}{
		{model.Frame, 5}, {model.FrameOrNone, 6}, {model.Slot, 2}, {model.SlotOrM2P, 2}, {model.Preempt, 4}, {model.Mode, 4}, {model.Command, 3},
		// Port 0 is a port; behind the last vCPU and interrupt is one that does not exist.
		{model.PortArg, 5}, {model.GuestVCPU, 3}, {model.PIRQArg, 2}, {model.EventCPU, 5}, {model.ABISet, 5},
	} {
		if got := c.arg.Count(b); got != c.want {
			t.Errorf("%s has %d values, want %d", c.arg.Name, got, c.want)
		}
	}
}

// TestSymmetric: only frames and vCPUs may be renamed.
func TestSymmetric(t *testing.T) {
	for _, at := range argTypes() {
		want := at == model.CPU || at == model.Frame || at == model.FrameOrNone
		if at.Symmetric != want {
			t.Errorf("%s: symmetric is %v", at.Name, at.Symmetric)
		}
	}
}
