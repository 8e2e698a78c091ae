package pages

import (
	"fmt"
	"slices"
	"strings"

	"hvcheck/judge"
	"hvcheck/model"
	"hvcheck/phrase"
	"hvcheck/report"
	"hvcheck/scenarios"
	"hvcheck/topic"
)

// An answer is what was found of a claim under a design, whatever was asked
// for it.
type answer struct {
	claim  *scenarios.Claim
	design string
	shows  bool           // the claim is that something can happen: its story speaks against nobody
	story  *judge.Decided // the verdict with the shortest story, nil if there is none
	open   bool           // not decided, and no story
}

func (a *answer) fails() bool { return a.story != nil && !a.shows }
func (a *answer) seen() bool  { return a.story != nil && a.shows }

type answers []*answer

// answersOf are the answers to claims under the designs that they apply to.
func answersOf(found []*judge.Decided) (list answers) {
	for _, d := range found {
		if d.Search == nil {
			continue
		}
		i := slices.IndexFunc(list, func(a *answer) bool { return a.claim == d.Claim && a.design == d.Want.Variant })
		if i < 0 {
			i, list = len(list), append(list, &answer{claim: d.Claim, design: d.Want.Variant})
		}
		list[i].add(d)
	}
	return list
}

func (a *answer) add(d *judge.Decided) {
	a.shows = a.shows || d.Want.Want == scenarios.Witness || d.Want.Want == scenarios.NoWitness
	if d.Report.Fault != nil && (a.story == nil || length(d) < length(a.story)) {
		a.story = d
	}
	a.open = a.story == nil && (a.open || d.Open())
}

func length(d *judge.Decided) int { return judge.LengthOf(d.Report.Fault) }

// that selects answers.
func (list answers) that(fits func(a *answer) bool) (chosen answers) {
	for _, a := range list {
		if fits(a) {
			chosen = append(chosen, a)
		}
	}
	return chosen
}

func (list answers) under(design string) answers {
	return list.that(func(a *answer) bool { return a.design == design })
}

func (list answers) to(c *scenarios.Claim) answers {
	return list.that(func(a *answer) bool { return a.claim == c })
}

func (list answers) failing() answers { return list.that((*answer).fails) }
func (list answers) seen() answers    { return list.that((*answer).seen) }

// shortest is the answer with the shortest story of those that have one.
func (list answers) shortest() *answer {
	return slices.MinFunc(list, func(a, b *answer) int { return length(a.story) - length(b.story) })
}

