package model

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Fact is one thing that is true of a World, in words: of whom, what, which.
type Fact struct {
	Subject string // "dom", "frame 1", "vcpu 0", "t0"
	Name    string
	Value   string
	Minor   bool // no part of a short description
	Silent  bool // nor of what a step changed: it follows from the rest
}

// Change is a fact that is not what it was.
type Change struct {
	Subject, Name string
	Was, Is       string
}

// Facts lists what is true of w, as far as the configuration uses it. A value
// that is "-" says nothing.
func Facts(c *Config, w *World) []Fact {
	var t Teller
	areas := c.Areas()
	for _, a := range areas {
		if len(areas) > 1 {
			t.area = a.Name + " " // names of subjects are an area's own
		}
		if a.Tell != nil {
			a.Tell(&t, c, w)
			continue
		}
		for _, share := range a.Shares {
			t.Fields(share.Name(), share.Value(w))
		}
	}
	return t.facts
}

// Diff lists the facts that differ.
func Diff(c *Config, before, after *World) []Change {
	if *before == *after {
		return nil
	}
	was, is := Facts(c, before), Facts(c, after)
	var list []Change
	for i, f := range was {
		if f.Value != is[i].Value && !f.Silent {
			list = append(list, Change{f.Subject, f.Name, f.Value, is[i].Value})
		}
	}
	return list
}

// Outline describes a state in short, by what is not as in the plain start, in
// which nothing has happened.
func Outline(c *Config, w *World) (list []Fact) {
	plain := new(Start).World(c)
	was := Facts(c, &plain)
	for i, f := range Facts(c, w) {
		if f.Value != was[i].Value && !f.Minor {
			list = append(list, f)
		}
	}
	return list
}

// Known leaves out the facts that say nothing.
func Known(facts []Fact) []Fact {
	return slices.DeleteFunc(slices.Clone(facts), func(f Fact) bool { return f.Value == nothing })
}

// nothing is the value of a fact that says nothing.
const nothing = "-"

// A Teller collects facts about one subject after the other.
type Teller struct {
	facts   []Fact
	area    string // before each subject
	subject string
}

// About sets the subject of the facts that follow.
func (t *Teller) About(format string, args ...any) { t.subject = t.area + fmt.Sprintf(format, args...) }

// Fact adds one. An empty value says nothing.
func (t *Teller) Fact(name, value string) {
	if value == "" {
		value = nothing
	}
	t.facts = append(t.facts, Fact{Subject: t.subject, Name: name, Value: value})
}

// Detail is a fact that a short description leaves out.
func (t *Teller) Detail(name, value string) {
	t.Fact(name, value)
	t.Last().Minor = true
}

// Aside is a fact that only whoever asks for everything is told.
func (t *Teller) Aside(name, value string) {
	t.Detail(name, value)
	t.Last().Silent = true
}

// Last is the fact that was added last.
func (t *Teller) Last() *Fact { return &t.facts[len(t.facts)-1] }

// Number is a fact that is a number.
func (t *Teller) Number(name string, v int) { t.Fact(name, fmt.Sprint(v)) }

// Flags names those of the conditions that hold, in their order.
func (t *Teller) Flags(name string, list ...Flag) { t.Fact(name, JoinFlags(list...)) }

// Flag is a condition with a word for it.
type Flag struct {
	On   bool
	Word string
}

// If makes a Flag.
func If(on bool, word string) Flag { return Flag{on, word} }

// JoinFlags names those of the conditions that hold, side by side.
func JoinFlags(list ...Flag) string { return strings.Join(Words(list...), ", ") }

// Words lists the words of those conditions that hold.
func Words(list ...Flag) (words []string) {
	for _, f := range list {
		if f.On {
			words = append(words, f.Word)
		}
	}
	return words
}

// YesNo says "yes" or "no".
func YesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// OnOrOff says "on" or "off".
func OnOrOff(b bool) string {
	if b {
		return "on"
	}
	return "off"
}

// Fields tells the plain values inside of v by their paths.
func (t *Teller) Fields(subject string, v reflect.Value) {
	t.About("%s", subject)
	t.leaves("", v)
}

func (t *Teller) leaves(path string, v reflect.Value) {
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
		t.Fact(path, fmt.Sprint(v))
	}
}
