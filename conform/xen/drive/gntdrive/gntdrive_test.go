package gntdrive

import (
	"testing"

	_ "hvcheck/areas"
	"hvcheck/conform"
	view "hvcheck/conform/grant"
	"hvcheck/conform/ways"
	"hvcheck/conform/xen/drive"
	"hvcheck/conform/xen/subject"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/grant/gntops"
	"hvcheck/model/grant/gnttab"
	"hvcheck/model/page"
)

func ask(c model.Config, w *model.World, op model.Op) *drive.Question {
	return ways.Ask(model.NewMachine(c), w, op, nil)
}

// tables is a session with grant tables, and nothing behind them.
func tables(ver int) *grantSession {
	s := &grantSession{}
	for m := range s.frames {
		s.frames[m] = 0x1000 + uint64(m)
	}
	s.dom[grant.DomF], s.dom[grant.DomB] = &subject.Domain{ID: 7}, &subject.Domain{ID: 8}
	s.table[grant.DomF] = table{GrantTable: subject.MemoryTable(ver)}
	return s
}

// An entry that a kernel has stored is read back as it was, in both layouts.
func TestGrantEntries(t *testing.T) {
	for _, l := range []struct {
		ver int
		e   grant.Entry
	}{
		{1, grant.Entry{}},
		{1, grant.Entry{Flags: grant.PermitAccess | grant.Readonly, Domid: grant.DomB, Frame: 3}},
		{1, grant.Entry{Flags: grant.PermitAccess | grant.SubPage, Domid: grant.DomC, Frame: grant.NoGfn}},
		{2, grant.Entry{Flags: grant.AcceptTransfer | grant.Committed, Domid: grant.NumDomains, Frame: grant.BigFrame}},
		{2, grant.Entry{Flags: grant.Transitive, Domid: grant.DomB, Trans: grant.DomC, Frame: grant.High}},
		{2, grant.Entry{Flags: grant.PermitAccess, Domid: grant.DomB, Trans: grant.DomC, Frame: 1}},
	} {
		s := tables(l.ver)
		s.write(grant.DomF, 1, &l.e)
		if got := s.read(grant.DomF, 1); !got.there || !got.known || got.Entry != l.e {
			t.Errorf("version %d, %+v: read back as %+v", l.ver, l.e, got)
		}
	}
	if s := tables(1); !s.read(grant.DomF, grant.High).there {
		t.Error("a frame of version 1 has no last entry")
	}
	if s := tables(2); s.read(grant.DomF, grant.High).there {
		t.Error("a frame of version 2 has the last entry of version 1")
	}
}

// A page that gets another machine frame is named by it where nobody looks; a kernel
// means the same page.
func TestRename(t *testing.T) {
	s := tables(1)
	s.write(grant.DomF, 1, &grant.Entry{Frame: 2})
	s.rename(2, 0x9999)
	if e := s.read(grant.DomF, 1); e.Frame != 2 || e.raw != 0x9999 {
		t.Errorf("%+v", e)
	}
}

// What a kernel does is decided by what is in memory.
func TestKernelStores(t *testing.T) {
	s := tables(1)
	flags := grants.Way(gntops.GuestFlags.Of(grant.Front0, 1, 0))
	for _, l := range []struct {
		ref  uint8
		code errno.Errno
	}{{1, errno.OK}, {grant.MaxRefs, errno.EINVAL}} {
		did, err := flags.Do(s, gntops.GuestFlags.Of(grant.Front0, l.ref, grant.PermitAccess|grant.Reading), 0)
		if err != nil || did.Result != l.code.String() {
			t.Errorf("ref %d: %+v, %v", l.ref, did, err)
		}
	}
	end := gntops.GuestEnd.Of(grant.Front0, 1)
	for i, want := range []errno.Errno{errno.ENOENT, errno.EBUSY, errno.OK} {
		s.table[grant.DomF].granted[1] = i > 0
		if i == 2 {
			s.write(grant.DomF, 1, &grant.Entry{Flags: grant.PermitAccess})
		}
		if did, err := grants.Way(end).Do(s, end, 0); err != nil || did.Result != want.String() {
			t.Errorf("%d: %+v, %v, want %v", i, did, err, want)
		}
	}
}

