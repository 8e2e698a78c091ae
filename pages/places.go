package pages

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/design"
	"hvcheck/scenarios"
	"hvcheck/topic"
)

// A place is where an id is told: a page, and an anchor on it; a page of its
// own has none.
type place struct{ page, anchor string }

// places says where each id is told. An id that names several things is told
// where the first of them is.
var places = sync.OnceValue(func() map[string]place {
	at := map[string]place{}
	for _, t := range topic.Topics() {
		if _, twice := at[t.ID]; twice {
			continue
		}
		if page := pageOf(t.Kind, t.ID); page != "" {
			at[t.ID] = place{page, topic.Anchor(t.ID)}
		}
	}
	for i := range scenarios.Matrices {
		name := scenarios.Matrices[i].Name
		at[name] = place{page: tablePage(name)}
	}
	return at
})

// pageOf tells on which page something is told; empty: on none.
func pageOf(kind, id string) string {
	switch kind {
	case "claim":
		c, _ := scenarios.ClaimByID(id)
		return threadPage(c.Seed)
	case "variant", "design", "setting":
		return designsPage
	case "result":
		return resultsPage
	case "scenario":
		s, _ := scenarios.ByName(id)
		return scenariosPage(s.Config.Areas()[0])
	case "operation":
		i := slices.IndexFunc(model.Specs, func(s *model.Spec) bool { return s.Name == id })
		return operationsPage(model.Specs[i].Area())
	case "invariant", "promise":
		return pageOfDemand(id)
	case "bug", "mutant", "as-is":
		return pageOfSwitch(id)
	}
	return ""
}

// pageOfDemand is the page of what must hold. What is asked of everything is no
// area's, and has no section.
func pageOfDemand(id string) string {
	if inv, ok := invariants.ByID(id); ok {
		return areaPage(inv.Area)
	}
	if p, ok := invariants.PromiseByID(id); ok {
		return areaPage(p.Area)
	}
	return ""
}

func pageOfSwitch(id string) string {
	for _, a := range model.Areas {
		if slices.ContainsFunc(a.Switches, func(s design.Switch) bool { return s.ID == id }) {
			return areaPage(a)
		}
	}
	return ""
}

// linksFrom are the links that stand on the page of that name.
type linksFrom string

// to links an id; one that is told nowhere stays a word.
func (from linksFrom) to(id string) string {
	at, ok := places()[id]
	if !ok {
		return id
	}
	return from.link(id, at)
}

// all links several ids.
func (from linksFrom) all(ids []string) string { return topic.LinkAll(ids, from.to) }

func (from linksFrom) link(text string, at place) string {
	return fmt.Sprintf("[%s](%s)", text, from.address(at))
}

// page links a whole page.
func (from linksFrom) page(text, name string) string { return from.link(text, place{page: name}) }

// address is the way to a place.
func (from linksFrom) address(at place) string {
	anchor := ""
	if at.anchor != "" {
		anchor = "#" + at.anchor
	}
	if at.page == string(from) && anchor != "" {
		return anchor
	}
	way, err := filepath.Rel(path.Dir(string(from)), at.page+".md")
	if err != nil {
		return at.page + ".md" + anchor
	}
	return strings.ReplaceAll(way, string(filepath.Separator), "/") + anchor
}
