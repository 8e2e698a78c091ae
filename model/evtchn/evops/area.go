// Package evops describes the area evtchn: event channels. Its rules are in
// package evtchn; here are its operations, their operands and results, bounds,
// settings, start states, and what is told of its states.
//
//	Op -> Spec.Run -> a method of evtchn.Call -> evtchn.State, in a World
package evops

import (
	"fmt"
	"slices"

	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/evtchn"
	"hvcheck/model/evtchn/ledger"
)

// Area is the description.
var Area = model.NewArea(model.Area{
	Name:  "evtchn",
	Title: "event channels",
	Doc: `Ports, the 2-level and the FIFO ABI with both ends of each, down to single accesses to shared memory, reset and soft reset, and the kernels of one domain that follow one another: resume, kexec, kdump, migration.

There are two domains: the guest, and a backend whose ports are the other ends. What takes several steps (a raise, a handler, a reset) is one operation, or one for each access to shared memory where a scenario says so.`,
	Stories:  `cpu is who acts: v0 and v1 are the guest's vCPUs, b0 and b1 belong to the backend's domain or stand for a device, t0 is the toolstack. At the start the guest uses the 2-level ABI and has no port. "step" goes on with what a CPU is in the middle of, up to its next access to shared memory, lock or look at a flag; "guest.handler" does the same for a vCPU's handler. A kernel is told apart from the one before it by its number. The kernel that runs starts with kernel.init, binds its ports for xenstore and the timer with kernel.bind, and hands over with kernel.jump or, for a soft reset, kernel.shutdown.`,
	Sources:  "Xen's staging of 2026-08-20 (c447b7308b), xen/common/event_*.c and domain.c; Linux's drivers/xen/events",
	Shares:   []model.Share{state, books},
	Bounds:   bounds(),
	Settings: settings(),
	Switches: slices.Concat(Handovers[:], Offers[:], Switches[:]),
	Ops:      &ops,
	Plain:    Start{},
	Calls:    newCalls,
	Rules:    []string{model.PackageOf[evtchn.Call]()},
	Tell:     tell,
	Options:  options,
	Groups:   groups,
	Traits:   traits,
})

var (
	state = model.NewPart[evtchn.State]("evtchn")
	conf  = model.NewConf[Config]("evtchn")
)

// Of is the area's state in a World.
func Of(w *model.World) *evtchn.State { return state.Of(w) }

// Config is the area's share of a configuration.
type Config struct {
	evtchn.Config
	Ports  uint8 // the highest port that operands name
	Budget Budget
}

// Budget is how many operations of each class a run has; evtchn.Unlimited is
// no bound.
type Budget = [evtchn.NumBudgets]uint8

// Conf is the area's share of a configuration.
func Conf(c *model.Config) *Config { return conf.Of(c) }

func bounds() []*model.Bound {
	return append([]*model.Bound{
		model.PreemptBound,
		{Name: "ports", Doc: "the highest port that is named", Min: 1, Max: evtchn.MaxPorts - 1, Names: []*model.ArgType{PortArg}, Of: func(c *model.Config) *uint8 { return &Conf(c).Ports }},
		{Name: "vcpus", Doc: "vCPUs of the guest", Min: 1, Max: evtchn.MaxVCPUs, Names: []*model.ArgType{EventCPU, GuestCPU, GuestVCPU}, Of: func(c *model.Config) *uint8 { return &Conf(c).VCPUs }},
	}, budgets[:]...)
}

// budgets are the bounds of numbers of operations, by class.
var budgets = func() (list [evtchn.NumBudgets]*model.Bound) {
	for i, class := range evtchn.Budgets {
		list[i] = &model.Bound{
			Name: class.Name, Doc: class.Doc, Max: evtchn.Unlimited, Endless: true,
			Of: func(c *model.Config) *uint8 { return &Conf(c).Budget[i] },
		}
	}
	return list
}()

