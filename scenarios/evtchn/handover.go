package evtchn

import (
	"slices"
	"strings"

	"hvcheck/model"
	"hvcheck/model/evtchn"
	"hvcheck/model/evtchn/evops"
	"hvcheck/scenarios"
)

// A pair is a kernel's ABI and that of the one which follows it.
type pair struct{ from, to evtchn.ABI }

var pairs = []pair{
	{evtchn.TwoLevel, evtchn.TwoLevel}, {evtchn.TwoLevel, evtchn.FIFO},
	{evtchn.FIFO, evtchn.TwoLevel}, {evtchn.FIFO, evtchn.FIFO},
}

func (p pair) String() string { return abiName(p.from) + "-" + abiName(p.to) }

func abiName(a evtchn.ABI) string { return strings.ToLower(a.String()) }

// knows is what a kernel that prefers an ABI can use.
func knows(a evtchn.ABI) evtchn.Set { return evtchn.SetOf(evtchn.TwoLevel, a) }

// Ports of an image: xenstore's and the timer's, as a kernel gets them that is
// the first in its domain.
const (
	storePort = 1
	timerPort = 2
)

// image is a kernel in the middle of its life, with its ports and, in the FIFO
// ABI, its control block and two array pages.
func image(a evtchn.ABI) evtchn.Kernel {
	k := evtchn.Kernel{Knows: knows(a), Belief: a, Store: storePort, Timer: timerPort, Map: 1<<storePort | 1<<timerPort}
	if a == evtchn.FIFO {
		k.Own = 1<<0 | 1<<evtchn.MaxVCPUs | 1<<(evtchn.MaxVCPUs+1)
	}
	return k
}

// arriving is the kernel that comes by a transition.
func arriving(a evtchn.ABI, by evtchn.Transition) evtchn.Kernel {
	if by == evtchn.Resume {
		return image(a)
	}
	return evtchn.Kernel{Knows: knows(a)}
}

// handover is the start of a domain in which kernels follow each other by the
// transitions; the first is about to start.
func handover(first evtchn.ABI, then ...arrival) model.Start {
	st := evops.Start{Kernels: []evtchn.Kernel{{Knows: knows(first)}}, Plan: []evtchn.Transition{evtchn.Boot}, Backend: 1}
	name := abiName(first)
	for _, a := range then {
		st.Kernels = append(st.Kernels, arriving(a.abi, a.by))
		st.Plan = append(st.Plan, a.by)
		name += ", " + a.by.String() + " " + abiName(a.abi)
	}
	return evops.Begin(name, st)
}

type arrival struct {
	by  evtchn.Transition
	abi evtchn.ABI
}

// handovers are the starts of all pairs with some transitions.
func handovers(by ...evtchn.Transition) (list []model.Start) {
	for _, t := range by {
		for _, p := range pairs {
			list = append(list, handover(p.from, arrival{t, p.to}))
		}
	}
	return list
}

// twice are the starts of two transitions in sequence.
func twice() (list []model.Start) {
	for _, p := range pairs {
		for _, by := range []evtchn.Transition{evtchn.Resume, evtchn.Kexec} {
			for _, q := range pairs {
				then := evtchn.Resume
				if q.from == evtchn.FIFO {
					then = evtchn.Kexec
				}
				list = append(list, handover(p.from, arrival{by, p.to}, arrival{then, q.to}))
			}
		}
	}
	return list
}

// lifeOps lists what kernels do with their ports, and the events that arrive.
func lifeOps(*model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(evops.KernelStart, v0),
		each(evops.KernelUse, v0, only(evtchn.Store, evtchn.Timer)),
		each(evops.KernelJump, v0),
		each(evops.KernelReset, v0),
		each(evops.Send, sender, only(storePort)),
		each(evops.RaiseVIRQ, sender, only(evtchn.VIRQTimer), only(0)),
		each(evops.GuestUpcall, only(0)),
	}
}

// life makes the configuration of a life cycle with so many transitions.
func life(jumps uint8) model.Config {
	return events(1, 3, budgets{evtchn.Sends: 3, evtchn.Jumps: jumps})
}

