package drive

import (
	"errors"
	"testing"

	_ "hvcheck/areas"
	"hvcheck/conform"
	"hvcheck/conform/kvm/abi"
	view "hvcheck/conform/runstate"
	"hvcheck/conform/ways"
	"hvcheck/counterexamples"
	"hvcheck/model/runstate"
	"hvcheck/scenarios"
)

// Every operation of an area is driven in one way, or there is a reason why not.
func TestEveryOperationHasAWay(t *testing.T) {
	for _, wrong := range ways.Check(Mappings) {
		t.Error(wrong)
	}
	lacking, silent, twice := *areas, *areas, *areas
	lacking.Ways = areas.Ways[1:]
	silent.Ways = append([]ways.Way{{Spec: areas.Ways[0].Spec}}, areas.Ways[1:]...)
	twice.Ways = append(areas.Ways[:1:1], areas.Ways...)
	for _, m := range []*ways.Mapping[*abi.KVM]{&lacking, &silent, &twice} {
		if wrong := ways.Check([]*ways.Mapping[*abi.KVM]{m}); len(wrong) != 1 {
			t.Errorf("%d complaints, want one: %v", len(wrong), wrong)
		}
	}
}

// A scenario about Xen's own areas is refused, also where the design is KVM's.
func TestRefused(t *testing.T) {
	for name, want := range map[string]bool{"runstate.xen": true, "runstate.pv-mode": true, "runstate.all": false} {
		s, _ := scenarios.ByName(name)
		scene, err := conform.NewScene(&counterexamples.Story{Scenario: s, Config: s.Config})
		if err != nil {
			t.Fatal(err)
		}
		if got := refused(scene) != ""; got != want {
			t.Errorf("%s: refused is %v", name, got)
		}
	}
}

// Times are told as the nearest whole ticks, also those below zero.
func TestTicks(t *testing.T) {
	s := &session{cfg: runstate.Config{Unit: 1000}}
	for ns, want := range map[int64]int64{0: 0, 30: 0, -30: 0, 1020: 1000, 980: 1000, -980: -1000, 7_499: 7000, 7_501: 8000} {
		if got := int64(s.ticks(uint64(ns))); got != want {
			t.Errorf("%d is told as %d, want %d", ns, got, want)
		}
	}
}

// looked is a session that has seen an area of the 64-bit layout.
func looked(at uint8, r abi.Record) (*session, *sight) {
	s := &session{cfg: runstate.Config{Unit: 1000}}
	s.known.begin()
	now := &sight{at: at, record: r}
	for p := range now.pages {
		now.pages[p] = append([]byte(nil), canaries...)
	}
	return s, now
}

// store writes bytes of an image.
func store(g *sight, r *abi.Record, from, to uint8, flag bool) {
	image := runstate.Layout64.Image(&runstate.Record{State: r.State, Entry: r.Entry, Time: r.Time}, flag)
	for i := from; i < to; i++ {
		if !isPadding(runstate.Layout64, i) {
			at := g.at + i
			g.pages[runstate.PageOf(at)][inPage(at)] = image[i]
		}
	}
}

// What was written comes from the record, in whole or in one page; a flag that was
// left is seen, and what comes from nowhere is told as such.
func TestShadow(t *testing.T) {
	r := abi.Record{State: 2, Entry: 9003, Time: [4]uint64{5001, 0, 4002, 0}}
	const at, split, n = 24, runstate.Window - 24, 48
	model := runstate.Layout64.Image(&runstate.Record{State: 2, Entry: 9000, Time: [4]uint64{5000, 0, 4000, 0}}, false)
	for _, tc := range []struct {
		name     string
		from, to uint8
		flag     bool
	}{{"whole", 0, n, false}, {"the first page alone", 0, split, false}, {"the second page alone", split, n, false}, {"with the flag", 0, n, true}} {
		s, now := looked(at, r)
		store(now, &r, tc.from, tc.to, tc.flag)
		s.known.update(s, now)
		for i := range uint8(n) {
			want := byte(canary)
			if i >= tc.from && i < tc.to && !isPadding(runstate.Layout64, i) {
				want = model[i]
			}
			if got := s.known.bytes[at+i]; !tc.flag && (got != want || s.known.strange[at+i]) {
				t.Errorf("%s: byte %d is told as %#x, want %#x", tc.name, i, got, want)
			}
		}
		if got := s.known.bytes[at+15]; tc.flag && got != 0x80 {
			t.Errorf("%s: the flag's byte is told as %#x", tc.name, got)
		}
	}
	s, now := looked(at, r)
	now.pages[0][inPage(at-1)] = 0
	s.known.update(s, now)
	if !s.known.strange[at-1] {
		t.Error("a byte in front of the area was written, and is told as if it came from the record")
	}
}

// gate is one whose thread has waited so long.
type gate struct {
	abi.Gate
	waited uint64
}

func (g *gate) Waited() (uint64, error) { return g.waited, nil }

// A vCPU whose thread has waited although nobody had asked for it is not compared.
func TestCalm(t *testing.T) {
	g := &gate{}
	s := &session{k: &abi.KVM{Gate: g}}
	for _, tc := range []struct {
		name   string
		waits  uint64
		asked  bool
		unrest bool
	}{
		{"before it has the vCPU", view.Tick, true, false},
		{"a little", view.Tick / 8, false, false},
		{"as long as it was asked to", view.Tick, true, false},
		{"a little more than a quarter of a tick in all", view.Tick/8 + 1, false, true},
	} {
		g.waited, s.asked = g.waited+tc.waits, tc.asked
		if err := s.calm(); errors.Is(err, ways.ErrDisturbed) != tc.unrest || (err != nil) != tc.unrest {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
}

// pages are memory that is only written to.
type pages struct {
	abi.Memory
	of [allPages][abi.PageSize]byte
}

func (p *pages) Write(page, at int, data []byte) error {
	copy(p.of[page][at:], data)
	return nil
}

// A time that is a little more than whole ticks can end in the byte with which whatever is
// written over it begins: that was written all the same.
func TestSettle(t *testing.T) {
	const at = 0
	s, now := looked(at, abi.Record{State: 2, Entry: 9 << 8, Time: [4]uint64{9 << 8}})
	memory := &pages{}
	s.mem = memory
	store(now, &now.record, 0, 48, false)
	s.known.update(s, now)
	s.saw = *now
	if err := s.settle(); err != nil {
		t.Fatal(err)
	}
	low := at + runstate.Layout64.EntryAt()
	if told := byte(2000 & 0xff); now.pages[0][inPage(low)] != told || memory.of[firstPage][inPage(low)] != told {
		t.Fatalf("the entry time's low byte is not what was told: %#x", memory.of[firstPage][inPage(low)])
	}
	after := *now
	after.pages[0] = append([]byte(nil), now.pages[0]...)
	after.pages[0][inPage(low)] = 0
	after.at = runstate.Nowhere
	s.known.update(s, &after)
	if s.known.bytes[low] != 0 {
		t.Errorf("zero was written over it, and is told as %#x", s.known.bytes[low])
	}
}
