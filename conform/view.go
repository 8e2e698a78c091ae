package conform

import (
	"fmt"
	"maps"
	"slices"

	"hvcheck/model"
)

// View says what somebody outside can see of an area's part of a state. It is
// how a comparison is declared: field by field, each with what the model says.
type View struct {
	Area *model.Area
	// Prepare makes a configuration one that a real system can have: orders that
	// the model gives its callers are lifted, say. The error says why there is no
	// such system. It may be nil.
	Prepare func(c *model.Config) error
	// Keep names settings that say of which system a scenario is: they stay as it has
	// them, whatever today's code is.
	Keep []string
	// Inner are operations that go on with what another one has begun, where the
	// model does it in parts. A real system does them of itself: a play has none.
	Inner []*model.Spec
	// Instead is what a play has in the place of an operation that nobody can do on a
	// real system, and that says the same. It may be nil.
	Instead func(op model.Op) model.Op
	// Begin notes in a start state what making it leaves on a real system, and
	// the model's start states do not have. It may be nil.
	Begin   func(c *model.Config, w *model.World)
	Objects []Object
}

// Object is a kind of thing that has fields.
type Object struct {
	Name   string                    // "frame"
	Count  func(c *model.Config) int // they are numbered from 0; nil: there is one, without a number
	Fields []Field
}

// Field is one thing that is seen of an object.
type Field struct {
	Name, Doc string
	// Model is what the model says; empty where there is nothing to be seen.
	Model func(c *model.Config, w *model.World, i int) string
}

var views []*View

// Register makes what can be seen of an area known.
func Register(v *View) { views = append(views, v) }

// ViewOf finds what can be seen of an area, or nil.
func ViewOf(a *model.Area) *View {
	i := slices.IndexFunc(views, func(v *View) bool { return v.Area == a })
	if i < 0 {
		return nil
	}
	return views[i]
}

// Views are those of the areas that a configuration is about.
func Views(c *model.Config) (list []*View, err error) {
	for _, a := range c.Areas() {
		v := ViewOf(a)
		if v == nil {
			return nil, fmt.Errorf("area %s cannot be compared: nothing says what can be seen of it", a.Name)
		}
		list = append(list, v)
	}
	return list, nil
}

// names lists the objects of a kind.
func (o *Object) names(c *model.Config) (names []string) {
	if o.Count == nil {
		return []string{o.Name}
	}
	for i := range o.Count(c) {
		names = append(names, NameOf(o.Name, i))
	}
	return names
}

// NameOf is the name of the i-th object of a kind.
func NameOf(kind string, i int) string { return fmt.Sprintf("%s %d", kind, i) }

// Look is what the model says that can be seen of a state.
func Look(list []*View, c *model.Config, w *model.World) Seen {
	seen := Seen{}
	for _, v := range list {
		for i := range v.Objects {
			v.Objects[i].look(seen, c, w)
		}
	}
	return seen
}

func (o *Object) look(seen Seen, c *model.Config, w *model.World) {
	for i, name := range o.names(c) {
		for _, f := range o.Fields {
			if value := f.Model(c, w, i); value != "" {
				seen.Add(name, f.Name, value)
			}
		}
	}
}

// Item is one thing on which the model and a target differ.
type Item struct {
	What   string `json:"what"` // "frame 2 count"
	Model  string `json:"model"`
	Target string `json:"target"`
}

// nothing stands for what is not there.
const nothing = "nothing"

// compare lists the fields of what was seen in which the model differs, in the
// order in which the views have them.
func compare(list []*View, c *model.Config, w *model.World, seen Seen) (items []Item) {
	if seen == nil {
		return nil
	}
	says := Look(list, c, w)
	for _, v := range list {
		for _, o := range v.Objects {
			for _, name := range o.names(c) {
				items = append(items, o.differ(name, says[name], seen[name])...)
			}
		}
	}
	return items
}

func (o *Object) differ(name string, says, saw map[string]string) (items []Item) {
	for _, f := range o.Fields {
		value, ok := saw[f.Name]
		if !ok || value == says[f.Name] {
			continue
		}
		items = append(items, Item{name + " " + f.Name, orNothing(says[f.Name]), orNothing(value)})
	}
	return items
}

func orNothing(value string) string {
	if value == "" {
		return nothing
	}
	return value
}

// missing names a field that the model speaks of and that was not seen, or one
// that no view has; empty if there is neither.
func missing(list []*View, c *model.Config, w *model.World, seen Seen) string {
	says := Look(list, c, w)
	for _, name := range slices.Sorted(maps.Keys(says)) {
		for _, field := range slices.Sorted(maps.Keys(says[name])) {
			if _, ok := seen[name][field]; !ok {
				return fmt.Sprintf("%s %s was not seen", name, field)
			}
		}
	}
	return unknown(list, c, seen)
}

// unknown names a field that no view has; empty if there is none.
func unknown(list []*View, c *model.Config, seen Seen) string {
	for _, name := range slices.Sorted(maps.Keys(seen)) {
		for _, field := range slices.Sorted(maps.Keys(seen[name])) {
			if !known(list, c, name, field) {
				return fmt.Sprintf("%s %s is nothing that can be seen", name, field)
			}
		}
	}
	return ""
}

func known(list []*View, c *model.Config, name, field string) bool {
	for _, v := range list {
		for _, o := range v.Objects {
			if slices.Contains(o.names(c), name) && slices.ContainsFunc(o.Fields, func(f Field) bool { return f.Name == field }) {
				return true
			}
		}
	}
	return false
}
