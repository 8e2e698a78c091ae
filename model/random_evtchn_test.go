package model_test

import (
	"hvcheck/model"
	"hvcheck/model/evtchn"
)

// eventConfigs are a domain in which every operation is one step, one in which
// each store is, and others that differ in one respect.
func eventConfigs() []namedConfig {
	whole := model.Config{
		Bounds: model.Bounds{VCPUs: evtchn.MaxVCPUs, Ports: evtchn.MaxPorts - 1, Preempt: 3},
		Ev:     evtchn.Config{Limit: evtchn.MaxPorts, Limit2L: 4, Limit2L32: 3, MaxPort: evtchn.MaxPorts - 1, Every: 2},
	}
	for b := range whole.Budget {
		whole.Budget[b] = evtchn.Unlimited
	}
	change := func(f func(c *evtchn.Config)) model.Config {
		c := whole
		f(&c.Ev)
		return c
	}
	stepped := change(func(c *evtchn.Config) {
		c.Steps = evtchn.StepRaise | evtchn.StepHandler | evtchn.StepReset | evtchn.StepControl
	})
	return []namedConfig{
		{[]string{"events"}, whole},
		{[]string{"event steps"}, stepped},
		{[]string{"events", "raises step by step"}, change(func(c *evtchn.Config) { c.Steps = evtchn.StepRaise })},
		{[]string{"events", "handlers step by step"}, change(func(c *evtchn.Config) { c.Steps = evtchn.StepHandler })},
		{[]string{"events", "resets step by step"}, change(func(c *evtchn.Config) { c.Steps = evtchn.StepReset })},
		{[]string{"events", "pv"}, change(func(c *evtchn.Config) { c.PV = true })},
		{[]string{"events", "gap"}, change(func(c *evtchn.Config) { c.Gap = true })},
		{[]string{"events", "bound"}, change(func(c *evtchn.Config) { c.Bound = true })},
		{[]string{"events", "few ports"}, change(func(c *evtchn.Config) { c.Limit, c.Limit2L, c.Limit2L32, c.MaxPort = 4, 3, 2, 3 })},
	}
}

// beginEvents draws a domain: its kernels, which of them runs, and how many
// ports are connected.
func (s *stroll) beginEvents() {
	s.often = []*model.Spec{
		model.Send, model.XenStep, model.GuestUpcall, model.GuestStep, model.GuestUnmask,
		model.InitControl, model.ExpandArray, model.BindVIRQ, model.BindIPI, model.BindInterdomain,
	}
	start := model.Start{Events: evtchn.Start{
		Running: evtchn.ABI(s.random.IntN(3)), Backend: uint8(s.random.IntN(3)), Callback: evtchn.Callback(s.random.IntN(3)), Masked: s.chance(4),
		Kernels: []evtchn.Kernel{s.kernel(), s.kernel(), s.kernel()},
		Plan:    []evtchn.Transition{evtchn.Boot, s.arrival(), s.arrival()},
	}}
	s.world = start.World(&s.config)
}

func (s *stroll) kernel() evtchn.Kernel {
	return evtchn.Kernel{Knows: evtchn.SetOf(evtchn.TwoLevel, evtchn.ABI(1+s.random.IntN(2))), Grants: uint8(s.random.IntN(2))}
}

func (s *stroll) arrival() evtchn.Transition {
	return evtchn.Transition(s.random.IntN(int(evtchn.Migrate) + 1))
}
