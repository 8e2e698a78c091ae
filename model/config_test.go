package model_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hvcheck/model"
	"hvcheck/model/design"
	"hvcheck/model/errno"
	"hvcheck/model/evtchn"
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

// kinds are the kinds of switches by the letter after the area's.
var kinds = map[byte]design.Kind{'V': design.Variant, 'A': design.AsIs, 'B': design.Bug, 'M': design.Mutant}

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
		_, kind, _ := strings.Cut(sw.ID, "-")
		if want := kinds[kind[0]]; sw.Kind != want {
			t.Errorf("%s is a %v", sw.ID, sw.Kind)
		}
		if (sw.Kind != design.Variant || len(sw.Breaks) > 0) && sw.Scenario == "" {
			t.Errorf("%s says what it breaks, and not where", sw.ID)
		}
		if sw.Kind != design.Variant && sw.Breaks == nil {
			t.Errorf("%s does not say what it breaks, if only that it is nothing", sw.ID)
		}
		if sw.Kind == design.Bug && sw.Length == 0 {
			t.Errorf("%s: a bug says how soon it shows", sw.ID)
		}
	}
}

// TestCheckBounds asks each bound for too much and for nothing, in the areas
// that have it.
func TestCheckBounds(t *testing.T) {
	for _, b := range model.BoundList {
		t.Run(b.Name, func(t *testing.T) {
			if b.Doc == "" {
				t.Error("has no doc")
			}
			for _, a := range []model.Area{model.PVMMU, model.EVTCHN} {
				if b.Area == "" || b.Area == a {
					checkBound(t, a, b)
				} else {
					checkForeignBound(t, a, b)
				}
			}
		})
	}
}

func checkBound(t *testing.T, a model.Area, b model.Bound) {
	t.Helper()
	c := model.Config{Bounds: largestOf(a)}
	if err := c.Check(); err != nil {
		t.Errorf("the largest bounds: %v", err)
	}
	if b.Max < 255 {
		*b.Of(&c.Bounds) = b.Max + 1
		if err := c.Check(); err == nil || !strings.Contains(err.Error(), "--"+b.Name) {
			t.Errorf("%d, more than fit: %v", b.Max+1, err)
		}
	}
	*b.Of(&c.Bounds) = 0
	if err := c.Check(); (err == nil) != (b.Min == 0) {
		t.Errorf("none: %v", err)
	}
}

// checkForeignBound: what an area does not have cannot be set.
func checkForeignBound(t *testing.T, a model.Area, b model.Bound) {
	t.Helper()
	c := model.Config{Bounds: largestOf(a)}
	*b.Of(&c.Bounds) = 1
	if b.Name == "vcpus" {
		return // it says which area a configuration is about
	}
	if err := c.Check(); err == nil || !strings.Contains(err.Error(), "has no "+b.Name) {
		t.Errorf("area %s: %v", a, err)
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
	events := evtchn.Start{Running: evtchn.TwoLevel, Backend: 1}
	for _, c := range []struct {
		start model.Start
		needs model.Bounds
	}{
		{model.Start{}, model.Bounds{}},
		{model.Start{List: []uint8{3, 0}}, model.Bounds{Frames: 4}},
		{model.Start{Slot: map[uint8]page.Slot{2: 0}}, model.Bounds{Frames: 3}},
		{model.Start{Ent: map[uint8][]page.Entry{1: {0, 0}}}, model.Bounds{Frames: 2, Slots: 2}},
		{model.Start{Ent: map[uint8][]page.Entry{0: {page.To(5, page.RO)}}}, model.Bounds{Frames: 6, Slots: 1}},
		{model.Start{Events: events}, model.Bounds{Ports: 1}},
		{model.Start{Events: events, Do: []model.Op{model.BindVCPU.Of(evtchn.VCPU0, 2, 1)}}, model.Bounds{Ports: 2, VCPUs: 2}},
		{model.Start{Events: events, Do: []model.Op{model.Send.Of(evtchn.Back0, 1)}}, model.Bounds{Ports: 1}},
	} {
		if got := c.start.Needs(); got != c.needs {
			t.Errorf("%+v: %+v, want %+v", c.start, got, c.needs)
		}
	}
}

// TestStartFits: a start state whose operations are refused is told in words.
func TestStartFits(t *testing.T) {
	st := model.Start{
		Name: "moved", Events: evtchn.Start{Running: evtchn.TwoLevel, Backend: 1},
		Do: []model.Op{model.BindVCPU.Of(evtchn.VCPU0, 1, 1)},
	}
	c := eventConfigs()[0].config
	for vcpus, want := range map[uint8]string{
		1: `start "moved" cannot be made with these bounds and this design: evtchn.bind_vcpu cpu=v0 port=1 vcpu=1 returns -ENOENT`,
		2: "",
	} {
		c.VCPUs = vcpus
		got := ""
		if err := st.Fits(&c); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%d vCPUs: %q, want %q", vcpus, got, want)
		}
	}
}

// TestDrain: from any state, draining ends, and a stopped host is left alone.
func TestDrain(t *testing.T) {
	for _, c := range append(mmuConfigs()[:1], eventConfigs()...) {
		t.Run(strings.Join(c.name, " "), func(t *testing.T) {
			for seed := range uint64(50) {
				s := newStroll(seed, c.config)
				s.take(t, 40)
				drain(t, s)
			}
		})
	}
}

func drain(t *testing.T, s *stroll) {
	t.Helper()
	for range 200 {
		op, more := s.machine.Drain(&s.world)
		if !more {
			return
		}
		if wrong := s.step(op); wrong != "" {
			t.Fatalf("%s, after\n%s", wrong, strings.Join(s.told, "\n"))
		}
	}
	t.Fatalf("the drain does not end, after\n%s", strings.Join(s.told, "\n"))
}

// TestForeignOps: a machine does not carry out operations of another area.
func TestForeignOps(t *testing.T) {
	for _, c := range []model.Config{mmuConfigs()[0].config, eventConfigs()[0].config} {
		s := newStroll(1, c)
		for _, spec := range model.Specs {
			if spec.Area == c.Area() {
				continue
			}
			before := s.world
			a := s.machine.Do(&s.world, model.Op{Kind: spec.Kind()})
			if want := (model.Answer{Code: errno.NotRunning, Refused: true}); a != want || s.world != before {
				t.Errorf("%s in area %s: %+v", spec.Name, c.Area(), a)
			}
		}
	}
}

// TestAreaOf: a configuration is about the area whose bounds it has.
func TestAreaOf(t *testing.T) {
	for area, b := range map[model.Area]model.Bounds{
		model.PVMMU:  {Frames: 1, Slots: 1, Tools: 1},
		model.EVTCHN: {VCPUs: 1, Ports: 1},
	} {
		if c := (model.Config{Bounds: b}); c.Area() != area || c.Check() != nil {
			t.Errorf("%+v: area %s, %v", b, c.Area(), c.Check())
		}
	}
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
