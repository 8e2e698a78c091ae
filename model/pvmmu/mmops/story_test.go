package mmops_test

import (
	"fmt"
	"strings"
	"testing"

	_ "hvcheck/areas"
	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/modeltest"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu"
	"hvcheck/model/pvmmu/ledger"
	"hvcheck/model/pvmmu/mmops"
)

// TestStories runs the stories of testdata. They have these lines beside those
// of modeltest.Stories:
//
//	with l1tf-shadow                an option that is more than on or off
//	running                         the guest's vCPUs run from the start
//	content 0: none 1rw             what frame 0 holds, slot by slot
//	m2p 0: guest                    what frame 0 holds in slot 256
//	list 1 0 2                      page_list; frames not named are free
//	expect cpu v0: ogt=0
//	expect domain: strict list=0,1
//	expect call: checks=1 visited=2 of the last operation
func TestStories(t *testing.T) { modeltest.Stories(t, language) }

func language(s *modeltest.Story) {
	s.Config = mmops.Scope{Frames: 4, Slots: 2, Guests: 2, Tools: 2, Preempt: 16}.Config()
	c := mmops.Conf(&s.Config)
	s.Options = map[string]*bool{
		"race": &c.Race, "l1tf": &c.L1TF, "tlb": &c.TLB, "steps": &c.Steps,
		"no-linear": &c.NoLinear, "context-first": &c.CtxFirst, "seq": &c.Seq, "departs": &c.Departs,
	}
	choices := map[string]func(){
		"l1tf-shadow": func() { c.CheckL1TF = pvmmu.L1TFShadow },
		"l1tf-crash":  func() { c.CheckL1TF = pvmmu.L1TFCrash },
		"largest-3":   func() { c.Largest = 3 },
	}
	start := mmops.Start{Ent: map[uint8][]page.Entry{}, Slot: map[uint8]page.Slot{}}
	s.Start = func() model.Setup { return start }
	s.Before = map[string]func(string) error{
		"running": func(string) error { start.Running = true; return nil },
		"with": func(name string) error {
			if choices[name] == nil {
				return fmt.Errorf("no option %q", name)
			}
			choices[name]()
			return nil
		},
		"list":    func(rest string) (err error) { start.List, err = modeltest.Numbers(strings.Fields(rest)); return err },
		"content": func(rest string) error { return content(&start, rest) },
		"m2p":     func(rest string) error { return slot256(&start, rest) },
	}
	s.Facts = map[string]func(string) modeltest.Facts{
		"frame":  func(name string) modeltest.Facts { return frameFacts(&s.World, name) },
		"cpu":    func(name string) modeltest.Facts { return cpuFacts(&s.World, name) },
		"domain": func(string) modeltest.Facts { return domainFacts(mmops.Of(&s.World), mmops.Book(&s.World)) },
		"call": func(string) modeltest.Facts {
			return modeltest.Facts{"checks": decimal(s.Answer.Checks), "visited": decimal(mmops.Visited(s.Machine))}
		},
	}
	// With option TLB a GET_TYPE that is under way holds references that no
	// invariant counts, so only the two about stale translations are asked.
	s.Asks = func(inv *invariants.Invariant) bool {
		return !c.TLB || inv.ID == "MM-I3" || inv.ID == "MM-I16"
	}
}

// content is what a frame holds: "0: none 1rw".
func content(start *mmops.Start, rest string) error {
	frame, what, _ := strings.Cut(rest, ":")
	f, err := pool.Frame.Parse(frame)
	if err != nil {
		return err
	}
	for _, s := range strings.Fields(what) {
		e, err := page.ParseEntry(s)
		if err != nil {
			return err
		}
		start.Ent[f] = append(start.Ent[f], e)
	}
	return nil
}

// slot256 is what a frame holds there: "0: guest".
func slot256(start *mmops.Start, rest string) error {
	frame, name, _ := strings.Cut(rest, ": ")
	f, err := pool.Frame.Parse(frame)
	if err != nil {
		return err
	}
	for _, s := range []page.Slot{page.Empty, page.Filled, page.Guest} {
		if s.String() == name {
			start.Slot[f] = s
			return nil
		}
	}
	return fmt.Errorf("no content %q of slot 256", name)
}

func frameFacts(w *model.World, name string) modeltest.Facts {
	f, err := pool.Frame.Parse(name)
	if err != nil || f >= page.MaxFrames {
		return nil
	}
	p := &pool.Of(w).Pages[f]
	facts := modeltest.Facts{
		"owned": yes(p.Owned), "unscrubbed": yes(p.Unscrubbed), "allocated": yes(p.Allocated), "count": decimal(p.Count),
		"type": p.Type.String(), "typed": decimal(p.TCount), "validated": yes(p.Validated),
		"partial": yes(p.Partial), "pinned": yes(p.Pinned), "nr": decimal(p.Nr), "pset": yes(p.PSet != page.PSetNone),
		"linear": decimal(p.Linear), "m2p": p.ROMpt.String(), "was-user": yes(ledger.Has(mmops.Book(w).Users, f)), "held": decimal(mmops.Of(w).Held[f]),
	}
	for s, e := range p.Ent {
		facts[fmt.Sprintf("slot%d", s)] = e.String()
	}
	return facts
}

func cpuFacts(w *model.World, name string) modeltest.Facts {
	cpu, err := mmops.CPU.Parse(name)
	if err != nil {
		return nil
	}
	v := &mmops.Of(w).CPU[cpu]
	return modeltest.Facts{
		"in": v.Mem.Op.String(), "step": decimal(v.Mem.Step),
		"kernel": ref(v.Table), "user": ref(v.User), "ogt": ref(v.Ogt), "ogt-partial": yes(v.OgtPartial),
		"stale": modeltest.Set(v.TLB), "view": ref(v.LinTLB),
		"init": yes(v.Init), "user-mode": yes(v.UserMode), "in-reset": yes(v.InReset), "down": yes(v.Down),
	}
}

func domainFacts(s *pvmmu.State, b *ledger.Book) modeltest.Facts {
	return modeltest.Facts{
		"shadowed": yes(s.Shadowed), "crashed": yes(s.Crashed),
		"stash": ref(s.Stash), "list": frames(s.List), "relmem": frames(s.Rel), "pages": decimal(s.Tot), "strict": yes(s.Strict()),
		"nr_l4": decimal(s.NrL4), "dying": yes(s.Dying), "phase": decimal(s.RelPriv),
		"context": b.Ctx0.String(), "remaining": decimal(s.Remaining), "unbounded": yes(b.Over != (pvmmu.Work{})),
	}
}

var yes = model.YesNo

func decimal[N uint8 | int8](n N) string { return modeltest.Decimal(n) }

// ref is a pointer to a frame, stored as frame + 1.
func ref(r uint8) string { return pool.FrameOrNone.Format(r) }

func frames(list [page.MaxFrames]uint8) string {
	var names []string
	for _, m := range list {
		if m != 0 {
			names = append(names, decimal(m-1))
		}
	}
	return strings.Join(names, ",")
}
