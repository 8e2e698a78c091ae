package model

import (
	"fmt"
	"slices"
	"strings"

	"hvcheck/model/design"
	"hvcheck/model/evtchn"
	"hvcheck/model/page"
	"hvcheck/model/pvmmu"
)

// Bounds is how large a scope is. Each area uses its own ones.
type Bounds struct {
	Frames  uint8 // page frames of the domain at the start
	Slots   uint8 // entries of a page table
	Guests  uint8 // vCPUs of the guest
	Tools   uint8 // toolstack vCPUs
	Preempt uint8 // largest preemption operand

	Ports  uint8 // the highest port that operands name
	VCPUs  uint8 // vCPUs of the guest that has event channels
	Budget Budget
}

// Budget is how many operations of each class a run has; evtchn.Unlimited is
// no bound.
type Budget = [evtchn.NumBudgets]uint8

// Bound is one of the Bounds as the command line and the documents know it.
type Bound struct {
	Name     string
	Doc      string
	Area     Area // that uses it; empty: all
	Min, Max uint8
	Of       func(b *Bounds) *uint8
}

// BoundList lists the bounds.
var BoundList = makeBounds()

func makeBounds() []Bound {
	list := []Bound{
		{"frames", "page frames of the domain", PVMMU, 1, page.MaxFrames, func(b *Bounds) *uint8 { return &b.Frames }},
		{"slots", "entries of a page table", PVMMU, 1, page.MaxSlots, func(b *Bounds) *uint8 { return &b.Slots }},
		{"guests", "vCPUs of the guest", PVMMU, 0, pvmmu.MaxGuests, func(b *Bounds) *uint8 { return &b.Guests }},
		{"tools", "toolstack vCPUs", PVMMU, 1, pvmmu.MaxTools, func(b *Bounds) *uint8 { return &b.Tools }},
		{"preempt", "largest preemption operand", "", 0, 16, func(b *Bounds) *uint8 { return &b.Preempt }},
		{"ports", "the highest port that is named", EVTCHN, 1, evtchn.MaxPorts - 1, func(b *Bounds) *uint8 { return &b.Ports }},
		{"vcpus", "vCPUs of the guest", EVTCHN, 1, evtchn.MaxVCPUs, func(b *Bounds) *uint8 { return &b.VCPUs }},
	}
	for i, class := range evtchn.Budgets {
		list = append(list, Bound{class.Name, class.Doc, EVTCHN, 0, evtchn.Unlimited, func(b *Bounds) *uint8 { return &b.Budget[i] }})
	}
	return list
}

// Config is everything about a model that a run does not change.
type Config struct {
	Bounds
	MMU pvmmu.Config  // rules and options; its bounds follow from Bounds
	Ev  evtchn.Config // likewise
}

// Area is the area whose bounds are set.
func (c *Config) Area() Area {
	if c.VCPUs > 0 {
		return EVTCHN
	}
	return PVMMU
}

// Check refuses bounds that do not fit into the model.
func (c *Config) Check() error {
	for _, b := range BoundList {
		v, low, high := *b.Of(&c.Bounds), b.Min, b.Max
		if b.Area != "" && b.Area != c.Area() {
			low, high = 0, 0
		}
		switch {
		case v > high && high == 0:
			return fmt.Errorf("--%s %d: area %s has no %s", b.Name, v, c.Area(), b.Name)
		case v > high:
			return fmt.Errorf("--%s %d: at most %d %s fit into this model", b.Name, v, high, b.Name)
		case v < low:
			return fmt.Errorf("--%s %d: the model needs at least %d", b.Name, v, low)
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
var Switches = slices.Concat(pvmmu.Variants[:], pvmmu.Switches[:],
	evtchn.Handovers[:], evtchn.Offers[:], evtchn.Switches[:])

func makeSettings() []Setting {
	list := []Setting{
		choice("fixup", "what set-context of vCPU 0 does about L4s that were pinned before it",
			ids(pvmmu.Variants[:]), func(c *Config) *pvmmu.Fixup { return &c.MMU.Fixup }),
	}
	for i := range pvmmu.Switches {
		list = append(list, onOff(pvmmu.Switches[i], func(c *Config) *bool { return &c.MMU.On[i] }))
	}
	list = append(list,
		choice("handover", "what is done when a kernel follows another one",
			ids(evtchn.Handovers[:]), func(c *Config) *evtchn.Handover { return &c.Ev.Handover }),
		choice("offer", "how a domain's configuration says which event-channel ABIs there are",
			ids(evtchn.Offers[:]), func(c *Config) *evtchn.Offer { return &c.Ev.Offer }),
		choice("refusal", "the error of an ABI that is not offered",
			[]string{"own", "-ENOSYS", "-EOPNOTSUPP", "-EPERM", "-EACCES"}, func(c *Config) *evtchn.Refusal { return &c.Ev.Refusal }),
		choice("reaction", "which errors of init_control make a kernel fall back to the 2-level ABI",
			[]string{"any", "strict"}, func(c *Config) *evtchn.Reaction { return &c.Ev.Reaction }),
	)
	for i := range evtchn.Switches {
		list = append(list, onOff(evtchn.Switches[i], func(c *Config) *bool { return &c.Ev.On[i] }))
	}
	return list
}

// choice is a setting of several values.
func choice[T ~uint8](name, doc string, values []string, at func(c *Config) *T) Setting {
	return Setting{
		Name: name, Doc: doc, Values: values,
		get: func(c *Config) int { return int(*at(c)) },
		set: func(c *Config, v int) { *at(c) = T(v) },
	}
}

func ids(list []design.Switch) (names []string) {
	for _, sw := range list {
		names = append(names, sw.ID)
	}
	return names
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
