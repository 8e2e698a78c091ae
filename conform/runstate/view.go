// Package runstate says what can be seen of the area runstate from outside: the
// record that the hypervisor keeps, the area's place, both pages byte by byte, event
// words and where they are, and what a guest's CPU has copied.
package runstate

import (
	"fmt"
	"slices"
	"strings"

	"hvcheck/conform"
	"hvcheck/model"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/rsops"
)

// Names of what is seen.
const (
	Record, Area, Page, Guest, Reader = "record", "area", "page", "guest", "reader"

	State, Entry, Left        = "state", "entry time", "not accounted"
	Address                   = "address"
	Bytes, Rest               = "bytes", "rest"
	Width, Flag               = "width", "update flag"
	Step, First, Copy, Around = "step", "first entry time", "copy", "other memory"
)

// Times are the names of the times, by state.
var Times = [runstate.NumStates]string{"running", "runnable", "blocked", "offline"}

// Untouched is what memory is that nobody has written to.
const Untouched = "untouched"

// View is what can be seen of the area.
var View = &conform.View{
	Area:    rsops.Area,
	Prepare: prepare,
	Keep:    []string{"reach"},
	Inner:   []*model.Spec{rsops.HostStep},
	Objects: []conform.Object{
		{Name: Record, Fields: recordFields()},
		{Name: Area, Fields: []conform.Field{{Name: Address, Doc: "where it is registered", Model: address}}},
		{Name: Page, Count: func(*model.Config) int { return int(runstate.NumPages) }, Fields: slices.Concat(pageFields, eventPageFields)},
		{Name: Events, Fields: eventFields},
		{Name: Guest, Fields: []conform.Field{
			{Name: Width, Doc: "32 or 64 bits", Model: of(func(s *runstate.State) string { return rsops.Width.Format(uint8(s.Layout)) })},
			{Name: Flag, Doc: "whether it has asked for XEN_RUNSTATE_UPDATE", Model: of(func(s *runstate.State) string { return model.YesNo(s.FlagOn) })},
			{Name: Around, Doc: "memory that is none of the pages", Model: always},
		}},
		{Name: Reader, Fields: []conform.Field{
			{Name: Step, Doc: "of a guest's CPU that copies the area", Model: of(func(s *runstate.State) string { return fmt.Sprint(s.Read.Step) })},
			{Name: First, Doc: "the entry time as it was read first", Model: of(func(s *runstate.State) string { return Number(s.Read.First) })},
			{Name: Copy, Doc: "what is copied so far", Model: of(func(s *runstate.State) string { return Copied(&s.Read) })},
		}},
	},
}

// Tick is a tick of the clock where a scenario leaves it open, in nanoseconds: two
// orders of magnitude beyond what calls take, and not too long to be waited for. So
// bytes of times are where they are on a real system.
const Tick = 1 << 24

// prepare has updates in one step each, as somebody outside sees them, and as many
// operations as anybody wants. KVM's two pages are apart.
func prepare(c *model.Config) error {
	o := rsops.Conf(c)
	o.Steps, o.Apart = 0, !o.Access.Xen()
	if o.Unit == 1 {
		o.Unit = Tick
	}
	for i := range o.Budget {
		o.Budget[i] = runstate.Unlimited
	}
	return nil
}

// of makes a field of a function on the area's state.
func of(value func(s *runstate.State) string) func(*model.Config, *model.World, int) string {
	return func(_ *model.Config, w *model.World, _ int) string { return value(rsops.Of(w)) }
}

func always(*model.Config, *model.World, int) string { return Untouched }

// Number is how a time is written.
func Number(v uint64) string { return fmt.Sprintf("%#x", v) }

func recordFields() []conform.Field {
	fields := []conform.Field{
		{Name: State, Doc: "current_runstate", Model: of(func(s *runstate.State) string { return rsops.StateArg.Format(uint8(s.Rec.State)) })},
		{Name: Entry, Doc: "state_entry_time", Model: of(func(s *runstate.State) string { return Number(s.Rec.Entry) })},
		{Name: Left, Doc: "what the times lack of the entry time, to the nanosecond", Model: of(func(s *runstate.State) string { return Number(Lacking(&s.Rec)) })},
	}
	for i, name := range Times {
		fields = append(fields, conform.Field{Name: name, Doc: "time in this state", Model: of(func(s *runstate.State) string { return Number(s.Rec.Time[i]) })})
	}
	return fields
}

// Lacking is what the times lack of the entry time, modulo 2 to the 64.
func Lacking(r *runstate.Record) uint64 {
	d := r.Entry
	for _, t := range r.Time {
		d -= t
	}
	return d
}

// address is nothing that Xen tells.
func address(c *model.Config, w *model.World, _ int) string {
	s := rsops.Of(w)
	if rsops.Conf(c).Access.Xen() {
		return ""
	}
	if !s.C[0].Active {
		return rsops.Address.Format(rsops.Unregister)
	}
	return rsops.Address.Format(s.C[0].Addr + 1)
}

var pageFields = []conform.Field{
	{Name: Bytes, Doc: "the end of page 0, the beginning of page 1", Model: func(_ *model.Config, w *model.World, i int) string {
		return fmt.Sprintf("%x", rsops.Of(w).Mem[i*runstate.Window:][:runstate.Window])
	}},
	{Name: Rest, Doc: "all other bytes of the page", Model: always},
}

// Copied is what a reader has copied.
func Copied(r *runstate.Reader) string {
	return fmt.Sprintf("%d %#x %#x", r.Copy.State, r.Copy.Entry, r.Copy.Time)
}

// PageText is a page's part of what is seen of both. Bytes that nothing explains are told as such.
func PageText(bytes *[runstate.MemSize]byte, strange *[runstate.MemSize]bool, page int) string {
	var b strings.Builder
	for i := page * runstate.Window; i < (page+1)*runstate.Window; i++ {
		if strange[i] {
			b.WriteString("??")
		} else {
			fmt.Fprintf(&b, "%02x", bytes[i])
		}
	}
	return b.String()
}
