package iomops

import (
	"fmt"
	"reflect"
	"strings"

	"hvcheck/model"
	"hvcheck/model/iommu"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
)

// tell tells about frames, domains, devices, IOMMUs and CPUs. Everything that is not in
// words is an aside, so that nothing changes unseen.
func tell(t *model.Teller, c *model.Config, w *model.World) {
	s, own := Of(w), Conf(c)
	t.About("host")
	t.Fact("host", s.Stop.String())
	t.Flags("environment", model.If(s.NoMemory, "no memory for tables"))
	for m := range pool.Conf(c).Frames {
		t.About("frame %d", m)
		frameFacts(t, s, &pool.Of(w).Pages[m], m)
	}
	for d := range uint8(iommu.NumDomains) {
		t.About("%s", Dom.Format(d))
		domainFacts(t, own, s, d)
	}
	for v := range own.Devs {
		t.About("device %d", v)
		deviceFacts(t, own, s, v)
	}
	for i := range own.IOMMUs {
		t.About("iommu %d", i)
		iommuFacts(t, own, s, i)
	}
	for cpu := range own.CPUs {
		t.About("cpu %d", cpu)
		taskFacts(t, s, cpu)
	}
	t.About("held")
	for k := range s.Held {
		t.Fact(fmt.Sprintf("%d", k), heldWord(&s.Held[k]))
	}
	t.About("notes")
	t.Aside("all of them", left(Book(w)))
	t.Aside("of the model", left(s))
	t.Aside("of the pool", left(pool.Of(w)))
}

func frameFacts(t *model.Teller, s *iommu.State, p *page.Page, m uint8) {
	f := &s.Frame[m]
	owner := "nobody"
	if f.Owner < iommu.NumDomains {
		owner = Dom.Format(f.Owner)
	}
	t.Fact("owner", owner)
	t.Fact("count", fmt.Sprint(p.Count))
	t.Flags("is", model.If(p.Allocated, "allocated"), model.If(f.XenHeap, "of Xen's heap"), model.If(f.Leaked, "leaked"), model.If(f.Marked, "marked dev_tlb"))
	t.Fact("references of tables and flushes", numberOrNone(f.DevRefs))
	t.Fact("type", typeWord(p))
	t.Detail("m2p", gfnWord(f.GFN))
	t.Fact("uses", numberOrNone(f.Uses))
}

func typeWord(p *page.Page) string {
	if p.Type == page.None && p.TCount == 0 {
		return ""
	}
	word := fmt.Sprintf("%v, %d", p.Type, p.TCount)
	if p.TCount > 0 && !p.Validated {
		word += ", not validated"
	}
	return word
}

func numberOrNone(n uint8) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

func gfnWord(n uint8) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("gfn %d", n-1)
}

func domainFacts(t *model.Teller, own *iommu.Config, s *iommu.State, d uint8) {
	dom := &s.Dom[d]
	t.Fact("is", dom.Life.String())
	t.Flags("and", model.If(dom.Paused > 0, "paused"), model.If(dom.Zombie, "a zombie"))
	t.Flags("has", model.If(dom.On, "an IOMMU table"), model.If(dom.Shared, "the same as its p2m"), model.If(dom.ATS, "an ATS device"))
	t.Detail("tot_pages, max_pages", fmt.Sprintf("%d, %d", dom.Tot, dom.Max))
	t.Detail("p2m lock", cpuWord(dom.Lock))
	for g := range own.Gfns {
		word := ""
		if e := dom.P2M[g]; e.Type != iommu.Invalid {
			word = fmt.Sprintf("frame %d, %v", e.MFN, e.Type)
		}
		t.Fact(fmt.Sprintf("gfn %d", g), word)
	}
}

func cpuWord(lock uint8) string {
	if lock == 0 {
		return ""
	}
	return fmt.Sprintf("cpu %d", lock-1)
}

// tables are the words for tables.
var tables = [iommu.NumTables]string{"d0", "d1", "d2", "quarantine 0", "quarantine 1"}

// entryWord says where an entry leads.
func entryWord(e iommu.Entry, dfn uint8) string {
	if !e.Present() {
		return ""
	}
	where := fmt.Sprintf("frame %d", e.Frame())
	if e&iommu.Firmware != 0 {
		where = "firmware's memory"
	}
	return where + model.JoinFlags(model.If(e&iommu.Writable == 0, " read-only")) + model.JoinFlags(model.If(e&iommu.Super != 0, " superpage"))
}

// entries tells what a table, or a cache, has.
func entries(t *model.Teller, own *iommu.Config, name string, list *[iommu.MaxGfns]iommu.Entry) {
	for g := range own.Gfns {
		t.Fact(fmt.Sprintf("%s, dfn %d", name, g), entryWord(list[g], g))
	}
}

func ctxWord(ctx iommu.Ctx) string {
	if ctx.Type == iommu.Absent {
		return ""
	}
	return fmt.Sprintf("%v, table of %s, DID %d", ctx.Type, tables[ctx.Table%iommu.NumTables], ctx.DID)
}

