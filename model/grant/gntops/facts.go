package gntops

import (
	"fmt"
	"reflect"
	"strings"

	"hvcheck/model"
	"hvcheck/model/grant"
	"hvcheck/model/grant/ledger"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
)

// tell tells about the frames, the domains with their tables, mappings and kernels,
// what the CPUs are in the middle of, and what callers were told. Everything that is
// not in words is an aside, so that nothing changes unseen.
func tell(t *model.Teller, c *model.Config, w *model.World) {
	s, b := Of(w), Book(w)
	t.About("host")
	hostFacts(t, s)
	for m := range pool.Conf(c).Frames {
		t.About("frame %d", m)
		frameFacts(t, c, s, &pool.Of(w).Pages[m], m)
	}
	for d := range uint8(grant.NumDomains) {
		t.About("%s", Dom.Format(d))
		domainFacts(t, c, &s.Dom[d], b, d)
		t.Aside("all of it", left(&s.Dom[d]))
	}
	for cpu := range uint8(grant.NumCPUs) {
		t.About("%s", CPU.Format(cpu))
		taskFacts(t, &s.Task[cpu])
		t.Aside("all of it", left(&s.Task[cpu]))
	}
	t.About("notes")
	if b.Fault == ledger.NoFault {
		t.Fact("wrong", "")
	} else {
		t.Fact("wrong", b.Fault.String())
	}
	t.Aside("all of them", left(b))
	t.Aside("of the model", left(s))
	t.Aside("of the pool", left(pool.Of(w)))
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
		case v.Kind() == reflect.Bool:
			words = append(words, strings.TrimPrefix(path, "."))
		case v.CanInt():
			words = append(words, fmt.Sprintf("%s=%d", strings.TrimPrefix(path, "."), v.Int()))
		default:
			words = append(words, fmt.Sprintf("%s=%d", strings.TrimPrefix(path, "."), v.Uint()))
		}
	}
	walk("", reflect.ValueOf(v).Elem())
	return strings.Join(words, " ")
}

func hostFacts(t *model.Teller, s *grant.State) {
	t.Fact("host", s.Stop.String())
	t.Flags("environment", model.If(s.NoHeap, "no memory is free"), model.If(s.NoIOMMU, "IOMMU tables cannot be changed"))
	kernelFacts(t, &s.Kernel)
	for r := range s.Driver {
		t.Fact(fmt.Sprintf("b's driver, reference %d", r), driverWord(&s.Driver[r]))
	}
	for i := range s.TFrame {
		t.Fact(fmt.Sprintf("f's table frame %d", i), tableFrameWord(&s.TFrame[i]))
	}
}

func kernelFacts(t *model.Teller, k *grant.Kernel) {
	t.Fact("f's kernel", k.Stage.String())
	t.Flags("of it", model.If(k.Crash, "K1 has crashed"), model.If(k.Unsafe, "kexec_is_safe is not set"), model.If(k.Layout == 2, "it uses the layout of version 2"))
	t.Fact("it knows of holes at", bitWords(k.Hole))
	t.Fact("it does not use references", bitWords(k.Off))
	t.Flags("is kept for a crash", model.If(k.Kept != 0, fmt.Sprintf("slot %d of f", k.Kept-1)))
	t.Flags("takes the place of several", model.If(k.Shared != 0, fmt.Sprintf("frame %d", k.Shared-1)))
	t.Flags("shared_info", model.If(k.ShinfoMFN != 0, fmt.Sprintf("is frame %d", k.ShinfoMFN-1)), model.If(k.Shinfo != 0, fmt.Sprintf("the kernel has it at slot %d", k.Shinfo-1)))
	for p := range k.PIRQ {
		t.Flags(fmt.Sprintf("pirq %d", p), model.If(k.PIRQ[p] != 0, fmt.Sprintf("bound to emuirq %d", k.PIRQ[p]-1)),
			model.If(k.Believes[p] != 0, fmt.Sprintf("the kernel takes it to be bound to %d", k.Believes[p]-1)))
	}
}

// bitWords lists the numbers of the bits that are set.
func bitWords(bits uint8) string {
	var words []string
	for i := range 8 {
		if bits>>i&1 != 0 {
			words = append(words, fmt.Sprint(i))
		}
	}
	return strings.Join(words, " ")
}

// driverWord is what a driver has of a grant.
func driverWord(d *grant.Driver) string {
	if *d == (grant.Driver{}) {
		return ""
	}
	words := model.Words(model.If(true, d.State.String()), model.If(d.State != grant.DriverOff, fmt.Sprintf("at slot %d", d.Slot)),
		model.If(d.Second != 0, fmt.Sprintf("and at slot %d", d.Second-1)), model.If(d.ReadOnly, "to read"),
		model.If(d.Persistent, "persistent"), model.If(d.Closing, "told to close"))
	return strings.Join(words, ", ")
}

