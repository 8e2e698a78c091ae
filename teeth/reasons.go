package teeth

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"hvcheck/files"
	"hvcheck/model"
)

// Reason is a row of a document of survivors: why a mutant stays.
type Reason struct {
	ID, Text, Why string
	area          *model.Area
}

// Stale is a row that is about nothing any more, and why.
type Stale struct {
	Area    *model.Area
	ID, Why string
}

// Equivalent tells a reason that says that nobody could notice the mutant.
func (r *Reason) Equivalent() bool { return strings.HasPrefix(strings.ToLower(r.Why), "equivalent") }

// Doc is the file with the reasons for an area's survivors.
func (b *Bench) Doc(a *model.Area) string {
	return filepath.Join(b.root, "docs", "teeth-"+a.Name+".md")
}

// Reasons reads the documents of the areas. One that is not there has none.
func (b *Bench) Reasons() (list []*Reason, err error) {
	for _, a := range b.Areas {
		text, err := os.ReadFile(b.Doc(a))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, files.Error(b.Doc(a), err)
		}
		some := reasonsIn(string(text))
		for _, r := range some {
			r.area = a
		}
		list = append(list, some...)
	}
	return list, nil
}

// reasonsIn reads the rows of a document's tables that begin with a mutant's id:
//
//	| `id` | `text` | reason |
func reasonsIn(text string) (list []*Reason) {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "| `") {
			continue
		}
		cells := strings.Split(strings.ReplaceAll(strings.Trim(line, "|"), `\|`, "\x00"), "|")
		for i, c := range cells {
			cells[i] = strings.TrimSpace(strings.ReplaceAll(c, "\x00", "|"))
		}
		r := &Reason{ID: strings.Trim(cells[0], "`")}
		if len(cells) > 1 {
			r.Text = strings.Trim(cells[1], "`")
		}
		if len(cells) > 2 {
			r.Why = cells[2]
		}
		list = append(list, r)
	}
	return list
}

// Row is the row of a mutant in the document, with a reason or without.
func (m *Mutant) Row(why string) string {
	row := fmt.Sprintf("| `%s` | `%s` | %s", m.ID, strings.ReplaceAll(strings.ReplaceAll(m.Text, "`", "'"), "|", `\|`), strings.ReplaceAll(why, "|", `\|`))
	return strings.TrimRight(row, " ") + " |"
}

// ReasonFor is why a mutant stays, or nil.
func ReasonFor(list []*Reason, m *Mutant) *Reason {
	i := slices.IndexFunc(list, func(r *Reason) bool { return r.area == m.Area && r.ID == m.ID && r.Why != "" })
	if i < 0 {
		return nil
	}
	return list[i]
}

// StaleOf lists the rows that are about nothing any more: the mutant is not
// there, its place reads differently, or it is killed now.
func (b *Bench) StaleOf(list []*Reason, judged []*Judged) (stale []Stale) {
	for _, r := range list {
		if why := b.staleness(r, judged); why != "" {
			stale = append(stale, Stale{r.area, r.ID, why})
		}
	}
	return stale
}

func (b *Bench) staleness(r *Reason, judged []*Judged) string {
	i := slices.IndexFunc(b.All, func(m *Mutant) bool { return m.Area == r.area && m.ID == r.ID })
	if i < 0 {
		return "there is no such mutant"
	}
	if text := strings.ReplaceAll(b.All[i].Text, "`", "'"); r.Text != "" && r.Text != text {
		return "the place reads differently: " + text
	}
	k := slices.IndexFunc(judged, func(j *Judged) bool { return j.Mutant == b.All[i] })
	if k >= 0 && judged[k].Verdict == Killed {
		return "it is killed: " + judged[k].Kill.By()
	}
	return ""
}
