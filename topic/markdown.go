package topic

import (
	"fmt"
	"regexp"
	"strings"

	"hvcheck/report"
)

// Linker writes an id, as a link where it has a page.
type Linker func(id string) string

func plainIDs(id string) string { return id }

// Anchor is the name of an id's place on its page.
func Anchor(id string) string { return strings.ToLower(strings.TrimPrefix(id, "-")) }

// Markdown is the topic as a section of a page.
func (t *Topic) Markdown(link Linker) string {
	var b strings.Builder
	fmt.Fprintf(&b, "### <a id=%q></a>%s\n\n", Anchor(t.ID), t.heading(t.ID))
	for _, part := range t.body {
		part.markdown(&b, func(id string) string { return t.other(id, link) })
		b.WriteString("\n")
	}
	if related := t.onPage(); len(related) > 0 {
		fmt.Fprintf(&b, "Related: %s\n\n", LinkAll(related, link))
	}
	return b.String()
}

// other links ids, but not to where they stand.
func (t *Topic) other(id string, link Linker) string {
	if id == t.ID {
		return id
	}
	return link(id)
}

// onPage lists the related ids that the text does not name already.
func (t *Topic) onPage() []string {
	if t.Kind == "scenario" || t.Kind == "operation" {
		return nil // the text and its tables name them
	}
	return t.related
}

func (p *block) markdown(b *strings.Builder, link Linker) {
	switch {
	case p.text != "":
		b.WriteString(LinkProse(strings.TrimSpace(p.text), link) + "\n")
	case len(p.rows) > 0:
		WriteGrid(b, p.head, p.rows, link)
	default:
		for _, f := range p.facts {
			fmt.Fprintf(b, "- %s: %s\n", f[0], linkWords(f[1], link))
		}
	}
}

// WriteGrid is a table without the columns that are empty throughout.
func WriteGrid(b *strings.Builder, head []string, rows [][]string, link Linker) {
	t := &report.Table{Out: b, Markdown: true}
	var kept []int
	for i, name := range head {
		for _, r := range rows {
			if r[i] != "" {
				kept = append(kept, i)
				t.Columns = append(t.Columns, report.Column{Name: name})
				break
			}
		}
	}
	for _, r := range rows {
		cells := make([]string, len(kept))
		for k, i := range kept {
			cells[k] = linkWords(r[i], link)
		}
		t.Row(cells...)
	}
}

// LinkAll is a list of ids, each as a link.
func LinkAll(ids []string, link Linker) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = link(id)
	}
	return strings.Join(words, ", ")
}

// linkWords links the ids in a list such as "MM-I1, MM-I7".
func linkWords(s string, link Linker) string {
	parts := strings.Split(s, ", ")
	for i := range parts {
		parts[i] = link(parts[i])
	}
	return strings.Join(parts, ", ")
}

// inProse are the ids that are linked in the middle of a sentence: those that
// cannot be taken for words.
var inProse = regexp.MustCompile(`\b[A-Z]{2,}-[A-Z]+[0-9]+[a-z]?\b`)

// LinkProse links the ids in a text.
func LinkProse(text string, link func(id string) string) string {
	return inProse.ReplaceAllStringFunc(text, link)
}
