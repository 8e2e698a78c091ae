package drive

import (
	"encoding/binary"
	"strconv"
	"strings"

	"hvcheck/conform"
	view "hvcheck/conform/evtchn"
	"hvcheck/conform/xen/abi"
	"hvcheck/conform/xen/subject"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/evtchn"
	"hvcheck/model/evtchn/evops"
)

// Look reads ports and references from Xen's dumps, and the guest's memory.
func (s *eventSession) Look() (conform.Seen, error) {
	lists, err := subject.Ports(s.x, s.dom[:]...)
	if err != nil {
		return nil, err
	}
	seen := conform.Seen{}
	for p := 1; p <= s.ports(); p++ {
		s.lookPort(seen, conform.NameOf(view.BackendPort, p), lists[evtchn.Backend].Ports[p])
	}
	if s.gone {
		seen.Add(view.Guest, view.Life, view.Ended)
		return seen, nil
	}
	for p := 1; p <= s.ports(); p++ {
		s.lookGuestPort(seen, uint8(p), lists[evtchn.Guest].Ports[int(guestPort(uint8(p)))])
	}
	if err := s.lookVCPUs(seen, lists[evtchn.Guest].Polling); err != nil {
		return nil, err
	}
	s.lookMemory(seen)
	if err := s.lookReferences(seen); err != nil {
		return nil, err
	}
	info, rc := s.x.DomainInfo(s.id(evtchn.Guest))
	life := view.Runs
	if info.ShutDown() {
		life = view.Shut
	}
	seen.Add(view.Guest, view.Life, life)
	seen.Add(view.Guest, view.Paused, model.YesNo(info.Paused()))
	return seen, must(rc, nil)
}

// ports is how many ports are seen.
func (s *eventSession) ports() int { return int(evops.Conf(&s.c).Ports) }

func (s *eventSession) lookPort(seen conform.Seen, name string, p subject.Port) {
	seen.Add(name, view.State, view.States[p.State])
	if p.State <= evtchn.Reserved {
		return
	}
	seen.Add(name, view.Notify, strconv.Itoa(p.Notify))
	switch p.State {
	case evtchn.Unbound:
		remote := s.name(p.Domain)
		if p.Consumer && p.Domain == 0 { // dom0 is the device model, and the backend the model's
			remote = view.Domains[evtchn.Backend]
		}
		seen.Add(name, view.Remote, remote)
	case evtchn.Interdomain:
		seen.Add(name, view.Remote, s.name(p.Domain))
		seen.Add(name, view.Number, s.numberIn(p.Domain, p.Port))
	case evtchn.VIRQ:
		seen.Add(name, view.Number, strconv.Itoa(p.VIRQ))
	}
}

// numberIn is a port of a domain as the model numbers it.
func (s *eventSession) numberIn(id, port int) string {
	if id != int(s.dom[evtchn.Guest].ID) {
		return strconv.Itoa(port)
	}
	return portName(uint32(port))
}

// portName is a port of the guest as the model numbers it; one that the model has not is
// told by its own number.
func portName(port uint32) string {
	if p, known := guestPortOf(port); known {
		return strconv.Itoa(int(p))
	}
	return "#" + strconv.Itoa(int(port))
}

func (s *eventSession) lookGuestPort(seen conform.Seen, p uint8, port subject.Port) {
	name := conform.NameOf(view.GuestPort, int(p))
	s.lookPort(seen, name, port)
	seen.Add(name, view.Pending, model.YesNo(s.bit(abi.SharedPending, p)))
	seen.Add(name, view.Masked, model.YesNo(s.bit(abi.SharedMask, p)))
	if port.State <= evtchn.Reserved {
		return
	}
	seen.Add(name, view.XenPending, model.YesNo(port.Pending))
	seen.Add(name, view.XenMasked, model.YesNo(port.Masked))
	seen.Add(name, view.Link, linkText(port.Link))
}

