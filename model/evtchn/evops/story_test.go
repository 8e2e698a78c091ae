package evops_test

import (
	"fmt"
	"strings"
	"testing"

	_ "hvcheck/areas"
	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/evtchn"
	"hvcheck/model/evtchn/evops"
	"hvcheck/model/modeltest"
)

// TestStories runs the stories of testdata. They have these lines beside those
// of modeltest.Stories. Budgets are never used up in them.
//
//	bounds vcpus=2 limit=6          limits count as bounds: limit, limit2l, limit32, max, every
//	start FIFO backend=2 masked     the first kernel runs with that ABI and handles ports that the
//	                                backend has the other ends of; without it no kernel has started
//	start kernels=fifo,2l plan=kexec  kernels that follow one another, by what they prefer
//	steps raise handler reset control what goes step by step
//	option pv                       the guest is a PV one
//	until cpu b0 F9                 steps until it stands there; likewise "until vcpu 0 H5"
//	expect dom: abi=FIFO active=2
//	expect port 1: state=interdomain
//	expect peer 1: state=unbound    the backend's port
//	expect word 1: pending linked   Xen's view of an event word
//	expect kernel-word 1: masked    and the running kernel's
//	expect vcpu 0: flag sel=0
//	expect cpu b0: at=F9            what a CPU is in the middle of
//	expect kernel: belief=2L
func TestStories(t *testing.T) { modeltest.Stories(t, language) }

func language(s *modeltest.Story) {
	const most = evtchn.MaxPorts
	s.Config = evops.Scope{VCPUs: 1, Ports: most - 1, Preempt: 16, Budget: endless()}.Config(
		evtchn.Config{Limit: most, Limit2L: most, Limit2L32: most, MaxPort: most - 1, Every: 2})
	c := evops.Conf(&s.Config)
	s.Options = map[string]*bool{"pv": &c.PV, "gap": &c.Gap}
	s.Limits = map[string]*uint8{"limit": &c.Limit, "limit2l": &c.Limit2L, "limit32": &c.Limit2L32, "max": &c.MaxPort, "every": &c.Every}
	var start evops.Start
	s.Start = func() model.Setup { return evops.Start(start) }
	s.Before = map[string]func(string) error{
		"start": func(rest string) error { return domain(&start, rest) },
		"steps": func(rest string) error { return steps(c, rest) },
	}
	s.During = map[string]func(string) error{
		"until": func(rest string) error { return until(s, rest) },
	}
	s.Facts = factsOf(s)
	s.Asks = func(*invariants.Invariant) bool { return true }
}

// endless are budgets that are never used up.
func endless() (b evops.Budget) {
	for i := range b {
		b[i] = evtchn.Unlimited
	}
	return b
}

func steps(c *evops.Config, rest string) error {
	known := map[string]evtchn.Steps{
		"raise": evtchn.StepRaise, "handler": evtchn.StepHandler, "reset": evtchn.StepReset, "control": evtchn.StepControl,
	}
	for _, w := range strings.Fields(rest) {
		step, ok := known[w]
		if !ok {
			return fmt.Errorf("no steps %q", w)
		}
		c.Steps |= step
	}
	return nil
}

// until has a CPU, or a vCPU's handler, do steps until it stands at a phase.
func until(s *modeltest.Story, rest string) error {
	words := strings.Fields(rest)
	if len(words) != 3 {
		return fmt.Errorf("want a cpu or vcpu, its name and a phase")
	}
	kind, name, phase := words[0], words[1], words[2]
	step := fmt.Sprintf("step cpu=%s -> 0", name)
	if kind == "vcpu" {
		step = fmt.Sprintf("guest.handler vcpu=%s -> 0", name)
	}
	for range 50 {
		facts, err := s.About(kind + " " + name)
		if err != nil || facts["at"] == phase {
			return err
		}
		if err := s.Do(step); err != nil {
			return fmt.Errorf("at %s: %w", facts["at"], err)
		}
	}
	return fmt.Errorf("it does not get there")
}

// domain reads what the domain is at the start.
func domain(start *evops.Start, rest string) error {
	for _, w := range strings.Fields(rest) {
		name, value, _ := strings.Cut(w, "=")
		switch name {
		case "masked":
			start.Masked = true
		case "mute":
			start.Callback = evtchn.NoCallback
		case "host":
			start.Host = evtchn.SetOf(abiNamed(value))
		case "backend":
			list, err := modeltest.Numbers([]string{value})
			if err != nil {
				return err
			}
			start.Backend = list[0]
		case "kernels":
			for _, abi := range strings.Split(value, ",") {
				start.Kernels = append(start.Kernels, evtchn.Kernel{Knows: evtchn.SetOf(evtchn.TwoLevel, abiNamed(abi))})
			}
		case "plan":
			start.Plan = append(start.Plan, evtchn.Boot)
			for _, by := range strings.Split(value, ",") {
				start.Plan = append(start.Plan, transitionNamed(by))
			}
		default:
			if start.Running = abiNamed(w); start.Running == evtchn.NoABI {
				return fmt.Errorf("no start %q", w)
			}
		}
	}
	return nil
}

func abiNamed(name string) evtchn.ABI {
	for _, a := range []evtchn.ABI{evtchn.TwoLevel, evtchn.FIFO} {
		if strings.EqualFold(a.String(), name) {
			return a
		}
	}
	return evtchn.NoABI
}

func transitionNamed(name string) evtchn.Transition {
	for t := evtchn.Firmware; t <= evtchn.Migrate; t++ {
		if t.String() == name {
			return t
		}
	}
	return evtchn.Boot
}
