package cli

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"

	"hvcheck/judge"
)

// TestReadme runs the failures and the table that the README shows, which have to print
// what stands there. Times may differ, and "..." stands for lines that are left out.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(readme), "$ go run ./cmd/hvcheck ")[1:]
	if len(blocks) < 2 {
		t.Fatalf("the README shows %d failures", len(blocks))
	}
	t.Chdir(t.TempDir())
	for _, block := range blocks {
		block, _, _ = strings.Cut(block, "```\n")
		command, want, _ := strings.Cut(block, "\n")
		var out, errOut bytes.Buffer
		code := judge.ExitViolated
		if strings.HasPrefix(command, "table ") {
			code = judge.ExitHolds
		}
		if got := Execute(strings.Fields(command), &out, &errOut); got != code {
			t.Errorf("exit code %d, want %d: %s", got, code, errOut.String())
		}
		if got, want := withoutTimes(out.String()), withoutTimes(want); !matches(got, want) {
			t.Errorf("it prints\n%s\nbut the README has\n%s", got, want)
		}
	}
}

// The code that the README shows is that of the example, which is built and run.
func TestReadmeCode(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	code := ""
	for _, name := range []string{"main.go", "own_test.go", "go.mod"} {
		text, err := os.ReadFile("../examples/own/" + name)
		if err != nil {
			t.Fatal(err)
		}
		code += string(text)
	}
	blocks := regexp.MustCompile("(?s)```(?:go)?\n((?:import|func|require) .*?)```").FindAllStringSubmatch(string(readme), -1)
	if len(blocks) != 3 {
		t.Errorf("the README shows %d pieces of code, want 3", len(blocks))
	}
	for _, b := range blocks {
		for _, part := range strings.Split(b[1], "\n\n") {
			if !strings.Contains(code, part) {
				t.Errorf("the example has no\n%s", part)
			}
		}
	}
}

// The table of packages has every package.
func TestReadmePackages(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(readme), "| package | is |\n")
	table, _, _ = strings.Cut(table, "\n\n")
	for pkg := range layers() {
		if !strings.Contains(table, "`"+pkg+"`") {
			t.Errorf("package %s is missing", pkg)
		}
	}
	for _, cell := range regexp.MustCompile("(?m)^\\| (`[^|]*) \\|").FindAllStringSubmatch(table, -1) {
		for _, pkg := range strings.Split(strings.ReplaceAll(cell[1], "`", ""), ", ") {
			if _, ok := layers()[pkg]; !ok {
				t.Errorf("there is no package %s", pkg)
			}
		}
	}
}

func withoutTimes(s string) string {
	return regexp.MustCompile(`[0-9.]+ s\n`).ReplaceAllString(s, "TIME\n")
}

// matches compares texts, one of which may leave lines out.
func matches(got, want string) bool {
	pattern := strings.ReplaceAll(regexp.QuoteMeta(want), `\.\.\.`+"\n", "(?:.*\n)*")
	return regexp.MustCompile("^" + pattern + "$").MatchString(got)
}

func TestMatches(t *testing.T) {
	for want, ok := range map[string]bool{
		"a\nb\nc\n": true, "...\nc\n": true, "a\n...\nc\n": true, "...\nb\n...\n": true, "a\nb\n...\nc\n...\n": true,
		"a\nb\n": false, "...\nb\n": false, "...\nc\n...\nb\n...\n": false, ".\nb\nc\n": false,
	} {
		if matches("a\nb\nc\n", want) != ok {
			t.Errorf("%q: want %v", want, ok)
		}
	}
}
