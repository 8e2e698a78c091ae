package drive

import (
	"bytes"
	"fmt"

	"hvcheck/conform"
	"hvcheck/conform/kvm/abi"
	view "hvcheck/conform/runstate"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/rsops"
)

// sight is what was seen last, in KVM's own numbers.
type sight struct {
	record abi.Record
	at     uint8 // of the model; Nowhere if there is no area, or not in the window
	place  string
	layout runstate.Layout
	flag   bool
	pages  [runstate.NumPages][]byte
	rest   [runstate.NumPages]string
	around string
	events eventSight
}

// observe looks at everything.
func (s *session) observe() (err error) {
	now := sight{}
	var rc errno.Errno
	if now.record, rc = s.vm.GetRecord(); rc != errno.OK {
		return fmt.Errorf("the record cannot be read: %v", rc)
	}
	s.observeArea(&now)
	mode, rc := s.vm.Get(abi.LongMode)
	if rc != errno.OK {
		return fmt.Errorf("the width cannot be read: %v", rc)
	}
	now.layout = runstate.Layout(1 - mode&1)
	flag, rc := s.vm.Get(abi.UpdateFlag)
	if rc != errno.OK && rc != errno.ENOENT { // old kernels do not have it
		return fmt.Errorf("the update flag cannot be read: %v", rc)
	}
	now.flag = flag != 0
	for p := range now.pages {
		now.pages[p] = make([]byte, abi.PageSize)
		if err := s.mem.Read(inMemory[p], now.pages[p]); err != nil {
			return err
		}
	}
	if err := s.observeEvents(&now); err != nil {
		return err
	}
	now.rest[0] = untouched(now.pages[0][:abi.PageSize-runstate.Window])
	now.rest[1] = untouched(now.pages[1][runstate.Window:])
	if now.around, err = s.observeLow(); err != nil {
		return err
	}
	s.known.update(s, &now)
	s.saw = now
	return s.settle()
}

// settle puts what was told in the place of what was seen, so that whatever is written
// next over the little that is not told differs from it, or is the same for both.
func (s *session) settle() error {
	for i := range uint8(runstate.MemSize) {
		if s.known.strange[i] || s.saw.window(i) == s.known.bytes[i] {
			continue
		}
		page, at := runstate.PageOf(i), inPage(i)
		s.saw.pages[page][at] = s.known.bytes[i]
		if err := s.mem.Write(inMemory[page], at, s.known.bytes[i:i+1]); err != nil {
			return err
		}
	}
	return nil
}

// observeArea asks where the area is.
func (s *session) observeArea(now *sight) {
	now.at = runstate.Nowhere
	at, rc := s.vm.GetVCPU(abi.RunstateAddress)
	const first = pageAt + abi.PageSize - runstate.Window
	switch {
	case rc == errno.ENOENT:
		now.place = rsops.Address.Format(rsops.Unregister)
	case rc != errno.OK:
		now.place = rc.String()
	case at >= first && at < first+runstate.MemSize:
		now.at = uint8(at - first)
		now.place = rsops.Address.Format(now.at + 1)
	default:
		now.place = fmt.Sprintf("%#x of the guest", at)
	}
}

// observeLow looks at the memory where the guest's program is.
func (s *session) observeLow() (string, error) {
	var page, want [abi.PageSize]byte
	for p := range lowPages {
		if err := s.mem.Read(lowPage+p, page[:]); err != nil {
			return "", err
		}
		if p == programPage {
			copy(want[:], program)
		}
		if page != want {
			return "written to", nil
		}
	}
	return view.Untouched, nil
}

var canaries = bytes.Repeat([]byte{canary}, abi.PageSize)

func untouched(b []byte) string {
	if bytes.Equal(b, canaries[:len(b)]) {
		return view.Untouched
	}
	return "written to"
}

// shadow is the window of both pages without what calls take.
type shadow struct {
	bytes   [runstate.MemSize]byte
	strange [runstate.MemSize]bool // what is there cannot come from the record
}

func (h *shadow) begin() { copy(h.bytes[:], canaries) }

// window is the byte of a sight at an address of the model's.
func (g *sight) window(at uint8) byte {
	if g.pages[0] == nil {
		return canary
	}
	return g.pages[runstate.PageOf(at)][inPage(at)]
}

