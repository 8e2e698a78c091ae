// Package pvmmu holds the invariants of the memory management of PV guests, and
// what was claimed about it.
package pvmmu

import "slices"

// All lists them in the order in which they are asked.
var All = slices.Concat(own, claims)
