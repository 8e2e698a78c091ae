package gntops

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/grant"
	"hvcheck/model/grant/handover"
)

// B's driver, by the reference of F that it serves.
var (
	DriverConnect = ops.Define(model.Spec{
		Name:   "driver.connect",
		Doc:    "A backend's driver maps a grant of F, or maps it a second time. What is persistent, as shared rings are, stays mapped until the device is closed.",
		Source: "xen/include/public/io/blkif.h feature-persistent; Linux drivers/block/xen-blkback/blkback.c xen_blkbk_map()",
		Args:   []model.Arg{argBy, argOwnRef, argPlace, {Name: "ro", Type: OnOff}, {Name: "persistent", Type: OnOff}},
		Results: []model.Result{
			ok("mapped"), backends.due(errno.EBUSY, "something is mapped there, or the grant is, twice, otherwise, or for a former kernel; or the device is closing; or nobody sends requests", (*scene).cannotConnect),
			connecting(grant.BadDomain, "F is gone", func(v *scene, m wish) bool { return v.noSuch(m.dom) }),
			connecting(grant.BadGntref, "a reference beyond the table", func(v *scene, m wish) bool { return v.beyond(m.dom, m.ref) }),
			connecting(grant.GeneralError, "the entry does not allow it, or the mapping cannot be made", (*scene).unmappable),
			connecting(grant.BadPage, "F has no such page", (*scene).absent), connecting(grant.Eagain, "the page is paged out", (*scene).pagedOut),
			connecting(grant.NoSpace, "no handle is free", func(v *scene, _ wish) bool { return !Conf(v.c).Lists && v.noHandle() }),
			backends.may(grant.NoSpace, "no list has an entry to spare", (*scene).cannotGrow, "on which list the entries are"),
			lockedOut, positive,
		},
		Run: by(func(c *handover.Call, a *args) errno.Errno { return c.Connect(a[0], a[1], a[2], a[3] == 1, a[4] == 1) }),
	})
	DriverRequest = ops.Define(model.Spec{
		Name: "driver.request", Doc: "A request that uses the grant arrives from the frontend of K1.",
		Source:  "xen/include/public/io/blkif.h",
		Args:    []model.Arg{argBy, argOwnRef},
		Results: []model.Result{ok("in flight"), backends.due(errno.EBUSY, "not mapped, in flight already, or nobody sends", func(v *scene) bool { return !v.idleDriver() }), backends.idle()},
		Run:     by(func(c *handover.Call, a *args) errno.Errno { return c.Request(a[0], a[1]) }),
	})
	DriverAccess = ops.Define(model.Spec{
		Name: "driver.access", Doc: "The driver loads from a grant's page or stores to it, by its first or its second mapping.",
		Source: "Linux drivers/block/xen-blkback/blkback.c",
		Args:   []model.Arg{argBy, argOwnRef, {Name: "second", Type: OnOff}, {Name: "write", Type: OnOff}},
		Results: []model.Result{
			ok("done"), backends.due(errno.ENOENT, "the driver has no such mapping", (*scene).noService),
			fails(errno.EFAULT, "what the driver has mapped is not there any more, or not for writing").May(backends.when((*scene).lost), "a CPU may have it cached"), backends.idle(),
		},
		Run: by(func(c *handover.Call, a *args) errno.Errno { return c.DriverAccess(a[0], a[1], a[2] == 1, a[3] == 1) }),
	})
	DriverFinish = ops.Define(model.Spec{
		Name: "driver.finish", Doc: "The request in flight is done.",
		Source:  "xen/include/public/io/blkif.h",
		Args:    []model.Arg{argBy, argOwnRef},
		Results: []model.Result{ok("done"), backends.due(errno.ENOENT, "none is in flight", func(v *scene) bool { return v.driver().State != grant.DriverBusy }), backends.idle()},
		Run:     by(func(c *handover.Call, a *args) errno.Errno { return c.Finish(a[0], a[1]) }),
	})
	DriverDisconnect = ops.Define(model.Spec{
		Name: "driver.disconnect", Doc: "The driver unmaps, the second mapping first: after a request, or what is persistent when the device is closed.",
		Source: "Linux drivers/block/xen-blkback/blkback.c xen_blkbk_unmap(), free_persistent_gnts()",
		Args:   []model.Arg{argBy, argOwnRef},
		Results: []model.Result{
			ok("unmapped"), backends.due(errno.EBUSY, "not mapped, a request is in flight, or it is persistent and not closing", (*scene).keeps),
			backends.due(grant.GeneralError, "what is at the address is not the mapping, or the IOMMU's tables cannot be changed", func(v *scene) bool {
				u := v.disconnecting()
				return !u.badHandle() && (u.notThere() || u.trackFails(grant.HostMap))
			}),
			backends.due(grant.BadHandle, "the handle is not live any more", func(v *scene) bool { return v.disconnecting().badHandle() }), lockedOut,
		},
		Run: by(func(c *handover.Call, a *args) errno.Errno { return c.Disconnect(a[0], a[1]) }),
	})
)
