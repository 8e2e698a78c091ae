package rsops

import (
	"fmt"
	"strings"

	"hvcheck/model"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/ledger"
	"hvcheck/model/runstate/rsview"
)

// tell tells what is true of a World.
func tell(t *model.Teller, c *model.Config, w *model.World) {
	cfg, s := Conf(c), Of(w)
	tellHost(t, cfg, s)
	tellRecord(t, s)
	tellArea(t, cfg, s)
	for p := range runstate.NumPages {
		tellPage(t, s, p)
	}
	for k := range s.C {
		tellCache(t, s, k)
	}
	for i := range runstate.NumThreads {
		tellTask(t, s, i)
	}
	tellEvents(t, s)
	tellReader(t, cfg, s)
	tellBook(t, Book(w))
	tellLeft(t, s)
}

func tellHost(t *model.Teller, cfg *Config, s *runstate.State) {
	t.About("host")
	t.Fact("clock", ticks(cfg, s.Now))
	t.Fact("run_delay", ticks(cfg, s.RunDelay))
	t.Detail("run_delay of the other thread", ticks(cfg, s.Other))
	t.Detail("memslot generation", fmt.Sprint(s.Gen))
	t.Fact("invalidations running, counted late, ended", fmt.Sprintf("%d, %d, %d", s.Active, s.Late, s.Seq))
	t.Fact("the last step", model.JoinFlags(
		model.If(s.Stray == runstate.StrayPFN, "wrote to a frame that is somebody else's"),
		model.If(s.Stray == runstate.StrayNil, "wrote through a mapping that is not there"),
		model.If(s.Stray == runstate.StrayEnd, "wrote behind the page"),
		model.If(s.Slept, "slept in atomic context"), model.If(s.Skipped, "gave the update up")))
	t.Detail("entry time that a GET returned", ticks(cfg, s.Got))
}

// ticks writes a time: the entry times' flag, and how often the clock has gone
// on, if that is a whole number.
func ticks(cfg *Config, v uint64) string {
	text := ""
	if v&runstate.Update != 0 {
		text, v = "UPDATE + ", v&^runstate.Update
	}
	if v%cfg.Unit == 0 && v/cfg.Unit < 1000 {
		return text + fmt.Sprint(v/cfg.Unit)
	}
	return text + fmt.Sprintf("%#x", v)
}

var stateNames = [...]string{"running", "runnable", "blocked", "offline"}

func stateName(v uint64) string {
	if v < uint64(len(stateNames)) {
		return stateNames[v]
	}
	return fmt.Sprintf("%#x", v)
}

// times writes each, by its state.
func times(list [runstate.NumStates]uint64) string {
	var words []string
	for i, v := range list {
		words = append(words, fmt.Sprintf("%s %#x", stateNames[i], v))
	}
	return strings.Join(words, ", ")
}

func tellRecord(t *model.Teller, s *runstate.State) {
	t.About("record")
	t.Fact("state", stateName(s.Rec.State))
	t.Fact("state_entry_time", fmt.Sprintf("%#x", s.Rec.Entry))
	t.Fact("time", times(s.Rec.Time))
	t.Detail("last steal", fmt.Sprintf("%#x", s.Rec.LastSteal))
}

func tellArea(t *model.Teller, cfg *Config, s *runstate.State) {
	t.About("area")
	t.Fact("layout", Width.Format(uint8(s.Layout))+"-bit")
	t.Flags("guest", model.If(s.FlagOn, "has asked for XEN_RUNSTATE_UPDATE"), model.If(s.User, "is in user mode"))
	t.Flags("Xen", model.If(s.Handle, "has the guest's address of it"), model.If(s.Phys, "holds its page"),
		model.If(s.Narrow, "writes it in 32 bits"), model.If(s.Pending, "is to repeat an update"))
	t.Detail("address for Xen", Address.Format(s.At+1))
	text := ""
	if at, ok := areaOf(cfg, s); ok {
		r := rsview.Read(s, s.Layout, at)
		text = fmt.Sprintf("%s since %#x, %s", stateName(r.State), r.Entry, times(r.Time))
	}
	t.Fact("content", text)
}

