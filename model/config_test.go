package model_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hvcheck/model"
	"hvcheck/model/design"
	"hvcheck/model/modeltest"
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

// TestDesignKeepsTheOrderOfSettings, whatever the order of the choices was.
func TestDesignKeepsTheOrderOfSettings(t *testing.T) {
	var c model.Config
	var want []model.Choice
	for _, s := range slices.Backward(model.Settings) {
		ch := model.Choice{Name: s.Name, Value: s.Values[1]}
		if err := c.Set(ch); err != nil {
			t.Fatal(err)
		}
		want = append(want, ch)
	}
	slices.Reverse(want)
	if d := cmp.Diff(want, c.Design()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// TestSettingNames: a name means one setting.
func TestSettingNames(t *testing.T) {
	names := model.SettingNames()
	if slices.Sort(names); len(slices.Compact(slices.Clone(names))) != len(model.Settings) {
		t.Errorf("some setting's name is not its own: %q", names)
	}
}

// TestSetMistakes: what is refused changes nothing, and the error names what
// could be meant.
func TestSetMistakes(t *testing.T) {
	for _, s := range model.Settings {
		var c model.Config
		for _, wrong := range []struct {
			choice model.Choice
			wants  string
		}{
			{model.Choice{Name: s.Name + "x", Value: s.Values[0]}, `did you mean "` + s.Name + `"?`},
			{model.Choice{Name: s.Name, Value: s.Values[1] + "x"}, strings.Join(s.Values, ", ")},
		} {
			if err := c.Set(wrong.choice); err == nil || !strings.Contains(err.Error(), wrong.wants) {
				t.Errorf("%v: %v, want %q", wrong.choice, err, wrong.wants)
			}
			if c != (model.Config{}) {
				t.Errorf("%v: refused, and changed the configuration", wrong.choice)
			}
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

// TestBounds: each area's bounds bound it, and no others do.
func TestBounds(t *testing.T) {
	seen := map[string]bool{}
	for _, b := range model.BoundList {
		if b.Name == "" || b.Doc == "" || seen[b.Name] || b.Min > b.Max || len(b.Areas()) == 0 {
			t.Errorf("%q wants a name of its own, a doc, room and an area", b.Name)
		}
		seen[b.Name] = true
		for _, a := range model.Areas {
			var c model.Config
			c.Add(a)
			has := slices.Contains(a.Bounds, b)
			if a.Has(b) != has || c.Has(b) != has || slices.Contains(c.Bounds(), b) != has || slices.Contains(b.Areas(), a) != has {
				t.Errorf("whether %s bounds %s is not clear", b.Name, a.Name)
			}
		}
	}
	var none model.Config
	if list, err := none.Bounds(), none.Check(); len(list) > 0 || err == nil {
		t.Errorf("a configuration about nothing has %d bounds, %v", len(list), err)
	}
}

// TestIdle: a number of operations can be none or have no end; sizes cannot.
func TestIdle(t *testing.T) {
	size, number := &model.Bound{Max: 9}, &model.Bound{Max: 9, Endless: true}
	for _, tc := range []struct {
		b               *model.Bound
		v               uint8
		unlimited, idle bool
	}{
		{size, 0, false, false}, {size, 5, false, false}, {size, 9, false, false},
		{number, 0, false, true}, {number, 5, false, false}, {number, 9, true, true},
	} {
		if u, i := tc.b.Unlimited(tc.v), tc.b.Idle(tc.v); u != tc.unlimited || i != tc.idle {
			t.Errorf("endless %v, %d: unlimited %v, idle %v", tc.b.Endless, tc.v, u, i)
		}
	}
}

// TestCheck asks each bound for too much and for nothing, in the areas that
// have it and in those that do not.
func TestCheck(t *testing.T) {
	for _, b := range model.BoundList {
		for _, a := range model.Areas {
			t.Run(b.Name+" "+a.Name, func(t *testing.T) {
				c := modeltest.Largest(a)
				if err := c.Check(); err != nil {
					t.Errorf("the largest bounds: %v", err)
				}
				if a.Has(b) {
					checkBound(t, &c, b)
					return
				}
				*b.Of(&c) = 1
				if err := c.Check(); err == nil || !strings.Contains(err.Error(), "area "+a.Name+" has no "+b.Name) {
					t.Errorf("a bound of another area: %v", err)
				}
			})
		}
	}
}

func checkBound(t *testing.T, c *model.Config, b *model.Bound) {
	t.Helper()
	refused := func(v uint8, want bool) {
		t.Helper()
		*b.Of(c) = v
		if err := c.Check(); (err != nil) != want || want && !strings.Contains(err.Error(), "--"+b.Name) {
			t.Errorf("%d: %v", v, err)
		}
	}
	refused(b.Max, false)
	refused(b.Min, false)
	if b.Max < 255 {
		refused(b.Max+1, true)
	}
	if b.Min > 0 {
		refused(b.Min-1, true)
	}
}

// TestBoundsLieApart: each bound is a place of its own, in every configuration.
func TestBoundsLieApart(t *testing.T) {
	c := largest()
	for i, b := range model.BoundList {
		*b.Of(&c) = uint8(i + 1)
	}
	for i, b := range model.BoundList {
		if got := *b.Of(&c); got != uint8(i+1) {
			t.Errorf("%s was overwritten with that of %s", b.Name, model.BoundList[got-1].Name)
		}
	}
}

// TestTakeBounds: bounds go over, and nothing else does.
func TestTakeBounds(t *testing.T) {
	for _, a := range model.Areas {
		from := modeltest.Largest(a)
		for _, s := range a.Settings {
			if err := from.Set(model.Choice{Name: s.Name, Value: s.Values[1]}); err != nil {
				t.Fatal(err)
			}
		}
		var c model.Config
		c.Add(a)
		if c.TakeBounds(&from); c != modeltest.Largest(a) {
			t.Errorf("%s: not the bounds of the other, or more than them", a.Name)
		}
	}
}

// TestRaiseBounds takes the larger one of each.
func TestRaiseBounds(t *testing.T) {
	low, high := largest(), largest()
	for i, b := range model.BoundList {
		c := []*model.Config{&low, &high}[i%2]
		*b.Of(c) = 0
	}
	if low.RaiseBounds(&high); low != largest() {
		t.Error("some bound is not the larger one")
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
