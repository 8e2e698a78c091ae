package model_test

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
	"hvcheck/model/page"
	"hvcheck/model/pvmmu"
)

// TestStories runs the stories of testdata. A story is told in lines:
//
//	== title                        begins a story on a fresh machine
//	events vcpus=2 ports=4 ...      it is about event channels; see story_evtchn_test.go
//	bounds frames=4 slots=2 ...     what differs from the usual bounds
//	option race                     an option of the model
//	design MM-B2=on                 a design choice
//	running                         the guest's vCPUs run from the start
//	content 0: none 1rw             what frame 0 holds, slot by slot
//	m2p 0: guest                    what frame 0 holds in slot 256
//	list 1 0 2                      page_list; frames not named are free
//	mmuext.pin ... -> -EINVAL       an operation and its result
//	refused                         the operation before was refused
//	expect frame 0: type=l2 pinned  facts; a bare word means yes, "word=no" means no
//	expect cpu v0: ogt=0
//	expect domain: strict list=0,1
//	violates MM-I10                 the invariants that fail now; without it none does
//
// In a story without violates, every invariant that is no claim holds after
// each operation.
func TestStories(t *testing.T) {
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
				t.Run(s.title, s.run)
			}
		})
	}
}

type story struct {
	title string
	first int // number of its first line in the file
	lines []string
}

func splitStories(text string) (list []story) {
	for i, line := range strings.Split(text, "\n") {
		if title, ok := strings.CutPrefix(line, "== "); ok {
			list = append(list, story{title: title, first: i + 2})
		} else if len(list) > 0 {
			last := &list[len(list)-1]
			last.lines = append(last.lines, line)
		}
	}
	return list
}

// run tells the story: first everything that describes the start, then the
// lines that need a machine.
func (s story) run(t *testing.T) {
	tell := teller{violated: s.has("violates ")}
	tell.config.Bounds = model.Bounds{Frames: 4, Slots: 2, Guests: 2, Tools: 2, Preempt: 16}
	for i, line := range s.lines {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		if err := tell.line(line); err != nil {
			t.Fatalf("line %d: %s\n%v", s.first+i, line, err)
		}
	}
}

func (s story) has(word string) bool {
	return slices.ContainsFunc(s.lines, func(line string) bool { return strings.HasPrefix(line, word) })
}

// teller is a story being told.
type teller struct {
	config   model.Config
	start    model.Start
	machine  *model.Machine // nil until the first operation
	world    model.World
	answer   model.Answer
	violated bool // the story ends with a violation: do not ask before
}

func (tell *teller) line(line string) error {
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "events", "start", "steps", "bounds", "option", "design", "running", "content", "m2p", "list":
		if tell.machine != nil {
			return fmt.Errorf("%s has to come before the first operation", word)
		}
		return tell.setUp(word, rest)
	case "refused":
		if !tell.answer.Refused {
			return fmt.Errorf("the operation was not refused")
		}
		return nil
	}
	if tell.machine == nil {
		if err := tell.begin(); err != nil {
			return err
		}
	}
	switch word {
	case "expect":
		return tell.expect(rest)
	case "until":
		return tell.until(rest)
	case "violates":
		return sameWords(strings.Fields(rest), tell.violations())
	}
	return tell.operation(line)
}

func (tell *teller) setUp(word, rest string) error {
	switch word {
	case "events":
		return tell.events(rest)
	case "start":
		return tell.domain(rest)
	case "steps":
		return tell.steps(rest)
	case "bounds":
		return eachPair(rest, tell.bound)
	case "option":
		return tell.option(rest)
	case "design":
		name, value, _ := strings.Cut(rest, "=")
		return tell.config.Set(model.Choice{Name: name, Value: value})
	case "running":
		tell.start.Running = true
	case "list":
		frames, err := numbers(strings.Fields(rest))
		tell.start.List = frames
		return err
	default:
		return tell.content(word, rest)
	}
	return nil
}

func (tell *teller) bound(name, value string) error {
	for _, b := range model.BoundList {
		if b.Name == name {
			v, err := strconv.ParseUint(value, 10, 8)
			*b.Of(&tell.config.Bounds) = uint8(v)
			return err
		}
	}
	return fmt.Errorf("no bound %s", name)
}

