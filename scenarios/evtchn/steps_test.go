package evtchn_test

import (
	"testing"

	"hvcheck/model/evtchn"
	"hvcheck/model/evtchn/evops"
	"hvcheck/scenarios/scenariostest"
)

// The notes on the numbers of states say what the steps of handlers cost.
func TestHandlersAtOnce(t *testing.T) {
	for name, want := range map[string]uint64{
		"evtchn.2l": 16_660, "evtchn.2l-words": 468_323, "evtchn.2l-words-pv": 322_729, "evtchn.fifo": 11_277,
		"evtchn.fifo-ports": 33_841, "evtchn.fifo-priorities": 271_249, "evtchn.fifo-vcpus": 71_785,
	} {
		s := must(t, name)
		c := s.Config
		if s.Full != nil {
			c.TakeBounds(s.Full)
		}
		evops.Conf(&c).Steps = evtchn.StepRaise
		r := scenariostest.ExploreConfig(t, s, []string{"EV-I16"}, c)
		if !r.Exhaustive || r.States != want || want >= s.Spec {
			t.Errorf("%s: %d states, want %d, fewer than the prototype's %d", name, r.States, want, s.Spec)
		}
	}
}
