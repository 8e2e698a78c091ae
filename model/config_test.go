package model_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hvcheck/model"
	"hvcheck/model/design"
	"hvcheck/model/page"
	"hvcheck/model/pvmmu"
)

// TestSettings sets every value of every setting and takes it back.
func TestSettings(t *testing.T) {
	for _, s := range model.Settings {
		if s.Doc == "" || len(s.Values) < 2 {
			t.Errorf("%s wants a doc and at least two values", s.Name)
		}
		for i, value := range s.Values {
			var c model.Config
			ch := model.Choice{Name: s.Name, Value: value}
			if err := c.Set(ch); err != nil {
				t.Fatal(err)
			}
			var want []model.Choice
			if i > 0 { // the first value is the baseline, which is no choice
				want = append(want, ch)
			}
			if d := cmp.Diff(want, c.Design()); d != "" {
				t.Errorf("%v: design (-want +got):\n%s", ch, d)
			}
			if err := c.Set(model.Choice{Name: s.Name, Value: s.Values[0]}); err != nil || c != (model.Config{}) {
				t.Errorf("%v cannot be taken back: %v", ch, err)
			}
		}
	}
}

func TestDesignKeepsTheOrderOfSettings(t *testing.T) {
	var c model.Config
	for _, ch := range []model.Choice{{"MM-M1", "on"}, {"MM-B2", "on"}, {"fixup", "MM-V6"}} {
		if err := c.Set(ch); err != nil {
			t.Fatal(err)
		}
	}
	var words []string
	for _, ch := range c.Design() {
		words = append(words, ch.String())
	}
	if got := strings.Join(words, " "); got != "fixup=MM-V6 MM-B2=on MM-M1=on" {
		t.Error(got)
	}
}

func TestSetMistakes(t *testing.T) {
	for _, c := range []struct {
		choice model.Choice
		wants  []string
	}{
		{model.Choice{Name: "fixip", Value: "MM-V0"}, []string{`"fixip"`, `did you mean "fixup"?`}},
		{model.Choice{Name: "mm-b24", Value: "on"}, []string{`did you mean "MM-B24"?`}},
		{model.Choice{Name: "fixup", Value: "MM-V4"}, []string{`"MM-V4"`, "MM-V2, MM-V0, MM-V1"}},
		{model.Choice{Name: "MM-B2", Value: "yes"}, []string{"off, on"}},
	} {
		var config model.Config
		err := config.Set(c.choice)
		if err == nil {
			t.Errorf("%v was accepted", c.choice)
			continue
		}
		for _, w := range c.wants {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%v: the error does not say %q: %v", c.choice, w, err)
			}
		}
		if config != (model.Config{}) {
			t.Errorf("%v: refused, and changed the configuration", c.choice)
		}
	}
}

// TestSwitches checks what the documents and the bug catalogue are made of.
func TestSwitches(t *testing.T) {
	seen := map[string]bool{}
	for _, sw := range model.Switches {
		if seen[sw.ID] {
			t.Errorf("%s: two switches have this id", sw.ID)
		}
		seen[sw.ID] = true
		if sw.ID == "" || sw.Title == "" || sw.Doc == "" || sw.Origin == "" {
			t.Errorf("%q wants id, title, doc and origin", sw.ID)
		}
		kind, _ := strings.CutPrefix(sw.ID, "MM-")
		if want := map[byte]design.Kind{'V': design.Variant, 'B': design.Bug, 'M': design.Mutant}[kind[0]]; sw.Kind != want {
			t.Errorf("%s is a %v", sw.ID, sw.Kind)
		}
		if bug := sw.Kind != design.Variant; bug != (len(sw.Breaks) > 0) || bug != (sw.Scenario != "") {
			t.Errorf("%s: a bug or mutant, and no variant, says what it breaks, and where", sw.ID)
		}
		if sw.Kind == design.Bug && sw.Length == 0 {
			t.Errorf("%s: a bug says how soon it shows", sw.ID)
		}
	}
}

