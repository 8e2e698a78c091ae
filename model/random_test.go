package model_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/page"
	"hvcheck/model/pvmmu"
)

// TestAnySequence draws operations with any operands, from any state that the
// ones before led to. Whatever a caller does: no operation panics, a refusal
// changes nothing, and the result is one that the operation's table lists.
func TestAnySequence(t *testing.T) {
	for _, c := range randomConfigs() {
		t.Run(strings.Join(c.name, " "), func(t *testing.T) {
			for seed := range uint64(200) {
				newStroll(seed, c.config).take(t, 60)
			}
		})
	}
}

type namedConfig struct {
	name   []string
	config model.Config
}

// randomConfigs are, for each area, today's design with each option, and each
// switch alone.
func randomConfigs() (list []namedConfig) {
	for _, c := range append(mmuConfigs(), eventConfigs()...) {
		list = append(list, c)
		if len(c.name) > 1 {
			continue // an option: the switches are tried without it
		}
		for _, s := range settingsOf(c.config.Area()) {
			for _, v := range s.Values[1:] {
				other := c.config
				if err := other.Set(model.Choice{Name: s.Name, Value: v}); err != nil {
					panic(err)
				}
				list = append(list, namedConfig{[]string{c.name[0], s.Name, v}, other})
			}
		}
	}
	return list
}

func mmuConfigs() []namedConfig {
	bounds := model.Bounds{Frames: 5, Slots: 2, Guests: 2, Tools: 2, Preempt: 4}
	return []namedConfig{
		{[]string{"mmu"}, model.Config{Bounds: bounds}},
		{[]string{"mmu", "race"}, model.Config{Bounds: bounds, MMU: pvmmu.Config{Race: true}}},
		{[]string{"mmu", "l1tf"}, model.Config{Bounds: bounds, MMU: pvmmu.Config{L1TF: true}}},
		{[]string{"mmu", "tlb"}, model.Config{Bounds: bounds, MMU: pvmmu.Config{TLB: true}}},
		{[]string{"mmu", "no linear"}, model.Config{Bounds: bounds, MMU: pvmmu.Config{NoLinear: true}}},
		{[]string{"mmu", "context first"}, model.Config{Bounds: bounds, MMU: pvmmu.Config{CtxFirst: true}}},
		{[]string{"mmu", "seq"}, model.Config{Bounds: bounds, MMU: pvmmu.Config{Seq: true}}},
	}
}

// settingsOf lists the settings that change the rules of an area.
func settingsOf(a model.Area) (list []model.Setting) {
	for _, s := range model.Settings {
		var c model.Config
		if err := c.Set(model.Choice{Name: s.Name, Value: s.Values[1]}); err != nil {
			panic(err)
		}
		if (c.MMU != pvmmu.Config{}) == (a == model.PVMMU) {
			list = append(list, s)
		}
	}
	return list
}

// stroll is one random sequence of operations.
type stroll struct {
	random  *rand.Rand
	config  model.Config
	machine *model.Machine
	world   model.World
	often   []*model.Spec // what makes states in which there is something to fail on
	told    []string      // the operations so far, for the failure's message
}

func newStroll(seed uint64, c model.Config) *stroll {
	s := &stroll{random: rand.New(rand.NewPCG(seed, 1)), machine: model.NewMachine(c)}
	s.config = s.machine.Config
	if c.Area() == model.EVTCHN {
		s.beginEvents()
	} else {
		s.beginTables()
	}
	return s
}

func (s *stroll) beginTables() {
	s.often = []*model.Spec{model.Pin, model.Unpin, model.MMUUpdate, model.SetContext}
	start := model.Start{Running: s.chance(2), Ent: map[uint8][]page.Entry{}}
	for f := range s.config.Frames {
		for range s.config.Slots {
			start.Ent[f] = append(start.Ent[f], s.entry())
		}
	}
	s.world = start.World(&s.config)
}

// chance is true once in n times.
func (s *stroll) chance(n int) bool { return s.random.IntN(n) == 0 }

func (s *stroll) take(t *testing.T, steps int) {
	t.Helper()
	defer func() {
		if p := recover(); p != nil {
			t.Fatalf("%v, after\n%s", p, strings.Join(s.told, "\n"))
		}
	}()
	for range steps {
		if wrong := s.step(s.draw()); wrong != "" {
			t.Fatalf("%s, after\n%s", wrong, strings.Join(s.told, "\n"))
		}
	}
}

// step does an operation and says what promise it broke.
func (s *stroll) step(op model.Op) (wrong string) {
	s.told = append(s.told, op.String())
	before := s.world
	answer := s.machine.Do(&s.world, op)
	s.told[len(s.told)-1] += " -> " + answer.Code.String()
	switch {
	case answer.Refused && s.world != before:
		return "refused, and changed something:\n" + cmp.Diff(before, s.world)
	case answer.Code == errno.NotRunning && !answer.Refused:
		return "not possible now, and not refused"
	case !answer.Refused && before.MMU.Stopped():
		return "something happened after the host had stopped"
	case !s.listed(op, answer.Code):
		return "not in the table of results"
	}
	return ""
}

// listed tells whether the operation's table has a result. That the host
// crashes is no result of an operation. Of event channels, the table also has
// what only another design or a start that no scenario has leads to.
func (s *stroll) listed(op model.Op, code errno.Errno) bool {
	if code == errno.HostCrash || code == errno.Hang {
		return true
	}
	return slices.ContainsFunc(op.Spec().Results, func(r model.Result) bool {
		return r.Code == code && (r.Unreached == "" || op.Spec().Area == model.EVTCHN)
	})
}

// draw makes an operation of the area: anything, or something that is done often.
func (s *stroll) draw() model.Op {
	spec := model.Specs[s.random.IntN(len(model.Specs))]
	if s.chance(2) {
		spec = s.often[s.random.IntN(len(s.often))]
	}
	if spec.Area != s.config.Area() {
		return s.draw()
	}
	op := model.Op{Kind: spec.Kind()}
	for i, a := range spec.Args {
		op.Arg[i] = s.operand(a)
	}
	return op
}

// operand draws a value of an operand, within the bounds.
func (s *stroll) operand(a model.Arg) uint8 {
	switch a.Type {
	case model.CPU:
		return s.cpu()
	case model.Ent:
		return uint8(s.entry())
	case model.Level:
		return 1 + uint8(s.random.IntN(4))
	case model.SlotOrM2P:
		if s.random.IntN(4) == 0 {
			return pvmmu.SlotM2P
		}
	case model.Preempt:
		if s.random.IntN(2) == 0 {
			return 0
		}
	}
	return uint8(s.random.IntN(int(a.Type.Count(s.config.Bounds))))
}

func (s *stroll) cpu() uint8 {
	n := s.random.IntN(int(s.config.Guests + s.config.Tools))
	if n < int(s.config.Guests) {
		return uint8(n)
	}
	return pvmmu.Tool(uint8(n) - s.config.Guests)
}

// entry is mostly one that some level accepts.
func (s *stroll) entry() page.Entry {
	kinds := [...]page.EntryKind{page.NotPresent, page.NotPresent, page.RW, page.RW, page.RW, page.RO, page.RO, page.PSE, page.Bad}
	kind := kinds[s.random.IntN(len(kinds))]
	if kind == page.NotPresent {
		return 0
	}
	f := s.random.IntN(int(s.machine.Config.Frames))
	return page.To(uint8(f), kind)
}
