package pages

import (
	"context"
	"fmt"
	"strings"

	"hvcheck/judge"
	"hvcheck/report"
	"hvcheck/scenarios"
	"hvcheck/topic"
)

// table is the page of a table, with the cells that are found now.
func (w *Writer) table(ctx context.Context, m *scenarios.Matrix) (string, error) {
	f, err := w.filledIn(ctx, m)
	if err != nil {
		return "", err
	}
	from := linksFrom(tablePage(m.Name))
	var b strings.Builder
	b.WriteString(heading(f.Title, topic.LinkProse(strings.TrimSpace(f.Doc), from.to)+"\n\n"+
		"The cells were found by complete searches; `hvcheck table "+f.Name+"` finds them again. It belongs to "+threadLink(from, m.Seed)+". "+
		topic.LinkProse(report.TableLegend(f, true), from.to)))
	head := []string{"design"}
	for _, h := range f.Heads {
		head = append(head, h.Name)
	}
	topic.WriteGrid(&b, head, report.TableRows(f, true), from.to)
	b.WriteString("\n")
	for i, n := range report.TableNotes(f) {
		fmt.Fprintf(&b, "[%d] %s\n\n", i+1, topic.LinkProse(n, from.to))
	}
	b.WriteString("## Designs and scenarios\n\n")
	for i := range f.Rows {
		fmt.Fprintf(&b, "- %s, %s: %s\n", from.to(f.Rows[i].Name), titleOf(f.Rows[i].Name), strings.Join(report.ChoicesOf(&f.Rows[i]), ", "))
	}
	b.WriteString("\n")
	for _, h := range f.Heads {
		fmt.Fprintf(&b, "- %s: %s\n", h.Name, from.to(h.Scenario))
	}
	b.WriteString("\n## How much was searched\n\nThe states of the largest search of each cell; the shortest story ends a search.\n\n")
	topic.WriteGrid(&b, head, statesOf(f), from.to)
	return b.String(), nil
}

// threadLink is a thread by its title.
func threadLink(from linksFrom, id string) string {
	t, ok := scenarios.ThreadByID(id)
	if !ok {
		return id
	}
	return from.page(t.Title, threadPage(id))
}

// statesOf has the states of each cell.
func statesOf(f *judge.FilledIn) (rows [][]string) {
	for i, cells := range f.Cells {
		row := []string{f.Rows[i].Name}
		for _, c := range cells {
			most := uint64(0)
			for k := range c.Reports {
				most = max(most, c.Reports[k].States)
			}
			word := "-"
			if c.Search != nil {
				word = fmt.Sprint(most)
			}
			row = append(row, word)
		}
		rows = append(rows, row)
	}
	return rows
}
