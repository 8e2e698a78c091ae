// Package iodrive drives the area iommu with domains, PV or translated, behind QEMU's IOMMU,
// and a device that copies memory.
package iodrive

import (
	"fmt"
	"slices"

	view "hvcheck/conform/iommu"
	"hvcheck/conform/xen/abi"
	"hvcheck/conform/xen/drive"
	"hvcheck/conform/xen/subject"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/iommu"
	"hvcheck/model/iommu/iomops"
	"hvcheck/model/page"
)

func init() { drive.Register(devices) }

// devices is how the area is driven.
var devices = &drive.Mapping{View: view.View, Ways: iommuWays, Fits: iommuFits, Begin: beginIOMMU}

// iommuFits asks whether there can be such domains and devices.
func iommuFits(_ *model.Config, w *model.World) string {
	s := iomops.Of(w)
	for d := iommu.D1; d <= iommu.D2; d++ {
		if why := guestFits(&s.Dom[d]); why != "" {
			return why
		}
		if slices.ContainsFunc(s.IOPT[d][:], func(e iommu.Entry) bool { return e&iommu.Super != 0 }) {
			return "a superpage has more pages than Xen tells of"
		}
	}
	for _, dev := range s.Dev {
		switch {
		case dev.Phantom:
			return "the device that is driven has no phantom function"
		case dev.RMRR:
			return "the firmware has reserved nothing for the device that is driven"
		}
	}
	for _, f := range s.Frame {
		if f.XenHeap {
			return "a page of Xen's heap is none that a guest gives back"
		}
	}
	return ""
}

// guestFits asks whether there can be such a guest.
func guestFits(d *iommu.Domain) string {
	switch {
	case d.Life == iommu.Dead:
	case slices.Contains(d.P2M[:], iommu.P2M{Type: iommu.MMIODirect}):
		return "nothing but memory is in a guest that is driven"
	case d.Tot > d.Max:
		return "a domain that has more than it may have"
	case d.Shared:
		return "Xen does not tell of an IOMMU table that is the domain's own"
	case int(d.Max) > subject.MaxPages-framesOf(d.HVM):
		return fmt.Sprintf("a domain with up to %d pages: Xen tells of at most %d", d.Max, subject.MaxPages)
	}
	return ""
}

// framesOf is how many frames a domain has for itself, with the one that devices can always
// reach.
func framesOf(translated bool) int {
	if translated {
		return subject.TranslatedPages + 1
	}
	return drive.OwnFrames
}

// use is a reference that a guest has made: an entry of one of its page tables.
type use struct {
	table bool // of the L2, for a page that is a page table
	slot  int
}

// iommuSession is two domains at most.
type iommuSession struct {
	x      *abi.Xen
	c      model.Config
	dom    [iommu.DIO]*subject.Domain // those that are guests
	on     [iommu.DIO]bool            // is_iommu_enabled()
	hvm    [iommu.DIO]bool
	runs   [iommu.DIO]bool   // as it was seen last
	probe  [iommu.DIO]uint64 // the machine frame of a page that its devices can always reach
	frames [page.MaxFrames]uint64
	owner  [page.MaxFrames]int // as it was seen last
	uses   [page.MaxFrames][]use
	at     [iommu.DIO][iommu.MaxGfns]int // of a translated one: which frame was seen at a gfn
	dom0   [page.MaxFrames]bool          // dom0's are none of those that are looked at
	there  [iommu.MaxDevs]bool
	has    [iommu.MaxDevs]int // whose a device was when it was looked
	had    [iommu.MaxDevs]int // the guest whose it was last
	serves [iommu.DIO]bool    // it may map the other guest's pages
}