func tableFrameWord(f *grant.TableFrame) string {
	if !f.There {
		return ""
	}
	words := model.Words(model.If(true, fmt.Sprintf("count %d", f.Count)), model.If(!f.Allocated, "given back"),
		model.If(f.PTEs != 0, fmt.Sprintf("mapped %d times", f.PTEs)), model.If(f.M2P != 0, fmt.Sprintf("at slot %d", f.M2P-1)))
	return strings.Join(words, ", ")
}

// owners are the words for who owns a page.
var owners = [...]string{"f", "b", "c", "another domain", "xen", "nobody"}

func frameFacts(t *model.Teller, c *model.Config, s *grant.State, p *page.Page, m uint8) {
	owner := "nobody"
	if int(s.Owner[m]) < len(owners) {
		owner = owners[s.Owner[m]]
	}
	t.Fact("owner", owner)
	// what most pages have is left out of short descriptions
	t.Fact("count, type count", fmt.Sprintf("%d, %d", p.Count, p.TCount))
	t.Last().Minor = p.TCount == 0 && (p.Allocated && p.Count == 1 || p.Count == 0)
	t.Flags("allocated", model.If(p.Allocated, "yes"))
	t.Last().Minor = p.Allocated == (p.Count != 0)
	t.Fact("type", p.Type.String())
	t.Last().Minor = !p.Validated && (p.Type == page.None || p.Type == page.Writable)
	if tag := ""; Conf(c).Tags {
		if s.Tag[m] != grant.TagClean {
			tag = tagWord(s.Tag[m])
		}
		t.Fact("holds", tag)
	}
}

// tagWord says who wrote what is in a page.
func tagWord(tag grant.Tag) string {
	switch {
	case tag == grant.TagForeign:
		return "another domain's data"
	case tag == grant.TagPrivate:
		return "private data of f's kernel"
	case tag < grant.TagBack:
		return fmt.Sprintf("f's data of reference %d", tag-grant.TagFront)
	}
	return fmt.Sprintf("b's data of reference %d", tag-grant.TagBack)
}

func domainFacts(t *model.Teller, c *model.Config, d *grant.Domain, b *ledger.Book, of uint8) {
	t.Fact("is", [...]string{"", "crashed", "dying", "gone"}[d.Life&3])
	t.Flags("was made", model.If(d.HVM, "translated"), model.If(d.Sync, "with a device behind an IOMMU"), model.If(d.Priv, "privileged"))
	t.Flags("destruction", model.If(d.Phase != 0, fmt.Sprintf("D%d, %d handles released", d.Phase, d.Rel)))
	t.Detail("tot_pages, max_pages", fmt.Sprintf("%d, %d", d.Tot, d.Max))
	tableFacts(t, c, &d.Table)
	for r := range Conf(c).Refs + 1 {
		t.Fact(fmt.Sprintf("its kernel thinks of reference %d", r), beliefWord(&d.Belief[r]))
	}
	for h := range Conf(c).Handles {
		t.Fact(fmt.Sprintf("handle %d", h), handleWord(c, &d.Track, h))
		t.Fact(fmt.Sprintf("was told of handle %d", h), partWord(b.Told[of][h]))
	}
	if Conf(c).Lists {
		for v := range d.Track.Head {
			t.Fact(fmt.Sprintf("free handles of vcpu %d", v), listWord(&d.Track, uint8(v)))
		}
	}
	for i := range uint8(grant.MaxGfns) {
		t.Fact(fmt.Sprintf("slot %d maps", i), placeWord(d, i))
		t.Last().Minor = d.P2M[i] == grant.P2M{Type: grant.P2MRAM, MFN: i}
		t.Fact(fmt.Sprintf("slot %d is cached as", i), entryWord(d.TLB[i]))
	}
	for m := range pool.Conf(c).Frames {
		t.Fact(fmt.Sprintf("devices and frame %d", m), [...]string{"", "read", "write", "?"}[d.IOPT[m]&3])
		if n := d.Tree[m]; n == (grant.Count{}) {
			t.Fact(fmt.Sprintf("maptrack_tree of frame %d", m), "")
		} else {
			t.Fact(fmt.Sprintf("maptrack_tree of frame %d", m), fmt.Sprintf("%d reading, %d writing", n.Rd, n.Wr))
		}
	}
}

// entryWord writes an entry that is there.
func entryWord(e page.Entry) string {
	if e == 0 {
		return ""
	}
	return e.String()
}

