package judge

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"hvcheck/checker"
	"hvcheck/counterexamples"
	"hvcheck/gen"
	"hvcheck/model"
	"hvcheck/model/design"
	"hvcheck/phrase"
)

// BugOptions say how bugs are looked for.
type BugOptions struct {
	Seeds    int           // how many sampling is tried with
	Sampling bool          // whether it is tried
	Time     time.Duration // for sampling with one seed
}

// Hunted is what was found of one bug.
type Hunted struct {
	Bug     design.Switch
	Search  *Search
	Report  Report // of the invariant that was found, or of the last one tried
	By      string // that invariant; empty if none
	other   string // the invariant that finds it although the catalogue does not say so
	Tried   int    // seeds
	Hits    int
	Slowest time.Duration
	Stopped bool
	// Lengths in operations, by invariant. Those of different invariants are not
	// compared with each other.
	Shortest  map[string]int // found by a search
	Minimised map[string]int // the longest of what sampling found, minimised
}

// Group is why a switch is tried. Each has a table of its own.
type Group int

const (
	ToBeFound   Group = iota // bugs and mutants
	OpenToAsk                // rules of today's code
	ToBeNothing              // switches that are harmless
	Groups                   // how many there are
)

// GroupOf is the group of a switch.
func GroupOf(s *design.Switch) Group {
	switch {
	case s.Harmless():
		return ToBeNothing
	case s.Kind == design.AsIs:
		return OpenToAsk
	}
	return ToBeFound
}

// Of selects the switches of the group.
func (g Group) Of(list []design.Switch) []design.Switch {
	return slices.DeleteFunc(slices.Clone(list), func(s design.Switch) bool { return GroupOf(&s) != g })
}

// BugsNamed finds bug switches, mutants and rules of today's code by id, or all.
func BugsNamed(ids []string) (list []design.Switch, err error) {
	all := BugSwitches()
	if len(ids) == 0 {
		return all, nil
	}
	for _, id := range ids {
		i := slices.IndexFunc(all, func(s design.Switch) bool { return s.ID == id })
		if i < 0 {
			return nil, Unknown("bug", id, switchIDs(all))
		}
		list = append(list, all[i])
	}
	return list, nil
}

// BugSwitches are the switches that break something.
func BugSwitches() []design.Switch {
	return slices.DeleteFunc(slices.Clone(model.Switches), func(s design.Switch) bool { return s.Kind == design.Variant })
}

// IsAsIs tells the id of a rule of today's code.
func IsAsIs(id string) bool {
	return slices.ContainsFunc(model.Switches, func(s design.Switch) bool { return s.ID == id && s.Kind == design.AsIs })
}

func switchIDs(list []design.Switch) []string {
	ids := make([]string, len(list))
	for i, s := range list {
		ids[i] = s.ID
	}
	return ids
}

// Hunt looks for one bug, first by search, then by sampling.
func (j *Judge) Hunt(ctx context.Context, bug design.Switch, f *BugOptions) (*Hunted, error) {
	s, err := ScenarioNamed(bug.Scenario)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", bug.ID, err)
	}
	config, err := j.config(s, nil)
	if err != nil {
		return nil, err
	}
	if err := config.Set(model.Choice{Name: bug.ID, Value: "on"}); err != nil {
		return nil, err
	}
	h := &Hunted{Bug: bug, Search: NewSearch(s, config), Shortest: map[string]int{}, Minimised: map[string]int{}}
	if bug.Harmless() {
		return h, j.searchHarmless(ctx, h)
	}
	if err := j.huntBySearch(ctx, h); err != nil || !f.Sampling || h.By == "" {
		return h, err
	}
	if len(h.sampled()) == 0 {
		return h, nil
	}
	if h.Search.Mix, err = mixFor(bug); err != nil {
		return nil, err
	}
	return h, j.huntBySampling(ctx, h, f)
}

