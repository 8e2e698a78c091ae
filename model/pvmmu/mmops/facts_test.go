package mmops_test

import (
	"maps"
	"reflect"
	"slices"
	"testing"

	"hvcheck/model"
	"hvcheck/model/modeltest"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu"
	"hvcheck/model/pvmmu/mmops"
)

func TestFactsTellAll(t *testing.T) { told().All(t) }

func TestFactsInOrder(t *testing.T) { told().InOrder(t) }

// told is all of the area, with options TLB and Steps. An entry without a frame has no
// neighbour that is one.
func told() *modeltest.Told {
	c := modeltest.Largest(mmops.Area)
	mmops.Conf(&c).TLB, mmops.Conf(&c).Steps = true, true
	return &modeltest.Told{Config: c, Flip: func(v reflect.Value) bool {
		if v.Type() != reflect.TypeFor[page.Entry]() {
			return false
		}
		v.SetUint(uint64(page.To(1, page.RO)))
		return true
	}}
}

// TestFactsInUse: what the bounds leave out is not told.
func TestFactsInUse(t *testing.T) {
	c := mmops.Scope{Frames: 3, Slots: 1, Guests: 2, Tools: 2}.Config()
	subjects := map[string]bool{}
	for _, f := range model.Facts(&c, new(model.World)) {
		subjects[f.Subject] = true
	}
	want := []string{"dom", "frame 0", "frame 1", "frame 2", "t0", "t1", "vcpu 0", "vcpu 1"}
	if got := slices.Sorted(maps.Keys(subjects)); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// TestOutline: what a start state is, in a few lines, and what a pin changes.
func TestOutline(t *testing.T) {
	c := mmops.Scope{Frames: 3, Slots: 1, Guests: 1, Tools: 1}.Config()
	start := mmops.Starts([]mmops.Start{{Name: "l2", Ent: map[uint8][]page.Entry{0: {page.To(1, page.RW)}}}})[0]
	w := start.World(&c)
	if got, want := modeltest.Texts(model.Outline(&c, &w)), []string{"frame 0 entries 1rw"}; !slices.Equal(got, want) {
		t.Errorf("the start is %q", got)
	}
	before := w
	if a := model.NewMachine(c).Do(&w, mmops.Pin.Of(pvmmu.Tool(0), 1, 1, 0)); a.Code != 0 {
		t.Fatal(a.Code)
	}
	want := []model.Change{
		{Subject: "frame 1", Name: "type", Was: "none", Is: "l1, validated"},
		{Subject: "frame 1", Name: "count, type count", Was: "1, 0", Is: "2, 1"},
		{Subject: "frame 1", Name: "kept by", Was: "-", Is: "pin"},
	}
	if got := model.Diff(&c, &before, &w); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if pool.Of(&before).Pages[1].Pinned {
		t.Error("the state before was changed")
	}
}
