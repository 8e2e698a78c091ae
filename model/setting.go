package model

import (
	"fmt"
	"slices"
	"strings"

	"hvcheck/model/design"
)

// Setting is a design choice that a user can make: a group of variants, or one
// switch that is on or off. The first value is the baseline.
type Setting struct {
	Name   string
	Doc    string
	Values []string

	get func(c *Config) int
	set func(c *Config, value int)
}

// Variants is a setting whose values are variants.
func Variants[T ~uint8](name, doc string, list []design.Switch, at func(c *Config) *T) Setting {
	ids := make([]string, len(list))
	for i, sw := range list {
		ids[i] = sw.ID
	}
	return OneOf(name, doc, ids, at)
}

// OneOf is a setting of several values.
func OneOf[T ~uint8](name, doc string, values []string, at func(c *Config) *T) Setting {
	return Setting{
		Name: name, Doc: doc, Values: values,
		get: func(c *Config) int { return int(*at(c)) },
		set: func(c *Config, v int) { *at(c) = T(v) },
	}
}

// OnOff lists the settings of switches, each off or on; at finds the i-th.
func OnOff(list []design.Switch, at func(c *Config, i int) *bool) []Setting {
	settings := make([]Setting, len(list))
	for i, sw := range list {
		settings[i] = Setting{
			Name: sw.ID, Doc: sw.Title, Values: []string{"off", "on"},
			get: func(c *Config) int {
				if *at(c, i) {
					return 1
				}
				return 0
			},
			set: func(c *Config, v int) { *at(c, i) = v == 1 },
		}
	}
	return settings
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
