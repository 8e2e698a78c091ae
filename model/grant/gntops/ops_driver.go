package gntops

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/grant"
)

// B's driver, by the reference of F that it serves.
var (
	DriverConnect = ops.Define(model.Spec{
		Name:   "driver.connect",
		Doc:    "A backend's driver maps a grant of F, or maps it a second time. What is persistent, as shared rings are, stays mapped until the device is closed.",
		Source: "xen/include/public/io/blkif.h feature-persistent; Linux drivers/block/xen-blkback/blkback.c xen_blkbk_map()",
		Args:   []model.Arg{argBy, argRef, argPlace, {Name: "ro", Type: OnOff}, {Name: "persistent", Type: OnOff}},
		Results: []model.Result{
			ok("mapped"), fails(errno.EBUSY, "mapped twice, otherwise, or the device is closing"),
			fails(grant.GeneralError, "the map fails, as gnttab.map"), fails(grant.BadPage, "the map fails, as gnttab.map"),
			fails(grant.BadGntref, "the map fails, as gnttab.map"), fails(grant.NoSpace, "the map fails, as gnttab.map"),
			fails(grant.BadDomain, "the map fails, as gnttab.map"),
			waits,
		},
		Run: by(func(c *grant.Call, a *args) errno.Errno { return c.Connect(a[0], a[1], a[2], a[3] == 1, a[4] == 1) }),
	})
	DriverRequest = ops.Define(model.Spec{
		Name: "driver.request", Doc: "A request that uses the grant arrives from the frontend of K1.",
		Source:  "xen/include/public/io/blkif.h",
		Args:    []model.Arg{argBy, argRef},
		Results: []model.Result{ok("in flight"), fails(errno.EBUSY, "not mapped, in flight already, or nobody sends"), waits},
		Run:     by(func(c *grant.Call, a *args) errno.Errno { return c.Request(a[0], a[1]) }),
	})
	DriverAccess = ops.Define(model.Spec{
		Name: "driver.access", Doc: "The driver loads from a grant's page or stores to it, by its first or its second mapping.",
		Source: "Linux drivers/block/xen-blkback/blkback.c",
		Args:   []model.Arg{argBy, argRef, {Name: "second", Type: OnOff}, {Name: "write", Type: OnOff}},
		Results: []model.Result{
			ok("done"), fails(errno.ENOENT, "the driver has no such mapping"),
			fails(errno.EFAULT, "what the driver has mapped is not there any more, or not for writing"), waits,
		},
		Run: by(func(c *grant.Call, a *args) errno.Errno { return c.DriverAccess(a[0], a[1], a[2] == 1, a[3] == 1) }),
	})
	DriverFinish = ops.Define(model.Spec{
		Name: "driver.finish", Doc: "The request in flight is done.",
		Source:  "xen/include/public/io/blkif.h",
		Args:    []model.Arg{argBy, argRef},
		Results: []model.Result{ok("done"), fails(errno.ENOENT, "none is in flight"), waits},
		Run:     by(func(c *grant.Call, a *args) errno.Errno { return c.Finish(a[0], a[1]) }),
	})
	DriverDisconnect = ops.Define(model.Spec{
		Name: "driver.disconnect", Doc: "The driver unmaps, the second mapping first: after a request, or what is persistent when the device is closed.",
		Source: "Linux drivers/block/xen-blkback/blkback.c xen_blkbk_unmap(), free_persistent_gnts()",
		Args:   []model.Arg{argBy, argRef},
		Results: []model.Result{
			ok("unmapped"), fails(errno.EBUSY, "not mapped, a request is in flight, or it is persistent and not closing"),
			fails(grant.GeneralError, "the unmap fails, as gnttab.unmap"), fails(grant.BadHandle, "the unmap fails, as gnttab.unmap"), waits,
		},
		Run: by(func(c *grant.Call, a *args) errno.Errno { return c.Disconnect(a[0], a[1]) }),
	})
)
