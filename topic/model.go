package topic

import (
	"fmt"
	"slices"
	"strings"

	"hvcheck/counterexamples"
	"hvcheck/gen"
	"hvcheck/judge"
	"hvcheck/model"
	"hvcheck/model/design"
	"hvcheck/model/errno"
	"hvcheck/phrase"
	"hvcheck/report"
	"hvcheck/scenarios"
)

// Topics about the model: operations, results, designs, mixes and stories.

func variantTopics() (list []*Topic) {
	for _, sw := range model.Switches {
		if sw.Kind != design.Variant {
			continue
		}
		set := judge.SettingOf(sw.ID)
		t := &Topic{ID: sw.ID, Title: sw.Title}
		t.add(prose(sw.Doc), known(
			[2]string{"origin", sw.Origin},
			[2]string{"to choose it", "--design " + sw.ID},
			[2]string{"that is", whole(sw.ID)},
			[2]string{"to choose it alone", alone(set, sw.ID)},
		))
		rows := expectedUnder(sw.ID)
		t.add(grid([]string{"claim", "expected", "what is claimed"}, rows))
		t.relate(set)
		list = append(list, t)
	}
	return list
}

// whole is the design that is called like a variant, if that is more than the
// variant.
func whole(variant string) string {
	col, ok := scenarios.ColumnByName(variant)
	if !ok || judge.IsVariant(col) {
		return ""
	}
	return strings.Join(report.DesignOf(variant), ", ")
}

// alone chooses a variant without what else makes the design of its name.
func alone(setting, variant string) string {
	if whole(variant) == "" {
		return ""
	}
	return fmt.Sprintf("--design %s=%s", setting, variant)
}

// columnTopics are the designs that have verdicts and a name of their own.
func columnTopics() (list []*Topic) {
	for i := range scenarios.Columns {
		col := &scenarios.Columns[i]
		if !judge.IsPlain(col.Name) {
			continue // the variant is the topic
		}
		t := &Topic{ID: col.Name, Title: col.Title}
		rows := expectedUnder(col.Name)
		t.add(known(
			[2]string{"is", strings.Join(report.DesignOf(col.Name), ", ")},
			[2]string{"to choose it", "--design " + col.Name},
		), grid([]string{"claim", "expected", "what is claimed"}, rows))
		for _, ch := range col.Design {
			t.relate(judge.SwitchOf(ch))
		}
		list = append(list, t)
	}
	return list
}

// switchTopics are the bugs, the mutants, or the rules of today's code.
func switchTopics(kind string) (list []*Topic) {
	for _, sw := range model.Switches {
		if sw.Kind.String() == kind {
			list = append(list, switchTopic(sw))
		}
	}
	return list
}

// asIsDoc says what a rule of today's code is not.
const asIsDoc = "This is a rule of today's code, found by reading it. What it violates in the model is an open question about that code, not a proven bug: nobody has shown it on a real system."

func switchTopic(sw design.Switch) *Topic {
	t := &Topic{ID: sw.ID, Title: sw.Title}
	length := ""
	if sw.Length > 0 {
		length = phrase.Plural(sw.Length, "operation")
	}
	if sw.Differs != "" {
		length += " were expected; " + sw.Differs
	}
	try, violates, place := "to turn it on", strings.Join(sw.Breaks, ", "), "found in"
	t.add(prose(sw.Doc))
	switch {
	case sw.Harmless():
		violates, place = "nothing, within the bounds of the scenario: hvcheck bugs "+sw.ID, "searched in"
	case sw.Kind == design.Bug:
		try = "to bring it back"
	case sw.Kind == design.AsIs:
		t.add(prose(asIsDoc))
	}
	t.add(known(
		[2]string{"origin", sw.Origin},
		[2]string{"violates", violates},
		[2]string{place, sw.Scenario},
		[2]string{"shortest story", length},
		[2]string{"needs the mix", sw.Directed},
		[2]string{try, fmt.Sprintf("hvcheck run %s --design %s", sw.Scenario, sw.ID)},
	))
	t.relate(sw.Breaks...)
	t.relate(sw.Scenario)
	t.relate(storiesWith(sw.ID)...)
	return t
}

// storiesWith lists the stories of the corpus whose design has the value or
// the switch.
func storiesWith(id string) (ids []string) {
	stories, _ := counterexamples.Corpus()
	for i := range stories {
		for _, ch := range stories[i].Config.Design() {
			if ch.Name == id {
				ids = append(ids, counterexamples.CorpusIDs()[i])
			}
		}
	}
	return ids
}

