package gen

import (
	"testing"

	"hvcheck/model"
	"hvcheck/model/pvmmu/mmops"
)

func TestMixes(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range Mixes {
		if m.Name == "" || m.Doc == "" || seen[m.Name] {
			t.Errorf("mix %q: no name, no text, or twice", m.Name)
		}
		seen[m.Name] = true
		if got, err := MixNamed(m.Name); err != nil || got.Name != m.Name {
			t.Errorf("mix %s: found %s (%v)", m.Name, got.Name, err)
		}
	}
}

// TestDirected: a directed mix draws nothing else.
func TestDirected(t *testing.T) {
	s := pinFirst()
	for _, m := range Mixes {
		directed, err := MixNamed(m.Name + ":mmuext.pin,vcpu-reset")
		if err != nil {
			t.Fatal(err)
		}
		if err := directed.Check(s, s.Config); err != nil {
			t.Error(err)
		}
		src := NewSource(s, s.Config, directed)
		kinds := map[model.Kind]bool{}
		for i := range uint64(50) {
			for _, op := range src.Trace(spread(i)).Ops {
				kinds[op.Kind] = true
			}
		}
		if len(kinds) != 2 || !kinds[mmops.Pin.Kind()] || !kinds[mmops.VCPUReset.Kind()] {
			t.Errorf("%s draws %v", directed.Name, kinds)
		}
	}
}

func TestMixErrors(t *testing.T) {
	for name, want := range map[string]string{
		"flatt":           `mix "flatt" is unknown; did you mean "flat"?`,
		"flat:mmuext.pim": `mix flat: operation "mmuext.pim" is unknown; did you mean "mmuext.pin"?`,
	} {
		if _, err := MixNamed(name); err == nil || err.Error() != want {
			t.Errorf("%s: %v", name, err)
		}
	}
	s := pinFirst()
	m, err := flat.Only("touch")
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Check(s, s.Config); err == nil || err.Error() != "mix flat:touch: scenario test.pin-first has none of its operations" {
		t.Error(err)
	}
}
