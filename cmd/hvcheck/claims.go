package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"hvcheck/checker"
	"hvcheck/counterexamples"
	"hvcheck/model"
	"hvcheck/scenarios"
)

// claimsFlags say which claims are decided and how much is shown.
type claimsFlags struct {
	thread  string
	verbose bool
	write   string
}

func (a *app) claimsCommand() *cobra.Command {
	var f claimsFlags
	c := &cobra.Command{
		Use:   "claims [ID...]",
		Short: "decide who was right: each claim of a thread under each design",
		Long: `Claims decides each claim under each design of its thread by a search of its
scenario, and compares the verdict with the one that is expected. With ids it
tells everything about these: who said what, the verdicts, and the story of each
failure.

In the table, "holds" and "never" come from a complete search; "fails 2" has a
shortest story of 2 operations, "seen 2" is a witness of something that can
happen; - does not apply. An exclamation mark is a verdict that was not
expected: exit code 1. A verdict that stays open makes it 3.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, ids []string) error { return a.claims(cmd.Context(), ids, &f) },
	}
	c.Flags().StringVar(&f.thread, "seed", "", "only the claims of one thread, such as 002")
	c.Flags().BoolVar(&f.verbose, "verbose", false, "bounds, states and notes of each verdict")
	c.Flags().StringVar(&f.write, "write", "", "folder to write the stories of failures and witnesses to")
	return c
}

// decided is one verdict that was found.
type decided struct {
	claim  *scenarios.Claim
	want   scenarios.Verdict
	search *search // nil if it does not apply
	report report
}

func (a *app) claims(ctx context.Context, ids []string, f *claimsFlags) error {
	list, err := claimsNamed(ids, f.thread)
	if err != nil {
		return err
	}
	if f.write != "" {
		if err := writable("--write", f.write); err != nil {
			return err
		}
	}
	ctx, cancel := a.limited(ctx)
	defer cancel()
	found, err := a.decideAll(ctx, list)
	if err != nil {
		return err
	}
	if err := a.writeStories(f.write, found); err != nil {
		return err
	}
	return a.reportClaims(list, found, len(ids) > 0, f)
}

// claimsNamed finds claims by id, or all of a thread.
func claimsNamed(ids []string, thread string) (list []*scenarios.Claim, err error) {
	for _, id := range ids {
		c, ok := scenarios.ClaimByID(id)
		if !ok {
			return nil, unknown("claim", id, claimIDs())
		}
		list = append(list, c)
	}
	if len(ids) > 0 {
		return list, nil
	}
	for i := range scenarios.Claims {
		if c := &scenarios.Claims[i]; thread == "" || c.Seed == thread {
			list = append(list, c)
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("--seed %s: no claims of that thread; want one of %s", thread, strings.Join(threads(), ", "))
	}
	return list, nil
}

func claimIDs() []string {
	ids := make([]string, len(scenarios.Claims))
	for i := range scenarios.Claims {
		ids[i] = scenarios.Claims[i].ID
	}
	return ids
}

func threads() []string {
	var list []string
	for i := range scenarios.Claims {
		list = append(list, scenarios.Claims[i].Seed)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// decideAll decides every verdict of the claims, up to an interrupt.
func (a *app) decideAll(ctx context.Context, list []*scenarios.Claim) (found []*decided, err error) {
	for _, c := range list {
		for _, want := range c.Verdicts {
			d, err := a.decide(ctx, c, want)
			if err != nil {
				return nil, err
			}
			found = append(found, d)
		}
	}
	return found, nil
}

func (a *app) decide(ctx context.Context, c *scenarios.Claim, want scenarios.Verdict) (*decided, error) {
	d := &decided{claim: c, want: want}
	if want.Want == scenarios.NotApplicable {
		return d, nil
	}
	col, ok := scenarios.ColumnByName(want.Variant)
	if !ok {
		return nil, fmt.Errorf("%s: %w", c.ID, unknown("column", want.Variant, columnNames()))
	}
	s, config, err := a.under(d.scenario(), col)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.ID, err)
	}
	d.search = newSearch(s, config).asking(d.properties()...)
	d.report, err = a.explore(ctx, d.search, checker.Bounds{})
	return d, err
}

// under is a scenario with the design of a column. Choices of --design that
// the column does not make itself stay.
func (a *app) under(scenario string, col *scenarios.Column) (*scenarios.Scenario, model.Config, error) {
	s, err := scenarioNamed(scenario)
	if err != nil {
		return nil, model.Config{}, err
	}
	config, err := a.config(s, nil)
	if err != nil {
		return s, config, err
	}
	if err := col.Set(&config); err != nil {
		return s, config, err
	}
	return s, config, s.Check(&config)
}

func columnNames() []string {
	names := make([]string, len(scenarios.Columns))
	for i := range scenarios.Columns {
		names[i] = scenarios.Columns[i].Name
	}
	return names
}

func (d *decided) properties() []string { return d.claim.PropertiesOf(&d.want) }

func (d *decided) scenario() string { return d.claim.ScenarioOf(&d.want) }

// word is the verdict in a table's cell.
func (d *decided) word() string {
	word := d.found()
	if d.search != nil && !d.open() && !d.expected() {
		word += "!"
	}
	return word
}

func (d *decided) found() string {
	shows := d.want.Want == scenarios.Witness || d.want.Want == scenarios.NoWitness
	switch {
	case d.search == nil:
		return "-"
	case d.report.Fault != nil && shows:
		return fmt.Sprintf("seen %d", lengthOf(d.report.Fault))
	case d.report.Fault != nil:
		return fmt.Sprintf("fails %d", lengthOf(d.report.Fault))
	case d.open():
		return "open"
	case shows:
		return "never"
	}
	return "holds"
}

// wanted is the expected verdict in the same words.
func (d *decided) wanted() string {
	length := ""
	if d.want.Length > 0 {
		length = fmt.Sprintf(" %d", d.want.Length)
	}
	return map[scenarios.Expect]string{
		scenarios.NotApplicable: "-", scenarios.Holds: "holds", scenarios.NoWitness: "never",
		scenarios.Fails: "fails" + length, scenarios.Witness: "seen" + length,
	}[d.want.Want]
}

func (d *decided) open() bool {
	return d.search != nil && d.report.Fault == nil && !d.report.Exhaustive
}

// expected tells whether the verdict is the one that is expected.
func (d *decided) expected() bool {
	f := d.report.Fault
	switch {
	case d.search == nil:
		return true
	case f == nil:
		return d.report.Exhaustive && !d.want.Want.Violates()
	}
	sameLength := d.want.Length == 0 || d.want.Length == lengthOf(f)
	return d.want.Want.Violates() && slices.Contains(d.properties(), f.Property) && sameLength
}

func claimsCode(found []*decided) int {
	code := exitHolds
	for _, d := range found {
		switch {
		case d.open():
			code = max(code, exitInconclusive)
		case !d.expected():
			return exitViolated
		}
	}
	return code
}

// writeStories writes the stories of all failures and witnesses to a folder.
func (a *app) writeStories(dir string, found []*decided) error {
	if dir == "" {
		return nil
	}
	for _, d := range found {
		v, err := a.violationOf(d)
		if err != nil {
			return err
		}
		if v == nil {
			continue
		}
		if _, err := counterexamples.Write(dir, v.story); err != nil {
			return err
		}
	}
	return nil
}

// violationOf is the story that shows a verdict, or nil if there is none.
func (a *app) violationOf(d *decided) (*violation, error) {
	if d.report.Fault == nil {
		return nil, nil
	}
	v, err := a.found(d.search, d.report.Fault, byExplore, 0)
	if err != nil {
		return nil, err
	}
	v.states = d.report.States
	return v, nil
}
