package pages

import (
	"regexp"
	"strings"
	"testing"

	"hvcheck/scenarios"
	"hvcheck/topic"
)

// proseOf is everything that explain and the pages say, by its source.
func proseOf(t *testing.T) map[string]string {
	all := map[string]string{}
	for name, text := range writtenPages(t) {
		all[name] = text
	}
	for _, top := range topic.Topics() {
		all[top.Kind+" "+top.ID] += top.Markdown(func(id string) string { return id })
	}
	return all
}

// Texts cite what a reader can find: nothing is said to be in a document that
// is not in this repository.
func TestNoHiddenSources(t *testing.T) {
	hidden := regexp.MustCompile(`(?i)\bspecif(ication|ied)\b|\bseeds? 0\d\d|\bthe seed.s |\bfootnote|messages? [0-9]`)
	for name, text := range proseOf(t) {
		text = strings.ReplaceAll(text, "Go's specification", "")
		if found := hidden.FindString(text); found != "" {
			t.Errorf("%s says %q, which nobody can look up", name, found)
		}
	}
}

// cites tells whether an author of a thread can be cited with that day.
func cites(surname, day string) bool {
	for i := range scenarios.Threads {
		t := &scenarios.Threads[i]
		first, last := t.Date, max(t.Date, t.Until)
		for _, a := range t.Authors {
			if a.Surname() == surname && first <= day && day <= last {
				return true
			}
		}
	}
	return false
}

// Who is cited with a day spoke in a thread of that time, and every text that
// names an author has the day of a message.
func TestCitations(t *testing.T) {
	var names []string
	for _, th := range scenarios.Threads {
		for _, a := range th.Authors {
			names = append(names, a.Surname())
		}
	}
	author := regexp.MustCompile(`\b(` + strings.Join(names, "|") + `)\b`)
	cited := regexp.MustCompile(author.String() + `(?:, | \()(\d{4}-\d\d-\d\d)`)
	day := regexp.MustCompile(`\b\d{4}-\d\d-\d\d\b`)
	count := 0
	for _, top := range topic.Topics() {
		text := top.Markdown(func(id string) string { return id })
		for _, m := range cited.FindAllStringSubmatch(text, -1) {
			count++
			if !cites(m[1], m[2]) {
				t.Errorf("%s cites %s of %s, who wrote nothing then", top.ID, m[1], m[2])
			}
		}
		if author.MatchString(text) && !day.MatchString(text) {
			t.Errorf("%s cites %s without the day", top.ID, author.FindString(text))
		}
	}
	if count < 40 {
		t.Errorf("only %d citations", count)
	}
}

func TestCites(t *testing.T) {
	for _, test := range []struct {
		who, day string
		want     bool
	}{
		{"Beulich", "2016-01-12", true}, {"Cooper", "2016-02-02", true}, {"Beulich", "2016-02-03", false},
		{"Elnikety", "2016-01-12", false}, {"Dunlap", "2019-08-14", true}, {"Nobody", "2019-08-14", false},
	} {
		if cites(test.who, test.day) != test.want {
			t.Errorf("%s, %s: want %v", test.who, test.day, test.want)
		}
	}
}

// unnamed are threads whose messages are known from an archive that leaves their ids out.
var unnamed = map[string]bool{"000": true, "001": true, "004": true}

// A thread of messages says where it can be read.
func TestThreads(t *testing.T) {
	for i := range scenarios.Threads {
		th := &scenarios.Threads[i]
		if th.List == "" || th.Subject == "" || th.Title == "" {
			t.Errorf("%+v: want a list, a subject and a title", th)
		}
		if len(th.Authors) > 0 && (th.Message == "" && !unnamed[th.ID] || th.Date == "" || th.Until < th.Date) {
			t.Errorf("%s: want a Message-ID and days", th.ID)
		}
	}
}
