package topic

import (
	"fmt"
	"slices"
	"strings"

	"hvcheck/judge"
	"hvcheck/phrase"
	"hvcheck/report"
	"hvcheck/scenarios"
)

// KindNames lists the kinds of topics, each in the plural.
func KindNames() []string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.plural
	}
	return names
}

// OfKinds lists the topics of some kinds, or all. A word that is no kind
// selects the topics in whose text it stands; of these, those of the kinds that
// are named with it, if there are any.
func OfKinds(words []string) (chosen []*Topic, err error) {
	wanted, rest := map[string]bool{}, []string{}
	for _, word := range words {
		if kind, ok := kindNamed(word); ok {
			wanted[kind] = true
		} else {
			rest = append(rest, strings.ToLower(word))
		}
	}
	for _, t := range append(slices.Clip(Topics()), variantDesigns(wanted)...) {
		if (len(wanted) == 0 || wanted[t.Kind]) && t.has(rest) {
			chosen = append(chosen, t)
		}
	}
	if len(chosen) == 0 {
		return nil, fmt.Errorf("%s: no kind, and in no text; the kinds are %s", strings.Join(words, " "), strings.Join(KindNames(), ", "))
	}
	return chosen, nil
}

// has tells whether every word stands in what there is to say of the topic.
func (t *Topic) has(words []string) bool {
	if len(words) == 0 {
		return true
	}
	text := t.ID + " " + t.Title
	for _, b := range t.body {
		text += " " + b.text
	}
	text = strings.ToLower(text)
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
}

// TellContents writes a table of contents.
func TellContents(a *report.Printer, chosen []*Topic) error {
	if a.AsJSON() {
		return a.WriteJSON(contents(chosen))
	}
	tellList(a, chosen)
	a.Printf("\nMore about each:  hvcheck explain ID\n")
	return nil
}

// kindNamed accepts the plural too.
func kindNamed(name string) (kind string, ok bool) {
	for _, k := range kinds {
		if strings.EqualFold(name, k.name) || strings.EqualFold(name, k.plural) {
			return k.name, true
		}
	}
	return "", false
}

// variantDesigns are the designs that are called like a variant. They are told
// as that, and listed as designs only if these are wanted and variants are not.
func variantDesigns(wanted map[string]bool) (list []*Topic) {
	if !wanted["design"] || wanted["variant"] {
		return nil
	}
	for i := range scenarios.Columns {
		if col := &scenarios.Columns[i]; !judge.IsPlain(col.Name) {
			title := judge.TitleOfSwitch(col.Name) + ": " + strings.Join(report.DesignOf(col.Name), ", ")
			list = append(list, &Topic{Kind: "design", ID: col.Name, Title: title})
		}
	}
	return list
}

func tellList(a *report.Printer, list []*Topic) {
	begun := false
	for _, k := range kinds {
		var rows [][]string
		for _, t := range list {
			if t.Kind == k.name {
				rows = append(rows, []string{t.ID, t.Title})
			}
		}
		if len(rows) == 0 {
			continue
		}
		if begun {
			a.Printf("\n")
		}
		begun = true
		listKind(a, k.plural+kindNotes[k.name], rows)
	}
}

// kindNotes say what a kind's name does not.
var kindNotes = map[string]string{"as-is": ": open questions about today's code"}

func listKind(a *report.Printer, heading string, rows [][]string) {
	if a.Format == "md" {
		a.Printf("## %s\n\n", heading)
		a.Table(report.Column{Name: "id"}, report.Column{Name: "what it is"}).Rows(rows)
		return
	}
	a.Printf("%s (%d)\n", heading, len(rows))
	width := 0
	for _, r := range rows {
		width = max(width, len(r[0]))
	}
	for _, r := range rows {
		for i, line := range phrase.Wrap(r[1], report.MaxWidth-width-4) {
			id := r[0]
			if i > 0 {
				id = ""
			}
			a.Printf("%s\n", strings.TrimRight(fmt.Sprintf("  %-*s  %s", width, id, line), " "))
		}
	}
}

func contents(list []*Topic) []topicJSON {
	all := make([]topicJSON, len(list))
	for i, t := range list {
		all[i] = topicJSON{ID: t.ID, Kind: t.Kind, Title: t.Title}
	}
	return all
}