// softReset allows a reset of the guest's own beside, which is preempted twice at
// most. The toolstack's is preempted at every port, any number of times.
func softReset(c model.Config) model.Config {
	evops.Conf(&c).Budget[evtchn.Preempts] = 2
	evops.Conf(&c).Budget[evtchn.Resets] = max(evops.Conf(&c).Budget[evtchn.Resets], 1)
	evops.Conf(&c).Every, c.Preempt = 1, 2
	return c
}

// xens adds a port whose events Xen receives, which outlives resets.
func xens(st model.Start) model.Start {
	st.Name += ", a port of Xen's"
	st.Do = append(slices.Clip(st.Do), evops.AllocConsumer.Of(evtchn.Tool, 0))
	return st
}

// softResetOps lists a kernel's life until it shuts down, and the toolstack's steps.
func softResetOps(c *model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(evops.KernelStart, v0),
		each(evops.KernelUse, v0, only(evtchn.Store, evtchn.Timer)),
		each(evops.KernelStop, v0),
		each(evops.ToolstackStep, upTo(c, 1)),
		each(evops.ResetEvents, v0, upTo(c, 1)),
		each(evops.Send, sender, only(storePort)),
		each(evops.RaiseVIRQ, sender, only(evtchn.VIRQTimer), only(0)),
		each(evops.GuestUpcall, only(0)),
	}
}

// Kernels that follow one another.
var handoverScenarios = slices.Concat([]scenarios.Scenario{
	{
		Name:     "evtchn.handover",
		Title:    "a kernel follows another one",
		Doc:      "Boot, then resume of an image, kexec or kdump, for each pair of ABIs; the next kernel comes, and events arrive, at any time after the first one has chosen its ABI. The hand-over is a soft reset that clears the words.",
		Config:   life(1),
		Starts:   handovers(evtchn.Resume, evtchn.Kexec, evtchn.Kdump),
		Alphabet: lifeOps,
	},
	{
		Name:     "evtchn.handover-twice",
		Title:    "a kernel follows a kernel that follows a kernel",
		Doc:      "Two transitions in sequence, resume and kexec, with the ABIs of three kernels.",
		Config:   life(2),
		Starts:   twice(),
		Alphabet: lifeOps,
	},
	{
		Name:     "evtchn.soft-reset",
		Promises: []string{"EV-L7"},
		Title:    "a soft reset, step by step",
		Doc:      "A kernel shuts down with reason soft_reset at any time; the toolstack stops the backends, resets, preempted or not, makes the port for xenstore and lets the next kernel run, which starts afresh.",
		Config:   softReset(life(2)),
		Starts:   []model.Start{handover(evtchn.FIFO), handover(evtchn.TwoLevel), xens(handover(evtchn.FIFO))},
		Alphabet: softResetOps,
	},
	{
		Name:     "evtchn.soft-reset-pv",
		Title:    "a soft reset that a PV domain does not survive",
		Doc:      "As evtchn.soft-reset, for a PV guest: it ends in the domain's destruction.",
		Config:   pv(softReset(life(2))),
		Starts:   []model.Start{handover(evtchn.FIFO), handover(evtchn.TwoLevel)},
		Alphabet: softResetOps,
	},
	{
		Name:     "evtchn.soft-reset-calls",
		Title:    "soft resets and the guest's own resets, call by call",
		Doc:      "The toolstack calls XEN_DOMCTL_soft_reset, or the guest does; a reset of the guest's own may have been preempted before.",
		Config:   softReset(events(1, 2, budgets{evtchn.Binds: 3, evtchn.Resets: 2, evtchn.Jumps: 1, evtchn.Inits: 1, evtchn.Offlines: 1})),
		Starts:   empty,
		Alphabet: softResetCalls,
		Except:   map[string]string{"EV-I1": "the kernel that shut down goes on as if nothing had happened"},
	},
	{
		Name:     "evtchn.soft-reset-calls-pv",
		Title:    "the same calls for a PV domain",
		Doc:      "As evtchn.soft-reset-calls, for a PV guest, whose soft reset fails after its ports are closed.",
		Config:   pv(softReset(events(1, 1, budgets{evtchn.Binds: 2, evtchn.Resets: 1, evtchn.Jumps: 1, evtchn.Offlines: 1}))),
		Starts:   empty,
		Alphabet: softResetCalls,
	},
	{
		Name:     "evtchn.offers",
		Title:    "a kernel asks what is offered",
		Doc:      "The toolstack wants one set of ABIs or another; a kernel may find out before it starts. On hosts with and without the FIFO ABI.",
		Config:   asking(func(c *evtchn.Config) {}),
		Starts:   slices.Concat(fifoTo2L(), oldHost(fifoTo2L())),
		Alphabet: offerOps(offer2L, offerBoth),
		Except:   map[string]string{"EV-I13": "the toolstack chooses an offer, which a resumed image has not seen"},
	},
	{
		Name:     "evtchn.hosts",
		Title:    "firmware, migration, and hosts without the FIFO ABI",
		Doc:      "A kernel of either ABI that firmware with the 2-level one has started; a kernel that migrates; images that resume. On hosts with both ABIs, and on hosts that know the 2-level one only.",
		Config:   life(1),
		Starts:   slices.Concat(handovers(evtchn.Firmware)[:2:2], migrations(), oldHost(handovers(evtchn.Resume)), oldHost(migrations())),
		Alphabet: lifeOps,
	},
	{
		Name:     "evtchn.scarce",
		Title:    "a kernel gets a control block for one vCPU only",
		Doc:      "init_control of the second vCPU fails: the vCPU is not brought up, and the kernel goes on in the FIFO ABI.",
		Config:   scarce(events(2, 2, budgets{evtchn.Sends: 2, evtchn.Jumps: 1})),
		Starts:   handovers(evtchn.Kexec),
		Alphabet: lifeOps,
	},
	{
		Name:     "evtchn.migrate-models",
		Title:    "a kernel migrates to where a device model comes first",
		Doc:      "On the target a port for the device model is made before the one for xenstore, which has another number then.",
		Config:   configured(func(c *evtchn.Config) { c.Models = true }),
		Starts:   migrations(),
		Alphabet: lifeOps,
	},
}, pairScenarios(evtchn.Resume), pairScenarios(evtchn.Kexec), claimScenarios)

