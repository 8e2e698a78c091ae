package model_test

import (
	"slices"
	"testing"

	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/modeltest"
)

// An area as somebody might add one: lamps that can be lit so and so often.
// It says nothing of how its states are told.
var (
	lampOps model.Table
	lamps   = model.NewArea(model.Area{
		Name: "lamps", Shares: []model.Share{lampPart}, Bounds: []*model.Bound{lampCount, lampLights},
		Ops: &lampOps, Plain: lampSetup(0), Calls: func(c *model.Config) model.Calls { return &lampCalls{bounds: *lampConf.Of(c)} },
	})
	lampPart = model.NewPart[lampState]("lamps")
	lampConf = model.NewConf[lampBounds]("lamps")

	lampCount  = &model.Bound{Name: "lamps", Min: 1, Max: 2, Of: func(c *model.Config) *uint8 { return &lampConf.Of(c).Lamps }}
	lampLights = &model.Bound{Name: "lights", Max: 255, Endless: true, Of: func(c *model.Config) *uint8 { return &lampConf.Of(c).Lights }}

	lamp = model.Number("lamp", "", func(c *model.Config) uint8 { return lampConf.Of(c).Lamps }).
		Naming(func(v uint8, least *model.Config) { lampConf.Of(least).Lamps = max(lampConf.Of(least).Lamps, v+1) })
	light = lampOps.Define(model.Spec{
		Name: "lamps.light", Args: []model.Arg{{Name: "lamp", Type: lamp}},
		Run: func(c model.Calls, a *model.Args) errno.Errno { return c.(*lampCalls).light(a[0]) },
	})
	quench = lampOps.Define(model.Spec{
		Name: "lamps.quench", Args: []model.Arg{{Name: "lamp", Type: lamp}},
		Run: func(c model.Calls, a *model.Args) errno.Errno {
			c.(*lampCalls).st.Lit[a[0]].On = false
			return errno.OK
		},
	})
)

type (
	lampState struct {
		Lit [2]struct{ On bool }
		// Left counts the lights that may still come.
		Left uint8
	}
	lampBounds struct{ Lamps, Lights uint8 }
	lampSetup  uint8 // so many lamps are lit
	lampCalls  struct {
		bounds            lampBounds
		st                *lampState
		starting, refused bool
		short             bool
	}
)

func (lampSetup) Area() *model.Area { return lamps }

func (n lampSetup) Build(_ *model.Config, w *model.World) {
	for i := range n {
		lampPart.Of(w).Lit[i].On = true
	}
}

func (n lampSetup) Needs(least *model.Config) {
	lampConf.Of(least).Lamps = max(lampConf.Of(least).Lamps, uint8(n))
}

func (c *lampCalls) light(l uint8) errno.Errno {
	switch {
	case l >= c.bounds.Lamps:
		return errno.EINVAL
	case c.st.Left == 0 && !c.starting:
		c.refused, c.short = true, true
		return errno.NotRunning
	case !c.starting:
		c.st.Left--
	}
	c.st.Lit[l].On = true
	return errno.OK
}

func (c *lampCalls) Begin(w *model.World, _ *model.Op, _ uint8) {
	c.st, c.refused = lampPart.Of(w), false
}

func (c *lampCalls) End(code errno.Errno) model.Answer {
	return model.Answer{Code: code, Refused: c.refused}
}

func (c *lampCalls) Drain(w *model.World) (model.Op, bool) {
	for l := range lampPart.Of(w).Lit {
		if lampPart.Of(w).Lit[l].On {
			return quench.Of(uint8(l)), true
		}
	}
	return model.Op{}, false
}

func (c *lampCalls) Asked(note func(string)) { note("LAMP") }

func (c *lampCalls) Short(note func(*model.Bound)) {
	if c.short {
		note(lampLights)
	}
}

func (c *lampCalls) Starting(w *model.World, on bool) {
	if c.starting = on; !on {
		lampPart.Of(w).Left = c.bounds.Lights
	}
}

// lit is a configuration of so many lamps, and of so many lights.
func lit(n, lights uint8) (c model.Config) {
	c.Add(lamps)
	*lampConf.Of(&c) = lampBounds{Lamps: n, Lights: lights}
	return c
}

// register has the area known while a test runs, behind all others.
func register(t *testing.T) {
	areas := model.Areas
	model.Areas = append(slices.Clone(areas), lamps)
	t.Cleanup(func() { model.Areas = areas })
}

// TestUnregistered: an area that is not registered is none.
func TestUnregistered(t *testing.T) {
	c := lit(2, 1)
	if _, ok := model.AreaNamed("lamps"); ok || len(lampCount.Areas()) > 0 || len(c.Areas()) > 0 || c.Has(lampCount) {
		t.Error("the area is known")
	}
	if _, ok := model.SpecNamed("lamps.light"); ok {
		t.Error("its operations are known")
	}
	w := model.World{}
	if a := model.NewMachine(c).Do(&w, light.Of(0)); !a.Refused {
		t.Errorf("its operations are carried out: %+v", a)
	}
}

// TestMachine: operations, what kept one from being made, rules, and the drain.
func TestMachine(t *testing.T) {
	register(t)
	c := lit(2, 1)
	start := model.Start{Areas: []model.Setup{lampSetup(1)}}
	m, w := model.NewMachine(c), start.World(&c)
	for _, step := range []struct {
		op   model.Op
		want model.Answer
	}{
		{light.Of(1), model.Answer{}},
		{light.Of(2), model.Answer{Code: errno.EINVAL}},
		{light.Of(0), model.Answer{Code: errno.NotRunning, Refused: true}},
	} {
		if got := m.Do(&w, step.op); got != step.want {
			t.Errorf("%v answers %+v", step.op, got)
		}
	}
	if short := m.Short(); len(short) != 1 || !short[lampLights] {
		t.Errorf("short of %v", short)
	}
	if asked := m.RulesAsked(); len(asked) != 1 || !asked["LAMP"] {
		t.Errorf("asked for %v", asked)
	}
	var drained []string
	for op, more := m.Drain(&w); more; op, more = m.Drain(&w) {
		m.Do(&w, op)
		drained = append(drained, op.String())
	}
	if want := []string{"lamps.quench lamp=0", "lamps.quench lamp=1"}; !slices.Equal(drained, want) {
		t.Errorf("drained by %q", drained)
	}
}

