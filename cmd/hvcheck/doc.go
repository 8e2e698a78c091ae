package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"hvcheck/counterexamples"
	"hvcheck/scenarios"
)

func (a *app) docCommand() *cobra.Command {
	var dir string
	var check bool
	c := &cobra.Command{
		Use:   "doc [PAGE...]",
		Short: "write the pages about invariants, operations and claims",
		Long: `Doc writes what explain tells as pages that link to each other: invariants.md,
operations.md, claims.md, and one for each table. The verdicts and the numbers of
states in them are found again each time, which takes a while; a PAGE, such as
invariants, is written alone. With --check it writes nothing, and exits with 1 if
a page is not what it would write.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, names []string) error { return a.doc(cmd.Context(), names, dir, check) },
	}
	c.Flags().StringVar(&dir, "dir", "docs", "folder of the pages")
	c.Flags().BoolVar(&check, "check", false, "only compare")
	return c
}

// A page of the documents, and what writes it.
type page struct {
	name string
	text func(ctx context.Context) (string, error)
}

func (a *app) pages() []page {
	list := []page{
		{"invariants", func(context.Context) (string, error) { return invariantsPage(), nil }},
		{"operations", func(context.Context) (string, error) { return operationsPage(), nil }},
		{"claims", a.claimsPage},
	}
	for i := range scenarios.Matrices {
		m := &scenarios.Matrices[i]
		list = append(list, page{m.Name, func(ctx context.Context) (string, error) { return a.matrixPage(ctx, m) }})
	}
	return list
}

// pagesNamed are the pages of those names, or all.
func (a *app) pagesNamed(names []string) (list []page, err error) {
	all := a.pages()
	if len(names) == 0 {
		return all, nil
	}
	known := make([]string, len(all))
	for i, p := range all {
		known[i] = p.name
	}
	for _, name := range names {
		i := slices.Index(known, name)
		if i < 0 {
			return nil, unknown("page", name, known)
		}
		list = append(list, all[i])
	}
	return list, nil
}

func (a *app) doc(ctx context.Context, names []string, dir string, check bool) error {
	pages, err := a.pagesNamed(names)
	if err != nil {
		return err
	}
	if !check {
		if err := writable("--dir", dir); err != nil {
			return err
		}
	}
	if _, err := counterexamples.Corpus(); err != nil {
		return err
	}
	stale := 0
	for _, p := range pages {
		fresh, err := a.docPage(ctx, p, filepath.Join(dir, p.name+".md"), check)
		if err != nil {
			return err
		}
		if !fresh {
			stale++
		}
	}
	switch {
	case stale == 0:
		a.printf("The pages in %s are up to date.\n", dir)
	case check:
		return exitWith(exitViolated)
	}
	return nil
}

// docPage writes a page, or checks it. A page that is not there is stale
// whatever would stand in it.
func (a *app) docPage(ctx context.Context, p page, path string, check bool) (fresh bool, err error) {
	old, err := os.ReadFile(path)
	text := ""
	if err == nil || !check {
		if text, err = p.text(ctx); err != nil {
			return false, err
		}
		if bytes.Equal(old, []byte(text)) {
			return true, nil
		}
	}
	if check {
		a.printf("%s is stale; write it again: hvcheck doc\n", path)
		return false, nil
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		return false, fileError(path, err)
	}
	a.printf("wrote %s\n", path)
	return false, nil
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
		"## Each invariant\n\n" + sections("invariant") + promisesSection() +
		"## Bugs\n\nRules changed back to historical bugs, one at a time. `hvcheck bugs` finds each again.\n\n" +
		contentsOf("bug", "what the switch does") + sections("bug") +
		"## Mutants\n\nRules broken on purpose, to show that somebody notices, or that nothing depends on them within the bounds.\n\n" + contentsOf("mutant", "what the switch does") + sections("mutant") +
		asIsSection()
}

// asIsSection is there if a model has rules of today's code that are asked about.
func asIsSection() string {
	if len(openToAsk.of(bugSwitches())) == 0 {
		return ""
	}
	return "## " + openQuestions + "\n\nRules that are as in today's code and differ from what the invariants ask. " +
		"They are off unless a design turns them on. None is a bug until a real system shows it.\n\n" +
		contentsOf("as-is", "what the rule does") + sections("as-is")
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