// scarce has a kernel get one control block only.
func scarce(c model.Config) model.Config {
	evops.Conf(&c).Scarce = true
	return c
}

// migrations are the starts of a kernel of each ABI that migrates.
func migrations() []model.Start {
	return []model.Start{
		handover(evtchn.TwoLevel, arrival{evtchn.Migrate, evtchn.TwoLevel}),
		handover(evtchn.FIFO, arrival{evtchn.Migrate, evtchn.FIFO}),
	}
}

// begun is a start state in which the area begins otherwise.
func begun(st model.Start, change func(s *evops.Start)) model.Start {
	own := st.Areas[0].(evops.Start)
	change(&own)
	st.Areas = []model.Setup{own}
	return st
}

// oldHost puts domains on a host that knows the 2-level ABI only.
func oldHost(starts []model.Start) (list []model.Start) {
	for _, st := range starts {
		st.Name += ", host without FIFO"
		st = begun(st, func(s *evops.Start) {
			s.Host = evtchn.SetOf(evtchn.TwoLevel)
			s.Kernels = lived(s.Kernels, s.Host)
		})
		list = append(list, st)
	}
	return list
}

// lived has the images among some kernels have been offered a set when they
// were started.
func lived(kernels []evtchn.Kernel, offer evtchn.Set) []evtchn.Kernel {
	kernels = slices.Clone(kernels)
	for i := range kernels {
		if kernels[i].Belief != evtchn.NoABI {
			kernels[i].Offer = offer
		}
	}
	return kernels
}

// toOldHost has domains migrate to a host that knows the 2-level ABI only.
func toOldHost(starts []model.Start) []model.Start {
	for i := range starts {
		starts[i] = begun(starts[i], func(s *evops.Start) { s.Target = evtchn.SetOf(evtchn.TwoLevel) })
	}
	return starts
}

