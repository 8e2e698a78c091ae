package topic

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"hvcheck/invariants"
	"hvcheck/judge"
	"hvcheck/model"
	"hvcheck/phrase"
	"hvcheck/report"
	"hvcheck/scenarios"
)

// Topics about what is checked: scenarios, invariants, claims and goals.

func scenarioTopics() (list []*Topic) {
	for i := range scenarios.All {
		list = append(list, scenarioTopic(&scenarios.All[i]))
	}
	return list
}

func scenarioTopic(s *scenarios.Scenario) *Topic {
	t := &Topic{ID: s.Name, Title: s.Title}
	t.add(prose(s.Doc), known(
		[2]string{"bounds", strings.Join(report.BoundList(s.Config), ", ")},
		[2]string{"with --full", fullBounds(s)},
		[2]string{"searched", depthOf(s)},
		[2]string{"start states", strings.Join(s.StartNames(), "; ")},
		[2]string{"operations", strings.Join(operationsOf(s), ", ")},
		[2]string{"invariants", asked(s)},
		[2]string{"promises", strings.Join(s.Promises, ", ")},
		[2]string{"states of an earlier prototype", counted(s)},
		[2]string{"not in run", map[bool]string{true: "it serves claims and bugs only"}[s.Hidden]},
	))
	t.add(grid([]string{"option", "what it is, and what is not asked with it"}, optionRows(s)))
	t.add(grid([]string{"not asked", "why"}, exceptRows(s)), grid([]string{"reach goal", "what must be possible"}, goalRows(s)))
	if list := optionsOf(s); len(list) > 0 {
		t.more = append(t.more, known([2]string{"options", strings.Join(list, "; ")}))
	}
	t.more = append(t.more, grid([]string{"operation", "with the operands"}, alphabetRows(s)))
	t.relate(operationsOf(s)...)
	t.relate(claimsIn(s)...)
	t.relate(bugsIn(s)...)
	return t
}

// asked are the invariants that a scenario asks, in short if it is the usual
// ones.
func asked(s *scenarios.Scenario) string {
	switch {
	case len(s.Invariants) > 0:
		return strings.Join(s.Invariants, ", ")
	case len(s.Except) > 0:
		return fmt.Sprintf("all of %s that are no claims (%d), without those below", model.AreaNames(s.Config.Areas()), len(s.InvariantIDs()))
	}
	return fmt.Sprintf("all of %s that are no claims (%d)", model.AreaNames(s.Config.Areas()), len(s.InvariantIDs()))
}

// depthOf says how deep a scenario is searched, if not to the end.
func depthOf(s *scenarios.Scenario) string {
	if s.Depth == 0 {
		return ""
	}
	return fmt.Sprintf("to depth %d, with none of the options; sampling has some of them on, as in %s+%s", s.Depth, s.Name, strings.Join(s.OptionNames()[:min(2, len(s.Options))], "+"))
}

// optionRows lists a scenario's options.
func optionRows(s *scenarios.Scenario) (rows [][]string) {
	for _, o := range s.Options {
		text := o.Doc
		for _, id := range slices.Sorted(maps.Keys(o.Except)) {
			text += fmt.Sprintf("; not %s: %s", id, o.Except[id])
		}
		rows = append(rows, []string{o.Name, text})
	}
	return rows
}

func fullBounds(s *scenarios.Scenario) string {
	if s.Full == nil {
		return ""
	}
	c := s.Config
	c.TakeBounds(s.Full)
	return strings.Join(report.BoundList(c), ", ")
}

func counted(s *scenarios.Scenario) string {
	if s.Spec == 0 {
		return ""
	}
	return strings.TrimSuffix(fmt.Sprintf("%d; %s", s.Spec, s.Differs), "; ")
}

func exceptRows(s *scenarios.Scenario) (rows [][]string) {
	for _, id := range judge.InvariantIDs() {
		if why, out := s.Except[id]; out {
			rows = append(rows, []string{id, why})
		}
	}
	return rows
}

func goalRows(s *scenarios.Scenario) (rows [][]string) {
	for _, g := range s.Goals {
		rows = append(rows, []string{g.ID, g.Doc})
	}
	return rows
}

// optionsOf lists the options of the models that the scenario has on.
func optionsOf(s *scenarios.Scenario) (list []string) {
	for _, a := range s.Config.Areas() {
		if a.Options != nil {
			list = append(list, a.Options(&s.Config)...)
		}
	}
	return list
}

// alphabetRows lists each set of operations with the values of each operand.
func alphabetRows(s *scenarios.Scenario) (rows [][]string) {
	for _, p := range s.Alphabet(&s.Config) {
		var words []string
		for i, a := range p.Spec.Args {
			words = append(words, a.Name+"="+values(a.Type, p.Args[i]))
		}
		rows = append(rows, []string{p.Spec.Name, strings.Join(words, "; ")})
	}
	return rows
}

// mostValues is how many values of an operand are written out.
const mostValues = 16

