// Package errno names the results of hypercalls with Xen's numbers.
//
// Errors are negative, as Xen returns them. Three codes are the model's own:
// they stand for calls that never return or that could not be made.
package errno

import (
	"fmt"
	"strconv"
)

// Errno is a hypercall's result: 0, a negative Xen error, or a positive value
// whose meaning is the operation's own.
type Errno int16

// Xen's numbers, from xen/include/public/errno.h.
const (
	OK         Errno = 0
	EPERM      Errno = -1
	ENOENT     Errno = -2
	ESRCH      Errno = -3
	EINTR      Errno = -4
	ENXIO      Errno = -6
	E2BIG      Errno = -7
	EBADF      Errno = -9
	EAGAIN     Errno = -11
	ENOMEM     Errno = -12
	EACCES     Errno = -13
	EFAULT     Errno = -14
	EBUSY      Errno = -16
	EEXIST     Errno = -17
	EXDEV      Errno = -18
	ENODEV     Errno = -19
	EINVAL     Errno = -22
	ENOSPC     Errno = -28
	ERANGE     Errno = -34
	ENOSYS     Errno = -38
	EOVERFLOW  Errno = -75
	EILSEQ     Errno = -84
	ERESTART   Errno = -85
	EOPNOTSUPP Errno = -95
	EADDRINUSE Errno = -98
	ETIMEDOUT  Errno = -110
)

// The model's own codes.
const (
	NotRunning Errno = -1001 // a guest vCPU that is down or paused issues no hypercall
	HostCrash  Errno = -1002 // a BUG() of the hypervisor was reached
	Hang       Errno = -1003 // the hypercall never returns
)

var names = []struct {
	code Errno
	name string
	doc  string
}{
	{OK, "0", "success"},
	{EPERM, "-EPERM", "not permitted to this caller"},
	{ENOENT, "-ENOENT", "no such object"},
	{ESRCH, "-ESRCH", "no such domain, or it is being destroyed"},
	{EINTR, "-EINTR", "interrupted before anything was done"},
	{ENXIO, "-ENXIO", "no such address, or it cannot be used"},
	{E2BIG, "-E2BIG", "too many elements"},
	{EBADF, "-EBADF", "it cannot be used for this"},
	{EAGAIN, "-EAGAIN", "something changed meanwhile; the caller may try again"},
	{ENOMEM, "-ENOMEM", "no memory"},
	{EACCES, "-EACCES", "access denied"},
	{EFAULT, "-EFAULT", "bad guest address"},
	{EBUSY, "-EBUSY", "in use: it cannot be had now"},
	{EEXIST, "-EEXIST", "already there"},
	{EXDEV, "-EXDEV", "it is elsewhere, or in use in another way"},
	{ENODEV, "-ENODEV", "no such device"},
	{EINVAL, "-EINVAL", "invalid argument"},
	{ENOSPC, "-ENOSPC", "no room left"},
	{ERANGE, "-ERANGE", "out of range"},
	{ENOSYS, "-ENOSYS", "no such command"},
	{EOVERFLOW, "-EOVERFLOW", "a range goes beyond what there is"},
	{EILSEQ, "-EILSEQ", "the order of things is not what it has to be"},
	{ERESTART, "-ERESTART", "preempted: the same call is to be made again"},
	{EOPNOTSUPP, "-EOPNOTSUPP", "not supported in this state"},
	{EADDRINUSE, "-EADDRINUSE", "the range is in use already"},
	{ETIMEDOUT, "-ETIMEDOUT", "there was no answer in time"},
	{NotRunning, "not-running", "the vCPU is not running and cannot make the call"},
	{HostCrash, "host-crash", "the hypervisor stops with a BUG()"},
	{Hang, "hang", "the hypercall never returns"},
}

// Define adds a code that only some area has, with its name. It is called while
// packages initialise.
func Define(code Errno, name, doc string) Errno {
	if code.Doc() != "" {
		panic("errno: " + name + " has the number of " + code.String())
	}
	names = append(names, struct {
		code Errno
		name string
		doc  string
	}{code, name, doc})
	return code
}

// String is the name as people write it: "0", "-EINVAL", or a plain number.
func (e Errno) String() string {
	for _, n := range names {
		if n.code == e {
			return n.name
		}
	}
	return strconv.Itoa(int(e))
}

// Doc says in a line what the code means, or "" for a code without a name.
func (e Errno) Doc() string {
	for _, n := range names {
		if n.code == e {
			return n.doc
		}
	}
	return ""
}

// All lists the named codes.
func All() []Errno {
	all := make([]Errno, len(names))
	for i, n := range names {
		all[i] = n.code
	}
	return all
}

// Parse reads what String wrote.
func Parse(s string) (Errno, error) {
	for _, n := range names {
		if n.name == s {
			return n.code, nil
		}
	}
	if v, err := strconv.ParseInt(s, 10, 16); err == nil && v > 0 {
		return Errno(v), nil
	}
	return 0, fmt.Errorf("%q is no result; want 0, a name such as -EINVAL, or a positive number", s)
}
