package iomops

import (
	"hvcheck/model"
	"hvcheck/model/iommu"
	"hvcheck/model/page/pool"
)

// The operand types of area iommu.
var (
	By = model.Named("iommu actor", "who acts: a0 and a1 are D1's vCPUs, on physical CPUs 0 and 1, b0 is D2's, on CPU 0, t0 is the toolstack, on CPU 1",
		"a0", "a1", "b0", "t0").Naming(needActor).NameOf("iommu actor")
	CPU = model.Number("physical cpu", "a physical CPU", func(c *model.Config) uint8 { return Conf(c).CPUs }).Naming(needCPU).NameOf("cpu")
	Gfn = model.Number("gfn", "a frame number of a guest's; devices name it too", func(c *model.Config) uint8 { return Conf(c).Gfns }).NameOf("gfn").Naming(
		func(v uint8, least *model.Config) { Conf(least).Gfns = max(Conf(least).Gfns, v+1) })
	IOMMU = model.Number("iommu", "an IOMMU", func(c *model.Config) uint8 { return Conf(c).IOMMUs }).NameOf("iommu").Naming(
		func(v uint8, least *model.Config) { Conf(least).IOMMUs = max(Conf(least).IOMMUs, v+1) })
	Dev = model.Number("device", "a device", func(c *model.Config) uint8 { return Conf(c).Devs }).NameOf("device").Naming(needDev)
	Fn  = model.Named("requester", "by which id a device makes a request: its own, or that of its phantom function", "0", "1", "phantom").
		Naming(func(v uint8, least *model.Config) { needDev(iommu.DevOf(v), least) })
	Access = model.Named("access", "a load or a store", "read", "write")
	Count  = model.Number("count", "how many", func(*model.Config) uint8 { return iommu.MaxGfns + 1 })
	Dom    = model.Named("iommu domain", "D0 is the hardware domain, D1 has the device, D2 is somebody else, dom_io is quarantine", "d0", "d1", "d2", "dio").NameOf("iommu domain")
	Fails  = model.Named("failure", "what fails: nothing, mapping what is reserved for the device, writing the context entry, that of the phantom function, or taking that back, too",
		"no", "rmrr", "context", "phantom", "undo")
	YesNo = model.Named("yes or no", "no or yes", "no", "yes")
)

func needActor(v uint8, least *model.Config) { needCPU(iommu.CPUOf(v), least) }

func needCPU(v uint8, least *model.Config) { Conf(least).CPUs = max(Conf(least).CPUs, v+1) }

func needDev(v uint8, least *model.Config) { Conf(least).Devs = max(Conf(least).Devs, v+1) }

// groups lists the names that are interchangeable. Start states treat them
// differently, which does no harm: a renamed story is carried out again before it is
// believed.
var groups = []*model.Group{
	pool.Names,
	{
		Size:   func(c *model.Config) uint8 { return Conf(c).Gfns },
		Rename: renaming(Gfn),
	},
	{
		Size:   func(c *model.Config) uint8 { return Conf(c).IOMMUs },
		Rename: renaming(IOMMU),
	},
}

func renaming(of *model.ArgType) func(*model.ArgType, uint8, []uint8) uint8 {
	return func(t *model.ArgType, v uint8, p []uint8) uint8 {
		if t == of {
			return model.Renamed(0, p, v)
		}
		return v
	}
}
