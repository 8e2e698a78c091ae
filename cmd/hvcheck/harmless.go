package main

import (
	"context"
	"fmt"

	"hvcheck/checker"
)

// searchHarmless asks everything that the scenario asks, of every state. It
// leaves h.by empty: there is nothing that should be found.
func (a *app) searchHarmless(ctx context.Context, h *hunted) (err error) {
	h.report, err = a.explore(ctx, h.search, checker.Bounds{})
	h.stopped = h.report.Fault == nil && !h.report.Exhaustive
	return err
}

// harm says why the switch is not shown to be harmless, or "".
func (h *hunted) harm() string {
	switch f := h.report.Fault; {
	case f != nil:
		return fmt.Sprintf("breaks %s after %s, and should break nothing; hvcheck run %s --design %s shows it",
			f.Property, plural(lengthOf(f), "operation"), h.bug.Scenario, h.bug.ID)
	case h.stopped:
		return "open: the search was cut off"
	}
	return ""
}

// harmlessCells is the row of a switch that is harmless.
func (h *hunted) harmlessCells() []string {
	r := &h.report
	found := fmt.Sprintf("no fault in %s (complete)", plural(r.States, "state"))
	switch {
	case r.Fault != nil:
		found = fmt.Sprintf("%s after %s", r.Fault.Property, plural(lengthOf(r.Fault), "operation"))
	case h.stopped:
		found = fmt.Sprintf("open: no fault in %s (to depth %d)", plural(r.States, "state"), r.Depth)
	}
	return []string{h.bug.ID, clip(h.bug.Origin, originWidth), h.bug.Scenario, found}
}
