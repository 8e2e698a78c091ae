package counterexamples

import (
	"strconv"

	"hvcheck/model"
	"hvcheck/model/evtchn"
)

// choices lists the design choices in which c differs from the scenario's own
// configuration.
func choices(own, c *model.Config) []model.Choice {
	was, is := byName(own.Design()), byName(c.Design())
	var list []model.Choice
	for _, s := range model.Settings {
		v := is[s.Name]
		if v == was[s.Name] {
			continue
		}
		if v == "" {
			v = s.Values[0]
		}
		list = append(list, model.Choice{Name: s.Name, Value: v})
	}
	return list
}

// byName maps settings that are not at their baseline to their values.
func byName(list []model.Choice) map[string]string {
	m := map[string]string{}
	for _, c := range list {
		m[c.Name] = c.Value
	}
	return m
}

// BoundsOf lists the bounds that bound a configuration: those of its area. A
// budget that is not used, or has no end, is none.
func BoundsOf(c *model.Config) (list []model.Bound) {
	for _, b := range model.BoundList {
		if Has(c.Area(), b) && !idle(b, *b.Of(&c.Bounds)) {
			list = append(list, b)
		}
	}
	return list
}

// Has tells whether scenarios of an area have a bound.
func Has(a model.Area, b model.Bound) bool { return b.Area == "" || b.Area == a }

// Endless tells whether a value of a bound stands for none.
func Endless(b model.Bound, v uint8) bool { return v == evtchn.Unlimited && v == b.Max }

func idle(b model.Bound, v uint8) bool {
	budget := Endless(b, b.Max)
	return budget && (v == 0 || Endless(b, v))
}

// bounds lists the bounds in which c differs from the scenario's own.
func bounds(own, c *model.Config) []model.Choice {
	var list []model.Choice
	for _, b := range model.BoundList {
		if v := *b.Of(&c.Bounds); v != *b.Of(&own.Bounds) {
			list = append(list, model.Choice{Name: b.Name, Value: strconv.Itoa(int(v))})
		}
	}
	return list
}

// expressible tells whether a file can say how c differs from own: by bounds
// and design choices, and in nothing else.
func expressible(own, c *model.Config) bool {
	made := *own
	made.Bounds = c.Bounds
	for _, ch := range choices(own, c) {
		if made.Set(ch) != nil {
			return false
		}
	}
	return made == *c
}
