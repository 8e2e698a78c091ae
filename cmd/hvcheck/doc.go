package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"hvcheck/counterexamples"
	"hvcheck/scenarios"
)

func (a *app) docCommand() *cobra.Command {
	var dir string
	var check bool
	c := &cobra.Command{
		Use:   "doc",
		Short: "write the pages about invariants, operations and claims",
		Long: `Doc writes what explain tells as pages that link to each other: invariants.md,
operations.md and claims.md. The verdicts and the numbers of states in them are
found again each time. With --check it writes nothing, and exits with 1 if a
page is not what it would write.`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.doc(cmd.Context(), dir, check) },
	}
	c.Flags().StringVar(&dir, "dir", "docs", "folder of the pages")
	c.Flags().BoolVar(&check, "check", false, "only compare")
	return c
}

// A page of the documents.
type page struct{ name, text string }

func (a *app) pages(ctx context.Context) ([]page, error) {
	claims, err := a.claimsPage(ctx)
	return []page{
		{"invariants.md", invariantsPage()},
		{"operations.md", operationsPage()},
		{"claims.md", claims},
	}, err
}

func (a *app) doc(ctx context.Context, dir string, check bool) error {
	if !check {
		if err := writable("--dir", dir); err != nil {
			return err
		}
	}
	if _, err := counterexamples.Corpus(); err != nil {
		return err
	}
	pages, err := a.pages(ctx)
	if err != nil {
		return err
	}
	stale := 0
	for _, p := range pages {
		path := filepath.Join(dir, p.name)
		if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, []byte(p.text)) {
			continue
		}
		stale++
		if check {
			a.printf("%s is stale; write it again: hvcheck doc\n", path)
			continue
		}
		if err := os.WriteFile(path, []byte(p.text), 0o644); err != nil {
			return fileError(path, err)
		}
		a.printf("wrote %s\n", path)
	}
	switch {
	case stale == 0:
		a.printf("The pages in %s are up to date.\n", dir)
	case check:
		return exitWith(exitViolated)
	}
	return nil
}

// heading begins a page.
func heading(title, text string) string {
	return fmt.Sprintf("<!-- Written by: hvcheck doc. Change the values, not this page. -->\n\n# %s\n\n%s\n\n", title, text)
}

// sections writes all topics of some kinds.
func sections(kinds ...string) string {
	var b strings.Builder
	for _, kind := range kinds {
		for _, t := range topics() {
			if t.kind == kind {
				b.WriteString(t.markdown(linked))
			}
		}
	}
	return b.String()
}

// contentsOf is a table of the topics of a kind.
func contentsOf(kind, what string) string {
	var b strings.Builder
	var rows [][]string
	for _, t := range topics() {
		if t.kind == kind {
			rows = append(rows, []string{t.id, t.title})
		}
	}
	writeGrid(&b, []string{kind, what}, rows, linked)
	return b.String() + "\n"
}

func invariantsPage() string {
	return heading("Invariants", "What must be true of the models, and the bugs that show that somebody notices when it is not.") +
		contentsOf("invariant", "what must be true") +
		"## Each invariant\n\n" + sections("invariant") +
		"## Bugs\n\nRules changed back to historical bugs, one at a time. `hvcheck bugs` finds each again.\n\n" +
		contentsOf("bug", "what the switch does") + sections("bug") +
		"## Mutants\n\nRules broken on purpose.\n\n" + contentsOf("mutant", "what the switch does") + sections("mutant")
}

func operationsPage() string {
	return heading("Operations", "What can happen in the models: hypercalls, what the toolstack and the hardware do, and their results. "+
		"Every operation may come in every state. A refused one changes nothing.") +
		contentsOf("operation", "what it does") +
		"## Each operation\n\n" + sections("operation") +
		"## Results\n\nNegative results are Xen's error numbers, by name.\n\n" + contentsOf("result", "what it means") + sections("result") +
		filesSection()
}

// filesSection tells how stories are written down.
func filesSection() string {
	var b strings.Builder
	b.WriteString("## Stories\n\nA story is a run, operation by operation, each with the result that it had. " +
		"It is kept as JSON; the same as text can be pasted into a mail and back: `hvcheck replay --story FILE` prints it, `hvcheck replay -` reads it.\n\n")
	if s := exampleStory(); s != nil {
		fmt.Fprintf(&b, "As text:\n\n```\n%s```\n\nAs JSON:\n\n```json\n%s```\n\n", counterexamples.EncodeText(s), counterexamples.EncodeJSON(s))
	}
	fmt.Fprintf(&b, "The text form, in the notation of Go's specification:\n\n```\n%s\n```\n", strings.TrimSpace(counterexamples.Grammar))
	return b.String()
}

// exampleStory is the first claim's first story, or nil.
func exampleStory() *counterexamples.Story {
	for i := range scenarios.Claims {
		for _, v := range scenarios.Claims[i].Verdicts {
			if s := storyOf(&scenarios.Claims[i], v); s != nil {
				return s
			}
		}
	}
	return nil
}