// upgraded are images of a host without the FIFO ABI that resume on one with it.
func upgraded(starts []model.Start) (list []model.Start) {
	for _, st := range starts {
		list = append(list, begun(st, func(s *evops.Start) { s.Kernels = lived(s.Kernels, evtchn.SetOf(evtchn.TwoLevel)) }))
	}
	return list
}

// fifoTo2L is the thread's pair.
func fifoTo2L() []model.Start {
	return []model.Start{handover(evtchn.FIFO, arrival{evtchn.Resume, evtchn.TwoLevel})}
}

// grants has the first kernel use version 2 of the grant table.
func grants(starts []model.Start) []model.Start {
	for i := range starts {
		starts[i] = begun(starts[i], func(s *evops.Start) { s.Kernels[0].Grants = 1 })
	}
	return starts
}

// configured changes the configuration of a life cycle.
func configured(change func(c *evtchn.Config)) model.Config {
	c := life(1)
	change(&evops.Conf(&c).Config)
	return c
}

// offerOps lists the choice of an offer, and kernels that start with it.
func offerOps(sets ...uint8) func(*model.Config) []scenarios.Pattern {
	return func(*model.Config) []scenarios.Pattern {
		return []scenarios.Pattern{
			each(evops.SetOffer, sets),
			each(evops.QueryOffer, v0),
			each(evops.KernelStart, v0),
			each(evops.KernelUse, v0, only(evtchn.Store, evtchn.Timer)),
			each(evops.Send, sender, only(storePort)),
			each(evops.GuestUpcall, only(0)),
		}
	}
}

// Sets of ABIs, as operands of toolstack.offer.
const (
	offerNone = iota
	offer2L
	offerBoth
	offerThird
	offerAll
)

// asking has a budget for a query.
func asking(change func(c *evtchn.Config)) model.Config {
	c := configured(change)
	evops.Conf(&c).Budget[evtchn.Inits] = 1
	return c
}

// Scenarios that serve single claims.
var claimScenarios = []scenarios.Scenario{
	{
		Name: "evtchn.migrate", Hidden: true,
		Title: "a kernel migrates", Doc: "A kernel of each ABI goes on in a new domain, and runs its resume path.",
		Config: life(1), Starts: migrations(), Alphabet: lifeOps,
	},
	{
		Name: "evtchn.migrate-old", Hidden: true,
		Title: "a kernel migrates to a host without the FIFO ABI", Doc: "evtchn.migrate with such a target.",
		Config: life(1), Starts: toOldHost(migrations()), Alphabet: lifeOps,
	},
	{
		Name: "evtchn.upgrade", Hidden: true,
		Title: "an image of an old host resumes on a new one", Doc: "The image was started on a host without the FIFO ABI.",
		Config: life(1), Starts: upgraded(fifoTo2L()), Alphabet: lifeOps,
	},
	{
		Name: "evtchn.both-hosts", Hidden: true,
		Title: "a 2-level image resumes on an old or a new host", Doc: "The next kernel comes only after the boot kernel has bound its ports.",
		Config: configured(func(c *evtchn.Config) { c.Bound = true }), Starts: slices.Concat(fifoTo2L(), oldHost(fifoTo2L())), Alphabet: lifeOps,
	},
	{
		Name: "evtchn.unchanged", Hidden: true,
		Title: "an image that does nothing about a soft reset", Doc: "evtchn.resume-fifo-2l with an image as today's kernels are.",
		Config: configured(func(c *evtchn.Config) { c.Unchanged = true }), Starts: fifoTo2L(), Alphabet: lifeOps,
	},
	{
		Name: "evtchn.strict", Hidden: true,
		Title: "kernels that fall back for -ENOSYS only", Doc: "evtchn.resume-fifo-2l with kernels that look at the error code.",
		Config: configured(func(c *evtchn.Config) { c.Reaction = evtchn.ReactStrict }), Starts: fifoTo2L(), Alphabet: lifeOps,
	},
	{
		Name: "evtchn.grant-version", Hidden: true,
		Title: "the same question for grant tables", Doc: "evtchn.resume-fifo-2l where the boot kernel uses version 2 of the grant table and the image version 1.",
		Config: life(1), Starts: grants(fifoTo2L()), Alphabet: lifeOps,
	},
	{
		Name: "evtchn.offer-two", Hidden: true,
		Title: "what can be offered of two ABIs", Doc: "The toolstack wants 2L alone, or 2L and FIFO, before the kernel starts.",
		Config: asking(func(c *evtchn.Config) {}), Starts: fifoTo2L(), Alphabet: offerOps(offer2L, offerBoth),
	},
	{
		Name: "evtchn.offer-three", Hidden: true,
		Title: "what can be offered of three ABIs", Doc: "As evtchn.offer-two, with a third ABI that may be wanted without the second.",
		Config: asking(func(c *evtchn.Config) { c.Third = true }), Starts: fifoTo2L(), Alphabet: offerOps(offer2L, offerBoth, offerThird, offerAll),
	},
	{
		Name: "evtchn.offer-none", Hidden: true,
		Title: "nothing is offered to an HVM guest", Doc: "The toolstack wants no event channels at all.",
		Config: asking(func(c *evtchn.Config) {}), Starts: fifoTo2L(), Alphabet: offerOps(offerNone),
	},
	{
		Name: "evtchn.offer-none-pv", Hidden: true,
		Title: "nothing is offered to a PV guest", Doc: "The toolstack wants no event channels at all.",
		Config: asking(func(c *evtchn.Config) { c.PV = true }), Starts: fifoTo2L(), Alphabet: offerOps(offerNone),
	},
	{
		Name: "evtchn.offer-both", Hidden: true,
		Title: "both ABIs are offered", Doc: "The toolstack wants both ABIs; a kernel may ask before it starts.",
		Config: asking(func(c *evtchn.Config) {}), Starts: fifoTo2L(), Alphabet: offerOps(offerBoth),
	},
}

