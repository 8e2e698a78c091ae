package counterexamples

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/scenarios"
)

// form is how a word was written.
type form uint8

const (
	bare    form = iota // in text, where nothing tells a number from a name
	quoted              // a JSON string
	number              // a JSON number
	boolean             // JSON true or false
)

// word is a name or a value as it was read. Line 0 means that it is not there.
type word struct {
	line int
	text string
	form form
}

// pair is a name with a value.
type pair struct{ name, value word }

// draft is a story as it was read: words with their lines. Both readers make
// one, and finish turns it into a Story or tells what is wrong.
type draft struct {
	line   int // where the story begins
	format word
	name   word // of the scenario
	start  word
	design []pair
	bounds []pair
	fault  faultDraft
	found  foundDraft
	ops    []callDraft
	drain  []callDraft
	loop   []callDraft

	file       string
	err        *Error // the first thing that is wrong
	inAlphabet func(model.Op) bool
}

type faultDraft struct {
	line                              int
	invariant, step, drained, forever word
}

type foundDraft struct {
	line              int
	by, seed, version word
}

// callDraft is one operation: its name, its operands, its result.
type callDraft struct {
	line     int
	name     word
	operands []pair
	result   word
}

// fail keeps the first thing that is wrong. Reading goes on, which is safe and
// keeps every function simple.
func (d *draft) fail(line int, format string, args ...any) {
	if d.err == nil {
		d.err = &Error{d.file, max(line, 1), clip(fmt.Sprintf(format, args...))}
	}
}

// maxMessage keeps what an error quotes from filling the screen.
const maxMessage = 300

func clip(s string) string {
	if len(s) <= maxMessage {
		return s
	}
	return strings.ToValidUTF8(s[:maxMessage], "") + " ..."
}

// finish looks everything up.
func (d *draft) finish() (Story, error) {
	var s Story
	stages := []func(*Story){d.version, d.scenario, d.choices, d.sizes, d.startState, d.calls, d.violation, d.origin}
	for _, stage := range stages {
		if stage(&s); d.err != nil {
			return Story{}, d.err
		}
	}
	return s, nil
}

func (d *draft) version(*Story) {
	switch {
	case d.err != nil:
	case d.format.line == 0:
		d.fail(d.line, "format is missing; want %s", Format)
	case d.format.text != Format:
		d.fail(d.format.line, "format %q is unknown; want %s", d.format.text, Format)
	}
}

func (d *draft) scenario(s *Story) {
	if d.name.line == 0 {
		d.fail(d.line, "scenario is missing")
		return
	}
	var ok bool
	if s.Scenario, ok = scenarios.ByName(d.name.text); !ok {
		d.fail(d.name.line, "scenario %q is unknown%s", d.name.text, model.DidYouMean(d.name.text, scenarios.Names()))
		return
	}
	s.Config = s.Scenario.Config
}

func (d *draft) choices(s *Story) {
	d.once(d.design, "design switch")
	for _, p := range d.design {
		if err := s.Config.Set(model.Choice{Name: p.name.text, Value: p.value.text}); err != nil {
			d.fail(p.value.line, "%v", err)
		}
	}
}

// once refuses a name that comes twice.
func (d *draft) once(pairs []pair, what string) {
	seen := map[string]bool{}
	for _, p := range pairs {
		if seen[p.name.text] {
			d.fail(p.name.line, "%s %q comes twice", what, p.name.text)
		}
		seen[p.name.text] = true
	}
}

func (d *draft) sizes(s *Story) {
	d.once(d.bounds, "bound")
	line := d.name.line
	for _, p := range d.bounds {
		d.size(p, &s.Config)
		line = p.value.line
	}
	if err := s.Scenario.Check(&s.Config); err != nil {
		d.fail(line, "%s", strings.TrimPrefix(err.Error(), "--"))
	}
}

func (d *draft) size(p pair, c *model.Config) {
	i := slices.IndexFunc(model.BoundList, func(b *model.Bound) bool { return b.Name == p.name.text })
	if i < 0 {
		d.fail(p.name.line, "bound %q is unknown%s", p.name.text, model.DidYouMean(p.name.text, boundNames(c)))
		return
	}
	b := model.BoundList[i]
	if !c.Has(b) {
		d.fail(p.name.line, "bound %s: %s is of area %s, which has no %s", b.Name, d.name.text, model.AreaNames(c.Areas()), b.Name)
		return
	}
	v := uint8(d.number(p.value, "bound "+b.Name, uint64(b.Max)))
	if v < b.Min {
		d.fail(p.value.line, "%s %d: the model needs at least %d", b.Name, v, b.Min)
	}
	*b.Of(c) = v
}

// boundNames lists the bounds of a configuration.
func boundNames(c *model.Config) (names []string) {
	for _, b := range c.Bounds() {
		names = append(names, b.Name)
	}
	return names
}

// number reads a number from 0 to limit.
func (d *draft) number(w word, what string, limit uint64) uint64 {
	v, err := strconv.ParseUint(w.text, 10, 64)
	switch {
	case err != nil || v > limit:
		d.fail(w.line, "%s: %q; want a number from 0 to %d", what, w.text, limit)
		return 0
	case w.form == quoted:
		d.fail(w.line, "%s: %q; want a number without quotes", what, w.text)
	}
	return v
}

func (d *draft) startState(s *Story) {
	if d.start.line == 0 {
		return
	}
	names := s.Scenario.StartNames()
	if s.Start = slices.Index(names, d.start.text); s.Start < 0 {
		d.fail(d.start.line, "start state %q is unknown in %s%s", d.start.text, s.Scenario.Name, model.DidYouMean(d.start.text, names))
	}
}