func TestCheckBounds(t *testing.T) {
	for _, b := range model.BoundList {
		t.Run(b.Name, func(t *testing.T) {
			if b.Doc == "" {
				t.Error("has no doc")
			}
			c := model.Config{Bounds: largest()}
			if err := c.Check(); err != nil {
				t.Errorf("the largest bounds: %v", err)
			}
			*b.Of(&c.Bounds) = b.Max + 1
			if err := c.Check(); err == nil || !strings.Contains(err.Error(), "--"+b.Name) {
				t.Errorf("%d more than fit: %v", b.Max+1, err)
			}
			*b.Of(&c.Bounds) = 0
			mayBeNone := b.Name == "preempt" || b.Name == "guests"
			if err := c.Check(); (err == nil) != mayBeNone {
				t.Errorf("none: %v", err)
			}
		})
	}
}

func TestNearest(t *testing.T) {
	known := []string{"mmuext.pin", "mmuext.unpin", "mmu_update", "set-context", "fixup"}
	for _, c := range []struct {
		name  string
		first string
	}{
		{"mmuext.pim", "mmuext.pin"},
		{"MMU_UPDATE", "mmu_update"},
		{"setcontext", "set-context"},
	} {
		if got := model.Nearest(c.name, known); len(got) != 3 || got[0] != c.first {
			t.Errorf("%s: %v, want %s first of three", c.name, got, c.first)
		}
	}
	if got := model.Nearest("pin", []string{"unpin"}); len(got) != 1 {
		t.Errorf("of one known name: %v", got)
	}
	if got := model.DidYouMean("pin", nil); got != "" {
		t.Errorf("with nothing known: %q", got)
	}
	if got := model.DidYouMean("fixap", known); got != `; did you mean "fixup"?` {
		t.Error(got)
	}
}

// TestStart: a start state says how large a scope it needs.
func TestStart(t *testing.T) {
	for _, c := range []struct {
		start         model.Start
		frames, slots uint8
	}{
		{model.Start{}, 0, 0},
		{model.Start{List: []uint8{3, 0}}, 4, 0},
		{model.Start{Ent: map[uint8][]page.Entry{1: {0, 0}}}, 2, 2},
		{model.Start{Ent: map[uint8][]page.Entry{0: {page.To(5, page.RO)}}}, 6, 1},
	} {
		if f, s := c.start.Frames(), c.start.Slots(); f != c.frames || s != c.slots {
			t.Errorf("%+v: %d frames and %d slots, want %d and %d", c.start, f, s, c.frames, c.slots)
		}
	}
}

// TestDrain: from any state, draining ends, and a stopped host is left alone.
func TestDrain(t *testing.T) {
	s := newStroll(7, model.Config{Bounds: model.Bounds{Frames: 4, Slots: 2, Guests: 2, Tools: 2, Preempt: 2}})
	s.take(t, 20)
	for range 10 {
		op, more := s.machine.Drain(&s.world)
		if !more {
			return
		}
		s.machine.Do(&s.world, op)
	}
	t.Error("the drain does not end")
}

// TestRulesAsked: coverage knows which rules came into play.
func TestRulesAsked(t *testing.T) {
	m := model.NewMachine(model.Config{Bounds: model.Bounds{Frames: 2, Slots: 1, Guests: 1, Tools: 1}})
	start := model.Start{}
	w := start.World(&m.Config)
	if asked := m.RulesAsked(); len(asked) != 0 {
		t.Errorf("before any operation: %v", asked)
	}
	m.Do(&w, model.SetContext.Of(pvmmu.Tool(0), 0, 1, 0, 1, 0, 0))
	if asked := m.RulesAsked(); !asked["MM-V2"] || asked["MM-V0"] || !asked["MM-B20"] || asked["MM-B22"] {
		t.Errorf("after a set-context with permitted bits: %v", asked)
	}
}
