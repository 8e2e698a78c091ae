package report

import (
	"bytes"
	"strings"
	"testing"
)

// A table is aligned, or Markdown in which a cell cannot end a column.
func TestTable(t *testing.T) {
	var text, md bytes.Buffer
	for out, markdown := range map[*bytes.Buffer]bool{&text: false, &md: true} {
		p := NewPrinter(out)
		if markdown {
			p.Format = "md"
		}
		p.Table(Column{Name: "A"}, Column{Name: "N", right: true}).Rows([][]string{{"x|y", "7"}, {"z", "1234"}})
	}
	if want := "A       N\nx|y     7\nz    1234\n"; text.String() != want {
		t.Errorf("text:\n%swant:\n%s", text.String(), want)
	}
	if want := "| A | N |\n| --- | --: |\n| x\\|y | 7 |\n| z | 1234 |\n"; md.String() != want {
		t.Errorf("Markdown:\n%swant:\n%s", md.String(), want)
	}
}

// A text that is too narrow for a table leaves out what can be spared, in its
// order, and nothing else.
func TestSpareColumns(t *testing.T) {
	defer SetWidth(0)
	for columns, want := range map[int]string{
		120: "NAME  AREA  STATES  DEPTH", 60: "NAME  STATES",
	} {
		SetWidth(columns)
		var out strings.Builder
		table := (&Printer{Out: &out, Format: "text"}).Table(Column{Name: "NAME"}, Column{Name: "AREA", spare: 2, width: 10},
			Column{Name: "STATES", width: 45}, Column{Name: "DEPTH", spare: 1})
		table.Row("a", "b", "1", "2")
		if head, _, _ := strings.Cut(out.String(), "\n"); strings.Join(strings.Fields(head), "  ") != want {
			t.Errorf("%d columns:\n%s", columns, &out)
		}
	}
}

// Prose breaks what is too long and leaves alone what is not, blanks included.
func TestProse(t *testing.T) {
	defer SetWidth(0)
	SetWidth(60)
	text := "Well.  Next: hvcheck run\n  " + strings.Repeat("word ", 14) + "\n"
	want := "Well.  Next: hvcheck run\n  " + strings.TrimSpace(strings.Repeat("word ", 11)) + "\n    word word word\n"
	if got := Prose(text); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	SetWidth(100)
	if got := Prose(text); got != text {
		t.Errorf("%q, want %q", got, text)
	}
}