func tellPage(t *model.Teller, s *runstate.State, p uint8) {
	t.About("page %s", PageArg.Format(p))
	frame := ""
	if s.PT[p] != 0 {
		frame = fmt.Sprint(s.PT[p])
	}
	t.Fact("frame", frame)
	t.Detail("last frame", fmt.Sprint(s.Last[p]))
	t.Fact("memslot", SlotArg.Format(uint8(s.Slot[p])))
	t.Fact("unmapped by the guest", model.YesNo(s.Unmapped[p]))
	from := int(p) * rsview.Half
	t.Detail("memory", fmt.Sprintf("%x", s.Mem[from:from+rsview.Half]))
}

func tellCache(t *model.Teller, s *runstate.State, k int) {
	m := &s.C[k]
	t.About("cache %d", k+1)
	t.Flags("is", model.If(m.Active, "active"), model.If(m.Valid, "valid"))
	t.Fact("gpa", address8(m.Addr))
	t.Fact("mapping", fmt.Sprintf("page %d, frame %d, at %s", m.Page, m.PFN, address8(m.Off)))
	t.Detail("generation", fmt.Sprint(m.Gen))
	t.Fact("read-locked by", threads(m.Readers))
	t.Fact("writers wait", threads(m.Waiting))
	t.Fact("refreshed by", threads(1<<m.Mutex>>1))
}

// address8 writes an address of the model's.
func address8(at uint8) string {
	if at == runstate.Nowhere {
		return "none"
	}
	return fmt.Sprintf("%#x", rsview.Offset(at))
}

// threads writes a set of them.
func threads(set uint8) string {
	var words []string
	for i := range runstate.NumThreads {
		if set>>i&1 != 0 {
			words = append(words, Thread.Format(i))
		}
	}
	return strings.Join(words, ", ")
}

var phases = [...]string{
	"", "has read the clock", "is about to lock the first cache", "is about to lock the second cache", "holds its locks", "writes",
	"is about to look the address up", "is about to bring the page", "is about to install it",
	"is about to tell the first cache", "is about to tell the second cache", "is about to be counted", "is about to take the page", "is about to end",
}

var locks = [...]string{"", "to read the first cache", "to read the second cache", "to write the first cache", "to write the second cache", "to refresh the first cache", "to refresh the second cache"}

func tellTask(t *model.Teller, s *runstate.State, i uint8) {
	k := &s.Task[i]
	t.About("%s", Thread.Format(i))
	t.Fact("is", phases[k.PC%runstate.Phase(len(phases))])
	t.Fact("waits", locks[k.Waits%runstate.Lock(len(locks))])
	t.Flags("update", model.If(k.Atomic, "in atomic context"), model.If(k.Flag, "with the flag"), model.If(k.Lost, "cut off"))
	t.Detail("stores done", fmt.Sprint(k.Next))
	t.Aside("rest", fmt.Sprintf("clock %#x, to %d, layout %d, at %d, wrote %v, holds %d, cache %d, page %d, seq %d, frame %d, kind %d", k.Clock, k.To, k.Layout, k.At, k.Wrote, k.Held, k.Cache, k.Page, k.Seq, k.PFN, k.Kind))
}

func tellReader(t *model.Teller, cfg *Config, s *runstate.State) {
	r := &s.Read
	t.About("reader")
	text := ""
	if r.Step != 0 {
		text = fmt.Sprintf("%s CPU, %d of %d", CPUArg.Format(uint8(r.Own)), r.Step, rsview.Steps(&cfg.Config))
	}
	t.Fact("has read", text)
	t.Fact("first entry time", fmt.Sprintf("%#x", r.First))
	t.Fact("copy", fmt.Sprintf("%s since %#x, %s", stateName(r.Copy.State), r.Copy.Entry, times(r.Copy.Time)))
	t.Aside("unused", fmt.Sprint(r.Step, r.Own, r.Copy.LastSteal))
}

func tellBook(t *model.Teller, b *ledger.Book) {
	t.About("books")
	t.Aside("record", fmt.Sprint(b.Want, b.Clock, b.To))
	t.Aside("contents", fmt.Sprint(b.New, b.Old))
	t.Aside("area", fmt.Sprint(b.On, b.At, b.Flag, b.How, b.Fixed))
	t.Aside("last", fmt.Sprint(b.Set, b.Steal, b.Atomic))
	t.Aside("an update is due", model.YesNo(b.Due))
	t.Aside("events", fmt.Sprint(b.Ev))
}

func tellLeft(t *model.Teller, s *runstate.State) {
	t.About("scope")
	for i, b := range runstate.Budgets {
		t.Aside(b.Name+" left", fmt.Sprint(s.Left[i]))
	}
}