func operationTopics() (list []*Topic) {
	for _, spec := range model.Specs {
		t := &Topic{ID: spec.Name, Title: title(spec.Doc)}
		t.add(prose(spec.Doc), known(
			[2]string{"area", spec.Area().Name},
			[2]string{"source", spec.Source},
		))
		t.add(grid([]string{"operand", "words", "what it is"}, operandRows(spec)),
			grid([]string{"result", "when"}, resultRows(spec)))
		t.relate(scenariosWith(spec)...)
		for _, r := range spec.Results {
			t.relate(r.Code.String())
		}
		list = append(list, t)
	}
	return list
}

// title is the first sentence of a text.
func title(doc string) string {
	first, _, _ := strings.Cut(doc, ". ")
	first, _, _ = strings.Cut(first, "\n")
	return strings.TrimSuffix(first, ".")
}

func operandRows(spec *model.Spec) (rows [][]string) {
	for _, arg := range spec.Args {
		rows = append(rows, []string{arg.Name, strings.Join(arg.Type.Words, " "), arg.Type.Doc})
	}
	return rows
}

func resultRows(spec *model.Spec) (rows [][]string) {
	for _, r := range spec.Results {
		when := r.When
		if r.Unreached != "" {
			when = "not in the model: " + r.Unreached
		}
		rows = append(rows, []string{r.Code.String(), when})
	}
	return rows
}

func resultTopics() (list []*Topic) {
	for _, code := range errno.All() {
		t := &Topic{ID: code.String(), Title: code.Doc()}
		var rows [][]string
		for _, spec := range model.Specs {
			for _, r := range spec.Results {
				if r.Code == code && r.Unreached == "" {
					rows = append(rows, []string{spec.Name, r.When})
					t.relate(spec.Name)
				}
			}
		}
		t.add(grid([]string{"operation", "when"}, grouped(rows)))
		list = append(list, t)
	}
	return list
}

// grouped brings rows with the same second cell together, which is said once.
func grouped(rows [][]string) (list [][]string) {
	var order []string
	by := map[string][]string{}
	for _, r := range rows {
		if by[r[1]] == nil {
			order = append(order, r[1])
		}
		by[r[1]] = append(by[r[1]], r[0])
	}
	for _, when := range order {
		for i, name := range by[when] {
			if i == 1 && when != "" {
				when = "the same"
			}
			list = append(list, []string{name, when})
		}
	}
	return list
}

func settingTopics() (list []*Topic) {
	for _, set := range model.Settings {
		if slices.Contains(set.Values, "on") {
			continue // the switch itself is the topic
		}
		t := &Topic{ID: set.Name, Title: set.Doc}
		var rows [][]string
		for i, v := range set.Values {
			baseline := ""
			if i == 0 {
				baseline = "the baseline"
			}
			rows = append(rows, []string{v, baseline, judge.TitleOfSwitch(v)})
		}
		t.add(grid([]string{"value", "", "what it is"}, rows))
		t.relate(slices.DeleteFunc(slices.Clone(set.Values), judge.IsPlain)...)
		list = append(list, t)
	}
	return list
}

func mixTopics() (list []*Topic) {
	for _, m := range gen.Mixes {
		t := &Topic{ID: m.Name, Title: m.Doc}
		t.add(prose("A mix is how sampling chooses operations. Operations behind a colon, as in "+m.Name+":"+model.Specs[0].Name+", direct it at these."),
			known([2]string{"to use it", "hvcheck sample SCENARIO --mix " + m.Name}))
		list = append(list, t)
	}
	return list
}

func storyTopics() (list []*Topic) {
	stories, _ := counterexamples.Corpus()
	for i := range stories {
		s, id := &stories[i], counterexamples.CorpusIDs()[i]
		t := &Topic{ID: id, Title: report.StepsOf(s) + " in " + report.Setting(s)}
		t.add(known([2]string{"violates", s.Fault.Invariant}, [2]string{"to see it", "hvcheck replay " + id}))
		t.relate(s.Fault.Invariant, s.Scenario.Name)
		for _, ch := range s.Config.Design() {
			t.relate(ch.Name)
			if !judge.IsPlain(ch.Value) {
				t.relate(ch.Value)
			}
		}
		list = append(list, t)
	}
	return list
}
