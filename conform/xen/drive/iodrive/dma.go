package iodrive

import (
	"slices"

	"hvcheck/conform/xen/drive"
	"hvcheck/conform/xen/subject"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/iommu"
	"hvcheck/model/iommu/iomops"
)

// exceptDMA knows what nobody can look at afterwards.
func exceptDMA(q *drive.Question) string {
	s, a := iomops.Of(q.World), &q.Op.Arg
	dev := &s.Dev[iommu.DevOf(a[0])]
	runs := s.Dom[iommu.D1].Life == iommu.Alive || s.Dom[iommu.D2].Life == iommu.Alive
	o := s.Frame[a[1]].Owner
	nobody := o != iommu.D1 && o != iommu.D2 || s.Dom[o].Life != iommu.Alive
	return drive.Either(
		drive.ReasonIf(!dev.There, "there is no such device"),
		drive.ReasonIf(!runs, "nobody runs who could look"),
		drive.ReasonIf(dev.Owner == iommu.D0 && nobody, "what dom0's device reaches may be anybody's"),
		drive.ReasonIf(dev.Owner == iommu.D0 && !nobody && s.Dom[o].HVM && s.Frame[a[1]].GFN == 0, unseen),
		drive.ReasonIf(q.Answer.Code == errno.OK && lost(s, dev.Owner, a[1]), unseen))
}

const unseen = "nobody can look at a page of a translated domain that is at none of its gfns"

// lost tells whether a domain has another one's page at a dfn which that has no more.
func lost(s *iommu.State, dom, dfn uint8) bool {
	if dom != iommu.D1 && dom != iommu.D2 || s.Dom[dom].P2M[dfn].Type != iommu.Foreign {
		return false
	}
	f := &s.Frame[s.Dom[dom].P2M[dfn].MFN]
	return f.GFN == 0 || s.Dom[f.Owner].Life != iommu.Alive
}

// place is where dom0 finds a frame of a guest's, if anywhere.
func (s *iommuSession) place(m int) (p subject.Place, found bool) {
	if m < 0 || s.owner[m] == iommu.NoDomain || !s.runs[s.owner[m]] {
		return p, false
	}
	d := s.owner[m]
	p = subject.PlaceOf(s.dom[d], s.frames[m])
	if !s.hvm[d] {
		return p, true
	}
	g := slices.Index(s.at[d][:], m)
	p.At = gfnOf(g)
	return p, g >= 0
}

// places are all that there are.
func (s *iommuSession) places() (list []subject.Place) {
	for m := range s.frames {
		if p, found := s.place(m); found {
			list = append(list, p)
		}
	}
	return list
}

// target is what a device reaches at a dfn: for dom0 a frame, for a guest what that has
// there; and the address. In quarantine it goes on as for its last guest.
func (s *iommuSession) target(v, dfn int) (p subject.Place, found bool) {
	if d := s.had[v]; s.has[v] != iommu.D0 && s.hvm[d] {
		p, found = s.place(s.at[d][dfn])
		p.Device = gfnOf(dfn)
		return p, found
	}
	p, found = s.place(dfn)
	p.Device = s.frames[dfn]
	return p, found
}

// probeOf is a page of a guest that runs, which a device can reach, or could as dom0's.
func (s *iommuSession) probeOf(v, m int) subject.Place {
	switch {
	case s.has[v] == iommu.D0:
		return s.probeBy(s.owner[m], iommu.D0)
	case s.has[v] == iommu.DIO:
		return s.probeBy(slices.Index(s.runs[:], true), iommu.D0)
	}
	return s.probeBy(s.has[v], s.has[v])
}

// probeBy is a page that a device can always reach, by whose it is.
func (s *iommuSession) probeBy(d, owner int) subject.Place {
	p := subject.PlaceOf(s.dom[d], s.probe[d])
	if s.hvm[d] {
		if p.At = subject.ProbeGfn; owner == d {
			p.Device = p.At
		}
	}
	return p
}

func (s *iommuSession) dma(a *model.Args) (drive.Did, error) {
	v := int(iommu.DevOf(a[0]))
	c, err := s.copier(v)
	if err != nil {
		return drive.Did{}, err
	}
	p, found := s.target(v, int(a[1]))
	var rc errno.Errno
	switch write, probe := a[2] == 1, s.probeOf(v, int(a[1])); {
	case !write && s.has[v] == iommu.DIO:
		rc, err = c.ReadQuarantined(s.x, p.Device, probe)
	case write && found:
		rc, err = c.Write(p)
	case write:
		rc, err = c.WriteUnseen(p.Device, s.places()...)
	case found:
		rc, err = c.Read(p, probe)
	default:
		rc, err = c.ReadUnseen(p.Device, probe)
	}
	return drive.Result(rc), err
}
