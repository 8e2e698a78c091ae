package modeltest

import (
	"reflect"
	"slices"
	"testing"

	"hvcheck/model"
)

// Largest is a configuration that bounds all of an area, at its largest.
func Largest(a *model.Area) (c model.Config) {
	c.Add(a)
	for _, b := range a.Bounds {
		*b.Of(&c) = b.Max
		if b.Unlimited(b.Max) {
			*b.Of(&c)--
		}
	}
	return c
}

// Told is which facts are checked.
type Told struct {
	Config model.Config // one that uses all of its areas
	// States are ones in which something means something that is nothing in
	// the empty World.
	States []model.World
	// Flip changes a value of a type that has no neighbour in its lowest bit;
	// it is false for others.
	Flip func(v reflect.Value) bool
}

// All demands that no value of an area changes without a fact that does, in
// one of the states in which the value means something.
func (d *Told) All(t *testing.T) {
	states := append([]model.World{{}}, d.States...)
	for _, a := range d.Config.Areas() {
		for _, share := range a.Shares {
			for _, l := range d.leaves(share.Value(new(model.World)), share.Name()) {
				told := func(before model.World) bool {
					after := before
					l.flip(share.Value(&after))
					return !slices.Equal(model.Facts(&d.Config, &before), model.Facts(&d.Config, &after))
				}
				if !slices.ContainsFunc(states, told) {
					t.Errorf("a change of %s is not told", l.name)
				}
			}
		}
	}
}

// InOrder demands the same facts in the same order whatever the World is, and
// none twice.
func (d *Told) InOrder(t *testing.T) {
	var full model.World
	for _, a := range d.Config.Areas() {
		for _, share := range a.Shares {
			for _, l := range d.leaves(share.Value(&full), "") {
				l.flip(share.Value(&full))
			}
		}
	}
	want := names(model.Facts(&d.Config, new(model.World)))
	for _, w := range append(slices.Clone(d.States), full) {
		if err := same(want, names(model.Facts(&d.Config, &w))); err != nil {
			t.Error(err)
		}
	}
	seen := map[[2]string]bool{}
	for _, n := range want {
		if seen[n] {
			t.Errorf("two facts %q of %s", n[1], n[0])
		}
		seen[n] = true
	}
}

// names are the subjects and names of facts.
func names(facts []model.Fact) (list [][2]string) {
	for _, f := range facts {
		list = append(list, [2]string{f.Subject, f.Name})
	}
	return list
}

// leaf is one plain value inside of a state, and how to change it.
type leaf struct {
	name string
	flip func(state reflect.Value)
}

func (d *Told) leaves(v reflect.Value, name string) (list []leaf) {
	inner := func(n string, get func(reflect.Value) reflect.Value) {
		for _, l := range d.leaves(get(v), n) {
			list = append(list, leaf{l.name, func(v reflect.Value) { l.flip(get(v)) }})
		}
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			inner(name+"."+v.Type().Field(i).Name, func(v reflect.Value) reflect.Value { return v.Field(i) })
		}
	case reflect.Array:
		for i := range v.Len() {
			inner(name+"["+Decimal(uint8(i))+"]", func(v reflect.Value) reflect.Value { return v.Index(i) })
		}
	default:
		list = append(list, leaf{name, d.flip})
	}
	return list
}

// flip changes a value from 0 to 1, or its lowest bit.
func (d *Told) flip(v reflect.Value) {
	switch {
	case d.Flip != nil && d.Flip(v):
	case v.Kind() == reflect.Bool:
		v.SetBool(!v.Bool())
	case v.CanInt():
		v.SetInt(v.Int() ^ 1)
	default:
		v.SetUint(v.Uint() ^ 1)
	}
}

// Texts are facts as "subject name value".
func Texts(facts []model.Fact) (list []string) {
	for _, f := range facts {
		list = append(list, f.Subject+" "+f.Name+" "+f.Value)
	}
	return list
}