// linkText is the state of an event word as the view has it.
func linkText(link string) string {
	number := strings.TrimPrefix(link, "B")
	n, err := strconv.Atoi(number)
	switch {
	case err != nil:
		return link
	case number != link:
		return "busy " + portName(uint32(n))
	}
	return portName(uint32(n))
}

func (s *eventSession) lookVCPUs(seen conform.Seen, polling map[int]bool) error {
	for v := range int(evops.Conf(&s.c).VCPUs) {
		name, info := conform.NameOf(view.VCPU, v), s.info(v)
		online, rc := s.x.Online(s.id(evtchn.Guest), v)
		if rc != errno.OK {
			return must(rc, nil)
		}
		seen.Add(name, view.Flag, model.YesNo(info[abi.InfoUpcallPending] != 0))
		seen.Add(name, view.Selector, strconv.Itoa(int(binary.LittleEndian.Uint64(info[abi.InfoSelector:])&allWords)))
		seen.Add(name, view.Down, model.YesNo(!online))
		seen.Add(name, view.Polls, model.YesNo(polling[v]))
	}
	return nil
}

// lookMemory reads the pages of all kernels.
func (s *eventSession) lookMemory(seen conform.Seen) {
	for k := range uint8(evtchn.MaxKernels) {
		name := conform.NameOf(view.Kernel, int(k))
		for p := 1; p <= s.ports(); p++ {
			seen.Add(name, view.WordOf(p), wordText(get32(s.word(k, guestPort(uint8(p))))))
		}
		for v := range uint8(evtchn.MaxVCPUs) {
			seen.Add(name, view.BlockOf(int(v)), blockText(s.block(k, v)))
		}
	}
}

// wordText is an event word as the view has it. What the model has no bit for is told.
func wordText(w uint32) string {
	known := uint32(abi.WordPending | abi.WordMasked | abi.WordLinked | abi.WordBusy | abi.WordLink)
	p, ok := guestPortOf(w & abi.WordLink)
	if w&^known != 0 || !ok {
		return "0x" + strconv.FormatUint(uint64(w), 16)
	}
	return view.Word(uint8(w>>24)&(evtchn.Pending|evtchn.Masked|evtchn.Linked|evtchn.Busy) | p)
}

// blockText is a control block as the view has it.
func blockText(b []byte) string {
	var m [1 + evtchn.NumPrios]uint8
	ready := get32(b)
	for prio := range evtchn.NumPrios {
		n := view.Priorities[prio]
		m[evtchn.Ready] |= uint8(ready>>n&1) << prio
		ready &^= 1 << n
		p, ok := guestPortOf(get32(b[abi.ControlHeads+n*abi.WordSize:]))
		if !ok {
			ready = 1
		}
		m[evtchn.Head+prio] = p
	}
	if ready != 0 {
		return "0x" + strconv.FormatUint(uint64(get32(b)), 16) + ", and heads that the model has not"
	}
	return view.Block(m)
}

// lookReferences tells what Xen holds of the guest's pages beside dom0's mappings, and
// with it whether the FIFO ABI is in force.
func (s *eventSession) lookReferences(seen conform.Seen) error {
	dump, err := s.dom[evtchn.Guest].Dump()
	if err != nil {
		return err
	}
	s.fifo, s.array = false, false
	for i := range s.memory.base {
		r := s.memory.references(dump, i)
		general, writable := r.general-s.memory.base[i].general, r.writable-s.memory.base[i].writable
		name := view.Blocks
		if i > 0 {
			name = conform.NameOf(view.Kernel, i-1)
			s.array = s.array || general > 0
		} else {
			s.fifo = general > 0
		}
		seen.Add(name, view.General, strconv.Itoa(general))
		seen.Add(name, view.Writable, strconv.Itoa(writable))
	}
	return nil
}

// name is that of a domain.
func (s *eventSession) name(id int) string {
	for i, d := range s.dom {
		if int(d.ID) == id {
			return view.Domains[i]
		}
	}
	return view.Domains[evtchn.NoDomain]
}
