package evops

import (
	"hvcheck/model"
	"hvcheck/model/evtchn"
)

// traits are what operations are to be tried with: the options, the ABIs, and
// what decides which of the rules' ways a call goes.
var traits = []model.Trait{
	option("pv", "a PV guest", func(c *Config) bool { return c.PV }),
	option("hvm", "an HVM guest", func(c *Config) bool { return !c.PV }),
	option("vcpus", "the guest has several vCPUs", func(c *Config) bool { return c.VCPUs > 1 }),
	steps("raise-steps", "raises go step by step", evtchn.StepRaise),
	steps("handler-steps", "handlers go step by step", evtchn.StepHandler),
	steps("reset-steps", "resets go port by port", evtchn.StepReset),
	steps("control-steps", "init_control goes step by step", evtchn.StepControl),
	option("gap", "an arriving kernel's reset is a step of its own", func(c *Config) bool { return c.Gap }),
	option("limits", "the ABIs have room for fewer ports than there are", func(c *Config) bool { return c.Limit < evtchn.MaxPorts || c.Limit2L < evtchn.MaxPorts }),
	inState("2l", "the domain uses the 2-level ABI", func(s *evtchn.State) bool { return s.Ops == evtchn.TwoLevel }),
	inState("fifo", "the domain uses the FIFO ABI", func(s *evtchn.State) bool { return s.Ops == evtchn.FIFO }),
	inState("32-bit", "a 32-bit guest", func(s *evtchn.State) bool { return s.Bits32 }),
	inState("next-kernel", "a kernel that followed another one", func(s *evtchn.State) bool { return s.Cur > 0 }),
	inState("busy", "a CPU is in the middle of something", func(s *evtchn.State) bool { return busy(s) }),
	inState("polling", "a vCPU sleeps in a poll", func(s *evtchn.State) bool { return s.VCPU[0].Poll|s.VCPU[1].Poll != 0 }),
	aPort("consumer", "Xen receives a port's events", func(p *evtchn.Port) bool { return p.Consumer }),
	aPort("moved", "a port's events go to another vCPU than the first", func(p *evtchn.Port) bool { return p.State > evtchn.Reserved && p.Notify != 0 }),
}

func option(name, doc string, on func(c *Config) bool) model.Trait {
	return model.Trait{Name: name, Doc: doc, Has: func(c *model.Config, _ *model.World) bool { return on(Conf(c)) }}
}

func steps(name, doc string, k evtchn.Steps) model.Trait {
	return option(name, doc, func(c *Config) bool { return c.Steps&k != 0 })
}

func inState(name, doc string, is func(s *evtchn.State) bool) model.Trait {
	return model.Trait{Name: name, Doc: doc, Has: func(_ *model.Config, w *model.World) bool { return is(Of(w)) }}
}

func aPort(name, doc string, is func(p *evtchn.Port) bool) model.Trait {
	return inState(name, doc, func(s *evtchn.State) bool {
		for i := range s.Dom[evtchn.Guest].Port {
			if is(&s.Dom[evtchn.Guest].Port[i]) {
				return true
			}
		}
		return false
	})
}

func busy(s *evtchn.State) bool {
	for i := range s.Task {
		if s.Task[i].PC != evtchn.Idle {
			return true
		}
	}
	return false
}
