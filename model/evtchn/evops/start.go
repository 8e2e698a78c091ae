package evops

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/evtchn"
)

// Start is how the area begins: a domain as the toolstack makes it. A host that
// is not described has both ABIs.
type Start struct {
	Kernels  []evtchn.Kernel     // in the order in which they will run; none: one that knows both ABIs
	Plan     []evtchn.Transition // how each of them arrives
	Host     evtchn.Set          // what the host has
	Target   evtchn.Set          // what the host has that it migrates to; 0 is the same
	Callback evtchn.Callback
	// Backend: ports 1 to so many of both domains are each other's ends.
	Backend uint8
	// Running: the first kernel is up, with this ABI, and handles those ports.
	Running evtchn.ABI
	// Masked has the ports masked; otherwise they are not.
	Masked bool
}

// Begin is a start state of this area alone: the domain, then operations.
func Begin(name string, s Start, do ...model.Op) model.Start {
	return model.Start{Name: name, Areas: []model.Setup{s}, Do: do}
}

// Area is the one that begins so.
func (Start) Area() *model.Area { return Area }

// Needs raises the bounds to the ports that are connected.
func (s Start) Needs(least *model.Config) {
	Conf(least).Ports = max(Conf(least).Ports, s.Backend)
}

// Build writes the area's part of a World.
func (s Start) Build(c *model.Config, w *model.World) {
	cfg, st := &Conf(c).Config, Of(w)
	both := evtchn.SetOf(evtchn.TwoLevel, evtchn.FIFO)
	if s.Host == 0 {
		s.Host = both
	}
	*st = evtchn.State{Ops: evtchn.TwoLevel, Callback: s.Callback, Host: cfg.Offer.Offered(s.Host), Target: s.Target}
	st.Kernel[0].Knows = both
	for i, k := range s.Kernels {
		k.Offer = cfg.Offer.Offered(k.Offer)
		st.Kernel[i] = k
	}
	copy(st.Plan[:], s.Plan)
	for d := range st.Dom {
		st.Dom[d].Valid = evtchn.PerWord
		st.Dom[d].Port[0].State = evtchn.Reserved
	}
	call := evtchn.Call{Whole: true}
	call.Begin(cfg, st)
	s.connect(&call, st)
	if s.Running != evtchn.NoABI {
		s.run(&call, st)
	}
}

// connect binds the ports of the two domains to each other.
func (s *Start) connect(call *evtchn.Call, st *evtchn.State) {
	for p := uint8(1); p <= s.Backend; p++ {
		must(call.AllocUnbound(evtchn.Tool, evtchn.Guest, evtchn.Backend))
		must(call.BindInterdomain(evtchn.Back0, evtchn.Guest, p))
	}
	st.Param = min(s.Backend, 1)
}

// run has the first kernel start, and handle the ports.
func (s *Start) run(call *evtchn.Call, st *evtchn.State) {
	k := st.Running()
	k.Knows = evtchn.SetOf(s.Running)
	call.Start(evtchn.VCPU0) // which falls back on another ABI if it is refused its own
	for p := uint8(1); p <= s.Backend; p++ {
		k.Map |= 1 << p
		for k.Belief == evtchn.FIFO && st.Pages*evtchn.PerWord <= p {
			must(call.ExpandArray(evtchn.VCPU0, evtchn.PageOwn))
		}
		if !s.Masked {
			must(call.Unmask(evtchn.VCPU0, p))
		}
	}
}

func must(rc errno.Errno) {
	if rc != errno.OK {
		panic("evtchn: there can be no such start: " + rc.String())
	}
}
