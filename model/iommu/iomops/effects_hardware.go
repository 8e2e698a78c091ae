package iomops

import (
	"fmt"

	"hvcheck/model"
	"hvcheck/model/iommu"
	"hvcheck/model/page/pool"
)

// What hardware and the environment have done, and what completions have.

type effect = func(own *iommu.Config, before *iommu.State, a *args, after *model.World) error

func init() {
	for spec, e := range map[*model.Spec]effect{
		Hardware: executed, DMA: cached, Store: stored, Completion: released, Tail: dropped, TimeOut: givenUp,
		Stick: func(_ *iommu.Config, _ *iommu.State, a *args, w *model.World) error {
			return want(Of(w).Dev[a[0]].Stuck, "the device still answers")
		},
		Memory: func(_ *iommu.Config, _ *iommu.State, a *args, w *model.World) error {
			return want(Of(w).NoMemory == (a[0] == 1), "there is as much memory as before")
		},
	} {
		spec.Ensures(func(c *model.Config, before *model.World, a *args, after *model.World) error {
			if Of(after).Stopped() {
				return nil
			}
			return e(Conf(c), Of(before), a, after)
		})
	}
}

// executed: the head of the queue is gone, and the IOTLB, or the device, has lost what it
// named, and no more.
func executed(_ *iommu.Config, was *iommu.State, a *args, w *model.World) error {
	s, i := Of(w), a[0]
	d := was.Queue[i].D[0]
	if s.Queue[i].N != was.Queue[i].N-1 {
		return fmt.Errorf("the queue has %d descriptors, and had %d", s.Queue[i].N, was.Queue[i].N)
	}
	for did := range was.IOTLB[i] {
		for g, e := range was.IOTLB[i][did] {
			named := d.Op == iommu.DescIOTLB && did == int(d.DID) && (covers(&d, uint8(g)) || e&iommu.Super != 0 && covers(&d, uint8(g)^1))
			if e.Present() && named == s.IOTLB[i][did][g].Present() {
				return fmt.Errorf("dfn %d of DID %d was asked for: %v", g, did, named)
			}
		}
	}
	for v := range was.InFlight {
		f := &was.InFlight[v]
		drained := d.Op == iommu.DescIOTLB && was.Dev[v].IOMMU == i && f.DID == d.DID || d.Op == iommu.DescDevTLB && int(d.Fn) == v && told(&d, f.DFN)
		if f.E != 0 && drained == (s.InFlight[v].E != 0) {
			return fmt.Errorf("an access of device %d is to be made first: %v", v, drained)
		}
	}
	for g, e := range was.DevTLB[d.Fn%iommu.MaxDevs] {
		named := d.Op == iommu.DescDevTLB && (told(&d, uint8(g)) || e&iommu.Super != 0 && told(&d, uint8(g)^1))
		if e.Present() && named == s.DevTLB[d.Fn%iommu.MaxDevs][g].Present() {
			return fmt.Errorf("the device was asked to drop dfn %d: %v", g, named)
		}
	}
	return nil
}

// told tells whether a request to a device is about a dfn: with S the lowest bit that is zero
// says how large the range is.
func told(d *iommu.Desc, g uint8) bool {
	if d.Size == 0 {
		return g == d.Addr
	}
	same := ^(d.Addr ^ (d.Addr + 1)) // the bits above that one
	return g&same == d.Addr&same
}

// covers tells whether a descriptor of an IOTLB is about a dfn.
func covers(d *iommu.Desc, g uint8) bool { return d.Addr == iommu.All || g>>d.Size == d.Addr>>d.Size }

// cached: a device that has a Device-TLB has the translation, both halves of a superpage.
func cached(own *iommu.Config, was *iommu.State, a *args, w *model.World) error {
	s, v, g := Of(w), iommu.DevOf(a[0]), a[1]
	if own.InFlight != (s.InFlight[v].E != 0) {
		return fmt.Errorf("an access is under way: %v", !own.InFlight)
	}
	if ctx := goesBy(was, a[0]); ctx.Type != iommu.DevIOTLB || !s.Dev[v].ATS || a[0] == iommu.Phantom {
		return nil
	}
	e := s.DevTLB[v][g]
	return want(e.Present() && (e&iommu.Super == 0 || s.DevTLB[v][g^1].Present()), "the device has not kept the translation")
}

func stored(_ *iommu.Config, _ *iommu.State, a *args, w *model.World) error {
	e := Of(w).TLB[iommu.CPUOf(a[0])]
	return want(e.Allows(true) && e.Frame() == a[1], "the CPU has no translation of it")
}

// released: what was held for flushes that are done is gone, and pages are free.
func released(_ *iommu.Config, was *iommu.State, _ *args, w *model.World) error {
	s := Of(w)
	for _, h := range s.Held {
		if h.Kind > iommu.PutAfter && h.Left == [iommu.MaxIOMMUs]uint8{} {
			return fmt.Errorf("something is still held for a flush that is done")
		}
	}
	for _, h := range was.Held {
		if h.Kind == iommu.FreeDone && h.Left == [iommu.MaxIOMMUs]uint8{} && !s.Free(h.MFN) {
			return fmt.Errorf("frame %d is not free", h.MFN)
		}
	}
	return nil
}

// dropped: pages that calls have given back are not allocated any more.
func dropped(_ *iommu.Config, was *iommu.State, _ *args, w *model.World) error {
	for _, h := range was.Held {
		if h.Kind == iommu.PutAfter && pool.Of(w).Pages[h.MFN].Allocated {
			return fmt.Errorf("frame %d is still allocated", h.MFN)
		}
	}
	return nil
}

// givenUp: the device that was waited for is broken.
func givenUp(own *iommu.Config, was *iommu.State, a *args, w *model.World) error {
	for i := range was.Queue {
		q := &was.Queue[i]
		for at := uint8(1); at < q.N; at++ {
			dev := &Of(w).Dev[q.D[at-1].Fn%iommu.MaxDevs]
			waited := q.D[at].Op == iommu.DescWait && q.D[at].CPU == a[0] && q.D[at-1].Op == iommu.DescDevTLB
			if waited && !own.On[iommu.B8] && !own.On[iommu.B24] && (!dev.Broken || dev.ATS) {
				return fmt.Errorf("the device goes on")
			}
		}
	}
	return nil
}
