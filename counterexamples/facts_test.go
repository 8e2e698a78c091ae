package counterexamples

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"hvcheck/model"
	"hvcheck/model/page"
)

// large is a configuration that uses all of an area and bounds all of it.
func large(area model.Area) model.Config {
	var c model.Config
	for _, b := range model.BoundList {
		if v := b.Of(&c.Bounds); Has(area, b) {
			*v = b.Max
			if Endless(b, *v) {
				*v--
			}
		}
	}
	c.MMU.TLB = true
	return c
}

// TestFactsTellAll: no value of an area can change without a fact that does, in
// one of the states in which the value means something.
func TestFactsTellAll(t *testing.T) {
	for _, d := range describers {
		c := large(d.area)
		bases := basesOf(d.area)
		for i, path := range leaves(reflect.ValueOf(&bases[0]).Elem(), "World") {
			field := strings.FieldsFunc(path.name, func(r rune) bool { return r == '.' || r == '[' })[1]
			if slices.Contains(d.fields, field) && !slices.ContainsFunc(bases, path.isTold(&c)) {
				t.Errorf("a change of %s (leaf %d) is not told", path.name, i)
			}
		}
	}
}

// basesOf lists states of an area: the empty one first, then others in which
// what it leaves unused means something.
func basesOf(area model.Area) []model.World {
	list := make([]model.World, 1)
	if area == model.EVTCHN {
		list = append(list, eventBases()...)
	}
	return list
}

// isTold makes a test whether a change of the leaf is told in a state.
func (l leaf) isTold(c *model.Config) func(before model.World) bool {
	return func(before model.World) bool {
		after := before
		l.set(reflect.ValueOf(&after).Elem())
		return len(Diff(c, &before, &after)) > 0
	}
}

// leaf is one plain value inside of World, and how to change it.
type leaf struct {
	name string
	set  func(world reflect.Value)
}

func leaves(v reflect.Value, name string) (list []leaf) {
	inner := func(n string, get func(reflect.Value) reflect.Value) {
		for _, l := range leaves(get(v), n) {
			list = append(list, leaf{l.name, func(v reflect.Value) { l.set(get(v)) }})
		}
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			inner(name+"."+v.Type().Field(i).Name, func(v reflect.Value) reflect.Value { return v.Field(i) })
		}
	case reflect.Array:
		for i := range v.Len() {
			inner(name+"[]", func(v reflect.Value) reflect.Value { return v.Index(i) })
		}
	default:
		list = append(list, leaf{name, flip})
	}
	return list
}

// flip changes a value from 0 to 1, or its lowest bit.
func flip(v reflect.Value) {
	switch {
	case v.Type() == reflect.TypeFor[page.Entry]():
		v.SetUint(uint64(page.To(1, page.RO)))
	case v.Kind() == reflect.Bool:
		v.SetBool(!v.Bool())
	case v.CanInt():
		v.SetInt(v.Int() ^ 1)
	default:
		v.SetUint(v.Uint() ^ 1)
	}
}

// TestFactsInOrder: the same facts in the same order whatever the World is.
func TestFactsInOrder(t *testing.T) {
	for _, d := range describers {
		t.Run(string(d.area), func(t *testing.T) { inOrder(t, large(d.area)) })
	}
}

func inOrder(t *testing.T, c model.Config) {
	var full model.World
	for _, l := range leaves(reflect.ValueOf(&full).Elem(), "World") {
		l.set(reflect.ValueOf(&full).Elem())
	}
	bases := append(basesOf(c.Area()), full)
	want := Facts(&c, &bases[0])
	for i := range bases {
		sameFacts(t, want, Facts(&c, &bases[i]))
	}
	seen := map[[2]string]bool{}
	for _, f := range want {
		if key := [2]string{f.Subject, f.Name}; seen[key] {
			t.Errorf("two facts %q of %s", f.Name, f.Subject)
		} else {
			seen[key] = true
		}
	}
}

// sameFacts demands facts of the same names in the same order.
func sameFacts(t *testing.T, want, got []Fact) {
	t.Helper()
	if len(want) != len(got) {
		t.Fatalf("%d facts and %d facts", len(want), len(got))
	}
	for i := range want {
		if want[i].Subject != got[i].Subject || want[i].Name != got[i].Name {
			t.Errorf("fact %d: %v and %v", i, want[i], got[i])
		}
	}
}

// TestFactsOfArea: nothing is told of an area that a configuration is not about.
func TestFactsOfArea(t *testing.T) {
	var w model.World
	subjects := func(area model.Area) (list []string) {
		c := large(area)
		for _, f := range Facts(&c, &w) {
			list = append(list, f.Subject)
		}
		return list
	}
	mmu, events := subjects(model.PVMMU), subjects(model.EVTCHN)
	if !slices.Contains(mmu, "frame 0") || !slices.Contains(events, "port 1") {
		t.Error("an area's own facts are missing")
	}
	if slices.Contains(mmu, "port 1") || slices.Contains(events, "frame 0") {
		t.Error("facts of another area are told")
	}
}

// TestFactsInUse: what the bounds leave out is not told.
func TestFactsInUse(t *testing.T) {
	sc := pinFirst(t)
	var w model.World
	subjects := map[string]bool{}
	for _, f := range Facts(&sc.Config, &w) {
		subjects[f.Subject] = true
	}
	want := map[string]bool{
		"dom": true, "frame 0": true, "frame 1": true, "frame 2": true,
		"vcpu 0": true, "vcpu 1": true, "t0": true, "t1": true,
	}
	if !reflect.DeepEqual(subjects, want) {
		t.Errorf("got %v", subjects)
	}
}

// A field of World that has no describer is told by its path.
func TestFactsOfNewAreas(t *testing.T) {
	type area struct {
		Ports [2]struct{ Bound bool }
		Count uint8
	}
	world := struct{ Pool, Evtchn area }{}
	var tell teller
	tell.others(reflect.ValueOf(&world).Elem(), map[string]bool{"Pool": true})
	want := []Fact{
		{Subject: "evtchn", Name: "Ports[0].Bound", Value: "false"},
		{Subject: "evtchn", Name: "Ports[1].Bound", Value: "false"},
		{Subject: "evtchn", Name: "Count", Value: "0"},
	}
	if !reflect.DeepEqual(tell.facts, want) {
		t.Errorf("got %v", tell.facts)
	}
}
