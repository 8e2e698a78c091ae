// Package modeltest has what the tests of areas share: stories in files, random
// sequences of operations, and what has to be true of facts.
package modeltest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hvcheck/invariants"
	"hvcheck/model"
)

// Stories runs the stories of testdata. A story is told in lines:
//
//	== title                        begins a story on a fresh machine
//	bounds frames=4 slots=2 ...     what differs from the area's usual bounds
//	option race                     an option of the model
//	design MM-B2=on                 a design choice
//	mmuext.pin ... -> -EINVAL       an operation and its result
//	refused                         the operation before was refused
//	expect frame 0: type=l2 pinned  facts; a bare word means yes, "word=no" means no
//	violates MM-I10                 the invariants that fail now; without it none does
//
// The area's own lines, and what facts there are, come from begin, which is
// called for each story. In a story without violates, every invariant that is
// no claim holds after each operation.
func Stories(t *testing.T, begin func(s *Story)) {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories in testdata: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			for _, s := range splitStories(string(text)) {
				begin(s)
				t.Run(s.title, s.run)
			}
		})
	}
}

// Story is one story. The first part is the area's.
type Story struct {
	Config  model.Config                         // with the usual bounds
	Options map[string]*bool                     // of Config
	Limits  map[string]*uint8                    // numbers of Config that are no bounds
	Before  map[string]func(rest string) error   // lines about the start, by their first word
	Start   func() model.Setup                   // how the area begins after those
	During  map[string]func(rest string) error   // other lines
	Facts   map[string]func(name string) Facts   // by the kind of the subject; nil: there is no such subject
	Asks    func(inv *invariants.Invariant) bool // which invariants count at all

	// As far as it has been told.
	Machine *model.Machine // nil until the first operation
	World   model.World
	Answer  model.Answer

	title    string
	first    int // number of its first line in the file
	lines    []string
	violated bool // it ends with a violation: do not ask before
}

// Facts are what is true of a subject, by name.
type Facts map[string]string

func splitStories(text string) (list []*Story) {
	for i, line := range strings.Split(text, "\n") {
		if title, ok := strings.CutPrefix(line, "== "); ok {
			list = append(list, &Story{title: title, first: i + 2})
		} else if len(list) > 0 {
			last := list[len(list)-1]
			last.lines = append(last.lines, line)
			last.violated = last.violated || strings.HasPrefix(line, "violates ")
		}
	}
	return list
}

func (s *Story) run(t *testing.T) {
	for i, line := range s.lines {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		if err := s.line(line); err != nil {
			t.Fatalf("line %d: %s\n%v", s.first+i, line, err)
		}
	}
}

func (s *Story) line(line string) error {
	word, rest, _ := strings.Cut(line, " ")
	if setUp := s.setUp(word); setUp != nil {
		if s.Machine != nil {
			return fmt.Errorf("%s has to come before the first operation", word)
		}
		return setUp(rest)
	}
	if s.Machine == nil {
		if err := s.begin(); err != nil {
			return err
		}
	}
	if during := s.During[word]; during != nil {
		return during(rest)
	}
	switch word {
	case "refused":
		if !s.Answer.Refused {
			return fmt.Errorf("the operation was not refused")
		}
		return nil
	case "expect":
		return s.expect(rest)
	case "violates":
		return same(strings.Fields(rest), s.violations())
	}
	return s.Do(line)
}

// setUp is what a line about the start does, or nil.
func (s *Story) setUp(word string) func(rest string) error {
	switch word {
	case "bounds":
		return func(rest string) error { return EachPair(rest, s.bound) }
	case "option":
		return s.option
	case "design":
		return s.design
	}
	return s.Before[word]
}

func (s *Story) bound(name, value string) error {
	at := s.Limits[name]
	for _, b := range s.Config.Bounds() {
		if b.Name == name {
			at = b.Of(&s.Config)
		}
	}
	if at == nil {
		return fmt.Errorf("no bound %s", name)
	}
	v, err := strconv.ParseUint(value, 10, 8)
	*at = uint8(v)
	return err
}

