package model_test

import (
	"fmt"
	"slices"
	"strings"

	"hvcheck/model"
	"hvcheck/model/evtchn"
)

// Stories about event channels have these lines in addition. Budgets are never
// used up in them.
//
//	events vcpus=2 ports=3 limit=6  bounds and limits; see limits below
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

// limits are the bounds of event-channel stories beside model.BoundList.
func (tell *teller) limits() map[string]*uint8 {
	c := &tell.config.Ev
	return map[string]*uint8{"limit": &c.Limit, "limit2l": &c.Limit2L, "limit32": &c.Limit2L32, "max": &c.MaxPort, "every": &c.Every}
}

func (tell *teller) events(rest string) error {
	tell.config.Bounds = model.Bounds{VCPUs: 1, Ports: evtchn.MaxPorts - 1, Preempt: 16}
	for b := range tell.config.Budget {
		tell.config.Budget[b] = evtchn.Unlimited
	}
	const most = evtchn.MaxPorts
	tell.config.Ev.Limit, tell.config.Ev.Limit2L, tell.config.Ev.Limit2L32 = most, most, most
	tell.config.Ev.MaxPort, tell.config.Ev.Every = most-1, 2
	return eachPair(rest, func(name, value string) error {
		limit, ok := tell.limits()[name]
		if !ok {
			return tell.bound(name, value)
		}
		list, err := numbers([]string{value})
		*limit = append(list, 0)[0]
		return err
	})
}

func (tell *teller) steps(rest string) error {
	known := map[string]evtchn.Steps{
		"raise": evtchn.StepRaise, "handler": evtchn.StepHandler, "reset": evtchn.StepReset, "control": evtchn.StepControl,
	}
	for _, w := range strings.Fields(rest) {
		step, ok := known[w]
		if !ok {
			return fmt.Errorf("no steps %q", w)
		}
		tell.config.Ev.Steps |= step
	}
	return nil
}

// until has a CPU, or a vCPU's handler, do steps until it stands at a phase.
func (tell *teller) until(rest string) error {
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
		facts, err := tell.facts(kind + " " + name)
		if err != nil || facts["at"] == phase {
			return err
		}
		if err := tell.operation(step); err != nil {
			return fmt.Errorf("at %s: %w", facts["at"], err)
		}
	}
	return fmt.Errorf("it does not get there")
}

