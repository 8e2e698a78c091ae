package main

import (
	"fmt"
	"strings"
)

// linker writes an id, as a link where it has a page.
type linker func(id string) string

func plainIDs(id string) string { return id }

// pageOf tells on which page a kind of topic is.
var pageOf = map[string]string{
	"invariant": "invariants.md", "promise": "invariants.md", "bug": "invariants.md", "mutant": "invariants.md", "as-is": "invariants.md",
	"operation": "operations.md", "result": "operations.md",
	"claim": "claims.md", "variant": "claims.md", "scenario": "claims.md", "design": "claims.md",
}

// linked links ids from the pages to each other.
func linked(id string) string {
	for _, t := range topics() {
		switch {
		case t.id != id:
		case t.kind == "table":
			return fmt.Sprintf("[%s](%s.md)", id, id)
		case pageOf[t.kind] != "":
			return fmt.Sprintf("[%s](%s#%s)", id, pageOf[t.kind], anchor(id))
		}
	}
	return id
}

// anchor is the name of an id's place on its page.
func anchor(id string) string { return strings.ToLower(strings.TrimPrefix(id, "-")) }

// markdown is the topic as a section of a page.
func (t *topic) markdown(link linker) string {
	var b strings.Builder
	fmt.Fprintf(&b, "### <a id=%q></a>%s\n\n", anchor(t.id), t.heading(t.id))
	for _, part := range t.body {
		part.markdown(&b, link)
		b.WriteString("\n")
	}
	if related := t.onPage(); len(related) > 0 {
		fmt.Fprintf(&b, "Related: %s\n\n", linkAll(related, link))
	}
	return b.String()
}

// onPage lists the related ids that the text does not name already.
func (t *topic) onPage() []string {
	if t.kind == "scenario" || t.kind == "operation" {
		return nil // the text and its tables name them
	}
	return t.related
}

func (p *block) markdown(b *strings.Builder, link linker) {
	switch {
	case p.text != "":
		b.WriteString(strings.TrimSpace(p.text) + "\n")
	case len(p.rows) > 0:
		writeGrid(b, p.head, p.rows, link)
	default:
		for _, f := range p.facts {
			fmt.Fprintf(b, "- %s: %s\n", f[0], linkWords(f[1], link))
		}
	}
}

// writeGrid is a table without the columns that are empty throughout.
func writeGrid(b *strings.Builder, head []string, rows [][]string, link linker) {
	t := &table{out: b, markdown: true}
	var kept []int
	for i, name := range head {
		for _, r := range rows {
			if r[i] != "" {
				kept = append(kept, i)
				t.columns = append(t.columns, column{name: name})
				break
			}
		}
	}
	for _, r := range rows {
		cells := make([]string, len(kept))
		for k, i := range kept {
			cells[k] = linkWords(r[i], link)
		}
		t.row(cells...)
	}
}

func linkAll(ids []string, link linker) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = link(id)
	}
	return strings.Join(words, ", ")
}

// linkWords links the ids in a list such as "MM-I1, MM-I7".
func linkWords(s string, link linker) string {
	parts := strings.Split(s, ", ")
	for i := range parts {
		parts[i] = link(parts[i])
	}
	return strings.Join(parts, ", ")
}
