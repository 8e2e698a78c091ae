package main

import (
	"fmt"
	"slices"
	"strings"

	"hvcheck/counterexamples"
	"hvcheck/gen"
	"hvcheck/model"
	"hvcheck/model/design"
	"hvcheck/model/errno"
)

// Topics about the model: operations, results, designs, mixes and stories.

func variantTopics() (list []*topic) {
	for _, sw := range model.Switches {
		if sw.Kind != design.Variant {
			continue
		}
		set := choice(sw.ID).Name
		t := &topic{id: sw.ID, title: sw.Title}
		t.add(prose(sw.Doc), known(
			[2]string{"origin", sw.Origin},
			[2]string{"to choose it", fmt.Sprintf("--design %s=%s", set, sw.ID)},
		))
		rows := expectedUnder(sw.ID)
		t.add(grid([]string{"claim", "expected", "what is claimed"}, rows))
		t.relate(set)
		for _, r := range rows {
			t.relate(r[0])
		}
		list = append(list, t)
	}
	return list
}

// switchTopics are the bugs or the mutants.
func switchTopics(kind string) (list []*topic) {
	for _, sw := range model.Switches {
		if sw.Kind.String() == kind {
			list = append(list, switchTopic(sw))
		}
	}
	return list
}

func switchTopic(sw design.Switch) *topic {
	t := &topic{id: sw.ID, title: sw.Title}
	length := ""
	if sw.Length > 0 {
		length = strings.TrimSuffix(plural(sw.Length, "operation")+" in the specification. "+sw.Differs, ". ")
	}
	t.add(prose(sw.Doc), known(
		[2]string{"origin", sw.Origin},
		[2]string{"violates", strings.Join(sw.Breaks, ", ")},
		[2]string{"found in", sw.Scenario},
		[2]string{"shortest story", length},
		[2]string{"needs the mix", sw.Directed},
		[2]string{"to bring it back", fmt.Sprintf("hvcheck run %s --design %s", sw.Scenario, sw.ID)},
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

func operationTopics() (list []*topic) {
	for _, spec := range model.Specs {
		t := &topic{id: spec.Name, title: title(spec.Doc)}
		t.add(prose(spec.Doc), known(
			[2]string{"area", string(spec.Area)},
			[2]string{"source", spec.Source},
		))
		t.add(grid([]string{"operand", "what it is"}, operandRows(spec)),
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
		rows = append(rows, []string{arg.Name, arg.Type.Doc})
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

func resultTopics() (list []*topic) {
	for _, code := range errno.All() {
		t := &topic{id: code.String(), title: code.Doc()}
		var rows [][]string
		for _, spec := range model.Specs {
			for _, r := range spec.Results {
				if r.Code == code && r.Unreached == "" {
					rows = append(rows, []string{spec.Name, r.When})
					t.relate(spec.Name)
				}
			}
		}
		t.add(grid([]string{"operation", "when"}, rows))
		list = append(list, t)
	}
	return list
}

func settingTopics() (list []*topic) {
	for _, set := range model.Settings {
		if slices.Contains(set.Values, "on") {
			continue // the switch itself is the topic
		}
		t := &topic{id: set.Name, title: set.Doc}
		var rows [][]string
		for i, v := range set.Values {
			baseline := ""
			if i == 0 {
				baseline = "the baseline"
			}
			rows = append(rows, []string{v, baseline, titleOfSwitch(v)})
		}
		t.add(grid([]string{"value", "", "what it is"}, rows))
		t.relate(set.Values...)
		list = append(list, t)
	}
	return list
}

func titleOfSwitch(id string) string {
	i := slices.IndexFunc(model.Switches, func(s design.Switch) bool { return s.ID == id })
	if i < 0 {
		return ""
	}
	return model.Switches[i].Title
}

func mixTopics() (list []*topic) {
	for _, m := range gen.Mixes {
		t := &topic{id: m.Name, title: m.Doc}
		t.add(prose("A mix is how sampling chooses operations."))
		list = append(list, t)
	}
	return list
}

func storyTopics() (list []*topic) {
	stories, _ := counterexamples.Corpus()
	for i := range stories {
		s, id := &stories[i], counterexamples.CorpusIDs()[i]
		t := &topic{id: id, title: plural(len(s.Ops), "step") + " in " + setting(s)}
		t.add(known([2]string{"violates", s.Fault.Invariant}, [2]string{"to see it", "hvcheck replay " + id}))
		t.relate(s.Fault.Invariant, s.Scenario.Name)
		for _, ch := range s.Config.Design() {
			t.relate(ch.Name)
			if ch.Value != "on" {
				t.relate(ch.Value)
			}
		}
		list = append(list, t)
	}
	return list
}
