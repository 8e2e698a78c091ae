package teeth

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"hvcheck/model"
	"hvcheck/phrase"
	"hvcheck/scenarios"
	"hvcheck/teeth/places"
)

// Bench is what mutants are tried with: the build that has all of them, and what
// each scenario is without.
type Bench struct {
	*Options
	Areas  []*model.Area
	All    []*Mutant // of the areas
	Chosen []*Mutant
	Hash   string // of the source
	Build  time.Duration
	Plain  time.Duration // what all scenarios take, unchanged, one after the other

	LeftOut []string // scenarios that are not asked, with the reason

	root    string // of the module
	dir     string // of the build
	program string
	places  int
	base    map[string]*Trial // by scenario, unchanged
	reach   map[uint32][]reached
}

// reached is a scenario that comes to a place, with the ways of changing it that
// would make a difference there.
type reached struct {
	scenario string
	ways     uint8
}

// Prepare finds the mutants of areas, builds them all, and searches every
// scenario without any. Close ends it.
func Prepare(ctx context.Context, areas []*model.Area, o Options) (b *Bench, err error) {
	b = &Bench{Options: &o, Areas: areas, base: map[string]*Trial{}, reach: map[uint32][]reached{}}
	o.tell("reading the source")
	source, err := places.Load(cmp.Or(o.Dir, "."), o.main())
	if err != nil {
		return nil, err
	}
	b.Hash, b.root = source.Hash, source.Root
	files := map[string][]byte{}
	for _, a := range areas {
		list, n, err := mutantsOf(source, a, files, b.places)
		if err != nil {
			return nil, err
		}
		b.All = append(b.All, list...)
		b.places += n
	}
	if b.Chosen, err = o.choose(b.All); err != nil {
		return nil, err
	}
	if err := b.build(ctx, source, files); err != nil {
		b.Close()
		return nil, err
	}
	if err := b.unchanged(ctx); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

// build builds the program with rewritten files.
func (b *Bench) build(ctx context.Context, source *places.Source, files map[string][]byte) (err error) {
	b.tell("building %s", phrase.Plural(len(b.All), "mutant"))
	if b.dir, err = os.MkdirTemp("", "hvcheck-teeth-"); err != nil {
		return err
	}
	replace := map[string]string{}
	for name, text := range files {
		at := filepath.Join(b.dir, fmt.Sprintf("%d-%s", len(replace), filepath.Base(name)))
		if err := os.WriteFile(at, text, 0o600); err != nil {
			return err
		}
		replace[name] = at
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return err
	}
	at := filepath.Join(b.dir, "overlay.json")
	if err := os.WriteFile(at, overlay, 0o600); err != nil {
		return err
	}
	b.program = filepath.Join(b.dir, "program")
	return source.Build(ctx, at, b.program)
}

// Close takes the build away.
func (b *Bench) Close() {
	if b.dir != "" {
		os.RemoveAll(b.dir)
	}
}

// scenarios lists those of all areas, each once.
func (b *Bench) scenarios() (list []*scenarios.Scenario) {
	for _, a := range b.Areas {
		for _, s := range asked(a) {
			if !slices.Contains(list, s) {
				list = append(list, s)
			}
		}
	}
	return list
}

// unchanged searches every scenario with no mutant, and notes which places each
// of them reaches.
func (b *Bench) unchanged(ctx context.Context) error {
	list := b.scenarios()
	trials := make([]*Trial, len(list))
	errs := make([]error, len(list))
	b.parallel(len(list), func(i int) {
		b.tell("unchanged: %s", list[i].Name)
		var got []*Trial
		got, _, errs[i] = b.run(ctx, &Request{Trials: []Limit{{Scenario: list[i].Name}}, Note: max(b.places, 1)}, 0)
		if len(got) == 1 {
			trials[i] = got[0]
		}
	})
	for i, t := range trials {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if errs[i] != nil {
			return fmt.Errorf("%s, with nothing changed: %w", list[i].Name, errs[i])
		}
		if why := t.wrong(); why != "" {
			b.LeftOut = append(b.LeftOut, list[i].Name+": with nothing changed, "+why)
			continue
		}
		b.base[t.Scenario] = t
		for _, n := range t.Noted {
			b.reach[n.Place] = append(b.reach[n.Place], reached{t.Scenario, n.Ways})
		}
	}
	return nil
}

// wrong says why a scenario tells nothing of mutants, or is empty.
func (t *Trial) wrong() string {
	switch {
	case t == nil:
		return "no answer"
	case t.Panic != "":
		return t.Panic
	case t.Fault != nil:
		return "it violates " + t.Fault.Property
	case t.Stopped != "":
		return "it is not searched to the end: " + t.Stopped
	}
	return ""
}

// asks lists the scenarios that reach a mutant where it makes a difference, the
// cheapest first.
func (b *Bench) asks(m *Mutant) (list []string) {
	if m.Choice != nil {
		list = b.asksSwitch(m)
	}
	for _, r := range b.reach[m.Where] {
		if m.Choice == nil && r.ways>>m.Way&1 != 0 {
			list = append(list, r.scenario)
		}
	}
	slices.SortStableFunc(list, func(x, y string) int {
		return cmp.Compare(b.base[x].steps(), b.base[y].steps())
	})
	return list
}

// asksSwitch lists the scenarios where a choice can make a difference. Rules say
// when they come into play; variants may differ anywhere.
func (b *Bench) asksSwitch(m *Mutant) (list []string) {
	for _, s := range asked(m.Area) {
		base := b.base[s.Name]
		known := base != nil && (m.Choice.Value != "on" || slices.Contains(base.Rules, m.Choice.Name))
		if known && !made(s, m.Choice.Name, m.Choice.Value) {
			list = append(list, s.Name)
		}
	}
	return list
}

func (t *Trial) steps() uint64 { return t.Transitions + t.Refused }

// limits are how far scenarios are searched with a mutant: it may make more of
// them, but not without end. The time is for searches that do not end at all; a
// busy machine is not to look like one.
func (b *Bench) limits(names []string) (list []Limit) {
	for _, name := range names {
		t := b.base[name]
		list = append(list, Limit{name, 4*t.States + 50_000, leastTime + 25*t.Took})
	}
	return list
}

// leastTime is the time for a scenario that takes none.
const leastTime = 4 * time.Second
