// Package broken has builds of a system with one rule broken each, made of a source
// tree, and tries them: a comparison has to tell every one from the model, and the
// unbroken one never.
//
//	Source: a tree, Build -> what is booted (Image)
//	Try: a target, the stories of builds -> Trial
//
// Some are rules that somebody might forget; the others are bugs that a system had,
// which come back where a fix is reversed. It knows no system: which builds there are
// is said by the package broken of each.
package broken

import "slices"

// Build is a system with a rule broken.
type Build struct {
	Name   string
	Rule   string // that is broken
	Origin string // the advisory or commit whose fix is reversed; empty if there never was the bug
	Edits  []Edit
	// Story is one, as text, on which model and build differ.
	Story string
	// Race says that they do not, for whoever looks between two operations: it takes
	// somebody who looks meanwhile.
	Race bool
}

// Edit replaces a text that a file has once.
type Edit struct {
	File     string // below the source
	Old, New string
}

// In is an edit of a file.
func In(file, old, changed string) Edit { return Edit{file, old, changed} }

// Unbroken is a system as it is.
var Unbroken = Build{Name: "unbroken", Rule: "none"}

// List is a list of builds.
type List []Build

// Named looks a build up.
func (l List) Named(name string) (*Build, bool) {
	i := slices.IndexFunc(l, func(b Build) bool { return b.Name == name })
	if i < 0 {
		return nil, false
	}
	return &l[i], true
}

// Names lists the names of all builds.
func (l List) Names() (names []string) {
	for i := range l {
		names = append(names, l[i].Name)
	}
	return names
}

// files are those that builds change.
func (l List) files() (list []string) {
	for i := range l {
		for _, e := range l[i].Edits {
			list = append(list, e.File)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}