// What cannot be driven is told before anybody tries.
func TestGrantExceptions(t *testing.T) {
	c := gntops.Scope{Refs: 2, Frames: 3, Slots: 1, Handles: 1, Fronts: 1, Backs: 1, Preempt: 1}.Config()
	start := gntops.Begin("", grant.Start{F: grant.Made{Own: 2, Spare: 1}, B: grant.Made{Sync: true}, C: grant.Made{Absent: true}},
		gntops.GuestGrant.Of(grant.Front0, 1, grant.DomB, 0, 0))
	w := start.World(&c)
	for _, l := range []struct {
		op   model.Op
		want string
	}{
		{gntops.Map.Of(grant.Back0, grant.DomF, 1, grant.HostMap, 0, 1, 0), ""},
		{gntops.Map.Of(grant.Back0, grant.DomF, 1, grant.HostMap, gnttab.Unaligned, 0, 0), "an address within a page is as good as that of the page"},
		{gntops.Unmap.Of(grant.Back0, 0, 0, 0, 1, 0), block},
		{gntops.Copy.Of(grant.Back0, 0, 0, 0, 1, 0), claims},
		{gntops.Populate.Of(grant.Front0, 2), ""},
		{gntops.Destroy.Of(grant.DomB, 1), drive.Instrument},
		{gntops.Destroy.Of(grant.DomC, 0), "there is no such domain"},
		{gntops.DMA.Of(grant.DomF, 0, 1), "the domain has no device"},
		{gntops.DMA.Of(grant.DomB, 2, 1), "nobody can look at a page that is nobody's, or of a domain that runs no more"},
		{gntops.KernelBoot.Of(0), decided},
	} {
		if why := grants.Way(l.op).Undriven(ask(c, &w, l.op)); why != l.want {
			t.Errorf("%v: %q, want %q", l.op, why, l.want)
		}
	}
	model.NewMachine(c).Do(&w, gntops.GuestFrame.Of(grant.Front0, 1, 2))
	if op := gntops.Populate.Of(grant.Front0, 2); grants.Way(op).Undriven(ask(c, &w, op)) != renamed {
		t.Error("a frame that an entry names gets another number")
	}
}

// A translated domain has no page tables in which Xen would see frames of its grant table.
func TestMayHold(t *testing.T) {
	s := tables(1)
	for _, hvm := range []bool{false, true} {
		s.hvm[grant.DomF] = hvm
		if s.mayHold(grant.Front0) == hvm || !s.mayHold(grant.Tool) || s.mayHold(grant.Back0) {
			t.Errorf("translated: %v", hvm)
		}
	}
}

// What devices get at a gfn is told as what a guest has there is.
func TestForDevices(t *testing.T) {
	s := tables(1)
	table := map[uint64]subject.Mapped{1: {Frame: 0x1002, Reads: true}, 2: {Frame: 0x1002, Reads: true, Writes: true}, 3: {Frame: 0x1002, Writes: true}}
	for gfn, want := range []string{"none", page.To(2, page.RO).String(), page.To(2, page.RW).String(), "{Frame:4098 Reads:false Writes:true}"} {
		if got := s.forDevices(table, uint64(gfn)); got != want {
			t.Errorf("%d: %s, want %s", gfn, got, want)
		}
	}
}

// What a device does to a page of a translated domain is seen where that has it.
func TestDMAOfTranslated(t *testing.T) {
	c := gntops.Scope{Refs: 2, Frames: 3, Slots: 1, Handles: 1, Fronts: 1, Backs: 1}.Config()
	start := gntops.Begin("", grant.Start{F: grant.Made{Own: 1, HVM: true}, B: grant.Made{Sync: true}, C: grant.Made{Absent: true}})
	w, op := start.World(&c), gntops.DMA.Of(grant.DomB, 0, 1)
	if why := grants.Way(op).Undriven(ask(c, &w, op)); why != "" {
		t.Error(why)
	}
	gntops.Of(&w).Dom[grant.DomF].P2M[0].Type = grant.P2MGrantRW
	if why := grants.Way(op).Undriven(ask(c, &w, op)); why == "" {
		t.Error("it is nowhere as memory of the domain's own")
	}
}

// A page-table entry of a mapping is read without what the processor notes in it.
func TestSlotEntries(t *testing.T) {
	s := tables(1)
	for pte, want := range map[uint64]string{
		0: "none", 0x1002<<12 | 1<<62 | drive.ReadOnly | drive.DirtyBit: page.To(2, page.RO).String(), 0x1003<<12 | drive.Writable: page.To(3, page.RW).String(), 0x55<<12 | 1: "0x55001",
	} {
		if got := s.slotEntry(pte); got != want {
			t.Errorf("%#x: %s, want %s", pte, got, want)
		}
	}
	seen := conform.Seen{}
	s.lookActive(seen, grant.DomF, &subject.Grants{Active: map[uint32]subject.Active{8: {Domain: 8, Frame: 0x1001, Pin: 0x01000201}}})
	if e := seen[conform.NameOf(view.EntryOf(grant.DomF), 1)]; e[view.Pins] != "1 2 0 1" || e[view.By] != "b" || e[view.Pinned] != "1" {
		t.Errorf("%v", e)
	}
}
