package drive

import (
	"encoding/binary"
	"slices"
	"strconv"
	"strings"

	"hvcheck/conform"
	view "hvcheck/conform/pvmmu"
	"hvcheck/conform/xen/abi"
	"hvcheck/conform/xen/subject"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu/mmops"
)

// Look reads everything back: counts and types from Xen's dump, contents through
// a mapping that is there for the moment, vCPUs through domctl.
func (s *mmuSession) Look() (conform.Seen, error) {
	d, err := s.dump()
	if err != nil {
		return nil, err
	}
	seen := conform.Seen{}
	if d.Gone {
		seen.Add(view.Domain, view.State, view.Gone)
		for f := range s.frames {
			seen.Add(conform.NameOf(view.Frame, f), view.Owner, view.Free)
		}
		return seen, nil
	}
	info, _ := s.x.DomainInfo(s.dom.ID)
	s.lookDomain(seen, d, info.ShutDown())
	if err := s.lookFrames(seen, d); err != nil {
		return nil, err
	}
	for v := range int(mmops.Conf(&s.c).Guests) {
		if d.Dying == 0 {
			s.lookVCPU(seen, v)
		}
	}
	return seen, nil
}

func (s *mmuSession) lookDomain(seen conform.Seen, d *subject.Dump, shutDown bool) {
	state := view.Alive
	switch {
	case d.Dying != 0:
		state = view.Dying
	case shutDown:
		state = view.ShutDown
	}
	var list []int
	for i := range d.Pages {
		if f := s.frame(d.Pages[i].Frame); f >= 0 {
			list = append(list, f)
		}
	}
	own := len(d.Pages) + len(d.RelPages) - len(s.owned(d))
	seen.Add(view.Domain, view.State, state)
	seen.Add(view.Domain, view.Strict, model.OnOrOff(d.VMAssist>>abi.M2PStrict&1 != 0))
	seen.Add(view.Domain, view.TotPages, strconv.Itoa(d.Total-own))
	seen.Add(view.Domain, view.PageList, view.List(list))
}

// frame is a machine frame's number in the pool, or -1.
func (s *mmuSession) frame(machine uint64) int {
	for f, own := range s.frames {
		if own == machine {
			return f
		}
	}
	return -1
}

// owned are the machine frames that are the pool's and the domain's.
func (s *mmuSession) owned(d *subject.Dump) (list []uint64) {
	for _, p := range slices.Concat(d.Pages, d.RelPages) {
		if s.frame(p.Frame) >= 0 {
			list = append(list, p.Frame)
		}
	}
	return list
}

// types are the codes of types.
var types = [...]page.Type{page.None, page.L1, page.L2, page.L3, page.L4, page.SegDesc, page.Shared, page.Writable}

func (s *mmuSession) lookFrames(seen conform.Seen, d *subject.Dump) error {
	owned := s.owned(d)
	var data []byte
	if len(owned) > 0 {
		var err error
		if data, err = s.dom.Read(owned...); err != nil {
			return err
		}
	}
	for f, frame := range s.frames {
		name := conform.NameOf(view.Frame, f)
		i := slices.Index(owned, frame)
		if i < 0 {
			seen.Add(name, view.Owner, view.Free)
			continue
		}
		seen.Add(name, view.Owner, view.Owned)
		lookCounts(seen, name, d.Page(frame))
		s.lookInto(seen, name, data[i*abi.PageSize:])
	}
	return nil
}

// lookCounts tells what Xen knows of a frame.
func lookCounts(seen conform.Seen, name string, p *subject.Page) {
	seen.Add(name, view.Count, strconv.FormatUint(p.Count(), 10))
	seen.Add(name, view.Allocated, model.YesNo(p.Allocated()))
	seen.Add(name, view.Type, types[p.Type()].String())
	seen.Add(name, view.TypeCount, strconv.FormatUint(p.TypeCount(), 10))
	seen.Add(name, view.Validated, model.YesNo(p.Validated()))
	seen.Add(name, view.Partial, model.YesNo(p.Partial()))
	seen.Add(name, view.Pinned, model.YesNo(p.Pinned()))
}

// lookInto tells what a frame holds.
func (s *mmuSession) lookInto(seen conform.Seen, name string, data []byte) {
	at := func(slot int) uint64 { return binary.LittleEndian.Uint64(data[8*slot:]) }
	words := make([]string, pool.Conf(&s.c).Slots)
	for i := range words {
		words[i] = s.entry(at(i))
	}
	seen.Add(name, view.Entries, strings.Join(words, " "))
	seen.Add(name, view.Slot256, slot256(at(slotM2P)).String())
}

func (s *mmuSession) lookVCPU(seen conform.Seen, v int) {
	name := conform.NameOf(view.VCPU, v)
	online, _ := s.x.Online(s.dom.ID, v)
	seen.Add(name, view.Down, model.YesNo(!online))
	regs, kernel, rc := s.x.BasePointers(s.dom.ID, v)
	seen.Add(name, view.Initialised, model.YesNo(rc == errno.OK))
	if rc == errno.OK {
		seen.Add(name, view.Mode, view.ModeName(kernel))
		seen.Add(name, view.Kernel, s.table(regs[abi.KernelTable]))
		seen.Add(name, view.User, s.table(regs[abi.UserTable]))
	}
}

// table is a base pointer as a frame of the pool, if it is one.
func (s *mmuSession) table(cr3 uint64) string {
	if f := s.frame(cr3 >> 12); cr3 != 0 && f >= 0 {
		return conform.NameOf(view.Frame, f)
	}
	return view.None
}
