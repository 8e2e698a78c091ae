// Package rsops describes the area runstate: the runstate area that a
// hypervisor shares with a guest, and KVM's event channels. Its rules are in package runstate; here are its
// operations, their operands and results, bounds, settings, start states, and
// what is told of its states.
//
//	Op -> Spec.Run -> a method of runstate.Call -> runstate.State, in a World
package rsops

import (
	"fmt"
	"slices"

	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/ledger"
	"hvcheck/model/runstate/rsview"
)

// Area is the description.
var Area = model.NewArea(model.Area{
	Name:  "runstate",
	Title: "the shared runstate area",
	Doc: `How long a vCPU has run, waited for a CPU, slept or been offline, in a structure in the guest's memory that the hypervisor keeps up to date: its bytes at any offset, in the 32-bit or the 64-bit layout, within a page or across two; how Xen writes it through the guest's page tables or through a page that it holds, and how KVM's emulation of Xen does so through cached mappings, whose pages the host may take away at any time; and how a guest's CPU copies it meanwhile.

With it go shared_info and vcpu_info of a guest of KVM's, in the same two pages, and event channels of two levels: the VMM sends events, KVM sets pending bits, the selector and the upcall, or keeps what it cannot deliver, and the guest masks and handles.

There is one vCPU. Memory is the last bytes of page A and the first ones of page B, as bytes. An update is a program of stores; each store, lock, and part of a refresh or an invalidation is a step of its own where a scenario says so.`,
	Stories:  `thread is who acts on the host: h0 is the vCPU's thread; h1 and h2 stand for other users of the same mappings; n is the memory management, which takes pages away. "runstate.change" is the vCPU going to another state, with the accounting and the area's update: to runnable it is a schedule-out, which must not sleep. "host.step" goes on with what a thread is in the middle of. "guest.read" is the next access of a guest's CPU that copies the area: the entry time, state and entry time, the times, the entry time again. An address is counted from the beginning of page A: 0x1000 is the first byte of page B.`,
	Sources:  "Xen's staging of 2026-08-20 (c447b7308b), xen/common/domain.c and sched/core.c; Linux's arch/x86/kvm/xen.c, virt/kvm/pfncache.c and drivers/xen/time.c",
	Shares:   []model.Share{state, books},
	Bounds:   bounds(),
	Settings: settings(),
	Switches: slices.Concat(Accesses[:], Switches[:]),
	Ops:      &ops,
	Plain:    Start{},
	Calls:    newCalls,
	Rules:    []string{model.PackageOf[runstate.Call]()},
	Tell:     tell,
	Options:  options,
	Traits:   traits,
	Waits:    waits,
	Groups:   []*model.Group{users},
})

var (
	state = model.NewPart[runstate.State]("runstate")
	books = model.NewPart[ledger.Book]("runstate.books")
	conf  = model.NewConf[Config]("runstate")
)

// Of is the area's state in a World.
func Of(w *model.World) *runstate.State { return state.Of(w) }

// Book is what is noted in a World.
func Book(w *model.World) *ledger.Book { return books.Of(w) }

// Config is the area's share of a configuration.
type Config struct {
	runstate.Config
	Budget Budget
}

// Budget is how many operations of each class a run has; runstate.Unlimited is no
// bound.
type Budget = [runstate.NumBudgets]uint8

// Conf is the area's share of a configuration.
func Conf(c *model.Config) *Config { return conf.Of(c) }

func bounds() []*model.Bound {
	return append([]*model.Bound{
		{Name: "updaters", Doc: "threads that update the area", Min: 1, Max: runstate.Notifier, Names: []*model.ArgType{Thread}, Of: func(c *model.Config) *uint8 { return &Conf(c).Threads }},
	}, budgets[:]...)
}

// budgets are the bounds of numbers of operations, by class.
var budgets = func() (list [runstate.NumBudgets]*model.Bound) {
	for i, class := range runstate.Budgets {
		list[i] = &model.Bound{
			Name: class.Name, Doc: class.Doc, Max: runstate.Unlimited, Endless: true,
			Of: func(c *model.Config) *uint8 { return &Conf(c).Budget[i] },
		}
	}
	return list
}()

func settings() []model.Setting {
	return append([]model.Setting{
		model.Variants("reach", "how an update gets at the area", Accesses[:], func(c *model.Config) *runstate.Access { return &Conf(c).Access }),
	}, model.OnOff(Switches[:], func(c *model.Config, i int) *bool { return &Conf(c).On[i] })...)
}

// Scope is the bounds of a configuration about the area.
type Scope struct {
	Threads uint8
	Budget  Budget
}

// Config is a configuration with these bounds, and options and design as in
// own.
func (s Scope) Config(own runstate.Config) (c model.Config) {
	c.Add(Area)
	at := Conf(&c)
	at.Config = own
	at.Unit, at.Slots = max(own.Unit, 1), max(own.Slots, 2)
	at.Threads, at.Budget = max(s.Threads, 1), s.Budget
	return c
}

// options lists the options of the model that are on.
func options(c *model.Config) []string {
	o := Conf(c)
	step := func(k runstate.Steps) bool { return o.Steps&k != 0 }
	return append(model.Words(
		model.If(step(runstate.StepStores), "updates go store by store"),
		model.If(step(runstate.StepLocks), "locks are taken one by one"),
		model.If(step(runstate.StepCache), "refreshes and invalidations go step by step"),
		model.If(step(runstate.StepClock), "the clock and run_delay are read one after the other"),
		model.If(o.Apart, "the two pages are in memslots that are apart"),
		model.If(o.PV, "a PV guest"),
	), fmt.Sprintf("a tick is %#x, %d times are stored one by one", o.Unit, o.Slots))
}

// calls carries out the area's operations.
type calls struct {
	call   runstate.Call
	cfg    Config
	keeper ledger.Keeper
	w      *model.World
	op     *model.Op
	was    runstate.Reader
}

func newCalls(c *model.Config) model.Calls { return &calls{cfg: *Conf(c)} }

func (m *calls) Begin(w *model.World, op *model.Op, _ uint8) {
	m.w, m.op, m.was = w, op, Of(w).Read
	m.keeper.Before(&m.cfg.Config, Of(w), Book(w))
	m.call.Begin(&m.cfg.Config, Of(w))
}

func (m *calls) End(code errno.Errno) model.Answer {
	code, refused := m.call.End(code)
	if !refused {
		m.keeper.Begin()
		if note := causes[m.op.Kind]; note != nil {
			note(m, Of(m.w), &m.op.Arg, code)
		}
		m.keeper.After(Of(m.w))
	}
	return model.Answer{Code: code, Refused: refused}
}

// Drain lets threads end: those that hold locks first, then an invalidation, which
// refreshes wait for.
func (m *calls) Drain(w *model.World) (op model.Op, more bool) {
	s := Of(w)
	for _, is := range []func(t uint8) bool{
		func(t uint8) bool { return s.Task[t].Held != 0 }, func(t uint8) bool { return t == runstate.Notifier }, func(uint8) bool { return true },
	} {
		for t := range runstate.NumThreads {
			if s.Task[t].PC != runstate.Idle && !rsview.Blocked(s, t) && is(t) {
				return HostStep.Of(t), true
			}
		}
	}
	return model.Op{}, false
}

func (m *calls) Asked(note func(id string)) {
	model.NoteAsked(Accesses[:], m.call.AccessAsked[:], note)
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
		Book(w).Begin(&m.cfg.Config, Of(w))
	} else {
		Of(w).Left = m.cfg.Budget
	}
}
