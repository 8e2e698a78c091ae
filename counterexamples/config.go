package counterexamples

import (
	"strconv"

	"hvcheck/model"
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

// BoundsOf lists the bounds that bound a configuration: those of its areas. A
// budget that is not used, or has no end, is none.
func BoundsOf(c *model.Config) (list []*model.Bound) {
	for _, b := range c.Bounds() {
		if !b.Idle(*b.Of(c)) {
			list = append(list, b)
		}
	}
	return list
}

// bounds lists the bounds in which c differs from the scenario's own.
func bounds(own, c *model.Config) []model.Choice {
	var list []model.Choice
	for _, b := range model.BoundList {
		if v := *b.Of(c); v != *b.Of(own) {
			list = append(list, model.Choice{Name: b.Name, Value: strconv.Itoa(int(v))})
		}
	}
	return list
}

// expressible tells whether a file can say how c differs from own: by bounds
// and design choices, and in nothing else.
func expressible(own, c *model.Config) bool {
	made := *own
	made.TakeBounds(c)
	for _, ch := range choices(own, c) {
		if made.Set(ch) != nil {
			return false
		}
	}
	return made == *c
}