func (tell *teller) option(name string) error {
	options := map[string]*bool{
		"race": &tell.config.MMU.Race, "l1tf": &tell.config.MMU.L1TF, "tlb": &tell.config.MMU.TLB,
		"no-linear": &tell.config.MMU.NoLinear, "context-first": &tell.config.MMU.CtxFirst, "seq": &tell.config.MMU.Seq,
		"pv": &tell.config.Ev.PV, "gap": &tell.config.Ev.Gap,
	}
	on, ok := options[name]
	if !ok {
		return fmt.Errorf("no option %s", name)
	}
	*on = true
	return nil
}

// content is what a frame holds: "0: none 1rw", or for m2p "0: guest".
func (tell *teller) content(word, rest string) error {
	frame, what, _ := strings.Cut(rest, ":")
	f, err := model.Frame.Parse(frame)
	if err != nil {
		return err
	}
	if word == "m2p" {
		return tell.slot(f, strings.TrimSpace(what))
	}
	if tell.start.Ent == nil {
		tell.start.Ent = map[uint8][]page.Entry{}
	}
	for _, s := range strings.Fields(what) {
		e, err := page.ParseEntry(s)
		if err != nil {
			return err
		}
		tell.start.Ent[f] = append(tell.start.Ent[f], e)
	}
	return nil
}

func (tell *teller) slot(f uint8, name string) error {
	for _, s := range []page.Slot{page.Empty, page.Filled, page.Guest} {
		if s.String() == name {
			tell.start.Slot = map[uint8]page.Slot{f: s}
			return nil
		}
	}
	return fmt.Errorf("no content %q of slot 256", name)
}

func (tell *teller) begin() error {
	if err := tell.config.Check(); err != nil {
		return err
	}
	tell.machine = model.NewMachine(tell.config)
	tell.world = tell.start.World(&tell.machine.Config)
	return nil
}

// operation does "op operand=value ... -> result".
func (tell *teller) operation(line string) error {
	call, want, ok := strings.Cut(line, " -> ")
	if !ok {
		return fmt.Errorf("no line of a story")
	}
	op, err := parseOp(call)
	if err != nil {
		return err
	}
	if op.String() != call {
		return fmt.Errorf("is written %s", op)
	}
	tell.answer = tell.machine.Do(&tell.world, op)
	if got := tell.answer.Code.String(); got != want {
		return fmt.Errorf("returned %s", got)
	}
	if bad := tell.violations(); !tell.violated && len(bad) > 0 {
		return fmt.Errorf("violates %s", strings.Join(bad, " "))
	}
	return nil
}

// violations lists the invariants about states that do not hold.
func (tell *teller) violations() (ids []string) {
	for i := range invariants.All {
		if inv := &invariants.All[i]; tell.asks(inv) && inv.State(&tell.machine.Config, &tell.world) != nil {
			ids = append(ids, inv.ID)
		}
	}
	return ids
}

// asks tells which invariants count. Claims do only where the story is about a
// violation. With option TLB a GET_TYPE that is under way holds references
// that no invariant counts, so only the two about stale translations do.
func (tell *teller) asks(inv *invariants.Invariant) bool {
	switch {
	case inv.State == nil || inv.Area != tell.config.Area():
		return false
	case tell.config.MMU.TLB:
		return inv.ID == "MM-I3" || inv.ID == "MM-I16"
	}
	return !inv.Claim || tell.violated
}

// expect compares "subject: fact fact" with what the world says.
func (tell *teller) expect(rest string) error {
	subject, facts, ok := strings.Cut(rest, ": ")
	if !ok {
		return fmt.Errorf("want a subject, a colon and facts")
	}
	all, err := tell.facts(subject)
	if err != nil {
		return err
	}
	want, got := map[string]string{}, map[string]string{}
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
	if d := cmp.Diff(want, got); d != "" {
		return fmt.Errorf("%s (-want +got):\n%s", subject, d)
	}
	return nil
}