// huntBySearch asks the catalogue's invariants one by one until one is found
// violated. If none is, it asks who else finds it.
func (j *Judge) huntBySearch(ctx context.Context, h *Hunted) (err error) {
	for _, id := range h.Bug.Breaks {
		if h.Report, err = j.Explore(ctx, h.Search.asking(id), checker.Bounds{}); err != nil {
			return err
		}
		if h.Report.Fault != nil && h.Report.Fault.Property == id {
			h.By, h.Shortest[id] = id, LengthOf(h.Report.Fault)
			return nil
		}
		h.Stopped = h.Stopped || h.Report.Fault == nil && !h.Report.Exhaustive
	}
	all, err := j.Explore(ctx, h.Search, checker.Bounds{})
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
func (h *Hunted) sampled() []string {
	return slices.DeleteFunc(slices.Clone(h.Bug.Breaks), IsPromise)
}

func (j *Judge) huntBySampling(ctx context.Context, h *Hunted, f *BugOptions) error {
	asked := h.Search.asking(h.sampled()...)
	asked.Mix = h.Search.Mix
	for i := range f.Seeds {
		r, err := j.sample(ctx, asked, j.Seed+uint64(i), f.Time)
		if err != nil {
			return err
		}
		if ctx.Err() != nil && r.Fault == nil {
			h.Stopped = true
			return nil
		}
		h.Tried++
		if r.Fault == nil || !slices.Contains(h.Bug.Breaks, r.Fault.Property) {
			continue
		}
		h.Hits++
		h.Slowest = max(h.Slowest, r.Elapsed)
		if err := j.measure(ctx, h, r.Fault); err != nil {
			return err
		}
	}
	return nil
}

// measure finds how long a story is, minimised, and the shortest for the same
// invariant.
func (j *Judge) measure(ctx context.Context, h *Hunted, f *Fault) error {
	id := f.Property
	least := h.Search.asking(id).minimized(f, BySample)
	h.Minimised[id] = max(h.Minimised[id], LengthOf(&least))
	if _, known := h.Shortest[id]; known {
		return nil
	}
	r, err := j.Explore(ctx, h.Search.asking(id), checker.Bounds{})
	if err != nil {
		return err
	}
	if r.Fault != nil && r.Fault.Property == id {
		h.Shortest[id] = LengthOf(r.Fault)
	}
	h.Stopped = h.Stopped || r.Fault == nil && !r.Exhaustive
	return nil
}

// Others lists the invariants that sampling found violated beside the one that
// the search found.
func (h *Hunted) Others() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(h.Minimised)), func(id string) bool { return id == h.By })
}

// Differs tells whether the story is not as long as the catalogue says, which
// speaks of the invariant that it names first.
func (h *Hunted) Differs() bool {
	return h.Bug.Length > 0 && h.By == h.Bug.Breaks[0] && h.Shortest[h.By] != h.Bug.Length
}

// tooLong is an invariant with a minimised story that is longer than its
// shortest by more than one operation, or "".
func (h *Hunted) tooLong() string {
	for _, id := range slices.Sorted(maps.Keys(h.Minimised)) {
		if least, known := h.Shortest[id]; known && h.Minimised[id] > least+1 {
			return id
		}
	}
	return ""
}

// Problem says what is not as it should be, or "".
func (h *Hunted) Problem(f *BugOptions) string {
	if why := h.Missed(f); why != "" {
		return why
	}
	id := h.tooLong()
	switch {
	case h.Differs() && h.Bug.Differs == "":
		return fmt.Sprintf("found, of another length: the shortest story to %s has %s, the catalogue says %d",
			h.By, phrase.Plural(h.Shortest[h.By], "operation"), h.Bug.Length)
	case id != "":
		return fmt.Sprintf("found, of another length: a story to %s has %s, minimised, the shortest %d",
			id, phrase.Plural(h.Minimised[id], "operation"), h.Shortest[id])
	}
	return ""
}

// Missed says why the bug does not count as found, or a harmless switch as
// harmless, or "". How long its stories are is another question.
func (h *Hunted) Missed(f *BugOptions) string {
	switch {
	case h.Bug.Harmless():
		return h.harm()
	case h.By == "" && h.Stopped:
		return "open: the search was cut off"
	case h.By == "" && h.other != "":
		return fmt.Sprintf("found only by %s, not by %v", h.other, h.Bug.Breaks)
	case h.By == "":
		return "not found by a complete search of " + h.Bug.Scenario
	case h.Stopped:
		return "open: sampling was cut off"
	case f.Sampling && h.Hits < h.Tried:
		return fmt.Sprintf("sampling found it with %d of %d seeds", h.Hits, h.Tried)
	}
	return ""
}

// Code is the exit code for one bug.
func (h *Hunted) Code(f *BugOptions) int {
	switch {
	case h.Problem(f) == "":
		return ExitHolds
	case h.Stopped:
		return ExitInconclusive
	}
	return ExitViolated
}

// StoriesOfBugs are the shortest stories of those that a search has found.
func StoriesOfBugs(found []*Hunted) (list []*counterexamples.Story, err error) {
	for _, h := range found {
		if h.By == "" {
			continue
		}
		s, err := h.Search.asking(h.By).story(h.Report.Fault, counterexamples.Found{By: ByExplore})
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

// searchHarmless asks everything that the scenario asks, of every state. It
// leaves h.By empty: there is nothing that should be found.
func (j *Judge) searchHarmless(ctx context.Context, h *Hunted) (err error) {
	h.Report, err = j.Explore(ctx, h.Search, checker.Bounds{})
	h.Stopped = h.Report.Fault == nil && !h.Report.Exhaustive
	return err
}

// harm says why the switch is not shown to be harmless, or "".
func (h *Hunted) harm() string {
	switch f := h.Report.Fault; {
	case f != nil:
		return fmt.Sprintf("breaks %s after %s, and should break nothing; hvcheck run %s --design %s shows it",
			f.Property, phrase.Plural(LengthOf(f), "operation"), h.Bug.Scenario, h.Bug.ID)
	case h.Stopped:
		return "open: the search was cut off"
	}
	return ""
}