// TestStart: operations of a start count for no bound, needs add up, and an
// operation that fails is told.
func TestStart(t *testing.T) {
	register(t)
	start := model.Start{Name: "lit", Areas: []model.Setup{lampSetup(1)}, Do: []model.Op{light.Of(1)}}
	c := lit(0, 3)
	if err := start.Fits(&c); err == nil || err.Error() !=
		`start "lit" cannot be made with these bounds and this design: lamps.light lamp=1 returns -EINVAL` {
		t.Errorf("without lamps: %v", err)
	}
	start.Needs(&c)
	if want := lit(2, 3); c != want {
		t.Errorf("needs %+v", *lampConf.Of(&c))
	}
	if err := start.Fits(&c); err != nil {
		t.Error(err)
	}
	w := start.World(&c)
	if want := (lampState{Lit: [2]struct{ On bool }{{true}, {true}}, Left: 3}); *lampPart.Of(&w) != want {
		t.Errorf("begins as %+v", *lampPart.Of(&w))
	}
	w = new(model.Start).World(&c)
	if want := (lampState{Left: 3}); *lampPart.Of(&w) != want {
		t.Errorf("plainly it begins as %+v", *lampPart.Of(&w))
	}
	defer func() {
		if recover() == nil {
			t.Error("a World was built that cannot be")
		}
	}()
	c = lit(1, 3)
	start.World(&c)
}

// TestFactsOfFields: what nobody has words for is told field by field.
func TestFactsOfFields(t *testing.T) {
	register(t)
	c := lit(2, 1)
	w := new(model.Start).World(&c)
	want := []string{"lamps Lit[0].On false", "lamps Lit[1].On false", "lamps Left 1"}
	if got := modeltest.Texts(model.Facts(&c, &w)); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	told := modeltest.Told{Config: c}
	told.All(t)
	told.InOrder(t)
}

// TestDiff and the outline are about what is not as it was, or as in the plain
// start.
func TestDiff(t *testing.T) {
	register(t)
	c := lit(2, 1)
	before := new(model.Start).World(&c)
	after := before
	if got := model.Diff(&c, &before, &after); got != nil {
		t.Errorf("nothing happened, and %v", got)
	}
	model.NewMachine(c).Do(&after, light.Of(1))
	want := []model.Change{{Subject: "lamps", Name: "Lit[1].On", Was: "false", Is: "true"}, {Subject: "lamps", Name: "Left", Was: "1", Is: "0"}}
	if got := model.Diff(&c, &before, &after); !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	if got := modeltest.Texts(model.Outline(&c, &after)); !slices.Equal(got, []string{"lamps Lit[1].On true", "lamps Left 0"}) {
		t.Errorf("got %q", got)
	}
	if got := model.Outline(&c, &before); len(got) != 0 {
		t.Errorf("of the plain start: %v", got)
	}
}

// TestAnd: a configuration about the areas of both, each with what it says. What
// both say of a share has to be the same.
func TestAnd(t *testing.T) {
	list := homes(t)
	register(t)
	for _, h := range list {
		own, mine := lit(2, 5), h.config
		mine.Preempt, own.Preempt = 3, 1
		for _, both := range []model.Config{mine.And(own), own.And(mine)} {
			if !both.About(lamps) || !both.About(h.area) || len(both.Areas()) != 2 || both.Preempt != 3 {
				t.Fatalf("is about %s, preempt %d", model.AreaNames(both.Areas()), both.Preempt)
			}
			for _, b := range h.area.Bounds {
				if *b.Of(&both) != *b.Of(&mine) {
					t.Errorf("%s has become %d", b.Name, *b.Of(&both))
				}
			}
			if got := *lampConf.Of(&both); got != (lampBounds{2, 5}) {
				t.Errorf("lamps have become %+v", got)
			}
			if !slices.Equal(both.Design(), mine.Design()) {
				t.Errorf("the design has become %v", both.Design())
			}
		}
		if h.config.And(h.config) != h.config {
			t.Errorf("%s and the same is something else", h.area.Name)
		}
	}
	one, none := lit(1, 6), lit(0, 0)
	if one.And(none) != one || none.And(one) != one || one.And(one) != one {
		t.Error("what one says does not stand")
	}
	defer func() {
		if recover() == nil {
			t.Error("two that say different things were joined")
		}
	}()
	one.And(lit(2, 0))
}

func TestAreaNames(t *testing.T) {
	if got := model.AreaNames([]*model.Area{{Name: "a"}, {Name: "b"}}); got != "a+b" {
		t.Error(got)
	}
	if got := model.AreaNames(nil); got != "" {
		t.Error(got)
	}
}

func TestRenamed(t *testing.T) {
	for _, tc := range []struct{ first, v, want uint8 }{
		{0, 0, 2}, {0, 2, 1}, {0, 3, 3}, {3, 2, 2}, {3, 3, 5}, {3, 5, 4}, {3, 6, 6},
	} {
		if got := model.Renamed(tc.first, []uint8{2, 0, 1}, tc.v); got != tc.want {
			t.Errorf("from %d on, %d becomes %d, want %d", tc.first, tc.v, got, tc.want)
		}
	}
}