// placeWord is what a domain has where it maps.
func placeWord(d *grant.Domain, i uint8) string {
	if !d.HVM {
		return entryWord(d.Entry(i))
	}
	e := d.P2M[i]
	kinds := [...]string{"", "RAM", "grant, rw", "grant, ro", "foreign", "paged out", "table frame"}
	if e.Type == grant.P2MNone || int(e.Type) >= len(kinds) {
		return ""
	}
	return fmt.Sprintf("%s: %d", kinds[e.Type], e.MFN)
}

func tableFacts(t *model.Teller, c *model.Config, g *grant.Table) {
	t.Detail("version", fmt.Sprintf("%d of %d, %d of %d frames, %d status frames", g.Ver, g.MaxVer, g.Frames, g.MaxFrames, g.StatusFrames))
	t.Flags("v2-only operations under way", model.If(g.V2Ops != 0, fmt.Sprint(g.V2Ops)))
	t.Flags("lock", model.If(g.Writer != 0, "kept by "+CPU.Format(g.Writer-1)))
	for r := range Conf(c).Refs + 1 {
		name := fmt.Sprintf("reference %d", r)
		t.Fact(name, sharedWord(&g.Entry[r]))
		t.Flags(name+"'s status", model.If(g.Status[r]&grant.Reading != 0, "reading"), model.If(g.Status[r]&grant.Writing != 0, "writing"))
		t.Fact(name+" pinned", pinWord(&g.Act[r]))
	}
}

func sharedWord(e *grant.Entry) string {
	switch {
	case *e == grant.Entry{}:
		return ""
	case e.Flags&grant.TypeMask == grant.Transitive:
		return fmt.Sprintf("%s, for %s: reference %d of %s", formatEntryFlags(e.Flags), Dom.Format(e.Domid), e.Frame, Dom.Format(e.Trans))
	}
	return fmt.Sprintf("%s, for %s, frame %d", formatEntryFlags(e.Flags), Dom.Format(e.Domid), e.Frame)
}

func pinWord(a *grant.Active) string {
	if !a.Pinned() {
		return ""
	}
	s := fmt.Sprintf("host %dw %dr, device %dw %dr, frame %d", a.Pin[0], a.Pin[1], a.Pin[2], a.Pin[3], a.MFN)
	if a.Sub {
		s += ", part of it"
	}
	return s
}

func beliefWord(b *grant.Belief) string {
	if b.State == grant.Free {
		return ""
	}
	s := fmt.Sprintf("%s has %d", Dom.Format(b.Dom), b.Frame)
	if b.RO {
		s += ", to read"
	}
	if b.State == grant.Ending {
		s += ", and still uses it"
	}
	return s
}

// handleWord is what Xen has by a handle.
func handleWord(c *model.Config, mt *grant.Maptrack, h uint8) string {
	m := &mt.Entry[h]
	switch {
	case m.Flags != 0:
		s := fmt.Sprintf("%s of reference %d of %s", formatMapFlags(m.Flags), m.Ref, Dom.Format(m.Domid))
		if m.Revoked {
			s += ", revoked"
		}
		return s
	case Conf(c).Lists && h < mt.Limit:
		return "not live"
	}
	return ""
}

// partWord is a mapping as its owner knows it.
func partWord(p ledger.Part) string {
	if !p.Some() {
		return ""
	}
	return fmt.Sprintf("%s, frame %d by reference %d of %s", formatMapFlags(p.Flags), p.MFN, p.Ref, Dom.Format(p.Dom))
}

// listWord follows a free list, and names the tail where it ends elsewhere.
func listWord(mt *grant.Maptrack, v uint8) string {
	var words []string
	at := mt.Head[v]
	for ; at != 0 && at <= grant.MaxHandles && len(words) <= grant.MaxHandles; at = mt.Entry[at-1].Ref {
		words = append(words, fmt.Sprint(at-1))
	}
	if mt.Tail[v] != 0 {
		words = append(words, fmt.Sprintf("(tail %d)", mt.Tail[v]-1))
	}
	return strings.Join(words, " ")
}

func taskFacts(t *model.Teller, k *grant.Task) {
	if !k.Busy() {
		t.Fact("in the middle of", "")
		t.Fact("next", "")
		return
	}
	t.Fact("in the middle of", workWord(k))
	next := k.PC.String()
	if k.Status != 0 {
		next += fmt.Sprintf("; it will answer %d", k.Status)
	}
	t.Fact("next", next)
}

// workWord is the work, and what of it stays the same from step to step.
func workWord(k *grant.Task) string {
	switch k.Work {
	case grant.WorkMap:
		return fmt.Sprintf("%v of reference %d of %s, %s", k.Work, k.Ref, Dom.Format(k.Dom), formatMapFlags(k.Flags))
	case grant.WorkGrant, grant.WorkEnd:
		return fmt.Sprintf("%v, reference %d", k.Work, k.Ref)
	}
	return k.Work.String()
}