// pairScenarios are the cells of the table of pairs: one start each, with the
// jump at any time, after the first kernel has bound its ports, or, for designs
// in which the arriving kernel resets, with that reset as a step of its own.
func pairScenarios(by evtchn.Transition) (list []scenarios.Scenario) {
	for _, p := range pairs {
		for _, kind := range []string{"", "-bound", "-gap"} {
			c := life(1)
			evops.Conf(&c).Bound, evops.Conf(&c).Gap = kind == "-bound", kind == "-gap"
			list = append(list, scenarios.Scenario{
				Name: "evtchn." + by.String() + "-" + p.String() + kind, Hidden: true,
				Title:    by.String() + " from " + abiName(p.from) + " to " + abiName(p.to),
				Doc:      "One pair of evtchn.handover." + pairKinds[kind],
				Config:   c,
				Starts:   []model.Start{handover(p.from, arrival{by, p.to})},
				Alphabet: lifeOps,
			})
		}
	}
	return list
}

var pairKinds = map[string]string{
	"":       "",
	"-bound": " The next kernel comes only after the first one has bound its ports.",
	"-gap":   " The arriving kernel's reset comes a step after its arrival.",
}

// softResetCalls lists the calls of soft resets, of the guest's own, and what
// comes between them.
func softResetCalls(c *model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(evops.BindIPI, v0, only(0)),
		each(evops.InitControl, v0, only(0), only(evtchn.PageOwn), only(evtchn.OffsetGood)),
		each(evops.ResetEvents, v0, upTo(c, 1)),
		each(evops.KernelStop, v0),
		each(evops.PauseDomain, below(2)),
		each(evops.AllocUnbound, tool, only(evtchn.Guest), only(evtchn.Backend)),
		each(evops.AllocConsumer, tool, only(0)),
		each(evops.SoftReset, only(evtchn.VCPU0, evtchn.Tool), preempts(c)),
		each(evops.SoftResetCont, only(evtchn.VCPU0, evtchn.Tool), preempts(c)),
		each(evops.DestroyEvents, never),
	}
}
