package cli

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"hvcheck/counterexamples"
	"hvcheck/judge"
	"hvcheck/scenarios"
	"hvcheck/topic"
)

// A page is what a command has written as Markdown, read as far as tables and
// fences go.
type page struct {
	tables [][][]string // each with its heading, its rule and its rows
	text   []string     // lines outside of tables and fences
	fenced []string     // lines inside of fences
}

// readPage reads Markdown. A table ends at the first empty line, so that every
// line before it has to be a row of as many cells as the heading has.
func readPage(t *testing.T, what, md string) (p page) {
	t.Helper()
	var fence, table bool
	for line := range strings.Lines(md) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "```"):
			fence, table = !fence, false
		case fence:
			p.fenced = append(p.fenced, line)
		case line == "":
			table = false
		case strings.HasPrefix(line, "|") && !table:
			table = true
			p.tables = append(p.tables, [][]string{cellsOf(line)})
		case table:
			last := &p.tables[len(p.tables)-1]
			*last = append(*last, cellsOf(line))
		default:
			p.text = append(p.text, line)
		}
	}
	if fence {
		t.Errorf("%s: a fence is open at the end", what)
	}
	return p
}

// cellsOf divides a row at its bars, but for those that are escaped.
func cellsOf(row string) []string {
	const bar = "\x00"
	row = strings.ReplaceAll(row, `\|`, bar)
	cells := strings.Split(strings.TrimSuffix(strings.TrimPrefix(row, "|"), "|"), "|")
	for i := range cells {
		cells[i] = strings.TrimSpace(strings.ReplaceAll(cells[i], bar, "|"))
	}
	return cells
}

var (
	rule  = regexp.MustCompile(`^-+:?$`)
	aStep = regexp.MustCompile(`^ +[0-9]+  [a-z][a-z_.-]* .* # `)
)

// check demands that the page is well formed: tables with rows of as many cells
// as their headings have, no cell that goes on in the next row, and stories in
// fences.
func (p *page) check(t *testing.T, what string) {
	t.Helper()
	for _, table := range p.tables {
		if len(table) < 2 || slices.ContainsFunc(table[1], func(c string) bool { return !rule.MatchString(c) }) {
			t.Errorf("%s: the table %v has no rule", what, table[0])
		}
		for _, row := range table[1:] {
			if len(row) != len(table[0]) {
				t.Errorf("%s: %d cells in a table of %d columns: %q", what, len(row), len(table[0]), row)
			}
			if row[0] == "" && table[0][0] != "" {
				t.Errorf("%s: a row without its first cell, so that one above is divided: %q", what, row)
			}
		}
	}
	for _, line := range p.text {
		if aStep.MatchString(line) || strings.Contains(line, "<- ") {
			t.Errorf("%s: a story outside of a fence: %s", what, line)
		}
	}
}

// markdown runs a command line, and reads and checks the page that it writes.
func markdown(t *testing.T, want int, args ...string) page {
	t.Helper()
	var out bytes.Buffer
	what := strings.Join(args, " ")
	if code := Execute(append([]string{"--format", "md"}, args...), &out, &out); code != want {
		t.Errorf("%s: exit code %d\n%s", what, code, &out)
	}
	p := readPage(t, what, out.String())
	p.check(t, what)
	return p
}

// Every command writes Markdown that is well formed.
func TestMarkdown(t *testing.T) {
	story, dir := counterexamples.CorpusIDs()[0], t.TempDir()
	for _, tc := range []struct {
		args       string
		tables     int
		code       int
		hasStories bool
	}{
		{"run mmu.pin-first --budget 1s --out DIR", 1, judge.ExitHolds, false},
		{"run mmu.pin-first mmu.context-first --design MM-V0 --budget 1s --out DIR", 1, judge.ExitViolated, true},
		{"run mmu.pin-first --guests 2 --budget 1ns --out DIR", 1, judge.ExitInconclusive, false},
		{"explore mmu.typing --depth 2 --out DIR", 1, judge.ExitInconclusive, false},
		{"explore mmu.pin-first --design MM-V0 --out DIR", 1, judge.ExitViolated, true},
		{"sample mmu.pin-first --budget 1s --out DIR", 1, judge.ExitHolds, false},
		{"claims MM-C*", 21, judge.ExitHolds, true},
		{"claims --verbose", 118, judge.ExitHolds, false},
		{"claims", 7, judge.ExitHolds, false},
		{"bugs MM-B2 EV-M15 --seeds 1", 2, judge.ExitHolds, false},
		{"replay " + story, 0, judge.ExitHolds, true},
		{"replay --design today " + story, 0, judge.ExitHolds, true},
		{"minimize --out DIR " + story, 0, judge.ExitHolds, true},
		{"list", 16, judge.ExitHolds, false},
	} {
		p := markdown(t, tc.code, strings.Fields(strings.ReplaceAll(tc.args, "DIR", dir))...)
		if len(p.tables) != tc.tables {
			t.Errorf("%s: %d tables, want %d", tc.args, len(p.tables), tc.tables)
		}
		if tc.hasStories != slices.ContainsFunc(p.fenced, aStep.MatchString) {
			t.Errorf("%s: stories in fences: want %v", tc.args, tc.hasStories)
		}
	}
}

// So does explain, of everything.
func TestMarkdownOfTopics(t *testing.T) {
	for _, about := range topic.Topics() {
		if about.Kind != "story" {
			markdown(t, judge.ExitHolds, "explain", "--", about.ID)
		}
	}
}

// In a table of designs, neither the names of the columns are divided nor the
// command that shows a cell is laid out as prose.
func TestMarkdownOfTables(t *testing.T) {
	m := smallMatrix()
	m.Notes = []scenarios.CellNote{{Row: "MM-V0", Text: "the tree before the fix"}, {Row: "MM-V2", Text: "the fix"}}
	m.Heads[0].Name = strings.Repeat("pin first | ", 10)
	out, code := withMatrix(t, m, "table", "--format", "md")
	p := readPage(t, "table", out)
	p.check(t, "table")
	if code != judge.ExitHolds || len(p.tables) != 1 || len(p.tables[0]) != 4 {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	if got := strings.Join(p.fenced, "\n"); !strings.HasPrefix(got, "  hvcheck explore mmu.pin-first --design") {
		t.Errorf("in the fence: %s", got)
	}
}
