package topic

import (
	"fmt"
	"slices"
	"strings"

	"hvcheck/counterexamples"
	"hvcheck/phrase"
	"hvcheck/report"
)

// Named finds what has one of the ids.
func Named(ids []string) (list []*Topic, err error) {
	for _, id := range ids {
		found, err := topicsNamed(id)
		if err != nil {
			return nil, err
		}
		for _, t := range found {
			list = append(list, t.whole())
		}
	}
	return list, nil
}

// whole is the topic with what is too long for the pages.
func (t *Topic) whole() *Topic {
	all := *t
	all.body = slices.Concat(t.body, t.more)
	return &all
}

// Tell writes all that is to say about some topics.
func Tell(a *report.Printer, list []*Topic) error {
	if a.AsJSON() {
		return a.WriteJSON(topicsJSON(list))
	}
	for i, t := range list {
		if i > 0 {
			a.Printf("\n")
		}
		if a.Format == "md" {
			a.Printf("%s", t.Markdown(plainIDs))
			continue
		}
		tellTopic(a, t)
	}
	return nil
}

func tellTopic(a *report.Printer, t *Topic) {
	for i, line := range phrase.Wrap(t.heading(t.ID+" ("+t.Kind+")"), report.MaxWidth-4) {
		a.Printf("%s%s\n", strings.Repeat("    ", min(i, 1)), line)
	}
	for _, b := range t.body {
		a.Printf("\n")
		tellBlock(a, &b)
	}
	if len(t.related) > 0 {
		list, more := shortened(t.related)
		a.Printf("\nRelated:\n%s", report.Paragraphs(strings.Join(list, "  "), "  "))
		if more > 0 {
			a.Printf("  and %d more stories: hvcheck list stories\n", more)
		}
	}
}

// shownStories is how many ids of stories stand in a text.
const shownStories = 5

// shortened cuts a long list of stories, and counts what it left out.
func shortened(related []string) (list []string, more int) {
	isStory := func(id string) bool { return slices.Contains(counterexamples.CorpusIDs(), id) }
	stories := 0
	for _, id := range related {
		if isStory(id) {
			if stories++; stories > shownStories {
				continue
			}
		}
		list = append(list, id)
	}
	return list, stories - shownStories
}

func tellBlock(a *report.Printer, b *block) {
	switch {
	case b.text != "":
		a.Printf("%s", report.Paragraphs(b.text, "  "))
	case len(b.rows) > 0:
		tellGrid(a, b.head, b.rows)
	default:
		tellFacts(a, b.facts)
	}
}

func tellFacts(a *report.Printer, facts [][2]string) {
	width := 0
	for _, f := range facts {
		width = max(width, len(f[0]))
	}
	for _, f := range facts {
		name := f[0]
		for _, line := range phrase.Wrap(f[1], report.MaxWidth-4-width) {
			a.Printf("  %-*s  %s\n", width, name, line)
			name = ""
		}
	}
}

// tellGrid writes a table whose last column is wrapped. Columns that are empty
// throughout are left out.
func tellGrid(a *report.Printer, head []string, rows [][]string) {
	widths, last := make([]int, len(head)), 0
	for i := range head {
		for _, r := range rows {
			widths[i] = max(widths[i], len(r[i]))
		}
		if widths[i] > 0 {
			widths[i], last = max(widths[i], len(head[i])), i
		}
	}
	names := make([]string, len(head))
	for i := range head {
		names[i] = strings.ToUpper(head[i])
	}
	for _, r := range append([][]string{names}, rows...) {
		line := " "
		for i, cell := range r[:last] {
			if widths[i] > 0 {
				line += fmt.Sprintf(" %-*s ", widths[i], cell)
			}
		}
		if left := report.MaxWidth - len(line) - 1; left < 20 && len(r[last]) > left {
			a.Printf("%s\n%s", strings.TrimRight(line, " "), report.Paragraphs(r[last], "      "))
			continue
		}
		for k, text := range phrase.Wrap(r[last], report.MaxWidth-len(line)-1) {
			if k > 0 {
				line = strings.Repeat(" ", len(line))
			}
			a.Printf("%s\n", strings.TrimRight(line+" "+text, " "))
		}
	}
}

// topicJSON is a topic in --json.
type topicJSON struct {
	ID      string      `json:"id"`
	Kind    string      `json:"kind"`
	Title   string      `json:"title"`
	Text    []string    `json:"text,omitempty"`
	Facts   [][2]string `json:"facts,omitempty"`
	Tables  []tableJSON `json:"tables,omitempty"`
	Related []string    `json:"related,omitempty"`
}

type tableJSON struct {
	Columns []string   `json:"columns"`
	Rows    [][]string `json:"rows"`
}

func topicsJSON(list []*Topic) []topicJSON {
	all := make([]topicJSON, len(list))
	for i, t := range list {
		all[i] = topicJSON{ID: t.ID, Kind: t.Kind, Title: t.Title, Related: t.related}
		for _, b := range t.body {
			all[i].add(&b)
		}
	}
	return all
}

func (j *topicJSON) add(b *block) {
	switch {
	case b.text != "":
		j.Text = append(j.Text, b.text)
	case len(b.rows) > 0:
		j.Tables = append(j.Tables, tableJSON{b.head, b.rows})
	default:
		j.Facts = append(j.Facts, b.facts...)
	}
}
