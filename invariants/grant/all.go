// Package grant holds the invariants of grant tables, and what was claimed about
// them.
package grant

import (
	"slices"

	"hvcheck/model"
	"hvcheck/model/grant/gntops"
)

// All lists them in the order in which they are asked.
var All = slices.Concat(core, copies, versions, handovers, questions, disputed)

// of makes a State formula of one about the area's state and books.
func of(f func(v *view) error) func(*model.Config, *model.World) error {
	return func(c *model.Config, w *model.World) error {
		return f(&view{c, w, gntops.Of(w), gntops.Book(w)})
	}
}