// domain reads what the domain is at the start.
func (tell *teller) domain(rest string) error {
	start := &tell.start.Events
	for _, w := range strings.Fields(rest) {
		name, value, _ := strings.Cut(w, "=")
		switch name {
		case "masked":
			start.Masked = true
		case "mute":
			start.Callback = evtchn.NoCallback
		case "backend":
			list, err := numbers([]string{value})
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

// eventFacts are what can be expected of a subject.
func (tell *teller) eventFacts(kind, name string) (map[string]string, error) {
	s := &tell.world.Ev
	switch kind {
	case "dom":
		return guestFacts(s), nil
	case "kernel":
		return kernelFacts(s), nil
	case "call":
		return map[string]string{"checks": decimal(tell.answer.Checks)}, nil
	case "cpu":
		cpu, err := model.EventCPU.Parse(name)
		return taskFacts(&s.Task[cpu]), err
	}
	list, err := numbers([]string{name})
	if err != nil || list[0] >= evtchn.MaxPorts {
		return nil, fmt.Errorf("no subject %q", kind+" "+name)
	}
	n := list[0]
	switch kind {
	case "port":
		return portFacts(&s.Dom[evtchn.Guest].Port[n]), nil
	case "peer":
		return portFacts(&s.Dom[evtchn.Backend].Port[n]), nil
	case "word":
		return wordFacts(s.Word(n)), nil
	case "kernel-word":
		return wordFacts(s.KernelWord(n)), nil
	case "vcpu":
		if n < evtchn.MaxVCPUs {
			return vcpuFacts(s, n), nil
		}
	}
	return nil, fmt.Errorf("no subject %q", kind+" "+name)
}

func guestFacts(s *evtchn.State) map[string]string {
	d := &s.Dom[evtchn.Guest]
	return map[string]string{
		"abi": s.Ops.String(), "pages": decimal(s.Pages), "held": decimal(held(s)),
		"valid": decimal(d.Valid), "active": decimal(d.Active), "xen": decimal(d.Xen), "next": decimal(d.Next), "dying": yes(d.Dying),
		"pending": portSet(s.Pending), "mask": portSet(s.Mask), "owed": portSet(s.Ghost.Owed),
		"shutdown": yes(s.Shutdown), "crashed": yes(s.Crashed), "paused": yes(s.Paused), "dead": yes(s.Dead),
		"store": decimal(s.Param), "handler": yes(s.Handler == 1), "32": yes(s.Bits32),
	}
}

// held counts the references of pages.
func held(s *evtchn.State) (n uint8) {
	for f := range s.Frame {
		n += s.Frame[f].General
	}
	return n
}

func kernelFacts(s *evtchn.State) map[string]string {
	k := s.Running()
	return map[string]string{
		"is": decimal(s.Cur), "belief": k.Belief.String(), "handles": portSet(k.Map), "store": decimal(k.Store), "timer": decimal(k.Timer),
	}
}

func taskFacts(t *evtchn.Task) map[string]string {
	return map[string]string{
		"at": t.PC.String(), "port": decimal(t.Port), "tries": decimal(t.Tries),
		"locked": yes(t.Is(evtchn.HoldsQ)), "both": yes(t.Is(evtchn.HoldsO)),
	}
}

var portStates = [...]string{"free", "reserved", "unbound", "interdomain", "pirq", "virq", "ipi"}

func portFacts(p *evtchn.Port) map[string]string {
	return map[string]string{
		"state": portStates[p.State], "remote": model.DomArg.Format(p.Remote), "number": decimal(p.Number), "notify": decimal(p.Notify),
		"xen": yes(p.Consumer), "saved": yes(p.Saved), "prio": model.PrioArg.Format(p.Prio),
		"lastq": decimal(p.Lastq/evtchn.NumPrios) + ":" + model.PrioArg.Format(p.Lastq%evtchn.NumPrios),
	}
}

func wordFacts(w *uint8) map[string]string {
	if w == nil {
		return map[string]string{"absent": "yes"}
	}
	return map[string]string{
		"absent": "no", "pending": yes(*w&evtchn.Pending != 0), "masked": yes(*w&evtchn.Masked != 0),
		"linked": yes(*w&evtchn.Linked != 0), "busy": yes(*w&evtchn.Busy != 0), "link": decimal(*w & evtchn.LinkBit),
	}
}

func vcpuFacts(s *evtchn.State, n uint8) map[string]string {
	v := &s.VCPU[n]
	facts := map[string]string{
		"down": yes(v.Down), "registered": yes(v.Info == evtchn.InfoRegistered), "flag": yes(v.Flag), "sel": set(v.Sel),
		"vector": yes(v.Vector), "edge": yes(v.Edge), "asleep": yes(v.Poll != 0), "deliverable": yes(s.Deliverable(n)),
		"block": yes(v.Block != 0), "tail0": decimal(v.Tail[0]), "tail7": decimal(v.Tail[1]), "pirqs": decimal(v.PIRQs),
		"at": v.Handler.PC.String(), "local0": decimal(v.Handler.Local[0]), "local7": decimal(v.Handler.Local[1]),
	}
	if v.Block != 0 {
		block := &s.Frame[v.Block-1].B
		facts["ready"] = priorities(block[evtchn.Ready])
		facts["head0"], facts["head7"] = decimal(block[evtchn.Head]), decimal(block[evtchn.Head+1])
	}
	return facts
}

// priorities writes a set of them.
func priorities(bits uint8) string {
	var names []string
	for prio := range uint8(evtchn.NumPrios) {
		if bits>>prio&1 != 0 {
			names = append(names, model.PrioArg.Format(prio))
		}
	}
	return strings.Join(append(names, []string{"none"}[:max(0, 1-len(names))]...), ",")
}

// portSet writes a set of ports.
func portSet(bits uint8) string {
	var names []string
	for p := range uint8(evtchn.MaxPorts) {
		if bits>>p&1 != 0 {
			names = append(names, decimal(p))
		}
	}
	if names == nil {
		return "none"
	}
	return strings.Join(slices.Clip(names), ",")
}
