// Package pages writes the documents: what explain tells, as pages that link to
// each other, with verdicts and numbers of states that are found anew.
//
//	scenarios, model, invariants -> topic --+-> a page for each thread, area and table,
//	judge -> found (once for all pages) ----+   designs, results, stories, and the index
//
// Where an id stands is said once, in places; every link derives from it.
package pages

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"hvcheck/judge"
	"hvcheck/model"
	"hvcheck/scenarios"
	"hvcheck/topic"
)

// Writer writes the pages: what they tell is found anew, once for all of them.
type Writer struct{ *finder }

// NewWriter is a Writer whose verdicts a judge finds.
func NewWriter(j *judge.Judge) *Writer { return &Writer{newFinder(j)} }

// A Page of the documents, and what writes it. A name may have folders in it,
// told apart by slashes.
type Page struct {
	Name string
	Text func(ctx context.Context) (string, error)
}

// The pages that are there whatever is registered.
const (
	indexPage   = "README"
	designsPage = "designs"
	resultsPage = "results"
	storiesPage = "stories"
)

func areaPage(a *model.Area) string       { return "areas/" + a.Name }
func scenariosPage(a *model.Area) string  { return areaPage(a) + "-scenarios" }
func operationsPage(a *model.Area) string { return areaPage(a) + "-operations" }
func tablePage(name string) string        { return "tables/" + name }

func threadPage(id string) string {
	if t, ok := scenarios.ThreadByID(id); ok && t.Page != "" {
		id = t.Page
	}
	return "threads/" + id
}

func threadStoriesPage(id string) string { return threadPage(id) + "-stories" }

func (w *Writer) pages() []Page {
	list := []Page{{indexPage, w.index}}
	for i := range scenarios.Threads {
		t := &scenarios.Threads[i]
		list = append(list,
			Page{threadPage(t.ID), func(ctx context.Context) (string, error) { return w.thread(ctx, t) }},
			Page{threadStoriesPage(t.ID), func(ctx context.Context) (string, error) { return w.threadStories(ctx, t) }})
	}
	for i := range scenarios.Areas {
		a := &scenarios.Areas[i]
		list = append(list,
			Page{areaPage(a.Model), func(ctx context.Context) (string, error) { return w.area(ctx, a) }},
			still(scenariosPage(a.Model), func(name string) string { return areaScenarios(name, a) }),
			still(operationsPage(a.Model), func(name string) string { return areaOperations(name, a) }))
	}
	for i := range scenarios.Matrices {
		m := &scenarios.Matrices[i]
		list = append(list, Page{tablePage(m.Name), func(ctx context.Context) (string, error) { return w.table(ctx, m) }})
	}
	return append(list, still(designsPage, designs), still(resultsPage, results), still(storiesPage, writtenStories))
}

// still is a page that needs no search.
func still(name string, text func(name string) string) Page {
	return Page{name, func(context.Context) (string, error) { return text(name), nil }}
}

// PagesNamed are the pages of those names, or all.
func (w *Writer) PagesNamed(names []string) (list []Page, err error) {
	all := w.pages()
	if len(names) == 0 {
		return all, nil
	}
	known := make([]string, len(all))
	for i, p := range all {
		known[i] = p.Name
	}
	for _, name := range names {
		i := slices.Index(known, strings.TrimSuffix(name, ".md"))
		if i < 0 {
			return nil, judge.Unknown("page", name, known)
		}
		list = append(list, all[i])
	}
	return list, nil
}

// heading begins a page.
func heading(title, text string) string {
	return fmt.Sprintf("<!-- Written by: hvcheck doc. Change the values, not this page. -->\n\n# %s\n\n%s\n\n", capital(title), strings.TrimSpace(text))
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// sections writes the topics of a kind that are told on a page.
func sections(page, kind string) string {
	var b strings.Builder
	for _, t := range topic.Topics() {
		if at, ok := places()[t.ID]; t.Kind == kind && ok && at.page == page {
			b.WriteString(t.Markdown(linksFrom(page).to))
		}
	}
	return b.String()
}

// contents is a table of the topics of a kind that are told on a page; empty
// if there are none.
func contents(page, kind, what string) string {
	var b strings.Builder
	var rows [][]string
	for _, t := range topic.Topics() {
		if at, ok := places()[t.ID]; t.Kind == kind && ok && at.page == page {
			rows = append(rows, []string{t.ID, t.Title})
		}
	}
	if len(rows) == 0 {
		return ""
	}
	topic.WriteGrid(&b, []string{kind, what}, rows, linksFrom(page).to)
	return b.String() + "\n"
}

// chapter is a heading with a text, the table of a kind of topics, and each of
// them; empty if there are none.
func chapter(page, title, text, kind, what string) string {
	list := contents(page, kind, what)
	if list == "" {
		return ""
	}
	return fmt.Sprintf("## %s\n\n%s\n\n%s%s", title, text, list, sections(page, kind))
}
