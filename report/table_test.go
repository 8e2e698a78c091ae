package report

import (
	"bytes"
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
