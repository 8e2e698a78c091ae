// Package evtchn holds the invariants and promises of event channels, and what
// was claimed about them.
package evtchn

import "slices"

// All lists the invariants in the order in which they are asked.
var All = slices.Concat(own, claims)
