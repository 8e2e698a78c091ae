// Package topic has what there is to say about everything that has an id: what
// explain and list tell, and what the pages are made of. All of it derives from
// the values of the packages below.
package topic

import (
	"slices"
	"strings"
	"sync"

	"hvcheck/judge"
)

// Topic is everything that explain has to say about one id. The pages of doc
// are made of the same values.
type Topic struct {
	Kind    string
	ID      string
	Title   string
	body    []block
	more    []block // what explain tells and the pages leave out
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
	topics       func() []*Topic
}{
	{"scenario", "scenarios", scenarioTopics},
	{"invariant", "invariants", invariantTopics},
	{"promise", "promises", promiseTopics},
	{"claim", "claims", claimTopics},
	{"table", "tables", matrixTopics},
	{"variant", "variants", variantTopics},
	{"design", "designs", columnTopics},
	{"bug", "bugs", func() []*Topic { return switchTopics("bug") }},
	{"mutant", "mutants", func() []*Topic { return switchTopics("mutant") }},
	{"as-is", "as-is", func() []*Topic { return switchTopics("as-is") }},
	{"operation", "operations", operationTopics},
	{"result", "results", resultTopics},
	{"setting", "settings", settingTopics},
	{"goal", "goals", goalTopics},
	{"mix", "mixes", mixTopics},
	{"story", "stories", storyTopics},
}

// Topics lists everything that has an id.
var Topics = sync.OnceValue(func() (all []*Topic) {
	for _, k := range kinds {
		for _, t := range k.topics() {
			t.Kind = k.name
			all = append(all, t)
		}
	}
	return all
})

// topicsNamed finds what has an id: seldom more than one, such as a setting and
// the table that compares its values. Case does not matter, nor the sign of an
// error.
func topicsNamed(id string) (found []*Topic, err error) {
	var ids []string
	for _, t := range Topics() {
		if strings.EqualFold(t.ID, id) || t.Kind == "result" && strings.EqualFold(t.ID, "-"+id) {
			found = append(found, t)
		}
		ids = append(ids, t.ID)
	}
	if len(found) == 0 {
		return nil, judge.Unknown("id", id, ids)
	}
	return found, nil
}

// heading is the name with the title, unless the text begins with that.
func (t *Topic) heading(name string) string {
	title := strings.TrimSuffix(t.Title, ".")
	if len(t.body) > 0 && strings.HasPrefix(t.body[0].text, title) {
		return name
	}
	return name + ": " + title
}

// add appends blocks that say something.
func (t *Topic) add(blocks ...block) {
	for _, b := range blocks {
		if b.text != "" || len(b.facts) > 0 || len(b.rows) > 0 {
			t.body = append(t.body, b)
		}
	}
}

// relate adds ids once each.
func (t *Topic) relate(ids ...string) {
	for _, id := range ids {
		if id != "" && id != t.ID && !slices.Contains(t.related, id) {
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
