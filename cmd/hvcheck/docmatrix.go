package main

import (
	"context"
	"fmt"
	"strings"

	"hvcheck/scenarios"
)

// matrixPage is the page of a table, with the cells that are found now.
func (a *app) matrixPage(ctx context.Context, m *scenarios.Matrix) (string, error) {
	f, err := a.fillIn(ctx, m)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString(heading(strings.ToUpper(f.Title[:1])+f.Title[1:], strings.TrimSpace(f.Doc)+"\n\n"+
		"The cells were found by complete searches; `hvcheck table "+f.Name+"` finds them again. "+f.legend(true)))
	head := []string{"design"}
	for _, h := range f.Heads {
		head = append(head, h.Name)
	}
	writeGrid(&b, head, f.words(true), linked)
	b.WriteString("\n")
	for i, n := range f.remarks() {
		fmt.Fprintf(&b, "[%d] %s\n\n", i+1, n)
	}
	b.WriteString("## Designs and scenarios\n\n")
	for i := range f.Rows {
		fmt.Fprintf(&b, "- %s: %s\n", linked(f.Rows[i].Name), strings.Join(choicesOf(&f.Rows[i]), ", "))
	}
	b.WriteString("\n")
	for _, h := range f.Heads {
		fmt.Fprintf(&b, "- %s: %s\n", h.Name, linked(h.Scenario))
	}
	b.WriteString("\n## How much was searched\n\nThe states of the largest search of each cell; the shortest story ends a search.\n\n")
	writeGrid(&b, head, f.searched(), linked)
	return b.String(), nil
}

// searched has the states of each cell.
func (f *filledIn) searched() (rows [][]string) {
	for i, cells := range f.cells {
		row := []string{f.Rows[i].Name}
		for _, c := range cells {
			most := uint64(0)
			for k := range c.reports {
				most = max(most, c.reports[k].States)
			}
			word := "-"
			if c.search != nil {
				word = fmt.Sprint(most)
			}
			row = append(row, word)
		}
		rows = append(rows, row)
	}
	return rows
}