func (d *draft) calls(s *Story) {
	if n := len(d.ops) + len(d.drain) + len(d.loop); n > MaxOps {
		d.fail(d.line, "the story has %d operations; at most %d are read", n, MaxOps)
		return
	}
	alphabet := sync.OnceValue(func() map[model.Op]bool { return NewSimplifier(s.Scenario, s.Config).alphabet })
	d.inAlphabet = func(op model.Op) bool { return alphabet()[op] }
	s.Ops = d.callList(d.ops, &s.Config)
	s.Drain = d.callList(d.drain, &s.Config)
	s.Loop = d.callList(d.loop, &s.Config)
}

func (d *draft) callList(drafts []callDraft, c *model.Config) []Call {
	var list []Call
	for i := range drafts {
		if list = append(list, d.call(&drafts[i], c)); d.err != nil {
			break
		}
	}
	return list
}

func (d *draft) call(cd *callDraft, c *model.Config) Call {
	call := Call{Op: d.operation(cd, c)}
	if cd.result.line == 0 {
		return call
	}
	var err error
	if call.Result, err = errno.Parse(cd.result.text); err != nil {
		d.fail(cd.result.line, "%v", err)
	} else if call.Result.String() != cd.result.text || cd.result.form == number {
		d.fail(cd.result.line, "result %s is written %q", cd.result.text, call.Result)
	}
	call.Recorded = true
	return call
}

// violation reads the fault. It comes after the operations, which it counts.
func (d *draft) violation(s *Story) {
	f := &d.fault
	if f.line != 0 {
		s.Fault.Invariant = d.invariant(f)
		s.Fault.Drained = d.truth("drained", f.drained)
		s.Fault.Forever = d.truth("forever", f.forever)
	}
	d.parts(s)
	if f.line != 0 {
		d.lasts(s)
		d.faultStep(s)
	}
}

// parts refuses a drain or a loop that the fault does not go with.
func (d *draft) parts(s *Story) {
	if len(d.drain) > 0 && !s.Fault.Drained {
		d.fail(d.drain[0].line, "drain goes with a fault that is drained")
	}
	if len(d.loop) > 0 && !s.Fault.Forever {
		d.fail(d.loop[0].line, "loop goes with a fault that lasts for ever; want forever in the fault")
	}
}

// lasts demands that a promise, and nothing else, is broken for ever.
func (d *draft) lasts(s *Story) {
	id := s.Fault.Invariant
	_, promise := invariants.PromiseByID(id)
	switch {
	case s.Fault.Forever && s.Fault.Drained:
		d.fail(d.fault.forever.line, "a fault that lasts for ever is not drained")
	case s.Fault.Forever && !promise:
		d.fail(d.fault.forever.line, "%s is no promise; only a promise is broken for ever", id)
	case promise && !s.Fault.Forever:
		d.fail(d.fault.invariant.line, "%s is a promise, which no run that ends can break; want forever in the fault", id)
	}
}

func (d *draft) faultStep(s *Story) {
	f := &d.fault
	if f.step.line == 0 {
		d.fail(f.line, "the fault's step is missing")
		return
	}
	low, high := 0, len(s.Ops)
	switch {
	case s.Fault.Drained:
		low, high = high, high+len(s.Drain)
	case s.Fault.Forever:
		low, high = s.Length(), s.Length()
	}
	s.Fault.Step = int(d.number(f.step, "the fault's step", uint64(high)))
	switch {
	case s.Fault.Step >= low:
	case s.Fault.Forever:
		d.fail(f.step.line, "the fault's step is %d; one that lasts for ever shows at the last operation, %d", s.Fault.Step, low)
	default:
		d.fail(f.step.line, "the fault's step is %d; a drained fault comes after the %d operations", s.Fault.Step, low)
	}
}

func (d *draft) invariant(f *faultDraft) string {
	id := f.invariant.text
	if f.invariant.line == 0 {
		d.fail(f.line, "the fault's invariant is missing")
	} else if names := FaultIDs(); !slices.Contains(names, id) {
		d.fail(f.invariant.line, "invariant %q is unknown%s", id, model.DidYouMean(id, names))
	}
	return id
}

// FaultIDs lists what a story can violate: the invariants, the promises, and
// what is asked of every model.
func FaultIDs() []string {
	ids := scenarios.AlwaysAsked()
	for i := range invariants.All {
		ids = append(ids, invariants.All[i].ID)
	}
	for i := range invariants.Promises {
		ids = append(ids, invariants.Promises[i].ID)
	}
	return ids
}

func (d *draft) truth(name string, w word) bool {
	if w.line != 0 && w.text != "true" && w.text != "false" || w.form == quoted {
		d.fail(w.line, "%s: %q; want true or false", name, w.text)
	}
	return w.text == "true"
}

func (d *draft) origin(s *Story) {
	f := &d.found
	if f.line == 0 {
		return
	}
	s.Found.By = f.by.text
	if !isWord(s.Found.By) {
		d.fail(f.line, "found by %q; want a word such as explore or sample", s.Found.By)
	}
	if f.seed.line != 0 {
		s.Found.Seed = d.number(f.seed, "seed", math.MaxUint64)
	}
	if f.version.line != 0 {
		if s.Found.Version = f.version.text; !isVersion(s.Found.Version) {
			d.fail(f.version.line, "version %q; want one word, such as v1.2.3", s.Found.Version)
		}
	}
}

// isVersion tells a word as the grammar has it.
func isVersion(s string) bool {
	odd := func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune(".-_+", r))
	}
	return s != "" && !strings.ContainsFunc(s, odd)
}

// isWord tells a name of small letters, digits and dashes.
func isWord(s string) bool {
	odd := func(r rune) bool { return !('a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '-') }
	return s != "" && !strings.ContainsFunc(s, odd)
}
