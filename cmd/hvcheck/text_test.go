package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
)

// TestTopics asks explain about everything that has an id: the text is there,
// what it points to exists, and it can be pasted into a mail. What has a place on
// a page has its id for itself.
func TestTopics(t *testing.T) {
	for _, topic := range topics() {
		found, err := topicsNamed(topic.id)
		if err != nil || !slices.Contains(found, topic) || len(found) > 1 && pageOf[found[0].kind] != "" && pageOf[found[1].kind] != "" {
			t.Errorf("%s %q: another topic has that id, or none: %v", topic.kind, topic.id, err)
		}
		if topic.title == "" {
			t.Errorf("%s %q has no title", topic.kind, topic.id)
		}
		for _, id := range topic.related {
			if _, err := topicsNamed(id); err != nil && !isNumber(id) {
				t.Errorf("%s is related to something unknown: %v", topic.id, err)
			}
		}
	}
}

func isNumber(s string) bool { return strings.Trim(s, "0123456789") == "" }

func TestEveryTopicFitsIntoAMail(t *testing.T) {
	for _, topic := range topics() {
		var out bytes.Buffer
		if code := execute([]string{"explain", "--", topic.id}, &out, &out); code != exitHolds {
			t.Errorf("explain %s: exit code %d", topic.id, code)
		}
		fits(t, "explain "+topic.id, out.String())
	}
	var out bytes.Buffer
	execute([]string{"list"}, &out, &out)
	fits(t, "list", out.String())
}

// TestHelpFits: so can every help text.
func TestHelpFits(t *testing.T) {
	var out bytes.Buffer
	commands := newApp(&out, &out).root().Commands()
	if len(commands) < 10 {
		t.Fatalf("only %d commands", len(commands))
	}
	for _, args := range append([][]string{{"--help"}}, helps(commands)...) {
		out.Reset()
		if code := execute(args, &out, &out); code != exitHolds || out.Len() == 0 {
			t.Errorf("%v: exit code %d", args, code)
		}
		fits(t, strings.Join(args, " "), out.String())
	}
}

func helps(commands []*cobra.Command) (list [][]string) {
	for _, c := range commands {
		list = append(list, []string{c.Name(), "--help"})
	}
	return list
}

// fits demands ASCII of at most 100 columns. A word may be longer.
func fits(t *testing.T, what, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		if len(strings.TrimSpace(line)) > maxWidth && strings.Contains(strings.TrimSpace(line), " ") {
			t.Errorf("%s: a line is too long: %s", what, line)
		}
		if i := strings.IndexFunc(line, func(r rune) bool { return r > '~' }); i >= 0 {
			t.Errorf("%s: not ASCII: %s", what, line)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, tc := range []struct {
		text  string
		width int
		want  string
	}{
		{"", 10, ""},
		{"one two three", 7, "one two|three"},
		{"one two three", 13, "one two three"},
		{"incomprehensibilities are long", 10, "incomprehensibilities|are long"},
	} {
		if got := strings.Join(wrap(tc.text, tc.width), "|"); got != tc.want {
			t.Errorf("wrap(%q, %d) = %q, want %q", tc.text, tc.width, got, tc.want)
		}
	}
}

func TestTable(t *testing.T) {
	var text, md bytes.Buffer
	for out, markdown := range map[*bytes.Buffer]bool{&text: false, &md: true} {
		a := newApp(out, out)
		if markdown {
			a.format = "md"
		}
		a.table(column{name: "A"}, column{name: "N", right: true}).rows([][]string{{"x|y", "7"}, {"z", "1234"}})
	}
	if want := "A       N\nx|y     7\nz    1234\n"; text.String() != want {
		t.Errorf("text:\n%swant:\n%s", text.String(), want)
	}
	if want := "| A | N |\n| --- | --: |\n| x\\|y | 7 |\n| z | 1234 |\n"; md.String() != want {
		t.Errorf("Markdown:\n%swant:\n%s", md.String(), want)
	}
}

func TestNumbers(t *testing.T) {
	for got, want := range map[string]string{
		human(999_999): "999999", human(1_370_000): "1.37 M", human(2_500_000_000): "2.50 G",
		seconds(40 * time.Millisecond): "0.04 s", seconds(61 * time.Second): "61.0 s",
		plural(1, "step"): "1 step", plural(0, "step"): "0 steps",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestPanicIsOneLine(t *testing.T) {
	var out bytes.Buffer
	code := newApp(&out, &out).fail(panicked("index out\nof range"))
	if code != exitInternal || strings.Count(out.String(), "\n") != 1 {
		t.Errorf("exit code %d, %q", code, out.String())
	}
}