func (s *Story) option(name string) error {
	on := s.Options[name]
	if on == nil {
		return fmt.Errorf("no option %s", name)
	}
	*on = true
	return nil
}

func (s *Story) design(choice string) error {
	name, value, _ := strings.Cut(choice, "=")
	return s.Config.Set(model.Choice{Name: name, Value: value})
}

func (s *Story) begin() error {
	if err := s.Config.Check(); err != nil {
		return err
	}
	start := model.Start{Areas: []model.Setup{s.Start()}}
	s.Machine = model.NewMachine(s.Config)
	s.World = start.World(&s.Config)
	return nil
}

// Do does "op operand=value ... -> result".
func (s *Story) Do(line string) error {
	call, want, ok := strings.Cut(line, " -> ")
	if !ok {
		return fmt.Errorf("no line of a story")
	}
	op, err := ParseOp(call)
	if err != nil {
		return err
	}
	if op.String() != call {
		return fmt.Errorf("is written %s", op)
	}
	s.Answer = s.Machine.Do(&s.World, op)
	if got := s.Answer.Code.String(); got != want {
		return fmt.Errorf("returned %s", got)
	}
	if bad := s.violations(); !s.violated && len(bad) > 0 {
		return fmt.Errorf("violates %s", strings.Join(bad, " "))
	}
	return nil
}

// violations lists the invariants about states that do not hold. Claims count
// only where the story is about a violation.
func (s *Story) violations() (ids []string) {
	for i := range invariants.All {
		inv := &invariants.All[i]
		if inv.State == nil || !s.Config.About(inv.Area) || inv.Claim && !s.violated || !s.Asks(inv) {
			continue
		}
		if inv.State(&s.Config, &s.World) != nil {
			ids = append(ids, inv.ID)
		}
	}
	return ids
}

// expect compares "subject: fact fact" with what the world says.
func (s *Story) expect(rest string) error {
	subject, facts, ok := strings.Cut(rest, ": ")
	if !ok {
		return fmt.Errorf("want a subject, a colon and facts")
	}
	all, err := s.About(subject)
	if err != nil {
		return err
	}
	want, got := Facts{}, Facts{}
	for _, f := range strings.Fields(facts) {
		name, value, isPair := strings.Cut(f, "=")
		if !isPair {
			value = "yes"
		}
		if _, known := all[name]; !known {
			return fmt.Errorf("%s has no fact %q", subject, name)
		}
		want[name], got[name] = value, all[name]
	}
	if err := same(want, got); err != nil {
		return fmt.Errorf("%s %w", subject, err)
	}
	return nil
}

// About is what is true of a subject.
func (s *Story) About(subject string) (Facts, error) {
	kind, name, _ := strings.Cut(subject, " ")
	if tell := s.Facts[kind]; tell != nil {
		if facts := tell(name); facts != nil {
			return facts, nil
		}
	}
	return nil, fmt.Errorf("no subject %q", subject)
}

func same[T any](want, got T) error {
	if d := cmp.Diff(want, got); d != "" {
		return fmt.Errorf("(-want +got):\n%s", d)
	}
	return nil
}

// ParseOp reads what Op.String wrote.
func ParseOp(line string) (model.Op, error) {
	name, operands, _ := strings.Cut(line, " ")
	spec, ok := model.SpecNamed(name)
	if !ok {
		return model.Op{}, fmt.Errorf("no operation %s", name)
	}
	op := model.Op{Kind: spec.Kind()}
	err := EachPair(operands, func(name, value string) (err error) {
		i := slices.IndexFunc(spec.Args, func(a model.Arg) bool { return a.Name == name })
		if i < 0 {
			return fmt.Errorf("%s has no operand %s", spec.Name, name)
		}
		op.Arg[i], err = spec.Args[i].Type.Parse(value)
		return err
	})
	return op, err
}

// EachPair reads words of the form name=value.
func EachPair(text string, do func(name, value string) error) error {
	for _, w := range strings.Fields(text) {
		name, value, ok := strings.Cut(w, "=")
		if !ok {
			return fmt.Errorf("%q is no name=value", w)
		}
		if err := do(name, value); err != nil {
			return err
		}
	}
	return nil
}
