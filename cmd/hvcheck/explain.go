package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

func (a *app) explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain ID...",
		Short: "tell what an id stands for, and what belongs to it",
		Long: `Explain tells about everything that has an id: invariants, promises, claims,
tables, variants, bugs, rules of today's code, operations, scenarios, reach goals,
results (EINVAL), settings, mixes, stories. The ids are in hvcheck list.`,
		Args: atLeastOne("ID..."),
		RunE: func(_ *cobra.Command, ids []string) error { return a.explain(ids) },
	}
}

func (a *app) explain(ids []string) error {
	var list []*topic
	for _, id := range ids {
		found, err := topicsNamed(id)
		if err != nil {
			return err
		}
		list = append(list, found...)
	}
	if a.asJSON() {
		return a.writeJSON(topicsJSON(list))
	}
	for i, t := range list {
		if i > 0 {
			a.printf("\n")
		}
		if a.format == "md" {
			a.printf("%s", t.markdown(plainIDs))
			continue
		}
		a.tellTopic(t)
	}
	return nil
}

func (a *app) tellTopic(t *topic) {
	for i, line := range wrap(t.heading(t.id+" ("+t.kind+")"), maxWidth-4) {
		a.printf("%s%s\n", strings.Repeat("    ", min(i, 1)), line)
	}
	for _, b := range t.body {
		a.printf("\n")
		a.tellBlock(&b)
	}
	if len(t.related) > 0 {
		a.printf("\nRelated:\n%s", paragraphs(strings.Join(t.related, "  "), "  "))
	}
}

func (a *app) tellBlock(b *block) {
	switch {
	case b.text != "":
		a.printf("%s", paragraphs(b.text, "  "))
	case len(b.rows) > 0:
		a.tellGrid(b.head, b.rows)
	default:
		a.tellFacts(b.facts)
	}
}

func (a *app) tellFacts(facts [][2]string) {
	width := 0
	for _, f := range facts {
		width = max(width, len(f[0]))
	}
	for _, f := range facts {
		name := f[0]
		for _, line := range wrap(f[1], maxWidth-4-width) {
			a.printf("  %-*s  %s\n", width, name, line)
			name = ""
		}
	}
}

// tellGrid writes a table whose last column is wrapped. Columns that are empty
// throughout are left out.
func (a *app) tellGrid(head []string, rows [][]string) {
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
		if left := maxWidth - len(line) - 1; left < 20 && len(r[last]) > left {
			a.printf("%s\n%s", strings.TrimRight(line, " "), paragraphs(r[last], "      "))
			continue
		}
		for k, text := range wrap(r[last], maxWidth-len(line)-1) {
			if k > 0 {
				line = strings.Repeat(" ", len(line))
			}
			a.printf("%s\n", strings.TrimRight(line+" "+text, " "))
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

func topicsJSON(list []*topic) []topicJSON {
	all := make([]topicJSON, len(list))
	for i, t := range list {
		all[i] = topicJSON{ID: t.id, Kind: t.kind, Title: t.title, Related: t.related}
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
