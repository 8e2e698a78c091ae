package judge

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"hvcheck/checker"
	"hvcheck/counterexamples"
	"hvcheck/model"
	"hvcheck/scenarios"
)

// Decided is one verdict that was found.
type Decided struct {
	Claim  *scenarios.Claim
	Want   scenarios.Verdict
	Search *Search // nil if it does not apply
	Report Report
}

// ClaimsNamed finds claims by id, or all of a thread.
func ClaimsNamed(ids []string, thread string) (list []*scenarios.Claim, err error) {
	for _, id := range ids {
		c, ok := scenarios.ClaimByID(id)
		if !ok {
			return nil, Unknown("claim", id, claimIDs())
		}
		list = append(list, c)
	}
	if len(ids) > 0 {
		return list, nil
	}
	thread = model.Fold(thread, threads())
	for i := range scenarios.Claims {
		if c := &scenarios.Claims[i]; thread == "" || c.Seed == thread {
			list = append(list, c)
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("--thread %s: no claims of that thread; want one of %s", thread, strings.Join(threads(), ", "))
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

// DecideAll decides every verdict of the claims, up to an interrupt.
func (j *Judge) DecideAll(ctx context.Context, list []*scenarios.Claim) (found []*Decided, err error) {
	for _, c := range list {
		for _, want := range c.Verdicts {
			d, err := j.decide(ctx, c, want)
			if err != nil {
				return nil, err
			}
			found = append(found, d)
		}
	}
	return found, nil
}

func (j *Judge) decide(ctx context.Context, c *scenarios.Claim, want scenarios.Verdict) (*Decided, error) {
	d := &Decided{Claim: c, Want: want}
	if want.Want == scenarios.NotApplicable {
		return d, nil
	}
	col, ok := scenarios.ColumnByName(want.Variant)
	if !ok {
		return nil, fmt.Errorf("%s: %w", c.ID, Unknown("column", want.Variant, columnNames()))
	}
	s, config, err := j.under(d.Scenario(), col)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.ID, err)
	}
	d.Search = NewSearch(s, config).asking(d.Properties()...)
	d.Report, err = j.Explore(ctx, d.Search, checker.Bounds{})
	return d, err
}

// under is a scenario with the design of a column. Choices of --design that
// the column does not make itself stay.
func (j *Judge) under(scenario string, col *scenarios.Column) (*scenarios.Scenario, model.Config, error) {
	s, err := ScenarioNamed(scenario)
	if err != nil {
		return nil, model.Config{}, err
	}
	config, err := j.config(s, nil)
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

// Properties are the invariants and promises that were asked.
func (d *Decided) Properties() []string { return d.Claim.PropertiesOf(&d.Want) }

// Scenario is the name of the one that was searched.
func (d *Decided) Scenario() string { return d.Claim.ScenarioOf(&d.Want) }

// Word is the verdict in a table's cell: Found, with a ! if it is not expected.
func (d *Decided) Word() string {
	word := d.Found()
	if d.Search != nil && !d.Open() && !d.Expected() {
		word += "!"
	}
	return word
}

// Found is the verdict in words: holds, never, fails 2, seen 2, open, or - where
// the claim does not apply.
func (d *Decided) Found() string {
	shows := d.Want.Want == scenarios.Witness || d.Want.Want == scenarios.NoWitness
	switch {
	case d.Search == nil:
		return "-"
	case d.Report.Fault != nil && shows:
		return fmt.Sprintf("seen %d", LengthOf(d.Report.Fault))
	case d.Report.Fault != nil:
		return fmt.Sprintf("fails %d", LengthOf(d.Report.Fault))
	case d.Open():
		return "open"
	case shows:
		return "never"
	}
	return "holds"
}

// Wanted is the expected verdict in the same words.
func (d *Decided) Wanted() string {
	length := ""
	if d.Want.Length > 0 {
		length = fmt.Sprintf(" %d", d.Want.Length)
	}
	return map[scenarios.Expect]string{
		scenarios.NotApplicable: "-", scenarios.Holds: "holds", scenarios.NoWitness: "never",
		scenarios.Fails: "fails" + length, scenarios.Witness: "seen" + length,
	}[d.Want.Want]
}

// Open tells that the search was cut off before it could decide.
func (d *Decided) Open() bool {
	return d.Search != nil && d.Report.Fault == nil && !d.Report.Exhaustive
}

// Expected tells whether the verdict is the one that is expected.
func (d *Decided) Expected() bool {
	f := d.Report.Fault
	switch {
	case d.Search == nil:
		return true
	case f == nil:
		return d.Report.Exhaustive && !d.Want.Want.Violates()
	}
	sameLength := d.Want.Length == 0 || d.Want.Length == LengthOf(f)
	return d.Want.Want.Violates() && slices.Contains(d.Properties(), f.Property) && sameLength
}

// ClaimsCode is the exit code for verdicts: whether all are as expected.
func ClaimsCode(found []*Decided) int {
	code := ExitHolds
	for _, d := range found {
		switch {
		case d.Open():
			code = max(code, ExitInconclusive)
		case !d.Expected():
			return ExitViolated
		}
	}
	return code
}

// StoriesOfClaims are the stories of all failures and witnesses.
func StoriesOfClaims(found []*Decided) (list []*counterexamples.Story, err error) {
	for _, d := range found {
		v, err := d.Violation()
		if err != nil {
			return nil, err
		}
		if v != nil {
			list = append(list, v.Story)
		}
	}
	return list, nil
}

// Violation is the story that shows a verdict, or nil if there is none.
func (d *Decided) Violation() (*Violation, error) {
	if d.Report.Fault == nil {
		return nil, nil
	}
	v, err := d.Search.Found(d.Report.Fault, ByExplore, 0)
	if err != nil {
		return nil, err
	}
	v.States = d.Report.States
	return v, nil
}

// Letters is the verdict in a narrow cell: F2 for "fails 2".
func (d *Decided) Letters() string {
	return strings.NewReplacer("holds", "H", "never", "N", "fails ", "F", "seen ", "W", "open", "?").Replace(d.Word())
}
