package areas_test

import (
	"slices"
	"strings"
	"testing"

	"hvcheck/model"
	"hvcheck/model/evtchn"
	"hvcheck/model/evtchn/evops"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu"
	"hvcheck/model/pvmmu/mmops"
	"hvcheck/scenarios"
)

// Bounds of both areas bound the scenario, and are refused as in either.
func TestBounds(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(c *model.Config)
		want   string
	}{
		{"as they are", func(*model.Config) {}, ""},
		{"larger", func(c *model.Config) { pool.Conf(c).Frames, evops.Conf(c).Ports = 4, 3 }, ""},
		{"frames", func(c *model.Config) { pool.Conf(c).Frames = 1 }, "--frames 1: scenario test.both needs at least 2"},
		{"most frames", func(c *model.Config) { pool.Conf(c).Frames = 9 }, "--frames 9: at most 8 frames fit into this model"},
		{"tools", func(c *model.Config) { mmops.Conf(c).Tools = 0 }, "--tools 0: the model needs at least 1"},
		{"ports", func(c *model.Config) { evops.Conf(c).Ports = 1 }, "--ports 1: scenario test.both needs at least 2"},
		{"most ports", func(c *model.Config) { evops.Conf(c).Ports = 200 }, "--ports 200: at most 5 ports fit into this model"},
	} {
		c, got := both.Config, ""
		tc.change(&c)
		if err := both.Check(&c); err != nil {
			got = err.Error()
		}
		if got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
	for _, alone := range []*scenarios.Scenario{&pages, &events} {
		for _, b := range alone.Config.Bounds() {
			if !both.Config.Has(b) || *b.Of(&both.Config) != *b.Of(&alone.Config) {
				t.Errorf("%s is %d, in %s %d", b.Name, *b.Of(&both.Config), alone.Name, *b.Of(&alone.Config))
			}
		}
		c := both.Config
		c.TakeBounds(&alone.Config) // those of the other area are 0
		if both.Check(&c) == nil {
			t.Errorf("the bounds of %s are enough for both", alone.Name)
		}
	}
}

// A start state whose operations one of the areas refuses is told.
func TestFits(t *testing.T) {
	start := both.Starts[0]
	for _, tc := range []struct {
		op   model.Op
		want string
	}{
		{evops.Send.Of(evtchn.Back0, 1), ""},
		{mmops.Pin.Of(pvmmu.Tool(0), 0, 4, 0), ""},
		{mmops.Unpin.Of(pvmmu.Tool(0), 0, 0), `start "two tables, two ports" cannot be made`},
		{evops.BindVCPU.Of(0, 5, 0), `start "two tables, two ports" cannot be made`},
	} {
		st := start
		st.Do, st.Areas = []model.Op{tc.op}, start.Areas
		err := st.Fits(&both.Config)
		if (err == nil) != (tc.want == "") || err != nil && !strings.HasPrefix(err.Error(), tc.want) {
			t.Errorf("%v: %v", tc.op, err)
		}
	}
}

// The facts of both are told, area by area, with the area before each subject.
func TestFacts(t *testing.T) {
	w := both.Starts[0].World(&both.Config)
	var want []model.Fact
	for _, area := range both.Config.Areas() {
		for _, alone := range []*scenarios.Scenario{&pages, &events} {
			if alone.Config.About(area) {
				aw := alone.Starts[0].World(&alone.Config)
				for _, f := range model.Facts(&alone.Config, &aw) {
					f.Subject = area.Name + " " + f.Subject
					want = append(want, f)
				}
			}
		}
	}
	if got := model.Facts(&both.Config, &w); !slices.Equal(got, want) {
		t.Errorf("%d facts, want %d, or others", len(got), len(want))
	}
}
