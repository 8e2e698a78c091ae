package rsdrive

import (
	"fmt"

	"hvcheck/conform"
	view "hvcheck/conform/runstate"
	"hvcheck/conform/xen/abi"
	"hvcheck/model"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/rsops"
)

// books are the record, as Xen has it and as the model counts.
type books struct {
	real, told runstate.Record
	t0         uint64 // the entry time when all times were none
	since      uint64 // its entry, as Xen tells it
}

// open finds out what the times are that Xen adds to. What it tells of the state that a
// vCPU is in grows: it is known from when it was in another one.
func (b *books) open(s *session) error {
	s.block()
	if err := s.arrive(runstate.Blocked); err != nil {
		return err
	}
	before, err := s.info()
	if err != nil {
		return err
	}
	if err := s.wake(runstate.Blocked); err != nil {
		return err
	}
	if err := s.arrive(runstate.Running); err != nil {
		return err
	}
	info, err := s.info()
	if err != nil {
		return err
	}
	b.told = s.start.Rec
	b.real = runstate.Record{State: uint64(info.State), Entry: info.Entry, Time: info.Time}
	b.real.Time[runstate.Running] = before.Time[runstate.Running]
	b.t0 = b.lacking()
	return nil
}

// lacking is what the times lack of the entry time, beside what they have always lacked.
func (b *books) lacking() uint64 { return view.Lacking(&b.real) - b.t0 }

// add takes over what Xen tells. A time of the model's goes to the state to which most
// of the time went; it is clear which one that is, unless something else has happened.
func (b *books) add(info *abi.RunstateInfo, now uint64) (told bool) {
	was := b.real
	b.real = runstate.Record{State: uint64(info.State), Entry: info.Entry, Time: info.Time}
	if info.State < uint32(runstate.NumStates) {
		b.since = info.Time[info.State] - was.Time[info.State]
		b.real.Time[info.State] = was.Time[info.State]
	}
	b.told.State = b.real.State
	if b.real.Entry == was.Entry {
		return b.real.Time == was.Time && b.real.State == was.State
	}
	most, grew := 0, uint64(0)
	for i := range b.real.Time {
		if d := b.real.Time[i] - was.Time[i]; d > grew {
			most, grew = i, d
		}
	}
	b.told.Time[most] += now - b.told.Entry
	b.told.Entry = now
	return b.lacking() == 0 && 2*grew > b.real.Entry-was.Entry
}

// still tells whether nothing has happened since Xen was asked last.
func (s *session) still() (bool, error) {
	if s.books.told.State != uint64(runstate.Runnable) {
		return true, nil
	}
	info, err := s.info()
	return info.Entry == s.books.real.Entry, err
}

// look looks at everything, and tells whether all is clear.
func (s *session) look() (told bool, err error) {
	info, err := s.info()
	if err != nil {
		return false, err
	}
	told = s.books.add(&info, s.now)
	s.known.update(s)
	assist, err := s.dom.VMAssist()
	if err != nil {
		return false, err
	}
	s.flag = assist>>abi.RunstateUpdateFlag&1 != 0
	return told, nil
}

// shadow is the window of both pages, with the model's times in the place of Xen's.
type shadow struct {
	raw, bytes [runstate.MemSize]byte
	strange    [runstate.MemSize]bool // what is there cannot come from the record
	ahead      bool                   // the area has just been registered with the time since the entry
}

func (h *shadow) begin(s *session) {
	copy(h.raw[:], s.window())
	h.bytes = h.raw
}

// update takes over what was written. A page's part of an area that is the image of the
// record was written; any other byte that has changed stands for itself.
func (h *shadow) update(s *session) {
	was := h.raw
	copy(h.raw[:], s.window())
	l := s.layout()
	parts := [][2]uint8{}
	if s.at != runstate.Nowhere {
		first := l.First(s.at)
		parts = [][2]uint8{{0, first}, {first, l.Len()}}
	}
	real, told := h.records(s, &was)
	image, shown := l.Image(&real, false), l.Image(&told, false)
	for i := range h.raw {
		if h.raw[i] == was[i] {
			continue
		}
		o := uint8(i) - s.at
		h.bytes[i], h.strange[i] = h.raw[i], true
		if len(parts) > 0 && uint8(i) >= s.at && o < l.Len() && h.raw[i] == image[o] {
			h.bytes[i], h.strange[i] = shown[o], false
		}
	}
	for _, p := range parts {
		if string(h.raw[s.at+p[0]:s.at+p[1]]) == string(image[p[0]:p[1]]) {
			copy(h.bytes[s.at+p[0]:], shown[p[0]:p[1]])
			for i := p[0]; i < p[1]; i++ {
				h.strange[s.at+i] = false
			}
		}
	}
	h.ahead = false
}

// records are what may have been written, as Xen has it and as the model counts: the
// record, with the time since its entry where another vCPU has registered the area. How
// long that was, the area says; it cannot be longer than it is by now.
func (h *shadow) records(s *session, was *[runstate.MemSize]byte) (real, told runstate.Record) {
	b := &s.books
	real, told = b.real, b.told
	if !h.ahead || s.at == runstate.Nowhere {
		return real, told
	}
	at := s.at + s.layout().TimeAt(uint8(real.State&3))
	word := (&runstate.State{Mem: h.raw}).Word(at)
	if d := word - real.Time[real.State&3]; d <= b.since && word != (&runstate.State{Mem: *was}).Word(at) {
		real.Time[real.State&3] += d
		told.Time[told.State&3] += s.now - told.Entry
	}
	return real, told
}

// Look tells what is seen.
func (s *session) Look() (conform.Seen, error) {
	seen := conform.Seen{}
	b := &s.books
	seen.Add(view.Record, view.State, rsops.StateArg.Format(uint8(b.told.State)))
	seen.Add(view.Record, view.Entry, view.Number(b.told.Entry))
	seen.Add(view.Record, view.Left, view.Number(b.lacking()))
	for i, name := range view.Times {
		seen.Add(view.Record, name, view.Number(b.told.Time[i]))
	}
	for p := range int(runstate.NumPages) {
		seen.Add(conform.NameOf(view.Page, p), view.Bytes, view.PageText(&s.known.bytes, &s.known.strange, p))
		seen.Add(conform.NameOf(view.Page, p), view.Rest, untouched(s.rest(p)))
	}
	seen.Add(view.Guest, view.Width, rsops.Width.Format(uint8(s.width)))
	seen.Add(view.Guest, view.Flag, model.YesNo(s.flag))
	seen.Add(view.Guest, view.Around, untouched(s.dom.Intact()))
	seen.Add(view.Reader, view.Step, fmt.Sprint(s.rd.Step))
	seen.Add(view.Reader, view.First, view.Number(s.rd.First))
	seen.Add(view.Reader, view.Copy, view.Copied(&s.rd))
	return seen, nil
}

func untouched(is bool) string {
	if is {
		return view.Untouched
	}
	return "written to"
}
