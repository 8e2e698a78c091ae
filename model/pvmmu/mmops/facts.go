package mmops

import (
	"fmt"
	"strconv"
	"strings"

	"hvcheck/model"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu"
	"hvcheck/model/pvmmu/ledger"
)

// tell tells about the domain, its frames, and the vCPUs.
func tell(t *model.Teller, c *model.Config, w *model.World) {
	t.About("dom")
	domFacts(t, c, Of(w), Book(w))
	for f := range pool.Conf(c).Frames {
		t.About("frame %d", f)
		frameFacts(t, c, &pool.Of(w).Pages[f])
		bookFacts(t, Book(w), f, &pool.Of(w).Pages[f])
		t.Number("held by get_type", int(Of(w).Held[f]))
	}
	for i := range Of(w).CPU {
		if name, used := cpuName(c, i); used {
			t.About("%s", name)
			cpuFacts(t, c, &Of(w).CPU[i])
		}
	}
}

// cpuName names CPU i, guests first.
func cpuName(c *model.Config, i int) (name string, used bool) {
	if i < pvmmu.MaxGuests {
		return fmt.Sprintf("vcpu %d", i), i < int(Conf(c).Guests)
	}
	i -= pvmmu.MaxGuests
	return fmt.Sprintf("t%d", i), i < int(Conf(c).Tools)
}

func bookFacts(t *model.Teller, b *ledger.Book, f uint8, p *page.Page) {
	t.Fact("was a user table", model.YesNo(ledger.Has(b.Users, f)))
	t.Flags("callers were told otherwise of", model.If(ledger.Has(b.Kept, f) != p.Allocated, "the allocation"), model.If(ledger.Has(b.Pins, f) != p.Pinned, "the pin"))
}

func stashWords(s *pvmmu.State) string {
	if s.Stash == 0 && s.StashPart == 0 {
		return ""
	}
	return fmt.Sprintf("%s from part %d", orNone(s.Stash), s.StashPart)
}

func overWords(w pvmmu.Work) string {
	if w == (pvmmu.Work{}) {
		return "no"
	}
	return fmt.Sprintf("%d entries, %d pages, %d retries", w.Entries, w.Pages, w.Retries)
}

func domFacts(t *model.Teller, c *model.Config, s *pvmmu.State, b *ledger.Book) {
	t.Fact("host", s.Stop.String())
	t.Fact("vm_assist.m2p_strict", model.OnOrOff(s.Strict()))
	t.Fact("vm_assist bit 40", model.OnOrOff(s.Assist&pvmmu.AssistUnknown != 0))
	t.Fact("last set-context of vcpu 0", b.Ctx0.String())
	t.Fact("page_list", frameList(s.List[:]))
	t.Fact("relmem_list", frameList(s.Rel[:]))
	t.Fact("page that is being scrubbed", stashWords(s))
	t.Number("tot_pages", int(s.Tot))
	t.Number("nr_l4_pages", int(s.NrL4))
	t.Number("pages that the pass has left", int(s.Remaining))
	t.Fact("shut down", model.YesNo(s.ShutDown))
	t.Flags("L1TF", model.If(s.Shadowed, "shadowed"), model.If(s.Crashed, "crashed"))
	t.Fact("dying", model.YesNo(s.Dying))
	t.Fact("destruction at", [...]string{"vcpus", "l4", "l3", "l2", "done"}[s.RelPriv])
	t.Fact("went past a preemption check", overWords(b.Over))
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

func frameFacts(t *model.Teller, c *model.Config, p *page.Page) {
	t.Flags("owner", model.If(!p.Owned, "free"), model.If(p.Owned, "dom"), model.If(p.Allocated, "allocated"), model.If(p.Unscrubbed, "unscrubbed"))
	t.Fact("type", typeWords(p))
	t.Fact("left of the last walk", leftWords(p))
	t.Fact("count, type count", fmt.Sprintf("%d, %d", p.Count, p.TCount))
	t.Flags("kept by", model.If(p.Pinned, "pin"), model.If(p.Locked, "page_lock"))
	t.Fact("entries", entryList(p.Ent[:pool.Conf(c).Slots]))
	t.Fact("slot 256", p.ROMpt.String())
	t.Number("linear count", int(p.LinearEntries()))
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
	if p.Partial {
		s += fmt.Sprintf(" at entry %d%s", p.Nr, [...]string{"", ", which has a reference", ", which has no reference"}[p.PSet])
	}
	return s
}

// leftWords tells what a page has in fields that nobody must read, where that is
// not what is always left there.
func leftWords(p *page.Page) string {
	left := *p
	if p.TCount > 0 {
		left.Linear = page.StaleLinear
	}
	usual := left.Nr == page.StaleNr && left.PSet == page.PSetRef && left.Linear == page.StaleLinear
	if p.Partial || usual || !p.Owned && left.Nr == 0 && left.PSet == page.PSetNone && left.Linear == 0 {
		return ""
	}
	return fmt.Sprintf("nr %d, pset %d, linear %d", p.Nr, p.PSet, p.Linear)
}

func entryList(list []page.Entry) string {
	words := make([]string, len(list))
	for i, e := range list {
		words[i] = e.String()
	}
	return strings.Join(words, " ")
}

func cpuFacts(t *model.Teller, c *model.Config, v *pvmmu.VCPU) {
	t.Flags("state", model.If(v.Init, "initialised"), model.If(v.UserMode, "user mode"),
		model.If(v.Down, "down"), model.If(v.InReset, "in reset"))
	t.Fact("kernel table", orNone(v.Table))
	t.Fact("user table", orNone(v.User))
	t.Fact("old_guest_table", ogtWords(v))
	if Conf(c).TLB {
		tlbFacts(t, c, v)
	}
	if Conf(c).Steps {
		t.Fact("memory operation", memWords(v.Mem))
	}
}

func ogtWords(v *pvmmu.VCPU) string {
	s := orNone(v.Ogt)
	if v.OgtPartial {
		s += ", partial"
	}
	return s
}

func memWords(m pvmmu.Mem) string {
	if m == (pvmmu.Mem{}) {
		return m.Op.String()
	}
	s := fmt.Sprintf("%v, step %d, of %s for %s", m.Op, m.Step, orNone(m.At), orNone(m.Out))
	if m.Bad {
		s += ", to a bad address"
	}
	return s
}

func tlbFacts(t *model.Teller, c *model.Config, v *pvmmu.VCPU) {
	taken := fmt.Sprintf("%d steps of %s for %v", v.Step, orNone(v.WantOf), v.Want)
	if v.Saw != page.None {
		taken += fmt.Sprintf(", after %v", v.Saw)
	}
	t.Fact("GET_TYPE", taken)
	var writable []string
	for f := range page.MaxFrames {
		if v.TLB&(1<<f) != 0 {
			writable = append(writable, strconv.Itoa(f))
		}
	}
	t.Fact("TLB, writable", strings.Join(writable, " "))
	view := orNone(v.LinTLB)
	if v.LinDir != 0 {
		view += fmt.Sprintf(", directory slot %d", v.LinDir)
	}
	t.Fact("linear view", view)
}
