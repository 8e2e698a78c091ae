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
operation longer, minimised, than the shortest.

Exit code 1 if a bug is not found, by either, or only by another invariant, or
if its shortest story is not as long as the catalogue says and nobody says why.`,
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
	t := a.bugsTable(list)
	t.head()
	var found []*hunted
	for _, bug := range list {
		h, err := a.hunt(ctx, bug, f)
		if err != nil {
			return err
		}
		found = append(found, h)
		t.row(h.cells()...)
		if interrupted(ctx) {
			break
		}
	}
	return a.finishBugs(list, found, f)
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

// bugsNamed finds bug switches and mutants by id, or all.
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
	if err := a.huntBySearch(ctx, h); err != nil || !f.sampling || h.by == "" {
		return h, err
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
			h.by, h.shortest[id] = id, len(h.report.Fault.Ops)
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

func (a *app) huntBySampling(ctx context.Context, h *hunted, f *bugsFlags) error {
	asked := h.search.asking(h.bug.Breaks...)
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
			h.shortest[id] = len(r.Fault.Ops)
		}
	}
	least := h.search.asking(id).minimized(f, bySample)
	h.longest = max(h.longest, len(least.Ops))
	h.tooLong = h.tooLong || len(least.Ops) > h.shortest[id]+1
	return nil
}

// differs tells whether the story is not as long as the specification's.
func (h *hunted) differs() bool {
	return h.bug.Length > 0 && h.by != "" && h.shortest[h.by] != h.bug.Length
}

// problem says why the bug does not count as found, or "".
func (h *hunted) problem(f *bugsFlags) string {
	switch {
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
