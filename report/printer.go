// Package report shows what package judge has found, as text for people, as
// Markdown, and as JSON. A Printer has the format; each kind of result has a
// file with its text and its JSON side by side.
package report

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"hvcheck/phrase"
)

// Printer writes results in one of the formats.
type Printer struct {
	Out    io.Writer
	paint  painter
	Format string
}

// NewPrinter writes text, in colours on a terminal.
func NewPrinter(out io.Writer) *Printer {
	return &Printer{Out: out, paint: painter{colour(out)}, Format: "text"}
}

// Printf writes text as it is.
func (p *Printer) Printf(format string, args ...any) { fmt.Fprintf(p.Out, format, args...) }

// On a page, text that is laid out by its columns stands in a fence, and what
// follows a list or a table stands apart from it.

// fenced writes what is laid out by columns.
func (p *Printer) fenced(write func()) {
	if p.Format != "md" {
		write()
		return
	}
	p.Printf("```text\n")
	write()
	p.Printf("```\n")
}

// apart is a line between two parts that a text has below each other.
func (p *Printer) apart() {
	if p.Format == "md" {
		p.Printf("\n")
	}
}

// item begins a line of a list.
func (p *Printer) item() string {
	if p.Format == "md" {
		return "- "
	}
	return "  "
}

// cellLines are the lines of a table's cell: on a page it is never divided.
func (p *Printer) cellLines(text string, width int) []string {
	if p.Format == "md" {
		return []string{text}
	}
	return phrase.Wrap(text, width)
}

// AsJSON tells that results are written as JSON.
func (p *Printer) AsJSON() bool { return p.Format == "json" }

// WriteJSON writes a value as indented JSON.
func (p *Printer) WriteJSON(v any) error {
	e := json.NewEncoder(p.Out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// IsTerminal tells whether w is a terminal that can rewrite a line.
func IsTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("TERM") == "dumb" {
		return false
	}
	is, err := f.Stat()
	if err != nil || is.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(is, null)
}

// colour tells whether to use colours on w.
func colour(w io.Writer) bool { return os.Getenv("NO_COLOR") == "" && IsTerminal(w) }

// painter colours words, or leaves them alone.
type painter struct{ on bool }

func (p painter) bad(s string) string {
	if !p.on {
		return s
	}
	return "\x1b[1;31m" + s + "\x1b[0m"
}
