package ways

import (
	"fmt"
	"slices"

	"hvcheck/model"
)

// Version is that of a system: 4.20.3.
type Version [3]int

// Former is a rule of today's code that newer versions do not have any more: from these on,
// one for each branch that has the commit. All branches behind the last of them have it.
type Former struct {
	Rule string
	Gone []Version
}

// Without is what a system of this name is compared with, beside today's code: without the
// rules that it does not have any more. A name in which the version is not found, whose
// place format tells, has all of them.
func Without(list []Former, format, name string) (choices []model.Choice) {
	var v Version // what is on the way to a version counts as it
	if n, _ := fmt.Sscanf(name, format, &v[0], &v[1], &v[2]); n < 2 {
		return nil
	}
	for _, f := range list {
		if v.has(f.Gone) {
			choices = append(choices, model.Choice{Name: f.Rule, Value: "off"})
		}
	}
	return choices
}

// has tells whether a version has a commit: it is no older than the one of its branch that
// had it first, or its branch is younger than all of these.
func (v Version) has(first []Version) bool {
	last := first[len(first)-1]
	return slices.Compare(v[:], last[:]) >= 0 ||
		slices.ContainsFunc(first, func(f Version) bool { return f[0] == v[0] && f[1] == v[1] && v[2] >= f[2] })
}