// update takes over what was written. An area that is the image of the record, byte
// for byte, was written as a whole, or in one page if that has changed; any other
// byte that has changed stands for itself.
func (h *shadow) update(s *session, now *sight) {
	l, at := now.layout, now.at
	record, whole := s.told(&now.record), true
	real := l.Image(&runstate.Record{State: now.record.State, Entry: now.record.Entry, Time: now.record.Time}, false)
	image := l.Image(&record, false)
	var parts [][2]uint8
	if at != runstate.Nowhere && int(at)+int(l.Len()) <= runstate.MemSize {
		first := l.First(at)
		parts = [][2]uint8{{0, first}, {first, l.Len()}}
		whole = h.same(now, parts[0], &real) && h.same(now, parts[1], &real)
	}
	for i := range uint8(runstate.MemSize) {
		b := now.window(i)
		if b == s.saw.window(i) {
			continue
		}
		h.bytes[i], h.strange[i] = b, parts == nil || i < at || i >= at+l.Len() || !isPadding(l, i-at)
		if o := i - at; h.strange[i] && parts != nil && i >= at && o < l.Len() {
			h.explain(i, b, real[o], image[o], o == l.FlagAt())
		}
	}
	for _, p := range parts {
		if whole || h.same(now, p, &real) && h.changed(s, now, p) {
			h.take(now, p, &image)
		}
	}
}

// explain takes over a byte that comes from the record, perhaps with the flag.
func (h *shadow) explain(i, b, real, image uint8, flag bool) {
	const set = 0x80
	switch {
	case b == real:
		h.bytes[i], h.strange[i] = image, false
	case flag && b == real|set:
		h.bytes[i], h.strange[i] = image|set, false
	}
}

// same tells whether a part of the area is that of the image.
func (h *shadow) same(now *sight, part [2]uint8, image *[runstate.MaxLen]byte) bool {
	for i := part[0]; i < part[1]; i++ {
		if !isPadding(now.layout, i) && now.window(now.at+i) != image[i] {
			return false
		}
	}
	return true
}

func (h *shadow) changed(s *session, now *sight, part [2]uint8) bool {
	for i := part[0]; i < part[1]; i++ {
		if !isPadding(now.layout, i) && now.window(now.at+i) != s.saw.window(now.at+i) {
			return true
		}
	}
	return false
}

func (h *shadow) take(now *sight, part [2]uint8, image *[runstate.MaxLen]byte) {
	for i := part[0]; i < part[1]; i++ {
		if !isPadding(now.layout, i) {
			h.bytes[now.at+i], h.strange[now.at+i] = image[i], false
		}
	}
}

// told is a record without what calls take.
func (s *session) told(r *abi.Record) (m runstate.Record) {
	m.State, m.Entry = r.State, s.ticks(r.Entry)
	for i, t := range r.Time {
		m.Time[i] = s.ticks(t)
	}
	return m
}

// ticks is the nearest time of whole ticks. What has gone below zero stays there.
func (s *session) ticks(ns uint64) uint64 {
	tick := int64(s.cfg.Unit)
	n, rest := int64(ns)/tick, int64(ns)%tick
	switch {
	case rest > tick/2:
		n++
	case rest < -tick/2:
		n--
	}
	return uint64(n * tick)
}

// Look tells what is seen.
func (s *session) Look() (conform.Seen, error) {
	seen := conform.Seen{}
	r := s.told(&s.saw.record)
	seen.Add(view.Record, view.State, rsops.StateArg.Format(uint8(r.State)))
	seen.Add(view.Record, view.Entry, view.Number(r.Entry))
	seen.Add(view.Record, view.Left, view.Number(view.Lacking(&runstate.Record{Entry: s.saw.record.Entry, Time: s.saw.record.Time})))
	for i, name := range view.Times {
		seen.Add(view.Record, name, view.Number(r.Time[i]))
	}
	seen.Add(view.Area, view.Address, s.saw.place)
	for p := range int(runstate.NumPages) {
		seen.Add(conform.NameOf(view.Page, p), view.Bytes, view.PageText(&s.known.bytes, &s.known.strange, p))
		seen.Add(conform.NameOf(view.Page, p), view.Rest, s.saw.rest[p])
	}
	seen.Add(view.Guest, view.Width, rsops.Width.Format(uint8(s.saw.layout)))
	seen.Add(view.Guest, view.Flag, model.YesNo(s.saw.flag))
	seen.Add(view.Guest, view.Around, s.saw.around)
	seen.Add(view.Reader, view.Step, fmt.Sprint(s.rd.Step))
	seen.Add(view.Reader, view.First, view.Number(s.rd.First))
	seen.Add(view.Reader, view.Copy, view.Copied(&s.rd))
	s.lookEvents(seen)
	return seen, nil
}
