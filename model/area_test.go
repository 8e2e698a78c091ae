package model_test

import (
	"math/rand/v2"
	"reflect"
	"regexp"
	"slices"
	"testing"

	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/scenarios"
)

// TestAreas: a description is complete.
func TestAreas(t *testing.T) {
	word := regexp.MustCompile(`^[a-z][a-z0-9-]*$`)
	if len(model.Areas) == 0 {
		t.Fatal("there are no areas")
	}
	for _, a := range model.Areas {
		if found, ok := model.AreaNamed(a.Name); !ok || found != a || !word.MatchString(a.Name) {
			t.Errorf("%q: the name has to be a word, and its own", a.Name)
		}
		if a.Title == "" || a.Doc == "" || len(a.Shares) == 0 || len(a.Bounds) == 0 || len(a.Ops.Specs()) == 0 || len(a.Groups) == 0 {
			t.Errorf("%s wants title, doc, parts of the World, bounds, operations and groups", a.Name)
		}
		if a.Plain == nil || a.Plain.Area() != a || a.Calls == nil {
			t.Errorf("%s does not begin and run", a.Name)
		}
		var c model.Config
		c.Add(a)
		if !c.About(a) || !slices.Equal(c.Areas(), []*model.Area{a}) {
			t.Errorf("a configuration about %s is about %s", a.Name, model.AreaNames(c.Areas()))
		}
	}
	if a, ok := model.AreaNamed("nowhere"); ok {
		t.Errorf("found %s", a.Name)
	}
}

// home is an area at work by itself, as in its first scenario.
type home struct {
	area    *model.Area
	config  model.Config
	start   model.Start
	ops     []model.Op
	machine *model.Machine
	world   model.World
}

func homes(t *testing.T) (list []*home) {
	for _, a := range model.Areas {
		i := slices.IndexFunc(scenarios.All, func(s scenarios.Scenario) bool {
			return slices.Equal(s.Config.Areas(), []*model.Area{a})
		})
		if i < 0 {
			t.Fatalf("no scenario is about %s alone", a.Name)
		}
		sc := &scenarios.All[i]
		h := &home{area: a, config: sc.Config, ops: slices.Concat(sc.Ops(&sc.Config)...), machine: model.NewMachine(sc.Config)}
		if len(sc.Starts) > 0 {
			h.start = sc.Starts[0]
		}
		h.world = h.start.World(&h.config)
		list = append(list, h)
	}
	return list
}

// TestForeignOps: a machine does not carry out operations of another area.
func TestForeignOps(t *testing.T) {
	for _, h := range homes(t) {
		for _, spec := range model.Specs {
			if spec.Area() == h.area {
				continue
			}
			before := h.world
			a := h.machine.Do(&h.world, model.Op{Kind: spec.Kind()})
			if want := (model.Answer{Code: errno.NotRunning, Refused: true}); a != want || h.world != before {
				t.Errorf("%s in area %s: %+v", spec.Name, h.area.Name, a)
			}
		}
	}
}

// TestSideBySide: in one World, areas that share nothing do what they do alone,
// and the drain brings all of them to rest.
func TestSideBySide(t *testing.T) {
	for seed := range uint64(20) {
		together(t, rand.New(rand.NewPCG(seed, 1)))
	}
}

func together(t *testing.T, random *rand.Rand) {
	t.Helper()
	list := apart(homes(t))
	if len(list) < 2 {
		t.Fatal("no two areas share nothing")
	}
	var both model.Config
	var start model.Start
	for _, h := range list {
		both = both.And(h.config)
		start.Areas, start.Do = append(start.Areas, h.start.Areas...), append(start.Do, h.start.Do...)
	}
	m, w := model.NewMachine(both), start.World(&both)
	for range 100 {
		h := list[random.IntN(len(list))]
		op := h.ops[random.IntN(len(h.ops))]
		want, got := h.machine.Do(&h.world, op), m.Do(&w, op)
		if got != want {
			t.Fatalf("%v answers %+v, and alone %+v", op, got, want)
		}
		compare(t, list, &w, op)
	}
	for range 500 {
		op, more := m.Drain(&w)
		if !more {
			return
		}
		m.Do(&w, op)
	}
	t.Fatal("the drain does not end")
}

// apart leaves out areas that share a part of the World with an earlier one.
func apart(list []*home) (rest []*home) {
	seen := map[model.Share]bool{}
	for _, h := range list {
		if !slices.ContainsFunc(h.area.Shares, func(s model.Share) bool { return seen[s] }) {
			rest = append(rest, h)
		}
		for _, s := range h.area.Shares {
			seen[s] = true
		}
	}
	return rest
}

// compare compares each area's parts with those of the area alone.
func compare(t *testing.T, list []*home, w *model.World, op model.Op) {
	t.Helper()
	for _, h := range list {
		for _, share := range h.area.Shares {
			if share.Value(w).Interface() != share.Value(&h.world).Interface() {
				t.Fatalf("after %v, %s of %s is not what it is alone", op, share.Name(), h.area.Name)
			}
		}
	}
}

// TestShares: the parts of a World lie apart, in whole words, inside of it; what
// is written to one is in none of the others.
func TestShares(t *testing.T) {
	var all model.Config
	bytes := map[uintptr]string{}
	seen := map[model.Share]bool{}
	for _, a := range model.Areas {
		all.Add(a)
		for _, share := range a.Shares {
			if seen[share] {
				continue
			}
			seen[share] = true
			from, to := share.Bytes()
			if size := share.Value(new(model.World)).Type().Size(); from%8 != 0 || to%8 != 0 || to-from < size || to-from >= size+8 {
				t.Errorf("%s, of %d bytes, lies from %d to %d", share.Name(), size, from, to)
			}
			for b := from; b < to; b++ {
				if bytes[b] != "" {
					t.Fatalf("%s and %s overlap", share.Name(), bytes[b])
				}
				bytes[b] = share.Name()
			}
		}
	}
	n := 0
	for _, span := range all.Spans() {
		n += span.To - span.From
	}
	if n != len(bytes) {
		t.Errorf("the spans have %d bytes, the parts %d", n, len(bytes))
	}
}

// TestSpans: they are what a configuration uses, and nothing else.
func TestSpans(t *testing.T) {
	for _, h := range homes(t) {
		spans := h.config.Spans()
		for _, other := range homes(t) {
			for _, share := range other.area.Shares {
				var a, b model.World
				flip(share.Value(&a))
				own := slices.Contains(h.area.Shares, share)
				if spans.Same(&a, &b) == own {
					t.Errorf("%s: a change of %s is seen: %v", h.area.Name, share.Name(), !own)
				}
				if spans.Copy(&b, &a); (a == b) != own {
					t.Errorf("%s: %s is copied: %v", h.area.Name, share.Name(), !own)
				}
			}
		}
	}
}

// flip changes the first plain value inside of v.
func flip(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		flip(v.Field(0))
	case reflect.Array:
		flip(v.Index(0))
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Int8:
		v.SetInt(v.Int() ^ 1)
	default:
		v.SetUint(v.Uint() ^ 1)
	}
}
