package pages

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hvcheck/judge"
	"hvcheck/model"
	"hvcheck/scenarios"
)

// found is a verdict as it could have been found: '-', 'H', 'N', 'F' and 'W'
// with a story of so many operations, or '?'.
func found(c *scenarios.Claim, design, word string) *judge.Decided {
	d := &judge.Decided{Claim: c, Want: scenarios.Verdict{Variant: design, Want: scenarios.Holds}, Search: &judge.Search{}}
	switch word[0] {
	case '-':
		d.Search = nil
	case 'N', 'W':
		d.Want.Want = scenarios.Witness
	}
	d.Report.States = 100
	if n := len(word) - 1; n > 0 {
		d.Report.Fault = new(judge.Fault)
		d.Report.Fault.Ops = make([]model.Op, n)
		return d
	}
	d.Report.Exhaustive = word != "?"
	return d
}

// conclude makes the lines of a thread in which claims C1, C2 ... have these
// verdicts under some designs. F11 is a failure with a story of two
// operations: as many as digits.
func conclude(designs string, rows ...string) (lines []string) {
	v := &view{linksFrom: "threads/test", thread: &scenarios.Thread{ID: "test"}, decisions: &decisions{}}
	for i, row := range rows {
		c := &scenarios.Claim{ID: "C" + string(rune('1'+i))}
		v.claims = append(v.claims, c)
		for k, word := range strings.Fields(row) {
			v.verdicts = append(v.verdicts, found(c, strings.Fields(designs)[k], word))
		}
	}
	for _, line := range strings.Split(v.conclusion(), "\n") {
		if text, ok := strings.CutPrefix(line, "- "); ok {
			lines = append(lines, link.ReplaceAllString(text, "]"))
		}
	}
	return lines
}

// The conclusion follows what is found, whatever that is.
func TestConclusion(t *testing.T) {
	for _, test := range []struct {
		name, designs string
		rows          []string
		want          []string
	}{
		{"one keeps all", "MM-V0 MM-V2", []string{"F11 H", "F1 H", "H H", "W111 N"}, []string{
			"**No claim fails** under [MM-V2], committed, today's code (0 of 4 claims).",
			"**Today's code** fails no claim: [MM-V2], committed, today's code (0 of 4 claims).",
			"**Whatever the design**, where they apply to several: 1 hold under each, C3; 0 fail under each.",
			"**Said to be possible, and is**: C4 under [MM-V0] ([3]).",
			"**Most fail** under [MM-V0], the tree before the fix (2 of 4 claims): C1 ([2]), C2 ([1]).",
		}},
		{"none does", "MM-V0 MM-V2", []string{"F11 F1", "F1 -", "- ?"}, []string{
			"**Under every design a claim fails.** The fewest do under [MM-V2], committed, today's code (1 of 2 claims): C1 ([1]), and 1 open.",
			"**Today's code** is [MM-V2], committed, today's code (1 of 2 claims): C1 ([1]), and 1 open.",
			"**Whatever the design**, where they apply to several: 0 hold under each; 1 fail under each, C1 ([1]).",
			"**Most fail** under [MM-V0], the tree before the fix (2 of 2 claims): C1 ([2]), C2 ([1]).",
		}},
		{"never seen, one design", "MM-V6", []string{"F1", "N"}, []string{
			"**Not every claim holds** under [MM-V6], counted full pass (1 of 2 claims): C1 ([1]).",
			"**Today's code** is none of the designs that are compared here.",
			"**Said to be possible**: not C2.",
		}},
		{"nothing decided", "MM-V0 MM-V2", []string{"- -"}, []string{"No claim is decided."}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, conclude(test.designs, test.rows...)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A claim that is asked twice under a design fails if it does once, and its
// shorter story counts.
func TestAnswers(t *testing.T) {
	c := &scenarios.Claim{ID: "C1"}
	list := answersOf([]*judge.Decided{found(c, "D", "F111"), found(c, "D", "H"), found(c, "D", "F1"), found(c, "E", "-"), found(c, "G", "H"), found(c, "G", "?")})
	if len(list) != 2 || !list[0].fails() || length(list[0].story) != 1 || list[0].open || list[1].fails() || !list[1].open {
		t.Errorf("%+v %+v", list[0], list[1])
	}
}

// Only what makes no other choice than today's design is today's, whether that names it or not.
func TestIsToday(t *testing.T) {
	for name, want := range map[string]bool{"MM-V2": true, "MM-V0": false, "EV-V4": true, "EV-V4c": false, "RS-V7": true, "RS-V5": false, "baseline": false, "unknown": false} {
		if isToday(name) != want {
			t.Errorf("%s: want %v", name, want)
		}
	}
}

// Every thread's page begins with what was found: at most five lines, and as
// many stories linked as are told.
func TestConclusionsOnPages(t *testing.T) {
	for i := range scenarios.Threads {
		text := writtenPages(t)[threadPage(scenarios.Threads[i].ID)]
		_, after, ok := strings.Cut(text, "\n## Conclusion\n")
		section, _, more := strings.Cut(after, "\n## ")
		if lines := strings.Count(section, "\n- "); !ok || !more || lines < 2 || lines > 5 || !strings.Contains(section, "-stories.md#") {
			t.Errorf("%s: %d lines: %s", scenarios.Threads[i].ID, lines, section)
		}
		if at := strings.Index(text, "\n## "); !strings.HasPrefix(text[at:], "\n## Conclusion\n") {
			t.Errorf("%s does not begin with its conclusion", scenarios.Threads[i].ID)
		}
	}
}
