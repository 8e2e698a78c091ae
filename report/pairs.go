package report

import (
	"fmt"
	"slices"
	"strings"

	"hvcheck/judge"
	"hvcheck/phrase"
)

// NoReason heads what did not come about and has no reason.
const NoReason = "no reason"

// ShowPairs writes which operations meet, and which do not, and why.
func (p *Printer) ShowPairs(list []*judge.Pairs) error {
	if p.AsJSON() {
		return p.WriteJSON(pairsAsJSON(list))
	}
	for i, m := range list {
		if i > 0 {
			p.Printf("\n")
		}
		pairs, traits := m.Count()
		p.Printf("%s", Prose(fmt.Sprintf("%s: %s.\n%s.\n", m.Area.Model.Name, countWords(pairs, "pairs of operations"), countWords(traits, "operations with a trait"))))
		p.unmet("Pairs that no scenario brings together", unmetPairs(m))
		p.unmet("Operations that no scenario has with a trait", unmetTraits(m))
	}
	return nil
}

// countWords puts a figure into words.
func countWords(c judge.Counts, what string) string {
	return fmt.Sprintf("%d of %d %s are met (%s), %d more have a reason why not (%s), %d have none",
		c.Met, c.All(), what, percent(c.Met, c.All()), c.Reason, percent(c.Met+c.Reason, c.All()), c.Open)
}

func percent(n, of int) string {
	if of == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(n)/float64(of))
}

// lines are what did not come about: by reason, then by the first operation
// and what it has in common, the others.
type lines struct {
	whys  []string
	heads map[string][]string    // by reason
	rest  map[[2]string][]string // by reason and head
}

func (l *lines) add(why, head, item string) {
	if why == "" {
		why = NoReason
	}
	if l.heads == nil {
		l.heads, l.rest = map[string][]string{}, map[[2]string][]string{}
	}
	if !slices.Contains(l.whys, why) {
		l.whys = append(l.whys, why)
	}
	if !slices.Contains(l.heads[why], head) {
		l.heads[why] = append(l.heads[why], head)
	}
	key := [2]string{why, head}
	l.rest[key] = append(l.rest[key], item)
}

func unmetPairs(m *judge.Pairs) (l lines) {
	for i := range m.Pairs {
		if e := &m.Pairs[i]; !e.Met() {
			l.add(e.Why, e.First.Name+", same "+e.On()+", then", e.Then.Name)
		}
	}
	return l
}

func unmetTraits(m *judge.Pairs) (l lines) {
	for i := range m.Traits {
		if e := &m.Traits[i]; !e.Met() {
			l.add(e.Why, e.Trait.Name+" ("+e.Trait.Doc+") with", e.Op.Name)
		}
	}
	return l
}

// unmet writes lines, those without a reason last.
func (p *Printer) unmet(title string, l lines) {
	if len(l.whys) == 0 {
		return
	}
	slices.SortStableFunc(l.whys, func(a, b string) int { return last(a) - last(b) })
	p.Printf("\n%s\n", title)
	for _, why := range l.whys {
		p.Printf("  %s:\n", why)
		for _, head := range l.heads[why] {
			text := head + " " + strings.Join(l.rest[[2]string{why, head}], ", ")
			for i, line := range phrase.Wrap(text, MaxWidth-6) {
				indent := "    "
				if i > 0 {
					indent = "      "
				}
				p.Printf("%s%s\n", indent, line)
			}
		}
	}
}

func last(why string) int {
	if why == NoReason {
		return 1
	}
	return 0
}

// What list pairs writes with --json.
type (
	pairsJSON struct {
		Area   string           `json:"area"`
		Pairs  meetingsJSON     `json:"pairs"`
		Traits meetingsJSON     `json:"traits"`
		Unmet  []unmetPairJSON  `json:"unmet_pairs"`
		Apart  []unmetTraitJSON `json:"unmet_traits"`
	}
	meetingsJSON struct {
		Met    int `json:"met"`
		Reason int `json:"with_reason"`
		Open   int `json:"without_reason"`
	}
	unmetPairJSON struct {
		First string `json:"first"`
		Then  string `json:"then"`
		On    string `json:"on"`
		Why   string `json:"why,omitempty"`
	}
	unmetTraitJSON struct {
		Op    string `json:"operation"`
		Trait string `json:"trait"`
		Why   string `json:"why,omitempty"`
	}
)

func pairsAsJSON(list []*judge.Pairs) []pairsJSON {
	all := []pairsJSON{}
	for _, m := range list {
		pairs, traits := m.Count()
		j := pairsJSON{Area: m.Area.Model.Name, Pairs: meetingsJSON(pairs), Traits: meetingsJSON(traits), Unmet: []unmetPairJSON{}, Apart: []unmetTraitJSON{}}
		for i := range m.Pairs {
			if e := &m.Pairs[i]; !e.Met() {
				j.Unmet = append(j.Unmet, unmetPairJSON{e.First.Name, e.Then.Name, e.On(), e.Why})
			}
		}
		for i := range m.Traits {
			if e := &m.Traits[i]; !e.Met() {
				j.Apart = append(j.Apart, unmetTraitJSON{e.Op.Name, e.Trait.Name, e.Why})
			}
		}
		all = append(all, j)
	}
	return all
}
