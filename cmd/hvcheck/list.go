package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

func (a *app) listCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list [KIND...]",
		Short: "the table of contents: everything that has an id",
		Long:  strings.TrimSpace(paragraphs("List is the table of contents. The kinds are "+strings.Join(kindNames(), ", ")+".", "")),
		Args:  cobra.ArbitraryArgs,
		RunE:  func(_ *cobra.Command, names []string) error { return a.list(names) },
	}
}

func kindNames() []string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.plural
	}
	return names
}

func (a *app) list(names []string) error {
	wanted := map[string]bool{}
	for _, name := range names {
		kind, err := kindNamed(name)
		if err != nil {
			return err
		}
		wanted[kind] = true
	}
	var chosen []*topic
	for _, t := range topics() {
		if len(wanted) == 0 || wanted[t.kind] {
			chosen = append(chosen, t)
		}
	}
	if a.asJSON() {
		return a.writeJSON(contents(chosen))
	}
	a.tellList(chosen)
	a.printf("\nMore about each:  hvcheck explain ID\n")
	return nil
}

// kindNamed accepts the plural too.
func kindNamed(name string) (string, error) {
	for _, k := range kinds {
		if name == k.name || name == k.plural {
			return k.name, nil
		}
	}
	return "", unknown("kind", name, kindNames())
}

func (a *app) tellList(list []*topic) {
	for i, k := range kinds {
		var rows [][]string
		for _, t := range list {
			if t.kind == k.name {
				rows = append(rows, []string{t.id, t.title})
			}
		}
		if len(rows) == 0 {
			continue
		}
		if i > 0 {
			a.printf("\n")
		}
		a.listKind(k.plural+kindNotes[k.name], rows)
	}
}

// kindNotes say what a kind's name does not.
var kindNotes = map[string]string{"as-is": ": open questions about today's code"}

func (a *app) listKind(heading string, rows [][]string) {
	if a.format == "md" {
		a.printf("## %s\n\n", heading)
		a.table(column{name: "id"}, column{name: "what it is"}).rows(rows)
		return
	}
	a.printf("%s (%d)\n", heading, len(rows))
	width := 0
	for _, r := range rows {
		width = max(width, len(r[0]))
	}
	for _, r := range rows {
		for i, line := range wrap(r[1], maxWidth-width-4) {
			id := r[0]
			if i > 0 {
				id = ""
			}
			a.printf("%s\n", strings.TrimRight(fmt.Sprintf("  %-*s  %s", width, id, line), " "))
		}
	}
}

func contents(list []*topic) []topicJSON {
	all := make([]topicJSON, len(list))
	for i, t := range list {
		all[i] = topicJSON{ID: t.id, Kind: t.kind, Title: t.title}
	}
	return all
}
