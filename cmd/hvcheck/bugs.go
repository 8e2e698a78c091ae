package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"hvcheck/checker"
	"hvcheck/gen"
	"hvcheck/model"
	"hvcheck/model/design"
)

// bugsFlags say what is tried.
type bugsFlags struct {
	write    string
	seeds    int
	sampling bool
	time     time.Duration
}

func (a *app) bugsCommand() *cobra.Command {
	var f bugsFlags
	c := &cobra.Command{
		Use:   "bugs [ID...]",
		Short: "bring back each known bug and see who finds it",
		Long: `Bugs turns on each bug switch and mutant by itself. A search has to find a
violation of an invariant that the catalogue names, and so has sampling, with
each of a number of seeds. A story that sampling found has to be at most one
operation longer, minimised, than the shortest. Sampling is not tried where all
that is violated is a promise: no run that ends breaks one.

A rule that is as in today's code, and differs from what the invariants ask, is
tried in the same way and told apart: what it violates is an open question about
that code, and no bug until a real system shows it.

A switch that is there to show that it breaks nothing within the bounds of its
scenario is told apart too: that scenario is searched for a violation of anything
that it asks, and there must be none.

Exit code 1 if a bug is not found, by either, or only by another invariant, if
its shortest story is not as long as the catalogue says and nobody says why, or
if something is violated that should not be.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, ids []string) error { return a.bugs(cmd.Context(), ids, &f) },
	}
	c.Flags().StringVar(&f.write, "write", "", "folder to write the shortest stories to")
	c.Flags().IntVar(&f.seeds, "seeds", 10, "how many seeds sampling is tried with")
	c.Flags().BoolVar(&f.sampling, "sampling", true, "try sampling too")
	c.Flags().DurationVar(&f.time, "time", 10*time.Second, "most time for sampling with one seed")
	return c
}

// hunted is what was found of one bug.
type hunted struct {
	bug      design.Switch
	search   *search
	report   report // of the invariant that was found, or of the last one tried
	by       string // that invariant; empty if none
	other    string // the invariant that finds it although the catalogue does not say so
	tried    int    // seeds
	hits     int
	slowest  time.Duration
	longest  int  // minimised
	tooLong  bool // some minimised story is
	stopped  bool
	shortest map[string]int // by invariant
}

func (a *app) bugs(ctx context.Context, ids []string, f *bugsFlags) error {
	list, err := bugsNamed(ids)
	if err != nil {
		return err
	}
	if err := f.check(); err != nil {
		return err
	}
	ctx, cancel := a.limited(ctx)
	defer cancel()
	var found []*hunted
	for g := range groups {
		some, err := a.huntAll(ctx, g, list, f)
		if err != nil {
			return err
		}
		found = append(found, some...)
	}
	return a.finishBugs(list, found, f)
}

// huntAll looks for the switches of a group up to an interrupt, with a row for
// each.
func (a *app) huntAll(ctx context.Context, g group, list []design.Switch, f *bugsFlags) (found []*hunted, err error) {
	some := g.of(list)
	if len(some) == 0 || interrupted(ctx) {
		return nil, nil
	}
	t := a.groupTable(g, list)
	t.head()
	for _, bug := range some {
		h, err := a.hunt(ctx, bug, f)
		if err != nil {
			return nil, err
		}
		found = append(found, h)
		t.row(h.cells()...)
		if interrupted(ctx) {
			break
		}
	}
	return found, nil
}

func (f *bugsFlags) check() error {
	if f.seeds < 1 || f.seeds > 10_000 {
		return fmt.Errorf("--seeds %d: want 1 to 10000", f.seeds)
	}
	if f.time <= 0 {
		return fmt.Errorf("--time %v: want a time above 0, such as 10s", f.time)
	}
	if f.write != "" {
		return writable("--write", f.write)
	}
	return nil
}

// group is why a switch is tried. Each has a table of its own.
type group int

const (
	toBeFound   group = iota // bugs and mutants
	openToAsk                // rules of today's code
	toBeNothing              // switches that are harmless
	groups
)

func groupOf(s *design.Switch) group {
	switch {
	case s.Harmless():
		return toBeNothing
	case s.Kind == design.AsIs:
		return openToAsk
	}
	return toBeFound
}

// of selects the switches of the group.
func (g group) of(list []design.Switch) []design.Switch {
	return slices.DeleteFunc(slices.Clone(list), func(s design.Switch) bool { return groupOf(&s) != g })
}

// bugsNamed finds bug switches, mutants and rules of today's code by id, or all.
func bugsNamed(ids []string) (list []design.Switch, err error) {
	all := bugSwitches()
	if len(ids) == 0 {
		return all, nil
	}
	for _, id := range ids {
		i := slices.IndexFunc(all, func(s design.Switch) bool { return s.ID == id })
		if i < 0 {
			return nil, unknown("bug", id, switchIDs(all))
		}
		list = append(list, all[i])
	}
	return list, nil
}

// bugSwitches are the switches that break something.
func bugSwitches() []design.Switch {
	return slices.DeleteFunc(slices.Clone(model.Switches), func(s design.Switch) bool { return s.Kind == design.Variant })
}

// isAsIs tells the id of a rule of today's code.
func isAsIs(id string) bool {
	return slices.ContainsFunc(model.Switches, func(s design.Switch) bool { return s.ID == id && s.Kind == design.AsIs })
}

func switchIDs(list []design.Switch) []string {
	ids := make([]string, len(list))
	for i, s := range list {
		ids[i] = s.ID
	}
	return ids
}

// hunt looks for one bug, first by search, then by sampling.
func (a *app) hunt(ctx context.Context, bug design.Switch, f *bugsFlags) (*hunted, error) {
	s, err := scenarioNamed(bug.Scenario)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", bug.ID, err)
	}
	config, err := a.config(s, nil)
	if err != nil {
		return nil, err
	}
	if err := config.Set(model.Choice{Name: bug.ID, Value: "on"}); err != nil {
		return nil, err
	}
	h := &hunted{bug: bug, search: newSearch(s, config), shortest: map[string]int{}}
	if bug.Harmless() {
		return h, a.searchHarmless(ctx, h)
	}
	if err := a.huntBySearch(ctx, h); err != nil || !f.sampling || h.by == "" {
		return h, err
	}
	if len(h.sampled()) == 0 {
		return h, nil
	}
	if h.search.mix, err = mixFor(bug); err != nil {
		return nil, err
	}
	return h, a.huntBySampling(ctx, h, f)
}

// huntBySearch asks the catalogue's invariants one by one until one is found
// violated. If none is, it asks who else finds it.
func (a *app) huntBySearch(ctx context.Context, h *hunted) (err error) {
	for _, id := range h.bug.Breaks {
		if h.report, err = a.explore(ctx, h.search.asking(id), checker.Bounds{}); err != nil {
			return err
		}
		if h.report.Fault != nil {
			h.by, h.shortest[id] = id, lengthOf(h.report.Fault)
			return nil
		}
		h.stopped = h.stopped || !h.report.Exhaustive
	}
	all, err := a.explore(ctx, h.search, checker.Bounds{})
	if all.Fault != nil {
		h.other = all.Fault.Property
	}
	return err
}

// mixFor is how the bug is sampled: with everything in turn, or with the mix
// whose name the reason begins with.
func mixFor(bug design.Switch) (gen.Mix, error) {
	words := strings.Fields(bug.Directed)
	if len(words) == 0 {
		return gen.All, nil
	}
	return gen.MixNamed(strings.Trim(words[0], ".,;"))
}

// sampled are the invariants that sampling can find violated: no run that ends
// breaks a promise.
func (h *hunted) sampled() []string {
	return slices.DeleteFunc(slices.Clone(h.bug.Breaks), isPromise)
}

func (a *app) huntBySampling(ctx context.Context, h *hunted, f *bugsFlags) error {
	asked := h.search.asking(h.sampled()...)
	asked.mix = h.search.mix
	for i := range f.seeds {
		r, err := a.sample(ctx, asked, a.seed+uint64(i), f.time)
		if err != nil {
			return err
		}
		if ctx.Err() != nil && r.Fault == nil {
			h.stopped = true
			return nil
		}
		h.tried++
		if r.Fault == nil || !slices.Contains(h.bug.Breaks, r.Fault.Property) {
			continue
		}
		h.hits++
		h.slowest = max(h.slowest, r.Elapsed)
		if err := a.measure(ctx, h, r.Fault); err != nil {
			return err
		}
	}
	return nil
}

// measure compares a minimised story with the shortest for its invariant.
func (a *app) measure(ctx context.Context, h *hunted, f *fault) error {
	id := f.Property
	if _, known := h.shortest[id]; !known {
		r, err := a.explore(ctx, h.search.asking(id), checker.Bounds{})
		if err != nil {
			return err
		}
		if r.Fault != nil {
			h.shortest[id] = lengthOf(r.Fault)
		}
	}
	least := h.search.asking(id).minimized(f, bySample)
	h.longest = max(h.longest, lengthOf(&least))
	h.tooLong = h.tooLong || lengthOf(&least) > h.shortest[id]+1
	return nil
}

// differs tells whether the story is not as long as the specification's.
func (h *hunted) differs() bool {
	return h.bug.Length > 0 && h.by != "" && h.shortest[h.by] != h.bug.Length
}

// problem says why the bug does not count as found, or "".
func (h *hunted) problem(f *bugsFlags) string {
	switch {
	case h.bug.Harmless():
		return h.harm()
	case h.by == "" && h.stopped:
		return "open: the search was cut off"
	case h.by == "" && h.other != "":
		return fmt.Sprintf("found only by %s, not by %v", h.other, h.bug.Breaks)
	case h.by == "":
		return "not found by a complete search of " + h.bug.Scenario
	case h.differs() && h.bug.Differs == "":
		return fmt.Sprintf("the shortest story has %s, the catalogue says %d", plural(h.shortest[h.by], "operation"), h.bug.Length)
	case h.stopped:
		return "open: sampling was cut off"
	case f.sampling && h.hits < h.tried:
		return fmt.Sprintf("sampling found it with %d of %d seeds", h.hits, h.tried)
	case h.tooLong:
		return "a minimised story is longer than the shortest by more than 1"
	}
	return ""
}

func (h *hunted) code(f *bugsFlags) int {
	switch {
	case h.problem(f) == "":
		return exitHolds
	case h.stopped:
		return exitInconclusive
	}
	return exitViolated
}
