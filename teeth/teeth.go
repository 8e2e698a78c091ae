// Package teeth measures how much of a model's rules the checks hold: it changes
// the rules, one place at a time, and asks every scenario of the area whether
// anything is noticed.
//
//	Prepare: places.Find -> one build with all changes -> what each scenario is, unchanged
//	Judge:   a mutant -> a process of its own -> the scenarios that reach it -> Judged
//	Score:   killed of those that changed a transition
//
// The build is the program itself, with the rewritten files in the place of its
// own; its command HiddenCommand answers a Request.
package teeth

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"strings"

	"hvcheck/judge"
	"hvcheck/model"
	"hvcheck/model/design"
	"hvcheck/scenarios"
	"hvcheck/teeth/places"
)

// Mutant is a change of an area's rules: of their source, or of a design.
type Mutant struct {
	*places.Mutant
	Area   *model.Area
	Choice *model.Choice // a switchable rule, which needs no build
}

// Options say what is tried, and with what.
type Options struct {
	Dir     string // of the module's source
	Main    string // the package that is built; empty: that of this program
	Workers int    // processes at a time
	Sample  int    // so many mutants, drawn at random; 0 is all
	Seed    uint64
	Only    string // a mutant's id, or the beginning of several; empty is all
	Keep    string // a file with what is known already; empty: none
	// Progress tells how far it has come. It may be nil.
	Progress func(text string)
}

func (o *Options) tell(format string, args ...any) {
	if o.Progress != nil {
		o.Progress(fmt.Sprintf(format, args...))
	}
}

// main is the package to build.
func (o *Options) main() string {
	if o.Main != "" {
		return o.Main
	}
	if info, ok := debug.ReadBuildInfo(); ok && strings.Contains(info.Path, "/") && !strings.HasSuffix(info.Path, ".test") {
		return info.Path
	}
	return "hvcheck/cmd/hvcheck"
}

// Areas finds the areas whose rules can be changed, by name, or all.
func Areas(names []string) (list []*model.Area, err error) {
	var known []string
	for _, a := range model.Areas {
		if len(a.Rules) > 0 {
			known = append(known, a.Name)
		}
	}
	if len(names) == 0 {
		names = known
	}
	for _, name := range names {
		name = model.Fold(name, known)
		if !slices.Contains(known, name) {
			return nil, judge.Unknown("area", name, known)
		}
		if a, _ := model.AreaNamed(name); !slices.Contains(list, a) {
			list = append(list, a)
		}
	}
	return list, nil
}

// asked lists the scenarios of an area that are asked: those that run shows.
func asked(a *model.Area) (list []*scenarios.Scenario) {
	for i := range scenarios.All {
		if s := &scenarios.All[i]; !s.Hidden && s.Config.About(a) {
			list = append(list, s)
		}
	}
	return list
}

// mutantsOf lists the mutants of an area: its source's, then its switches.
func mutantsOf(s *places.Source, a *model.Area, build map[string][]byte, from int) (list []*Mutant, n int, err error) {
	found, err := s.Find(a.Rules, from)
	if err != nil {
		return nil, 0, err
	}
	for name, text := range found.Files {
		build[name] = text
	}
	for _, m := range found.Mutants {
		list = append(list, &Mutant{Mutant: m, Area: a})
	}
	return append(list, switched(a)...), found.Places, nil
}

// switched are the switchable rules of an area, as mutants: each bug that is
// brought back, each rule of today's code, and each other variant.
func switched(a *model.Area) (list []*Mutant) {
	for _, s := range a.Settings {
		for _, value := range s.Values {
			if differs(a, s.Name, value) {
				list = append(list, switchMutant(a, s, value))
			}
		}
	}
	return list
}

// differs tells a choice that is not made already wherever the area is asked.
func differs(a *model.Area, name, value string) bool {
	return value != "off" && slices.ContainsFunc(asked(a), func(s *scenarios.Scenario) bool { return !made(s, name, value) })
}

// made tells whether a scenario's own design has the choice.
func made(s *scenarios.Scenario, name, value string) bool {
	c := s.Config
	return c.Set(model.Choice{Name: name, Value: value}) == nil && c == s.Config
}

func switchMutant(a *model.Area, s model.Setting, value string) *Mutant {
	id, title := s.Name+"="+value, value
	if value == "on" {
		id = s.Name
	}
	if i := slices.IndexFunc(a.Switches, func(sw design.Switch) bool { return sw.ID == id || sw.ID == value }); i >= 0 {
		title = a.Switches[i].Title
	}
	m := &places.Mutant{
		ID: "switch/" + id, File: "switches", Function: s.Name, Place: "switch", Change: value, Text: title,
		Before: s.Doc, After: title,
	}
	return &Mutant{Mutant: m, Area: a, Choice: &model.Choice{Name: s.Name, Value: value}}
}

// only selects one mutant by its id, or all whose ids begin with a part that
// ends with a slash.
func (o *Options) only(all []*Mutant) (list []*Mutant, err error) {
	ids := make([]string, len(all))
	for i, m := range all {
		ids[i] = m.ID
		if m.ID == o.Only || strings.HasSuffix(o.Only, "/") && strings.HasPrefix(m.ID, o.Only) {
			list = append(list, m)
		}
	}
	if len(list) == 0 {
		return nil, judge.Unknown("mutant", o.Only, ids)
	}
	return list, nil
}

// choose selects what is tried, in the order of ids.
func (o *Options) choose(all []*Mutant) ([]*Mutant, error) {
	if o.Only != "" {
		return o.only(all)
	}
	list := slices.Clone(all)
	if o.Sample > 0 && o.Sample < len(list) {
		slices.SortStableFunc(list, func(a, b *Mutant) int { return cmp.Compare(a.ID, b.ID) })
		random := rand.New(rand.NewPCG(o.Seed, 0))
		random.Shuffle(len(list), func(i, k int) { list[i], list[k] = list[k], list[i] })
		list = list[:o.Sample]
	}
	order := map[*Mutant]int{}
	for i, m := range all {
		order[m] = i
	}
	slices.SortFunc(list, func(a, b *Mutant) int { return cmp.Compare(order[a], order[b]) })
	return list, nil
}