func (tell *teller) facts(subject string) (map[string]string, error) {
	kind, name, _ := strings.Cut(subject, " ")
	if tell.config.Area() == model.EVTCHN {
		return tell.eventFacts(kind, name)
	}
	switch kind {
	case "frame":
		f, err := model.Frame.Parse(name)
		return frameFacts(&tell.world, f), err
	case "cpu":
		c, err := model.CPU.Parse(name)
		return cpuFacts(&tell.world.MMU.CPU[c]), err
	case "domain":
		return domainFacts(&tell.world.MMU), nil
	case "call":
		return map[string]string{
			"checks": decimal(tell.answer.Checks), "visited": decimal(tell.machine.Visited()),
		}, nil
	}
	return nil, fmt.Errorf("no subject %q", kind)
}

func frameFacts(w *model.World, f uint8) map[string]string {
	p := &w.Pool.Pages[f]
	facts := map[string]string{
		"owned": yes(p.Owned), "allocated": yes(p.Allocated), "count": decimal(p.Count),
		"type": p.Type.String(), "typed": decimal(p.TCount), "validated": yes(p.Validated),
		"partial": yes(p.Partial), "pinned": yes(p.Pinned), "nr": decimal(p.Nr), "pset": yes(p.PSet != page.PSetNone),
		"linear": decimal(p.Linear), "m2p": p.ROMpt.String(), "was-user": yes(p.WasUser), "held": decimal(w.MMU.Held[f]),
	}
	for s, e := range p.Ent {
		facts[fmt.Sprintf("slot%d", s)] = e.String()
	}
	return facts
}

func cpuFacts(v *pvmmu.VCPU) map[string]string {
	return map[string]string{
		"kernel": ref(v.Table), "user": ref(v.User), "ogt": ref(v.Ogt), "ogt-partial": yes(v.OgtPartial),
		"stale": set(v.TLB), "view": ref(v.LinTLB),
		"init": yes(v.Init), "user-mode": yes(v.UserMode), "in-reset": yes(v.InReset), "down": yes(v.Down),
	}
}

func domainFacts(s *pvmmu.State) map[string]string {
	return map[string]string{
		"list": frames(s.List), "relmem": frames(s.Rel), "pages": decimal(s.Tot), "strict": yes(s.Strict()),
		"nr_l4": decimal(s.NrL4), "dying": yes(s.Dying), "phase": decimal(s.RelPriv),
		"context": s.Ctx0.String(), "remaining": decimal(s.Remaining), "unbounded": yes(s.Unbounded),
	}
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func decimal[N uint8 | int8](n N) string { return strconv.Itoa(int(n)) }

// set is frames with a bit each.
func set(bits uint8) string {
	var names []string
	for f := range uint8(page.MaxFrames) {
		if bits&(1<<f) != 0 {
			names = append(names, decimal(f))
		}
	}
	if names == nil {
		return "none"
	}
	return strings.Join(names, ",")
}

// ref is a pointer to a frame, stored as frame + 1.
func ref(r uint8) string { return model.FrameOrNone.Format(r) }

func frames(list [page.MaxFrames]uint8) string {
	var names []string
	for _, m := range list {
		if m != 0 {
			names = append(names, decimal(m-1))
		}
	}
	return strings.Join(names, ",")
}

// parseOp reads what Op.String wrote.
func parseOp(line string) (model.Op, error) {
	words := strings.Fields(line)
	spec, ok := model.SpecNamed(words[0])
	if !ok {
		return model.Op{}, fmt.Errorf("no operation %s", words[0])
	}
	op := model.Op{Kind: spec.Kind()}
	err := eachPair(strings.Join(words[1:], " "), func(name, value string) (err error) {
		i := slices.IndexFunc(spec.Args, func(a model.Arg) bool { return a.Name == name })
		if i < 0 {
			return fmt.Errorf("%s has no operand %s", spec.Name, name)
		}
		op.Arg[i], err = spec.Args[i].Type.Parse(value)
		return err
	})
	return op, err
}

func eachPair(text string, do func(name, value string) error) error {
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

func numbers(words []string) (list []uint8, err error) {
	for _, w := range words {
		n, err := strconv.ParseUint(w, 10, 8)
		if err != nil {
			return nil, err
		}
		list = append(list, uint8(n))
	}
	return list, nil
}

func sameWords(want, got []string) error {
	if d := cmp.Diff(want, got); d != "" {
		return fmt.Errorf("(-want +got):\n%s", d)
	}
	return nil
}
