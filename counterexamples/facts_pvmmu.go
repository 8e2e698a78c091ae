package counterexamples

import (
	"fmt"
	"strconv"
	"strings"

	"hvcheck/model"
	"hvcheck/model/page"
	"hvcheck/model/pvmmu"
)

// pvmmuFacts tells about the domain, its frames, and the vCPUs.
func pvmmuFacts(t *teller, c *model.Config, w *model.World) {
	t.about("dom")
	domFacts(t, c, &w.MMU)
	for f := range c.Frames {
		t.about("frame %d", f)
		frameFacts(t, c, &w.Pool.Pages[f])
		t.number("held by get_type", int(w.MMU.Held[f]))
	}
	for i := range w.MMU.CPU {
		if name, used := cpuName(c, i); used {
			t.about("%s", name)
			cpuFacts(t, c, &w.MMU.CPU[i])
		}
	}
}

// cpuName names CPU i, guests first.
func cpuName(c *model.Config, i int) (name string, used bool) {
	if i < pvmmu.MaxGuests {
		return fmt.Sprintf("vcpu %d", i), i < int(c.Guests)
	}
	i -= pvmmu.MaxGuests
	return fmt.Sprintf("t%d", i), i < int(c.Tools)
}

func domFacts(t *teller, c *model.Config, s *pvmmu.State) {
	t.fact("host", s.Stop.String())
	t.fact("vm_assist.m2p_strict", onOff(s.Strict()))
	t.fact("vm_assist bit 40", onOff(s.Assist&pvmmu.AssistUnknown != 0))
	t.fact("last set-context of vcpu 0", s.Ctx0.String())
	t.fact("page_list", frameList(s.List[:]))
	t.fact("relmem_list", frameList(s.Rel[:]))
	t.number("tot_pages", int(s.Tot))
	t.number("nr_l4_pages", int(s.NrL4))
	t.number("pages that the pass has left", int(s.Remaining))
	t.fact("dying", yes(s.Dying))
	t.fact("destruction at", [...]string{"vcpus", "l4", "l3", "l2", "done"}[s.RelPriv])
	t.fact("went past a preemption check", yes(s.Unbounded))
}

// frameList writes frames + 1 up to the first 0.
func frameList(list []uint8) string {
	var words []string
	for _, f := range list {
		if f != 0 {
			words = append(words, strconv.Itoa(int(f-1)))
		}
	}
	return strings.Join(words, " ")
}

// orNone writes a frame + 1.
func orNone(ref uint8) string {
	if ref == 0 {
		return "none"
	}
	return fmt.Sprintf("frame %d", ref-1)
}

func frameFacts(t *teller, c *model.Config, p *page.Page) {
	t.flags("owner", flagged{!p.Owned, "free"}, flagged{p.Owned, "dom"}, flagged{p.Allocated, "allocated"})
	t.fact("type", typeWords(p))
	t.fact("count, type count", fmt.Sprintf("%d, %d", p.Count, p.TCount))
	t.flags("kept by", flagged{p.Pinned, "pin"}, flagged{p.Locked, "page_lock"})
	t.fact("entries", entryList(p.Ent[:c.Slots]))
	t.fact("slot 256", p.ROMpt.String())
	t.number("linear count", int(p.Linear))
	t.fact("was a user table", yes(p.WasUser))
}

// typeWords is a page's type and how far its audit is.
func typeWords(p *page.Page) string {
	s := p.Type.String()
	if p.Validated {
		s += ", validated"
	}
	if p.Partial {
		s += ", partial"
	}
	if p.Partial || p.Nr != 0 || p.PSet != page.PSetNone {
		s += fmt.Sprintf(" at entry %d%s", p.Nr, [...]string{"", ", which has a reference", ", which has no reference"}[p.PSet])
	}
	return s
}

func entryList(list []page.Entry) string {
	words := make([]string, len(list))
	for i, e := range list {
		words[i] = e.String()
	}
	return strings.Join(words, " ")
}

func cpuFacts(t *teller, c *model.Config, v *pvmmu.VCPU) {
	t.flags("state", flagged{v.Init, "initialised"}, flagged{v.UserMode, "user mode"},
		flagged{v.Down, "down"}, flagged{v.InReset, "in reset"})
	t.fact("kernel table", orNone(v.Table))
	t.fact("user table", orNone(v.User))
	t.fact("old_guest_table", ogtWords(v))
	if c.MMU.TLB {
		tlbFacts(t, c, v)
	}
}

func ogtWords(v *pvmmu.VCPU) string {
	s := orNone(v.Ogt)
	if v.OgtPartial {
		s += ", partial"
	}
	return s
}

func tlbFacts(t *teller, c *model.Config, v *pvmmu.VCPU) {
	t.fact("GET_TYPE", fmt.Sprintf("%d steps of %s for %v", v.Step, orNone(v.WantOf), v.Want))
	var writable []string
	for f := range page.MaxFrames {
		if v.TLB&(1<<f) != 0 {
			writable = append(writable, strconv.Itoa(f))
		}
	}
	t.fact("TLB, writable", strings.Join(writable, " "))
	t.fact("linear view", orNone(v.LinTLB))
}
