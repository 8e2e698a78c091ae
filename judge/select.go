package judge

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"hvcheck/model"
	"hvcheck/scenarios"
)

// Item is something that can be selected by its id, by a pattern, or by its
// area.
type Item struct {
	ID     string
	Areas  []*model.Area
	Hidden bool // only by its own id, or by a pattern that fits nothing else
}

// Select finds the items that words select: an id, a pattern such as mmu.*, or
// the name of an area, which selects all of the area. No item comes twice. The
// error says what the words should have been.
func Select(what string, words []string, items []Item) (ids []string, err error) {
	for _, word := range words {
		some := selected(word, items)
		if len(some) == 0 {
			return nil, nothingSelected(what, word, items)
		}
		for _, id := range some {
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	return ids, nil
}

func selected(word string, items []Item) (ids []string) {
	var hidden []string
	for _, it := range items {
		switch {
		case strings.EqualFold(it.ID, word):
			return []string{it.ID}
		case !it.fits(word):
		case it.Hidden:
			hidden = append(hidden, it.ID)
		default:
			ids = append(ids, it.ID)
		}
	}
	if len(ids) == 0 && isPattern(word) {
		return hidden
	}
	return ids
}

// fits tells whether a pattern, or the name of an area, selects the item.
func (it *Item) fits(word string) bool {
	if slices.ContainsFunc(it.Areas, func(a *model.Area) bool { return strings.EqualFold(a.Name, word) }) {
		return true
	}
	ok, err := path.Match(strings.ToLower(word), strings.ToLower(it.ID))
	return ok && err == nil
}

func isPattern(word string) bool { return strings.ContainsAny(word, `*?[\`) }

func nothingSelected(what, word string, items []Item) error {
	if isPattern(word) {
		return fmt.Errorf("%s %q: none fits; hvcheck list %ss shows them", what, word, what)
	}
	var known []string
	for _, it := range items {
		known = append(known, it.ID)
	}
	for _, a := range model.Areas {
		known = append(known, a.Name)
	}
	return Unknown(what, word, known)
}

// SelectScenarios selects scenarios by name, pattern or area.
func SelectScenarios(words []string) ([]string, error) {
	items := make([]Item, len(scenarios.All))
	for i := range scenarios.All {
		s := &scenarios.All[i]
		items[i] = Item{ID: s.Name, Areas: s.Config.Areas(), Hidden: s.Hidden}
	}
	for _, word := range words { // one with options is there when it is asked for
		if s, ok := scenarios.ByName(word); ok && strings.Contains(word, "+") {
			items = append(items, Item{ID: s.Name, Hidden: true})
		}
	}
	return Select("scenario", words, items)
}

// SelectBugs selects bug switches, mutants and rules of today's code.
func SelectBugs(words []string) ([]string, error) {
	var items []Item
	for _, sw := range BugSwitches() {
		items = append(items, Item{ID: sw.ID, Areas: areasOf(sw.ID)})
	}
	return Select("bug", words, items)
}

// SelectClaims selects claims.
func SelectClaims(words []string) ([]string, error) {
	var items []Item
	for i := range scenarios.Claims {
		c := &scenarios.Claims[i]
		s, err := ScenarioNamed(c.Scenario)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.ID, err)
		}
		items = append(items, Item{ID: c.ID, Areas: s.Config.Areas()})
	}
	return Select("claim", words, items)
}