func beginIOMMU(x *abi.Xen, c *model.Config, w *model.World) (drive.Session, error) {
	s := &iommuSession{x: x, c: *c}
	for m := range s.frames {
		s.frames[m], s.owner[m] = drive.FreePage+uint64(m), iommu.NoDomain
		s.dom0[m] = iomops.Of(w).Frame[m].Owner == iommu.D0
	}
	for d := range s.at {
		for g := range s.at[d] {
			s.at[d][g] = nothing
		}
	}
	err := s.make(w)
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// make makes the domains, and has the devices be whose they are.
func (s *iommuSession) make(w *model.World) error {
	for d := iommu.D1; d <= iommu.D2; d++ {
		if iomops.Of(w).Dom[d].Life == iommu.Dead {
			continue
		}
		if err := s.create(w, d); err != nil {
			return fmt.Errorf("domain %s: %w", view.Domains[d], err)
		}
	}
	for v := range int(iomops.Conf(&s.c).Devs) {
		if dev := &iomops.Of(w).Dev[v]; dev.There {
			s.there[v] = true
			if err := s.hand(v, int(dev.Owner)); err != nil {
				return fmt.Errorf("device %d: %w", v, err)
			}
		}
	}
	return nil
}

// nothing is no frame.
const nothing = -1

func (s *iommuSession) create(w *model.World, d int) (err error) {
	m := &iomops.Of(w).Dom[d]
	limits := abi.Defaults(1, framesOf(m.HVM)+int(m.Max))
	limits.IOMMU, limits.HVM = m.On, m.HVM
	if d == iommu.D1 {
		limits.VCPUs = max(1, int(iomops.Conf(&s.c).CPUs))
	}
	s.on[d], s.hvm[d], s.runs[d] = m.On, m.HVM, true
	if s.dom[d], err = subject.CreateWithin(s.x, limits); err != nil {
		return err
	}
	if m.HVM {
		return s.bootHVM(w, d)
	}
	return s.bootPV(w, d)
}

// bootPV gives a PV domain its memory.
func (s *iommuSession) bootPV(w *model.World, d int) error {
	dom := s.dom[d]
	frames, rc := s.x.Populate(dom.ID, 0, drive.OwnFrames+int(iomops.Of(w).Dom[d].Tot))
	if rc != errno.OK {
		return fmt.Errorf("populate_physmap: %v", rc)
	}
	s.probe[d] = frames[subject.Tables]
	next := copy(dom.Own[:], frames) + 1
	for f := range s.frames {
		if int(iomops.Of(w).Frame[f].Owner) == d {
			s.frames[f], s.owner[f] = frames[next], d
			next++
			if err := s.used(d, s.frames[f], s.frames[f]); err != nil {
				return err
			}
		}
	}
	return dom.Boot()
}

// bootHVM gives a translated domain its memory, in the order in which Xen's dump has it.
func (s *iommuSession) bootHVM(w *model.World, d int) error {
	dom := s.dom[d]
	if _, rc := s.x.Populate(dom.ID, subject.OwnGfn, framesOf(true)); rc != errno.OK {
		return fmt.Errorf("populate_physmap: %v", rc)
	}
	var own []int
	for g, e := range iomops.Of(w).Dom[d].P2M {
		if e.Type == iommu.Invalid {
			continue
		}
		if _, rc := s.x.Populate(dom.ID, int(gfnOf(g)), 1); rc != errno.OK {
			return fmt.Errorf("populate_physmap: %v", rc)
		}
		own = append(own, g)
	}
	dump, err := dom.Dump()
	if err != nil {
		return err
	}
	s.probe[d] = dump.Pages[subject.TranslatedPages].Frame
	for i, g := range own {
		m := iomops.Of(w).Dom[d].P2M[g].MFN
		s.frames[m], s.owner[m], s.at[d][g] = dump.Pages[framesOf(true)+i].Frame, d, int(m)
		if err := s.used(d, gfnOf(g), s.frames[m]); err != nil {
			return err
		}
	}
	return dom.BootTranslated()
}

// gfnOf is a gfn of a translated domain.
func gfnOf(g int) uint64 {
	const first = 0x10
	return first + uint64(g)
}

// idWord is the word of a page that has its machine frame, which would be none that is
// present as an entry of a page table.
const idWord = subject.DMAWord - 1

// used has a page be memory that holds something. It is at a frame number of its owner's.
func (s *iommuSession) used(d int, at, machine uint64) error {
	return s.dom[d].Write(at, map[int]uint64{subject.DMAWord: subject.WordOf(0), idWord: machine << 12})
}

// copier is a device.
func (s *iommuSession) copier(v int) (subject.Copier, error) {
	if v >= len(s.x.Devices) {
		return subject.Copier{}, drive.ErrDevice
	}
	return subject.Copier{Device: &s.x.Devices[v]}, nil
}

// id is the number of a domain.
func (s *iommuSession) id(d int) uint16 {
	switch {
	case d == iommu.D0:
		return 0
	case d == iommu.DIO:
		return abi.DomIO
	case d >= len(s.dom) || s.dom[d] == nil:
		return drive.NoDomain
	}
	return s.dom[d].ID
}

// hand has a device be somebody's.
func (s *iommuSession) hand(v, to int) error {
	c, err := s.copier(v)
	if err != nil {
		return err
	}
	_, which := s.guests()
	s.has[v], s.had[v] = to, which[0]
	if s.on[iommu.D1] {
		s.had[v] = iommu.D1
	}
	if to == iommu.D2 {
		s.had[v] = to
	}
	if err := c.Home(s.x, s.probeBy(which[0], iommu.D0)); err != nil || to == iommu.D0 {
		return err
	}
	if rc := s.x.Assign(s.id(to), c.Device); rc != errno.OK {
		return fmt.Errorf("assign_device: %v", rc)
	}
	return nil
}

// Close ends the domains. Their devices go into quarantine.
func (s *iommuSession) Close() error {
	for _, d := range s.dom {
		if d == nil {
			continue
		}
		if rc := d.Destroy(); rc != errno.OK && rc != errno.ESRCH {
			return fmt.Errorf("destroydomain: %v", rc)
		}
	}
	return nil
}

// guests are the domains that there are.
func (s *iommuSession) guests() (list []*subject.Domain, which []int) {
	for d, dom := range s.dom {
		if dom != nil {
			list, which = append(list, dom), append(which, d)
		}
	}
	return list, which
}
