package cli

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/spf13/cobra"

	"hvcheck/counterexamples"
	"hvcheck/files"
	"hvcheck/judge"
	"hvcheck/pages"
	"hvcheck/report"
)

func (a *app) docCommand() *cobra.Command {
	var dir string
	var check bool
	c := &cobra.Command{
		Use:   "doc [PAGE...]",
		Short: "write the pages about invariants, operations and claims",
		Long: `Doc writes what explain tells as pages that link to each other: README.md, one
for each thread in threads, for each area in areas, for each table in tables, and
a few more. The verdicts and the numbers of states in them are found again each
time, which takes a while; a PAGE, such as designs or areas/NAME, is written alone.

All pages are written or none: if it is interrupted, or the time of --budget is
over, it writes nothing and exits with 3. With --check it writes nothing in any
case, and exits with 1 if a page is not what it would write.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, names []string) error { return a.doc(cmd.Context(), names, dir, check) },
	}
	c.Flags().StringVar(&dir, "dir", "docs", "folder of the pages")
	c.Flags().BoolVar(&check, "check", false, "only compare")
	return c
}

func (a *app) doc(ctx context.Context, names []string, dir string, check bool) error {
	report.SetWidth(0) // pages do not depend on who writes them
	list, err := pages.NewWriter(a.Judge).PagesNamed(names)
	if err != nil {
		return err
	}
	if !check {
		if err := existing("--dir", dir); err != nil {
			return err
		}
	}
	if _, err := counterexamples.Corpus(); err != nil {
		return err
	}
	ctx, cancel := judge.Limited(ctx, a.budget)
	defer cancel()
	stale, err := stalePages(ctx, list, dir, check)
	switch {
	case err != nil:
		return err
	case len(stale) == 0:
		a.Printf("The pages in %s are up to date.\n", dir)
		return nil
	case check:
		return a.tellStale(stale)
	}
	return a.writePages(stale)
}

// stalePages are the pages that are not what they should be, with what they
// should be. What a search that is cut off has found is no page. To check a page
// that is not there, nobody needs to know what would stand in it.
func stalePages(ctx context.Context, list []pages.Page, dir string, check bool) (stale []files.File, err error) {
	for _, p := range list {
		f := files.File{Path: filepath.Join(dir, filepath.FromSlash(p.Name)+".md")}
		if check && !f.Exists() {
			stale = append(stale, f)
			continue
		}
		text, err := p.Text(ctx)
		if ctx.Err() != nil {
			return nil, judge.Exit{Code: judge.ExitInconclusive, Err: errors.New("doc was cut off before all pages were through; nothing is written")}
		}
		if err != nil {
			return nil, err
		}
		if f.Data = []byte(text); f.Changed() {
			stale = append(stale, f)
		}
	}
	return stale, nil
}

func (a *app) tellStale(stale []files.File) error {
	for i := range stale {
		a.Printf("%s is stale; write it again: hvcheck doc\n", stale[i].Path)
	}
	return judge.ExitWith(judge.ExitViolated)
}

func (a *app) writePages(stale []files.File) error {
	if err := files.ReplaceAll(stale); err != nil {
		return err
	}
	for i := range stale {
		a.Printf("wrote %s\n", stale[i].Path)
	}
	return nil
}
