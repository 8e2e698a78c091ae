package cli

import (
	"bytes"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"hvcheck/judge"
	"hvcheck/report"
	"hvcheck/topic"
)

// What explain and list print can be pasted into a mail.
func TestEveryTopicFitsIntoAMail(t *testing.T) {
	for _, about := range topic.Topics() {
		var out bytes.Buffer
		if code := Execute([]string{"explain", "--", about.ID}, &out, &out); code != judge.ExitHolds {
			t.Errorf("explain %s: exit code %d", about.ID, code)
		}
		fits(t, "explain "+about.ID, out.String())
	}
	var out bytes.Buffer
	Execute([]string{"list"}, &out, &out)
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
		if code := Execute(args, &out, &out); code != judge.ExitHolds || out.Len() == 0 {
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
		if len(strings.TrimSpace(line)) > report.MaxWidth && strings.Contains(strings.TrimSpace(line), " ") {
			t.Errorf("%s: a line is too long: %s", what, line)
		}
		if i := strings.IndexFunc(line, func(r rune) bool { return r > '~' }); i >= 0 {
			t.Errorf("%s: not ASCII: %s", what, line)
		}
	}
}

// A bug of hvcheck itself is told in one line.
func TestPanicIsOneLine(t *testing.T) {
	var out bytes.Buffer
	code := newApp(&out, &out).fail(judge.Panicked("index out\nof range"))
	if code != judge.ExitInternal || strings.Count(out.String(), "\n") != 1 {
		t.Errorf("exit code %d, %q", code, out.String())
	}
}