// values writes the values of an operand, a long list with a count.
func values(t *model.ArgType, list []uint8) string {
	var words []string
	for _, v := range list[:min(len(list), mostValues)] {
		words = append(words, t.Format(v))
	}
	text := strings.Join(words, " ")
	if len(list) > mostValues {
		text += fmt.Sprintf(" ... (%d in all)", len(list))
	}
	return text
}

// operationsOf lists the names of the operations in the alphabet.
func operationsOf(s *scenarios.Scenario) (names []string) {
	for _, family := range s.Ops(&s.Config) {
		if name := family[0].Spec().Name; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func claimsIn(s *scenarios.Scenario) (ids []string) {
	for i := range scenarios.Claims {
		if c := &scenarios.Claims[i]; slices.Contains(allScenarios(c), s.Name) {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

func bugsIn(s *scenarios.Scenario) (ids []string) {
	for _, b := range judge.BugSwitches() {
		if b.Scenario == s.Name {
			ids = append(ids, b.ID)
		}
	}
	return ids
}

func goalTopics() (list []*Topic) {
	for i := range scenarios.All {
		for _, g := range scenarios.All[i].Goals {
			t := &Topic{ID: g.ID, Title: g.Doc}
			t.add(prose("A run of the scenario that never meets this goal has checked less than it promises, and is inconclusive."))
			t.relate(scenarios.All[i].Name)
			list = append(list, t)
		}
	}
	return list
}

func invariantTopics() (list []*Topic) {
	for i := range invariants.All {
		list = append(list, invariantTopic(&invariants.All[i]))
	}
	for _, id := range scenarios.AlwaysAsked() {
		t := &Topic{ID: id, Title: scenarios.Demand(id)}
		t.add(prose("This is asked of every scenario, under every design."))
		list = append(list, t)
	}
	return list
}

func invariantTopic(inv *invariants.Invariant) *Topic {
	t := &Topic{ID: inv.ID, Title: inv.Title}
	t.add(prose(inv.Doc), known(
		[2]string{"area", inv.Area.Name},
		[2]string{"asked", moments(inv)},
		[2]string{"where", where(inv)},
		[2]string{"sources", strings.Join(inv.Refs, "; ")},
	))
	t.relate(brokenBy(inv.ID)...)
	t.relate(claimsBy(inv.ID)...)
	for i := range scenarios.All {
		if s := &scenarios.All[i]; slices.Contains(s.Invariants, inv.ID) {
			t.relate(s.Name)
		}
	}
	return t
}

// brokenBy lists the bugs that violate an invariant or a promise.
func brokenBy(id string) (ids []string) {
	for _, b := range judge.BugSwitches() {
		if slices.Contains(b.Breaks, id) {
			ids = append(ids, b.ID)
		}
	}
	return ids
}

// claimsBy lists the claims that an invariant or a promise stands for.
func claimsBy(id string) (ids []string) {
	for i := range scenarios.Claims {
		if c := &scenarios.Claims[i]; slices.Contains(allProperties(c), id) {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// moments tells when an invariant is asked.
func moments(inv *invariants.Invariant) string {
	var words []string
	if inv.State != nil {
		words = append(words, "of every state")
	}
	if inv.Step != nil {
		words = append(words, "at every step")
	}
	if inv.WhileDraining {
		words = append(words, "while everything is torn down")
	}
	if inv.Drained != nil {
		words = append(words, "when everything has been torn down")
	}
	return strings.Join(words, ", ")
}

func where(inv *invariants.Invariant) string {
	if inv.Claim {
		return "only where a claim or a scenario asks for it: it is something that was said, and it does not hold everywhere"
	}
	return "in every scenario of the area that does not leave it out"
}

func claimTopics() (list []*Topic) {
	for i := range scenarios.Claims {
		list = append(list, claimTopic(&scenarios.Claims[i]))
	}
	return list
}

func claimTopic(c *scenarios.Claim) *Topic {
	t := &Topic{ID: c.ID, Title: c.Text}
	t.add(prose(c.Doc), known(
		[2]string{"thread", cited(c.Seed)},
		[2]string{"decided in", strings.Join(allScenarios(c), ", ")},
		[2]string{"by", strings.Join(allProperties(c), ", ")},
		[2]string{"does not apply to", strings.Join(notAsked(c), ", ")},
		[2]string{"found verdicts", "hvcheck claims " + c.ID},
	))
	t.add(grid([]string{"variant", "by", "in", "expected", "states of an earlier prototype", "note"}, verdictRows(c)))
	t.relate(allProperties(c)...)
	t.relate(allScenarios(c)...)
	for _, v := range c.Verdicts {
		if v.Want != scenarios.NotApplicable {
			t.relate(v.Variant)
		}
	}
	return t
}

// cited is a thread as it is cited.
func cited(thread string) string {
	if t, ok := scenarios.ThreadByID(thread); ok {
		return t.Cite()
	}
	return thread
}

// allScenarios lists where the claim is decided. A verdict that does not apply
// is decided nowhere.
func allScenarios(c *scenarios.Claim) []string {
	names := []string{c.Scenario}
	for i := range c.Verdicts {
		v := &c.Verdicts[i]
		if name := c.ScenarioOf(v); v.Want != scenarios.NotApplicable && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// allProperties lists the claim's properties, those of single verdicts too.
func allProperties(c *scenarios.Claim) []string {
	ids := slices.Clone(c.Properties)
	for _, v := range c.Verdicts {
		for _, id := range v.Properties {
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// notAsked lists the variants under which the claim makes no sense.
func notAsked(c *scenarios.Claim) (variants []string) {
	for _, v := range c.Verdicts {
		under := func(other scenarios.Verdict) bool {
			return other.Variant == v.Variant && (other.Want != scenarios.NotApplicable || other.Note != "")
		}
		if !slices.ContainsFunc(c.Verdicts, under) && !slices.Contains(variants, v.Variant) {
			variants = append(variants, v.Variant)
		}
	}
	return variants
}

// verdictRows are the verdicts that apply, and those with a reason why not.
func verdictRows(c *scenarios.Claim) (rows [][]string) {
	for _, v := range c.Verdicts {
		if v.Want == scenarios.NotApplicable && v.Note == "" {
			continue
		}
		d := &judge.Decided{Claim: c, Want: v}
		states := ""
		if v.States > 0 {
			states = fmt.Sprint(v.States)
		}
		rows = append(rows, []string{v.Variant, strings.Join(d.Properties(), ", "), v.Scenario, d.Wanted(), states, v.Note})
	}
	return rows
}

// expectedUnder lists the claims with their verdict under a variant.
func expectedUnder(variant string) (rows [][]string) {
	for i := range scenarios.Claims {
		c := &scenarios.Claims[i]
		for _, v := range c.Verdicts {
			if v.Variant == variant && v.Want != scenarios.NotApplicable {
				rows = append(rows, []string{c.ID, (&judge.Decided{Claim: c, Want: v}).Wanted(), c.Text})
			}
		}
	}
	return rows
}

// scenariosWith lists the scenarios that have an operation.
func scenariosWith(spec *model.Spec) (names []string) {
	for i := range scenarios.All {
		if s := &scenarios.All[i]; slices.Contains(operationsOf(s), spec.Name) {
			names = append(names, s.Name)
		}
	}
	return names
}

// matrixTopics are the tables of designs against scenarios.
func matrixTopics() (list []*Topic) {
	for i := range scenarios.Matrices {
		list = append(list, matrixTopic(&scenarios.Matrices[i]))
	}
	return list
}

func matrixTopic(m *scenarios.Matrix) *Topic {
	t := &Topic{ID: m.Name, Title: m.Title}
	t.add(prose(m.Doc), known([2]string{"thread", cited(m.Seed)}, [2]string{"the cells", "hvcheck table " + m.Name}))
	var designs, heads, groups [][]string
	for i := range m.Rows {
		designs = append(designs, []string{m.Rows[i].Name, strings.Join(report.ChoicesOf(&m.Rows[i]), ", ")})
	}
	for _, h := range m.Heads {
		heads = append(heads, []string{phrase.ASCII(h.Name), h.Scenario})
		t.relate(h.Scenario)
		groups = append(groups, t.asked(h.Asked)...)
	}
	groups = append(groups, t.asked(m.Properties)...)
	t.add(grid([]string{"design", "is"}, designs), grid([]string{"column", "scenario"}, heads),
		grid([]string{"asked", "what a violation means"}, groups))
	return t
}

// asked has a line for each group of a table's properties.
func (t *Topic) asked(list []scenarios.MatrixProperty) (groups [][]string) {
	for _, p := range list {
		groups = append(groups, []string{strings.Join(p.IDs, ", "), p.What})
		t.relate(p.IDs...)
	}
	return groups
}

func promiseTopics() (list []*Topic) {
	for i := range invariants.Promises {
		list = append(list, promiseTopic(&invariants.Promises[i]))
	}
	return list
}

func promiseTopic(p *invariants.Response) *Topic {
	t := &Topic{ID: p.ID, Title: p.Title}
	suspended := ""
	if p.Suspended != nil {
		suspended = "a run in which it is suspended for ever from some moment on"
	}
	t.add(prose(p.Doc), known(
		[2]string{"area", p.Area.Name},
		[2]string{"broken by", "a run that goes on for ever and never answers: a story with a loop, or one after which nothing that must happen can happen"},
		[2]string{"not broken by", suspended},
		[2]string{"asked in", strings.Join(promisedIn(p.ID), ", ")},
		[2]string{"sources", strings.Join(p.Refs, "; ")},
	))
	t.add(grid([]string{"fairness", "what cannot be put off for ever"}, fairRows(p)))
	t.relate(brokenBy(p.ID)...)
	t.relate(claimsBy(p.ID)...)
	t.relate(promisedIn(p.ID)...)
	return t
}

func fairRows(p *invariants.Response) (rows [][]string) {
	for _, f := range p.Fair {
		rows = append(rows, []string{f.ID, f.Doc})
	}
	return rows
}

// promisedIn lists the scenarios that ask a promise.
func promisedIn(id string) (names []string) {
	for i := range scenarios.All {
		if s := &scenarios.All[i]; slices.Contains(s.Promises, id) {
			names = append(names, s.Name)
		}
	}
	return names
}
