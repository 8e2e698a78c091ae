package evops_test

import (
	"strings"

	"hvcheck/model"
	"hvcheck/model/evtchn"
	"hvcheck/model/evtchn/evops"
	"hvcheck/model/evtchn/ledger"
	"hvcheck/model/modeltest"
)

// factsOf are what a story can expect, by the kind of the subject.
func factsOf(s *modeltest.Story) map[string]func(string) modeltest.Facts {
	st := evops.Of(&s.World)
	// numbered tells of the n-th of something that there are so many of.
	numbered := func(count uint8, tell func(n uint8) modeltest.Facts) func(string) modeltest.Facts {
		return func(name string) modeltest.Facts {
			list, err := modeltest.Numbers([]string{name})
			if err != nil || list[0] >= count {
				return nil
			}
			return tell(list[0])
		}
	}
	port := func(dom int) func(n uint8) modeltest.Facts {
		return func(n uint8) modeltest.Facts { return portFacts(&st.Dom[dom].Port[n]) }
	}
	return map[string]func(string) modeltest.Facts{
		"dom":         func(string) modeltest.Facts { return guestFacts(st, evops.Book(&s.World)) },
		"kernel":      func(string) modeltest.Facts { return kernelFacts(st) },
		"call":        func(string) modeltest.Facts { return modeltest.Facts{"checks": decimal(s.Answer.Checks)} },
		"cpu":         func(name string) modeltest.Facts { return taskFacts(st, name) },
		"port":        numbered(evtchn.MaxPorts, port(evtchn.Guest)),
		"peer":        numbered(evtchn.MaxPorts, port(evtchn.Backend)),
		"word":        numbered(evtchn.MaxPorts, func(n uint8) modeltest.Facts { return wordFacts(st.Word(n)) }),
		"kernel-word": numbered(evtchn.MaxPorts, func(n uint8) modeltest.Facts { return wordFacts(st.KernelWord(n)) }),
		"vcpu":        numbered(evtchn.MaxVCPUs, func(n uint8) modeltest.Facts { return vcpuFacts(st, n) }),
	}
}

var (
	yes     = model.YesNo
	set     = modeltest.Set
	decimal = modeltest.Decimal[uint8]
)

func guestFacts(s *evtchn.State, b *ledger.Book) modeltest.Facts {
	d := &s.Dom[evtchn.Guest]
	return modeltest.Facts{
		"abi": s.Ops.String(), "pages": decimal(s.Pages), "held": decimal(held(s)),
		"valid": decimal(d.Valid), "active": decimal(d.Active), "xen": decimal(d.Xen), "next": decimal(d.Next), "dying": yes(d.Dying),
		"pending": set(s.Pending), "mask": set(s.Mask), "owed": set(b.Owed),
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

func kernelFacts(s *evtchn.State) modeltest.Facts {
	k := s.Running()
	return modeltest.Facts{
		"is": decimal(s.Cur), "belief": k.Belief.String(), "handles": set(k.Map), "store": decimal(k.Store), "timer": decimal(k.Timer),
	}
}

func taskFacts(s *evtchn.State, name string) modeltest.Facts {
	cpu, err := evops.EventCPU.Parse(name)
	if err != nil {
		return nil
	}
	t := &s.Task[cpu]
	return modeltest.Facts{
		"at": t.PC.String(), "port": decimal(t.Port), "tries": decimal(t.Tries),
		"locked": yes(t.Is(evtchn.HoldsQ)), "both": yes(t.Is(evtchn.HoldsO)),
	}
}

var portStates = [...]string{"free", "reserved", "unbound", "interdomain", "pirq", "virq", "ipi"}

func portFacts(p *evtchn.Port) modeltest.Facts {
	return modeltest.Facts{
		"state": portStates[p.State], "remote": evops.DomArg.Format(p.Remote), "number": decimal(p.Number), "notify": decimal(p.Notify),
		"xen": yes(p.Consumer), "saved": yes(p.Saved), "prio": evops.PrioArg.Format(p.Prio),
		"lastq": decimal(p.Lastq/evtchn.NumPrios) + ":" + evops.PrioArg.Format(p.Lastq%evtchn.NumPrios),
	}
}

func wordFacts(w *uint8) modeltest.Facts {
	if w == nil {
		return modeltest.Facts{"absent": "yes"}
	}
	return modeltest.Facts{
		"absent": "no", "pending": yes(*w&evtchn.Pending != 0), "masked": yes(*w&evtchn.Masked != 0),
		"linked": yes(*w&evtchn.Linked != 0), "busy": yes(*w&evtchn.Busy != 0), "link": decimal(*w & evtchn.LinkBit),
	}
}

func vcpuFacts(s *evtchn.State, n uint8) modeltest.Facts {
	v := &s.VCPU[n]
	facts := modeltest.Facts{
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
			names = append(names, evops.PrioArg.Format(prio))
		}
	}
	if names == nil {
		return "none"
	}
	return strings.Join(names, ",")
}
