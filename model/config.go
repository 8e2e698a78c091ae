package model

import (
	"fmt"
	"slices"
	"strings"

	"hvcheck/model/design"
	"hvcheck/model/page"
	"hvcheck/model/pvmmu"
)

// Bounds is how large a scope is.
type Bounds struct {
	Frames  uint8 // page frames of the domain at the start
	Slots   uint8 // entries of a page table
	Guests  uint8 // vCPUs of the guest
	Tools   uint8 // toolstack vCPUs
	Preempt uint8 // largest preemption operand
}

// Bound is one of the Bounds as the command line and the documents know it.
type Bound struct {
	Name string
	Doc  string
	Max  uint8 // what fits into World
	Of   func(b *Bounds) *uint8
}

// BoundList lists the bounds.
var BoundList = []Bound{
	{"frames", "page frames of the domain", page.MaxFrames, func(b *Bounds) *uint8 { return &b.Frames }},
	{"slots", "entries of a page table", page.MaxSlots, func(b *Bounds) *uint8 { return &b.Slots }},
	{"guests", "vCPUs of the guest", pvmmu.MaxGuests, func(b *Bounds) *uint8 { return &b.Guests }},
	{"tools", "toolstack vCPUs", pvmmu.MaxTools, func(b *Bounds) *uint8 { return &b.Tools }},
	{"preempt", "largest preemption operand", 16, func(b *Bounds) *uint8 { return &b.Preempt }},
}

// Config is everything about a model that a run does not change.
type Config struct {
	Bounds
	MMU pvmmu.Config // rules and options; its bounds follow from Bounds
}

// Check refuses bounds that do not fit into the model.
func (c *Config) Check() error {
	for _, b := range BoundList {
		v := *b.Of(&c.Bounds)
		if v > b.Max {
			return fmt.Errorf("--%s %d: at most %d %s fit into this model", b.Name, v, b.Max, b.Name)
		}
		if v == 0 && b.Name != "preempt" && b.Name != "guests" {
			return fmt.Errorf("--%s 0: the model needs at least 1", b.Name)
		}
	}
	return nil
}

// Setting is a design choice that a user can make: a group of variants, or one
// switch that is on or off. The first value is the baseline.
type Setting struct {
	Name   string
	Doc    string
	Values []string

	get func(c *Config) int
	set func(c *Config, value int)
}

// Settings lists every choice.
var Settings = makeSettings()

// Switches lists every design switch of every area.
var Switches = slices.Concat(pvmmu.Variants[:], pvmmu.Switches[:])

func makeSettings() []Setting {
	list := []Setting{fixupSetting()}
	for i := range pvmmu.Switches {
		list = append(list, onOff(pvmmu.Switches[i], func(c *Config) *bool { return &c.MMU.On[i] }))
	}
	return list
}

func fixupSetting() Setting {
	s := Setting{
		Name: "fixup",
		Doc:  "what set-context of vCPU 0 does about L4s that were pinned before it",
		get:  func(c *Config) int { return int(c.MMU.Fixup) },
		set:  func(c *Config, v int) { c.MMU.Fixup = pvmmu.Fixup(v) },
	}
	for _, v := range pvmmu.Variants {
		s.Values = append(s.Values, v.ID)
	}
	return s
}

func onOff(sw design.Switch, at func(c *Config) *bool) Setting {
	return Setting{
		Name: sw.ID, Doc: sw.Title, Values: []string{"off", "on"},
		get: func(c *Config) int {
			if *at(c) {
				return 1
			}
			return 0
		},
		set: func(c *Config, v int) { *at(c) = v == 1 },
	}
}

// Choice is a setting with a value, as in "fixup=MM-V0".
type Choice struct{ Name, Value string }

func (c Choice) String() string { return c.Name + "=" + c.Value }

// Design lists the choices that differ from the baseline, in the order of Settings.
func (c *Config) Design() []Choice {
	var list []Choice
	for _, s := range Settings {
		if v := s.get(c); v != 0 {
			list = append(list, Choice{s.Name, s.Values[v]})
		}
	}
	return list
}

// Set makes a choice. The error names what could be meant.
func (c *Config) Set(ch Choice) error {
	i := slices.IndexFunc(Settings, func(s Setting) bool { return s.Name == ch.Name })
	if i < 0 {
		return fmt.Errorf("design switch %q is unknown%s", ch.Name, DidYouMean(ch.Name, SettingNames()))
	}
	v := slices.Index(Settings[i].Values, ch.Value)
	if v < 0 {
		return fmt.Errorf("design switch %s has no value %q; want one of %s",
			ch.Name, ch.Value, strings.Join(Settings[i].Values, ", "))
	}
	Settings[i].set(c, v)
	return nil
}

// SettingNames lists the names of Settings.
func SettingNames() []string {
	names := make([]string, len(Settings))
	for i, s := range Settings {
		names[i] = s.Name
	}
	return names
}
