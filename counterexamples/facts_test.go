package counterexamples

import (
	"reflect"
	"testing"

	"hvcheck/model"
	"hvcheck/model/page"
)

// large is a configuration that uses all of World.
func large() model.Config {
	var c model.Config
	for _, b := range model.BoundList {
		*b.Of(&c.Bounds) = b.Max
	}
	c.MMU.TLB = true
	return c
}

// TestFactsTellAll: no value of a World can change without a fact that does.
func TestFactsTellAll(t *testing.T) {
	c := large()
	var before model.World
	for i, path := range leaves(reflect.ValueOf(&before).Elem(), "World") {
		after := before
		path.set(reflect.ValueOf(&after).Elem())
		if len(Diff(&c, &before, &after)) == 0 {
			t.Errorf("a change of %s (leaf %d) is not told", path.name, i)
		}
	}
}

// leaf is one plain value inside of World, and how to change it from 0.
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
		list = append(list, leaf{name, set})
	}
	return list
}

func set(v reflect.Value) {
	switch {
	case v.Type() == reflect.TypeFor[page.Entry]():
		v.SetUint(uint64(page.To(1, page.RO)))
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.CanInt():
		v.SetInt(1)
	default:
		v.SetUint(1)
	}
}

// TestFactsInOrder: the same facts in the same order whatever the World is.
func TestFactsInOrder(t *testing.T) {
	c := large()
	var empty, full model.World
	for _, l := range leaves(reflect.ValueOf(&empty).Elem(), "World") {
		l.set(reflect.ValueOf(&full).Elem())
	}
	a, b := Facts(&c, &empty), Facts(&c, &full)
	if len(a) != len(b) {
		t.Fatalf("%d facts and %d facts", len(a), len(b))
	}
	seen := map[[2]string]bool{}
	for i := range a {
		key := [2]string{a[i].Subject, a[i].Name}
		if key != [2]string{b[i].Subject, b[i].Name} || seen[key] {
			t.Errorf("fact %d: %v and %v", i, a[i], b[i])
		}
		seen[key] = true
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
		{"evtchn", "Ports[0].Bound", "false"}, {"evtchn", "Ports[1].Bound", "false"}, {"evtchn", "Count", "0"},
	}
	if !reflect.DeepEqual(tell.facts, want) {
		t.Errorf("got %v", tell.facts)
	}
}
