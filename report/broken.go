package report

import (
	"fmt"
	"strings"
	"time"

	"hvcheck/conform"
	"hvcheck/conform/broken"
	"hvcheck/judge"
	"hvcheck/phrase"
)

// Broken is what became of builds with a rule broken each, and of the unbroken one.
type Broken struct {
	Of     int // broken builds that are to be tried
	Trials []*broken.Trial
	Took   time.Duration
}

// tally counts the broken builds that were told apart, and those of which nothing
// is known.
func (b *Broken) tally() (told, open int) {
	open = b.Of
	for _, t := range b.Trials {
		switch {
		case t.Build == &broken.Unbroken:
			continue
		case t.Told():
			told++
			open--
		case t.Err == nil:
			open--
		}
	}
	return told, open
}

// BrokenTable is a table for builds.
func (p *Printer) BrokenTable(list []*broken.Build) *Table {
	t := p.Table(Column{Name: "BUILD"}, Column{Name: "RULE", spare: 1}, Column{Name: "FIX", spare: 2}, Column{Name: "STORY", right: true}, Column{Name: "RANDOM", right: true}, Column{Name: "FIRST DIFFERENCE"})
	for _, b := range list {
		t.fitAll([][]string{{b.Name, b.Rule, b.Origin}})
	}
	return t
}

// BrokenRow tells what became of a build: operations until it was told apart, by
// its story and by random ones.
func BrokenRow(t *broken.Trial) []string {
	return []string{t.Build.Name, t.Build.Rule, orDash(t.Build.Origin), opsOf(&t.Stories), opsOf(&t.Random), firstOf(t)}
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// opsOf is how many operations a hunt took.
func opsOf(h *broken.Hunt) string {
	switch {
	case h.Ops == 0 && !h.Told():
		return "-"
	case !h.Told():
		return fmt.Sprintf("none in %d", h.Ops)
	}
	return fmt.Sprint(h.Ops)
}

// firstOf is the first difference in a line.
func firstOf(t *broken.Trial) string {
	system, _, _ := strings.Cut(t.Target, " ")
	for _, h := range []*broken.Hunt{&t.Stories, &t.Random, &t.Race} {
		switch {
		case h.Found != nil:
			return differenceIn(h.Found.Difference, system)
		case h.Seen != "":
			return phrase.OneLine(h.Seen)
		case h.Lost != "":
			return phrase.OneLine("the machine is lost: " + h.Lost)
		}
	}
	if t.Err != nil {
		return phrase.OneLine("not tried: " + t.Err.Error())
	}
	if t.Race.Ops > 0 {
		return fmt.Sprintf("none in %d copies", t.Race.Ops)
	}
	return "none"
}

func differenceIn(d *conform.Difference, system string) string {
	text := d.Op
	if d.Step == 0 {
		text = "start"
	}
	for i, item := range d.Items {
		if i > 0 {
			return text + fmt.Sprintf(", and %d more", len(d.Items)-1)
		}
		model, target := apart(item.Model, item.Target)
		text += fmt.Sprintf(": %s: model %s, %s %s", item.What, model, system, target)
	}
	return text
}

// apart is two texts, of long ones from where they differ.
func apart(a, b string) (x, y string) {
	const long, enough = 40, 32
	if max(len(a), len(b)) < long {
		return a, b
	}
	from := 0
	for from < min(len(a), len(b)) && a[from] == b[from] {
		from++
	}
	from -= from % 2 // a byte has two digits
	cut := func(s string) string {
		if s = s[from:]; len(s) > enough {
			s = s[:enough] + ".."
		}
		if from > 0 {
			s = ".." + s
		}
		return s
	}
	return cut(a), cut(b)
}

// ShowBroken sums up.
func (p *Printer) ShowBroken(b *Broken) error {
	if p.AsJSON() {
		return p.WriteJSON(newBrokenJSON(b))
	}
	told, open := b.tally()
	text := fmt.Sprintf("\n%d of %s told apart", told, phrase.Plural(b.Of, "broken build"))
	if open > 0 {
		text += fmt.Sprintf(", %d not tried", open)
	}
	for _, t := range b.Trials {
		if t.Build == &broken.Unbroken && t.Err == nil {
			text += fmt.Sprintf("; the unbroken one, %s: %s in %s", t.Target, map[bool]string{true: "a difference", false: "no difference"}[t.Told()],
				phrase.Plural(t.Stories.Ops+t.Random.Ops, "operation"))
			if t.Race.Ops > 0 {
				text += fmt.Sprintf(" and %d copies", t.Race.Ops)
			}
		}
	}
	p.Printf("%s", Prose(text+fmt.Sprintf("; %s.\n", phrase.Seconds(b.Took))))
	return nil
}

// What is written with --json of broken builds.
type (
	brokenJSON struct {
		Builds  []buildJSON `json:"builds"`
		Told    int         `json:"told"` // of the broken ones
		Of      int         `json:"of"`
		Seconds float64     `json:"seconds"`
		Version string      `json:"version"`
	}
	buildJSON struct {
		Name    string   `json:"name"`
		Rule    string   `json:"rule"`
		Origin  string   `json:"origin,omitempty"`
		Target  string   `json:"target"`
		Told    bool     `json:"told"`
		Stories huntJSON `json:"stories"`
		Random  huntJSON `json:"random"`
		Race    huntJSON `json:"race"`
		Error   string   `json:"error,omitempty"`
	}
	huntJSON struct {
		Operations int       `json:"operations"`
		Lost       string    `json:"lost,omitempty"`
		Seen       string    `json:"seen,omitempty"`
		Play       *playJSON `json:"play,omitempty"`
	}
)

func newBrokenJSON(b *Broken) brokenJSON {
	j := brokenJSON{Builds: []buildJSON{}, Of: b.Of, Seconds: b.Took.Seconds(), Version: judge.Version()}
	j.Told, _ = b.tally()
	for _, t := range b.Trials {
		one := buildJSON{
			Name: t.Build.Name, Rule: t.Build.Rule, Origin: t.Build.Origin, Target: t.Target, Told: t.Told(),
			Stories: newHuntJSON(&t.Stories), Random: newHuntJSON(&t.Random), Race: newHuntJSON(&t.Race),
		}
		if t.Err != nil {
			one.Error = t.Err.Error()
		}
		j.Builds = append(j.Builds, one)
	}
	return j
}

func newHuntJSON(h *broken.Hunt) huntJSON {
	j := huntJSON{Operations: h.Ops, Lost: h.Lost, Seen: h.Seen}
	if h.Found != nil {
		play := newPlayJSON(h.Found)
		j.Play = &play
	}
	return j
}