func deviceFacts(t *model.Teller, own *iommu.Config, s *iommu.State, v uint8) {
	dev := &s.Dev[v]
	owner := ""
	if dev.There && dev.Owner < iommu.NumDomains {
		owner = Dom.Format(dev.Owner)
	}
	t.Fact("owner", owner)
	t.Flags("is", model.If(dev.ATS, "ATS"), model.If(dev.Broken, "broken"), model.If(dev.Quarantine, "in quarantine"), model.If(dev.Stuck, "stuck"))
	t.Fact("context entry", ctxWord(s.Ctx[v]))
	if v == 0 {
		t.Fact("context entry of its phantom function", ctxWord(s.Ctx[iommu.Phantom]))
	}
	entries(t, own, "Device-TLB", &s.DevTLB[v])
	under := ""
	if f := &s.InFlight[v]; f.E != 0 {
		under = fmt.Sprintf("%s of dfn %d, to %s", Access.Format(word(f.Write)), f.DFN, entryWord(f.E, f.DFN))
	}
	t.Fact("under way", under)
}

func word(on bool) uint8 {
	if on {
		return 1
	}
	return 0
}

func iommuFacts(t *model.Teller, own *iommu.Config, s *iommu.State, i uint8) {
	if i == 0 {
		for table := range s.IOPT {
			entries(t, own, "table of "+tables[table], &s.IOPT[table])
			if own.NonCoherent {
				entries(t, own, "table of "+tables[table]+", in memory", &s.Mem[table])
			}
			t.Flags("table of "+tables[table], model.If(s.Freed[table], "freed"))
		}
	}
	for did := range s.IOTLB[i] {
		t.Detail(fmt.Sprintf("DID %d", did), domidWord(s.DIDs[i][did]))
		entries(t, own, fmt.Sprintf("IOTLB of DID %d", did), &s.IOTLB[i][did])
	}
	var words []string
	for k := range s.Queue[i].N {
		words = append(words, descWord(&s.Queue[i].D[k]))
	}
	t.Fact("queue", strings.Join(words, "; "))
	t.Flags("interrupt", model.If(s.IRQ[i], "pending"))
}

func domidWord(domid uint8) string {
	switch {
	case domid == 0:
		return ""
	case domid > iommu.Pseudo:
		return fmt.Sprintf("quarantine %d", domid-iommu.Pseudo-1)
	}
	return Dom.Format(domid - 1)
}

// descWord is a descriptor in words.
func descWord(d *iommu.Desc) string {
	addr := "everything"
	if d.Addr != iommu.All {
		addr = fmt.Sprintf("dfn %d, order %d", d.Addr, d.Size)
	}
	switch d.Op {
	case iommu.DescCtx:
		return "context of requester " + Fn.Format(d.Fn)
	case iommu.DescIOTLB:
		return fmt.Sprintf("IOTLB of DID %d, %s", d.DID, addr)
	case iommu.DescDevTLB:
		return fmt.Sprintf("Device-TLB %d, address %d, S=%d", d.Fn, d.Addr, d.Size)
	case iommu.DescIRQ:
		return "wait, interrupt"
	}
	if d.CPU >= iommu.NumCPUs {
		return "wait of nobody's"
	}
	return fmt.Sprintf("wait of cpu %d", d.CPU)
}

func heldWord(h *iommu.Held) string {
	if h.Kind == iommu.NotHeld {
		return ""
	}
	of := fmt.Sprintf("frame %d", h.MFN)
	if h.Kind == iommu.Unpause {
		of = Dom.Format(h.Dom)
	}
	return fmt.Sprintf("%v: %s, after %v completions", h.Kind, of, h.Left)
}

func taskFacts(t *model.Teller, s *iommu.State, cpu uint8) {
	k := &s.Task[cpu]
	what := ""
	if k.Busy() {
		what = fmt.Sprintf("%v of %s, at %v", k.Work, By.Format(k.Actor), k.PC)
	}
	t.Fact("in the middle of", what)
	t.Flags("iommu_dont_flush_iotlb", model.If(s.NoDefer[cpu], "set"))
	t.Fact("its TLB", entryWord(s.TLB[cpu], 0))
	t.Flags("its poll slot", model.If(s.Slot[cpu], "done"))
	t.Flags("error", model.If(k.Err != 0, fmt.Sprint(k.Err)))
	t.Aside("all of it", left(k))
}

// left lists the values inside of something that are not zero, by their paths.
func left(v any) string {
	var words []string
	var walk func(path string, v reflect.Value)
	walk = func(path string, v reflect.Value) {
		switch {
		case v.IsZero():
		case v.Kind() == reflect.Struct:
			for i := range v.NumField() {
				walk(path+"."+v.Type().Field(i).Name, v.Field(i))
			}
		case v.Kind() == reflect.Array:
			for i := range v.Len() {
				walk(fmt.Sprintf("%s[%d]", path, i), v.Index(i))
			}
		default:
			words = append(words, fmt.Sprintf("%s=%v", strings.TrimPrefix(path, "."), v))
		}
	}
	walk("", reflect.ValueOf(v).Elem())
	return strings.Join(words, " ")
}
