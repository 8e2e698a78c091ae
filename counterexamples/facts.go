package counterexamples

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"hvcheck/model"
)

// Fact is one thing that is true of a World, in words: of whom, what, which.
type Fact struct {
	Subject string // "dom", "frame 1", "vcpu 0", "t0"
	Name    string
	Value   string
	Minor   bool // no part of a short description
}

// Change is a fact that is not what it was.
type Change struct {
	Subject, Name string
	Was, Is       string
}

// describers tell the facts of the areas. Each covers some fields of World, by
// name, and lists the same facts in the same order for every World of a
// configuration, so that two lists can be compared index by index. Only the
// area that a configuration is about has anything to tell.
var describers = []struct {
	area   model.Area
	fields []string
	tell   func(t *teller, c *model.Config, w *model.World)
}{
	{model.PVMMU, []string{"Pool", "MMU"}, pvmmuFacts},
	{model.EVTCHN, []string{"Ev"}, evtchnFacts},
}

// Facts lists what is true of w, as far as the configuration uses it. A value
// that is "-" says nothing.
func Facts(c *model.Config, w *model.World) []Fact {
	var t teller
	covered := map[string]bool{}
	for _, d := range describers {
		for _, f := range d.fields {
			covered[f] = true
		}
		if d.area == c.Area() {
			d.tell(&t, c, w)
		}
	}
	t.others(reflect.ValueOf(w).Elem(), covered)
	return t.facts
}

// Diff lists the facts that differ.
func Diff(c *model.Config, before, after *model.World) []Change {
	if *before == *after {
		return nil
	}
	was, is := Facts(c, before), Facts(c, after)
	var list []Change
	for i, f := range was {
		if f.Value != is[i].Value {
			list = append(list, Change{f.Subject, f.Name, f.Value, is[i].Value})
		}
	}
	return list
}

// Outline describes a state in short, by what is not as in the plain start, in
// which nothing has happened.
func Outline(c *model.Config, w *model.World) (list []Fact) {
	plain := new(model.Start).World(c)
	was := Facts(c, &plain)
	for i, f := range Facts(c, w) {
		if f.Value != was[i].Value && !f.Minor {
			list = append(list, f)
		}
	}
	return list
}

// nothing is the value of a fact that says nothing.
const nothing = "-"

// A teller collects facts about one subject after the other.
type teller struct {
	facts   []Fact
	subject string
}

func (t *teller) about(format string, args ...any) { t.subject = fmt.Sprintf(format, args...) }

func (t *teller) fact(name, value string) {
	if value == "" {
		value = nothing
	}
	t.facts = append(t.facts, Fact{Subject: t.subject, Name: name, Value: value})
}

// detail is a fact that a short description leaves out.
func (t *teller) detail(name, value string) {
	t.fact(name, value)
	t.last().Minor = true
}

func (t *teller) last() *Fact { return &t.facts[len(t.facts)-1] }

func (t *teller) number(name string, v int) { t.fact(name, fmt.Sprint(v)) }

// flags names those of the conditions that hold, in their order.
func (t *teller) flags(name string, list ...flagged) { t.fact(name, joinFlags(list...)) }

func joinFlags(list ...flagged) string {
	var words []string
	for _, f := range list {
		if f.on {
			words = append(words, f.word)
		}
	}
	return strings.Join(words, ", ")
}

type flagged struct {
	on   bool
	word string
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func onOff(b bool) string {
	if b {
		return "on"
	}
	return "off"
}

// others tells the fields of areas without a describer as they are.
func (t *teller) others(world reflect.Value, covered map[string]bool) {
	for i := range world.NumField() {
		if name := world.Type().Field(i).Name; !covered[name] {
			t.about("%s", strings.ToLower(name))
			t.leaves("", world.Field(i))
		}
	}
}

// leaves tells the plain values inside of v by their paths.
func (t *teller) leaves(path string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			t.leaves(strings.TrimPrefix(path+"."+v.Type().Field(i).Name, "."), v.Field(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			t.leaves(fmt.Sprintf("%s[%d]", path, i), v.Index(i))
		}
	default:
		t.fact(path, fmt.Sprint(v))
	}
}

// Known leaves out the facts that say nothing.
func Known(facts []Fact) []Fact {
	return slices.DeleteFunc(slices.Clone(facts), func(f Fact) bool { return f.Value == nothing })
}
