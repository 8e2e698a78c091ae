// Package grant holds the invariants of grant tables, and what was claimed about
// them.
package grant

import (
	"slices"

	"hvcheck/invariants"
)

// All lists them in the order in which they are asked.
var All = slices.Concat(own)

// own are the area's invariants.
var own []invariants.Invariant
