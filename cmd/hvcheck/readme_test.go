package main

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestReadme runs the failure that the README shows, which has to print what
// stands there. Times may differ.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(readme), "$ go run ./cmd/hvcheck ")
	command, rest, _ := strings.Cut(rest, "\n")
	want, _, found := strings.Cut(rest, "```\n")
	if !found {
		t.Fatal("the README shows no failure")
	}
	t.Chdir(t.TempDir())
	var out, errOut bytes.Buffer
	if code := execute(strings.Fields(command), &out, &errOut); code != exitViolated {
		t.Errorf("exit code %d, want %d: %s", code, exitViolated, errOut.String())
	}
	times := regexp.MustCompile(`[0-9.]+ s\n`)
	got := times.ReplaceAllString(out.String(), "TIME\n")
	if want := times.ReplaceAllString(want, "TIME\n"); got != want {
		t.Errorf("it prints\n%s\nbut the README has\n%s", got, want)
	}
}
