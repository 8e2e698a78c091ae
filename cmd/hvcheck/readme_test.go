package main

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestReadme runs the failures that the README shows, which have to print what
// stands there. Times may differ, and "..." stands for lines that are left out.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
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
		if code := execute(strings.Fields(command), &out, &errOut); code != exitViolated {
			t.Errorf("exit code %d, want %d: %s", code, exitViolated, errOut.String())
		}
		if got, want := withoutTimes(out.String()), withoutTimes(want); !matches(got, want) {
			t.Errorf("it prints\n%s\nbut the README has\n%s", got, want)
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