// conclusion is what came of the thread, in five lines, and design by design.
func (v *view) conclusion() string {
	list := answersOf(v.verdicts)
	if len(list) == 0 {
		return "## Conclusion\n\n- " + v.fewest(list) + "\n\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "## Conclusion\n\n%s\n\n", v.basis())
	last := v.most
	if len(v.tables) > 0 {
		last = v.inTables
	}
	for _, line := range []func(answers) string{v.fewest, v.todays, v.everywhere, v.canHappen, last} {
		if text := line(list); text != "" {
			b.WriteString("- " + text + "\n")
		}
	}
	b.WriteString("\n## Design by design\n\n" + v.byDesign(list))
	return b.String()
}

// basis says what the conclusion rests on.
func (v *view) basis() string {
	decided, stories, open := 0, 0, 0
	var most uint64
	for _, d := range v.verdicts {
		if d.Search == nil {
			continue
		}
		decided, most = decided+1, max(most, d.Report.States)
		if d.Report.Fault != nil {
			stories++
		}
		if d.Open() {
			open++
		}
	}
	left := ""
	if open > 0 {
		left = fmt.Sprintf(", %d are open", open)
	}
	return fmt.Sprintf("Derived from %s on %s under %s: %d by a story, the others by complete searches, the largest of %s%s. "+
		"A number in parentheses is the length of the shortest story, in operations, and links it; a claim that is asked in several ways fails if it does in one. `hvcheck claims` finds all of it again.",
		phrase.Plural(decided, "verdict"), phrase.Plural(len(v.claims), "claim"), phrase.Plural(len(v.designs()), "design"),
		stories, phrase.Plural(most, "state"), left)
}

func (v *view) designs() []string { return report.VariantsOf(v.verdicts) }

// fewest names the designs under which no claim fails, or the fewest do.
func (v *view) fewest(list answers) string {
	if len(list) == 0 {
		return "No claim is decided."
	}
	compared := v.comparable(list)
	least := slices.Min(countFailing(list, compared))
	names := v.withFailing(list, compared, least)
	switch {
	case least == 0:
		return "**No claim fails** under " + names + "."
	case len(compared) == 1:
		return "**Not every claim holds** under " + names + "."
	}
	return "**Under every design a claim fails.** The fewest do under " + names + "."
}

// most names the designs under which most claims fail, if there is a choice.
func (v *view) most(list answers) string {
	compared := v.comparable(list)
	counts := countFailing(list, compared)
	if most := slices.Max(counts); most > slices.Min(counts) {
		return "**Most fail** under " + v.withFailing(list, compared, most) + "."
	}
	return ""
}

// comparable are the designs to which at least half as many claims apply as to any: one
// that a single claim is about says little of itself.
func (v *view) comparable(list answers) (designs []string) {
	most := 0
	for _, design := range v.designs() {
		most = max(most, len(list.under(design)))
	}
	for _, design := range v.designs() {
		if 2*len(list.under(design)) >= most {
			designs = append(designs, design)
		}
	}
	return designs
}

// countFailing counts the claims that fail, design by design.
func countFailing(list answers, designs []string) (counts []int) {
	for _, design := range designs {
		counts = append(counts, len(list.under(design).failing()))
	}
	return counts
}

// withFailing names those of the designs under which so many claims fail.
func (v *view) withFailing(list answers, designs []string, count int) string {
	var names []string
	for _, design := range designs {
		if len(list.under(design).failing()) == count {
			names = append(names, v.standing(list, design))
		}
	}
	return strings.Join(names, "; ")
}

// standing is how a design comes out: how many of the claims that apply to it
// fail, and which.
func (v *view) standing(list answers, design string) string {
	under := list.under(design)
	fails := under.failing()
	words := fmt.Sprintf("%s, %s (%d of %s)", v.to(design), titleOf(design), len(fails), phrase.Plural(len(under), "claim"))
	if len(fails) > 0 {
		words += ": " + v.withStories(fails)
	}
	if open := under.that(func(a *answer) bool { return a.open }); len(open) > 0 {
		words += fmt.Sprintf(", and %d open", len(open))
	}
	return words
}

// withStories lists claims, each with its shortest story.
func (v *view) withStories(list answers) string {
	words := make([]string, len(list))
	for i, a := range list {
		words[i] = v.to(a.claim.ID) + " " + v.number(a)
	}
	return strings.Join(words, ", ")
}

// number is the length of an answer's story.
func (v *view) number(a *answer) string {
	return "(" + v.link(fmt.Sprint(length(a.story)), v.story(a.story)) + ")"
}

// todays tells how today's code comes out.
func (v *view) todays(list answers) string {
	i := slices.IndexFunc(v.designs(), isToday)
	if i < 0 {
		return "**Today's code** is none of the designs that are compared here."
	}
	design := v.designs()[i]
	if len(list.under(design).failing()) == 0 {
		return "**Today's code** fails no claim: " + v.standing(list, design) + "."
	}
	return "**Today's code** is " + v.standing(list, design) + "."
}

// isToday tells whether a design makes only choices of today's, which are
// baselines where none is named.
func isToday(name string) bool {
	today, _ := scenarios.ColumnByName(scenarios.Today)
	col, ok := scenarios.ColumnByName(name)
	return ok && len(col.Design) > 0 && !slices.ContainsFunc(col.Design, func(ch model.Choice) bool {
		named := slices.ContainsFunc(today.Design, func(t model.Choice) bool { return t.Name == ch.Name })
		return named && !slices.Contains(today.Design, ch) || !named && !isBaseline(ch)
	})
}

// isBaseline tells whether a choice is its setting's first value.
func isBaseline(ch model.Choice) bool {
	return slices.ContainsFunc(model.Settings, func(set model.Setting) bool { return set.Name == ch.Name && set.Values[0] == ch.Value })
}

// everywhere tells which claims come out the same whatever the design, of those
// that apply to several.
func (v *view) everywhere(list answers) string {
	if len(v.designs()) == 1 {
		return ""
	}
	var hold, fail []string
	for _, c := range v.claims {
		decided := list.to(c).that(func(a *answer) bool { return !a.open && !a.shows })
		switch fails := decided.failing(); {
		case len(decided) < 2:
		case len(fails) == 0:
			hold = append(hold, v.to(c.ID))
		case len(fails) == len(decided):
			fail = append(fail, v.withStories(answers{fails.shortest()}))
		}
	}
	return fmt.Sprintf("**Whatever the design**, where they apply to several: %d hold under each%s; %d fail under each%s.",
		len(hold), listed(hold), len(fail), listed(fail))
}

// listed are words behind a colon, if there are any.
func listed(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return ", " + strings.Join(words, ", ")
}

// canHappen tells what was said to be possible and is.
func (v *view) canHappen(list answers) string {
	var words, never []string
	for _, c := range v.claims {
		asked := list.to(c).that(func(a *answer) bool { return a.shows })
		switch seen := asked.seen(); {
		case len(asked) == 0:
		case len(seen) == 0:
			never = append(never, v.to(c.ID))
		default:
			words = append(words, fmt.Sprintf("%s under %s %s", v.to(c.ID), v.those(seen, asked), v.number(seen.shortest())))
		}
	}
	isNot := "not " + strings.Join(never, ", ")
	switch {
	case len(words) == 0 && len(never) == 0:
		return ""
	case len(words) == 0:
		return "**Said to be possible**: " + isNot + "."
	case len(never) > 0:
		words = append(words, isNot)
	}
	return "**Said to be possible, and is**: " + strings.Join(words, "; ") + "."
}

// those are the designs of some answers, by name if they are few.
func (v *view) those(some, all answers) string {
	if len(some) > 3 {
		return fmt.Sprintf("%d of %s", len(some), phrase.Plural(len(all), "design"))
	}
	names := make([]string, len(some))
	for i, a := range some {
		names[i] = v.to(a.design)
	}
	return strings.Join(names, ", ")
}

// inTables tells which designs hold in every cell of the thread's tables.
func (v *view) inTables(answers) string {
	words := make([]string, len(v.tables))
	for i, f := range v.tables {
		words[i] = v.inTable(f)
	}
	return "**In the tables**: " + strings.Join(words, "; ") + "."
}

func (v *view) inTable(f *judge.FilledIn) string {
	fails := make([]int, len(f.Rows))
	for i, row := range f.Cells {
		for _, c := range row {
			if c.Search != nil && (c.Fails() || c.Open()) {
				fails[i]++
			}
		}
	}
	least := slices.Min(fails)
	var names []string
	for i := range f.Rows {
		if fails[i] == least {
			names = append(names, v.to(f.Rows[i].Name))
		}
	}
	if least == 0 {
		return fmt.Sprintf("in %s every cell that applies holds under %s", v.to(f.Name), strings.Join(names, ", "))
	}
	verb := "fails"
	if len(names) > 1 {
		verb = "fail"
	}
	return fmt.Sprintf("in %s no design holds in every cell; %s %s in %d of %d", v.to(f.Name), strings.Join(names, ", "), verb, least, len(f.Heads))
}

// byDesign has a line for each design.
func (v *view) byDesign(list answers) string {
	var b strings.Builder
	var rows [][]string
	for _, design := range v.designs() {
		under := list.under(design)
		fails := "none"
		if some := under.failing(); len(some) > 0 {
			fails = v.withStories(some)
		}
		rows = append(rows, []string{v.to(design), titleOf(design), fmt.Sprint(len(under)), fails, v.withStories(under.seen())})
	}
	topic.WriteGrid(&b, []string{"design", "what it is", "claims", "that fail", "that are seen"}, rows, v.to)
	return b.String() + "\n"
}

// titleOf is what a design is, in one line.
func titleOf(design string) string {
	if title := judge.TitleOfSwitch(design); title != "" {
		return title
	}
	col, _ := scenarios.ColumnByName(design)
	return col.Title
}