func settings() []model.Setting {
	return append([]model.Setting{
		model.Variants("handover", "what is done when a kernel follows another one",
			Handovers[:], func(c *model.Config) *evtchn.Handover { return &Conf(c).Handover }),
		model.Variants("offer", "how a domain's configuration says which event-channel ABIs there are",
			Offers[:], func(c *model.Config) *evtchn.Offer { return &Conf(c).Offer }),
		model.OneOf("refusal", "the error of an ABI that is not offered",
			[]string{"own", "-ENOSYS", "-EOPNOTSUPP", "-EPERM", "-EACCES"}, func(c *model.Config) *evtchn.Refusal { return &Conf(c).Refusal }),
		model.OneOf("reaction", "which errors of init_control make a kernel fall back to the 2-level ABI",
			[]string{"any", "strict"}, func(c *model.Config) *evtchn.Reaction { return &Conf(c).Reaction }),
	}, model.OnOff(Switches[:], func(c *model.Config, i int) *bool { return &Conf(c).On[i] })...)
}

// Scope is the bounds of a configuration about the area.
type Scope struct {
	VCPUs, Ports, Preempt uint8
	Budget                Budget
}

// Config is a configuration with these bounds, and options and design as in
// the first of the others, if there is one.
func (s Scope) Config(options ...evtchn.Config) (c model.Config) {
	c.Add(Area)
	own := Conf(&c)
	if len(options) > 0 {
		own.Config = options[0]
	}
	own.VCPUs, own.Ports, own.Budget, c.Preempt = s.VCPUs, s.Ports, s.Budget, s.Preempt
	return c
}

// options lists the options of the model that are on.
func options(c *model.Config) []string {
	o := Conf(c)
	step := func(k evtchn.Steps) bool { return o.Steps&k != 0 }
	return append(model.Words(
		model.If(step(evtchn.StepRaise), "raises go step by step"),
		model.If(step(evtchn.StepHandler), "handlers go step by step"),
		model.If(step(evtchn.StepReset), "resets go port by port"),
		model.If(step(evtchn.StepControl), "init_control goes step by step"),
		model.If(o.PV, "a PV guest"),
		model.If(o.Gap, "an arriving kernel's reset is a step of its own"),
		model.If(o.Bound, "the next kernel comes after this one has bound its ports"),
		model.If(o.Third, "there is a third ABI"),
		model.If(o.Unchanged, "a resumed image does nothing about its event channels"),
		model.If(o.Scarce, "there is a page for one control block only"),
		model.If(o.Models, "on the target of a migration a device model's port comes first"),
	), fmt.Sprintf("limits: %d ports in the FIFO ABI, %d in the 2-level one, %d for 32 bits, max_evtchn_port %d", o.Limit, o.Limit2L, o.Limit2L32, o.MaxPort))
}

// calls carries out the area's operations.
type calls struct {
	call evtchn.Call
	cfg  Config

	keeper ledger.Keeper
	st     *evtchn.State
	book   *ledger.Book
	op     *model.Op
}

func newCalls(c *model.Config) model.Calls { return &calls{cfg: *Conf(c)} }

func (m *calls) Begin(w *model.World, op *model.Op, preempt uint8) {
	m.enter(w, op)
	m.call.Begin(&m.cfg.Config, Of(w))
	m.call.Preempt = preempt
}

func (m *calls) End(code errno.Errno) model.Answer {
	code, refused, checks := m.call.End(code)
	if !refused {
		m.leave(code)
	}
	return model.Answer{Code: code, Refused: refused, Checks: checks}
}

func (m *calls) Asked(note func(id string)) {
	model.NoteAsked(Handovers[:], m.call.HandoverAsked[:], note)
	model.NoteAsked(Offers[:], m.call.OfferAsked[:], note)
	model.NoteAsked(Switches[:], m.call.Asked[:], note)
}

func (m *calls) Short(note func(b *model.Bound)) {
	for i, short := range m.call.Short {
		if short {
			note(budgets[i])
		}
	}
}

// Starting has operations done whole, and then allows as many as the bounds say.
func (m *calls) Starting(w *model.World, on bool) {
	m.call.Whole = on
	if on {
		Book(w).Begin(Of(w))
	} else {
		Of(w).Left = m.cfg.Budget
	}
}
