package modeltest

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hvcheck/model"
	"hvcheck/model/errno"
)

// Strolls says how random sequences of an area's operations are drawn.
type Strolls struct {
	Area    *model.Area
	Configs []Config
	Often   []*model.Spec // what makes states in which there is something to fail on
	// Start draws how the area begins.
	Start func(r *rand.Rand, c *model.Config) model.Setup
	// Operand draws a value where not all of them are to be as likely; ok is
	// false for other operands.
	Operand func(r *rand.Rand, c *model.Config, t *model.ArgType) (v uint8, ok bool)
	// Stopped tells that nothing can happen any more; nil: it never is so.
	Stopped func(w *model.World) bool
	// Further: they lead where no scenario does, so that results count that are
	// listed as not reached.
	Further bool
}

// Config is a configuration with a name.
type Config struct {
	Name   string
	Config model.Config
	// Designs: each value of each setting is tried in it, too.
	Designs bool
}

// AnySequence draws operations with any operands, from any state that the ones
// before led to. Whatever a caller does: no operation panics, a refusal changes
// nothing, and the result is one that the operation's table lists.
func (d *Strolls) AnySequence(t *testing.T) {
	for _, c := range d.designs() {
		t.Run(c.Name, func(t *testing.T) {
			for seed := range uint64(200) {
				d.take(t, seed, c.Config, 60)
			}
		})
	}
}

// Drain demands that from any state draining ends, and that a stopped host is
// left alone.
func (d *Strolls) Drain(t *testing.T) {
	for _, c := range d.Configs {
		t.Run(c.Name, func(t *testing.T) {
			for seed := range uint64(50) {
				d.take(t, seed, c.Config, 40).drain(t)
			}
		})
	}
}

// designs are the configurations, and each setting of the area alone.
func (d *Strolls) designs() (list []Config) {
	for _, c := range d.Configs {
		list = append(list, c)
		if !c.Designs {
			continue
		}
		for _, s := range d.Area.Settings {
			for _, v := range s.Values[1:] {
				other, choice := c.Config, model.Choice{Name: s.Name, Value: v}
				if err := other.Set(choice); err != nil {
					panic(err)
				}
				list = append(list, Config{Name: c.Name + " " + choice.String(), Config: other})
			}
		}
	}
	return list
}

// stroll is one random sequence of operations.
type stroll struct {
	*Strolls
	random  *rand.Rand
	machine *model.Machine
	world   model.World
	told    []string // the operations so far, for the failure's message
}

// take takes a stroll of so many steps.
func (d *Strolls) take(t *testing.T, seed uint64, c model.Config, steps int) *stroll {
	t.Helper()
	s := &stroll{Strolls: d, random: rand.New(rand.NewPCG(seed, 1)), machine: model.NewMachine(c)}
	start := model.Start{Areas: []model.Setup{d.Start(s.random, &c)}}
	s.world = start.World(&c)
	defer func() {
		if p := recover(); p != nil {
			s.fail(t, p)
		}
	}()
	for range steps {
		if wrong := s.step(s.draw()); wrong != "" {
			s.fail(t, wrong)
		}
	}
	return s
}

func (s *stroll) fail(t *testing.T, wrong any) {
	t.Helper()
	t.Fatalf("%v, after\n%s", wrong, strings.Join(s.told, "\n"))
}

func (s *stroll) drain(t *testing.T) {
	t.Helper()
	for range 200 {
		op, more := s.machine.Drain(&s.world)
		if !more {
			return
		}
		if wrong := s.step(op); wrong != "" {
			s.fail(t, wrong)
		}
	}
	s.fail(t, "the drain does not end")
}

// step does an operation and says what promise it broke.
func (s *stroll) step(op model.Op) (wrong string) {
	s.told = append(s.told, op.String())
	before := s.world
	answer := s.machine.Do(&s.world, op)
	s.told[len(s.told)-1] += " -> " + answer.Code.String()
	switch {
	case answer.Refused && s.world != before:
		return "refused, and changed something:\n" +
			cmp.Diff(model.Facts(&s.machine.Config, &before), model.Facts(&s.machine.Config, &s.world))
	case answer.Code == errno.NotRunning && !answer.Refused && !s.stopped(&s.world):
		return "not possible now, and not refused"
	case !answer.Refused && s.stopped(&before):
		return "something happened after the host had stopped"
	case !s.listed(op, answer.Code):
		return "not in the table of results"
	}
	return ""
}

func (s *stroll) stopped(w *model.World) bool { return s.Stopped != nil && s.Stopped(w) }

// listed tells whether the operation's table has a result. That the host
// crashes is no result of an operation.
func (s *stroll) listed(op model.Op, code errno.Errno) bool {
	if code == errno.HostCrash || code == errno.Hang {
		return true
	}
	for _, r := range op.Spec().Results {
		if r.Code == code {
			return r.Unreached == "" || s.Further
		}
	}
	return false
}

// draw makes an operation of the area: anything, or something that is done often.
func (s *stroll) draw() model.Op {
	from := s.Area.Ops.Specs()
	if s.random.IntN(2) == 0 {
		from = s.Often
	}
	op := model.Op{Kind: from[s.random.IntN(len(from))].Kind()}
	for i, a := range op.Spec().Args {
		op.Arg[i] = s.operand(a.Type)
	}
	return op
}

// operand draws a value of an operand, within the bounds.
func (s *stroll) operand(t *model.ArgType) uint8 {
	if v, ok := s.Operand(s.random, &s.machine.Config, t); ok {
		return v
	}
	if t == model.Preempt && s.random.IntN(2) == 0 {
		return 0
	}
	return uint8(s.random.IntN(int(t.Count(&s.machine.Config))))
}
