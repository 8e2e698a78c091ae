package main

import (
	"slices"
	"strings"
	"sync"
)

// topic is everything that explain has to say about one id. The pages of doc
// are made of the same values.
type topic struct {
	kind    string
	id      string
	title   string
	body    []block
	related []string
}

// block is a part of a topic's text: prose, or facts, or a table.
type block struct {
	text  string      // paragraphs
	facts [][2]string // name and value
	head  []string    // of a table, with its rows
	rows  [][]string
}

// kinds of topics, in the order of the table of contents.
var kinds = []struct {
	name, plural string
	topics       func() []*topic
}{
	{"scenario", "scenarios", scenarioTopics},
	{"invariant", "invariants", invariantTopics},
	{"promise", "promises", promiseTopics},
	{"claim", "claims", claimTopics},
	{"table", "tables", matrixTopics},
	{"variant", "variants", variantTopics},
	{"design", "designs", columnTopics},
	{"bug", "bugs", func() []*topic { return switchTopics("bug") }},
	{"mutant", "mutants", func() []*topic { return switchTopics("mutant") }},
	{"as-is", "as-is", func() []*topic { return switchTopics("as-is") }},
	{"operation", "operations", operationTopics},
	{"result", "results", resultTopics},
	{"setting", "settings", settingTopics},
	{"goal", "goals", goalTopics},
	{"mix", "mixes", mixTopics},
	{"story", "stories", storyTopics},
}

// topics lists everything that has an id.
var topics = sync.OnceValue(func() (all []*topic) {
	for _, k := range kinds {
		for _, t := range k.topics() {
			t.kind = k.name
			all = append(all, t)
		}
	}
	return all
})

// topicsNamed finds what has an id: seldom more than one, such as a setting and
// the table that compares its values. Case does not matter, nor the sign of an
// error.
func topicsNamed(id string) (found []*topic, err error) {
	var ids []string
	for _, t := range topics() {
		if strings.EqualFold(t.id, id) || t.kind == "result" && strings.EqualFold(t.id, "-"+id) {
			found = append(found, t)
		}
		ids = append(ids, t.id)
	}
	if len(found) == 0 {
		return nil, unknown("id", id, ids)
	}
	return found, nil
}

// heading is the name with the title, unless the text begins with that.
func (t *topic) heading(name string) string {
	title := strings.TrimSuffix(t.title, ".")
	if len(t.body) > 0 && strings.HasPrefix(t.body[0].text, title) {
		return name
	}
	return name + ": " + title
}

// add appends blocks that say something.
func (t *topic) add(blocks ...block) {
	for _, b := range blocks {
		if b.text != "" || len(b.facts) > 0 || len(b.rows) > 0 {
			t.body = append(t.body, b)
		}
	}
}

// relate adds ids once each.
func (t *topic) relate(ids ...string) {
	for _, id := range ids {
		if id != "" && id != t.id && !slices.Contains(t.related, id) {
			t.related = append(t.related, id)
		}
	}
}

func prose(s string) block { return block{text: s} }

// known are the facts that have a value.
func known(facts ...[2]string) block {
	return block{facts: slices.DeleteFunc(facts, func(f [2]string) bool { return f[1] == "" })}
}

func grid(head []string, rows [][]string) block { return block{head: head, rows: rows} }
