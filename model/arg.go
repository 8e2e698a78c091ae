package model

import (
	"fmt"
	"strconv"
	"strings"
)

// ArgType is a kind of operand: how its values are written, which of them
// exist within bounds, and whether they are interchangeable.
type ArgType struct {
	Name string
	Doc  string
	// Words are the values, where they are words.
	Words []string
	// Symmetric says that values may be renamed into each other; the start
	// state can still forbid it, so a renamed story is always run again.
	Symmetric bool
	// Formatted writes a value as it stands in files and stories, Read reads
	// it; the error says what was expected.
	Formatted func(v uint8) string
	Read      func(s string) (uint8, error)
	// Values counts: values 0 to Values-1 exist within the bounds.
	Values func(c *Config) uint8
	// Within tells whether a value exists within the bounds, where Values alone
	// does not say so.
	Within func(v uint8, c *Config) bool
	// Thing is what the values are names of, such as frames: whatever the type,
	// the same number of a thing is one object. Empty: the values are no names.
	Thing string
	// Numbered is the number of the thing that a value names, if it names one;
	// nil: the value is the number.
	Numbered func(v uint8) (n uint8, ok bool)
	// Need raises a bound in least to what a value names; nil if no value has
	// a need of any.
	Need func(v uint8, least *Config)
}

// Format writes a value as it stands in files and stories.
func (t *ArgType) Format(v uint8) string { return t.Formatted(v) }

// Parse reads what Format wrote; the error says what was expected.
func (t *ArgType) Parse(s string) (uint8, error) { return t.Read(s) }

// Count bounds the values: they lie in 0 to Count-1, simplest first. Not every
// number there need be one; a level is not 0.
func (t *ArgType) Count(c *Config) uint8 { return t.Values(c) }

// Exists tells whether a value exists within the bounds. A number has to be
// below the count; words that stand beside the numbers always exist.
func (t *ArgType) Exists(v uint8, c *Config) bool {
	if t.Within != nil {
		return t.Within(v, c)
	}
	return v < t.Values(c) || !IsNumber(t.Format(v))
}

// IsNumber tells a number without a sign.
func IsNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// Preempt is the operand of calls that can be preempted, always their last.
var Preempt = Number("preempt", "the k-th reached hypercall_preempt_check() and all later ones of this call say yes; 0 is never",
	func(c *Config) uint8 { return c.Preempt + 1 })

// Interchangeable says that the values may be renamed into each other.
func (t *ArgType) Interchangeable() *ArgType {
	t.Symmetric = true
	return t
}

// NameOf says of which thing the values are names.
func (t *ArgType) NameOf(thing string) *ArgType {
	t.Thing = thing
	return t
}

// Object is the number of the thing that a value names.
func (t *ArgType) Object(v uint8) (n uint8, ok bool) {
	switch {
	case t.Thing == "":
		return 0, false
	case t.Numbered == nil:
		return v, true
	}
	return t.Numbered(v)
}

// Naming says which bound a value has a need of.
func (t *ArgType) Naming(need func(v uint8, least *Config)) *ArgType {
	t.Need = need
	return t
}

// Named is an operand whose values are words.
func Named(name, doc string, words ...string) *ArgType {
	return &ArgType{
		Name: name, Doc: doc, Words: words,
		Formatted: func(v uint8) string {
			if int(v) < len(words) {
				return words[v]
			}
			return strconv.Itoa(int(v))
		},
		Read: func(s string) (uint8, error) {
			for i, w := range words {
				if w == s {
					return uint8(i), nil
				}
			}
			return 0, fmt.Errorf("%q is no %s; want one of %s", s, name, strings.Join(words, ", "))
		},
		Values: func(*Config) uint8 { return uint8(len(words)) },
	}
}

// Number is an operand whose values are numbers from 0.
func Number(name, doc string, values func(*Config) uint8) *ArgType {
	return &ArgType{
		Name: name, Doc: doc,
		Formatted: func(v uint8) string { return strconv.Itoa(int(v)) },
		Read:      func(s string) (uint8, error) { return ParseNumber(s, name, 0, 254) },
		Values:    values,
	}
}

// Listed is an operand whose values are the numbers from low to high; the
// value itself is stored, so that level 4 is 4.
func Listed(name, doc string, low, high uint8) *ArgType {
	t := Number(name, doc, func(*Config) uint8 { return high + 1 })
	t.Read = func(s string) (uint8, error) { return ParseNumber(s, name, low, high) }
	t.Within = func(v uint8, _ *Config) bool { return v >= low && v <= high }
	return t
}

// Optional is an operand of type t that may also be "none"; stored as value+1.
func Optional(name, doc string, t *ArgType) *ArgType {
	return &ArgType{
		Name: name, Doc: doc, Symmetric: t.Symmetric, Thing: t.Thing,
		Numbered: func(v uint8) (uint8, bool) {
			if v == 0 {
				return 0, false
			}
			return t.Object(v - 1)
		},
		Formatted: func(v uint8) string {
			if v == 0 {
				return "none"
			}
			return t.Format(v - 1)
		},
		Read: func(s string) (uint8, error) {
			if s == "none" {
				return 0, nil
			}
			v, err := t.Parse(s)
			return v + 1, err
		},
		Values: func(c *Config) uint8 { return t.Count(c) + 1 },
	}
}

// ParseNumber reads a number from low to high.
func ParseNumber(s, what string, low, high uint8) (uint8, error) {
	v, err := strconv.ParseUint(s, 10, 8)
	if err != nil || uint8(v) < low || uint8(v) > high {
		return 0, fmt.Errorf("%q is no %s; want a number from %d to %d", s, what, low, high)
	}
	return uint8(v), nil
}
