package grant

import "hvcheck/model/errno"

// Statuses are what an element of a call answers, GNTST_*. As results they have
// numbers of their own, so that nobody takes them for an errno; GNTST_okay is 0, as
// success is. What an element answers is the result of the operation that ends it.
var (
	GeneralError     = status(-1, "general_error", "general undefined error")
	BadDomain        = status(-2, "bad_domain", "unrecognised domain id")
	BadGntref        = status(-3, "bad_gntref", "unrecognised or inappropriate reference")
	BadHandle        = status(-4, "bad_handle", "unrecognised or inappropriate handle")
	BadVirtAddr      = status(-5, "bad_virt_addr", "inappropriate virtual address to map")
	BadDevAddr       = status(-6, "bad_dev_addr", "inappropriate device address to unmap")
	NoDeviceSpace    = status(-7, "no_device_space", "out of space in the I/O MMU")
	PermissionDenied = status(-8, "permission_denied", "not enough privilege for the operation")
	BadPage          = status(-9, "bad_page", "the page was invalid for the operation")
	BadCopyArg       = status(-10, "bad_copy_arg", "the arguments cross a page boundary")
	AddressTooBig    = status(-11, "address_too_big", "the page's address is too large")
	Eagain           = status(-12, "eagain", "the operation is not done; the caller may try again")
	NoSpace          = status(-13, "no_space", "out of space for maptrack entries")
)

// Positive is no status: Xen must never answer it.
const Positive errno.Errno = 1

// statusBase is what statuses are shifted by.
const statusBase = -1100

func status(n errno.Errno, name, doc string) errno.Errno {
	return errno.Define(statusBase+n, "GNTST_"+name, doc)
}

// StatusOf is the number of a status as Xen stores it, and whether the result is
// one: okay is, and so is a positive number, which Xen must never store.
func StatusOf(code errno.Errno) (n int16, is bool) {
	switch {
	case code <= statusBase-1 && code >= statusBase-13:
		return int16(code) - statusBase, true
	case code >= 0:
		return int16(code), true
	}
	return 0, false
}

// StatusCode is the result for what Xen stores as a status.
func StatusCode(n int8) errno.Errno {
	if n < 0 {
		return statusBase + errno.Errno(n)
	}
	return errno.Errno(n)
}
