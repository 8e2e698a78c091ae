package drive

import (
	"slices"

	"hvcheck/conform/xen/abi"
	"hvcheck/conform/xen/subject"
	"hvcheck/model/errno"
)

// A call has a structure and arguments. Both are made of the structure's address
// and of the number of the domain that the call is about.

// fixed is a structure that says neither where it is nor of whom.
func fixed(v any) func(at, dom uint64) any { return func(uint64, uint64) any { return v } }

// byTools has dom0 make a call about a domain. What is marked may be left.
func byTools(x *abi.Xen, id uint16, nr uint64, arg func(at, dom uint64) any, args func(at, dom uint64) []uint64) reply {
	defer x.Release()
	b := x.Place(arg(0, 0))
	at, dom := abi.Address(b), uint64(id)
	copy(b, abi.Encode(arg(at, dom)))
	r := reply{code: x.Hypercall(nr, args(at, dom)...), data: slices.Clone(b)}
	if errno.Errno(r.code) == errno.ERESTART {
		left := x.Left()
		r.left(uint64(left[1]), uint64(left[3]))
	}
	return r
}

// left is a call that was stopped. If nothing is left of it but its caller's
// old_guest_table, it is over and has its result in place of a domain.
func (r *reply) left(count, domain uint64) {
	r.code, r.stopped = int64(errno.ERESTART), true
	if count == abi.Continued {
		r.code = int64(int32(domain))
	}
}

// byVCPU has a vCPU of a guest make a call about its own domain.
func byVCPU(d *subject.Domain, v, stops int, nr uint64, arg func(at, dom uint64) any, args func(at, dom uint64) []uint64) (reply, error) {
	at := d.DataAt(v)
	c := &subject.Call{Number: int64(nr), Stops: stops, Data: abi.Encode(arg(at, abi.Self))}
	copy(c.Args[:], args(at, abi.Self))
	if err := d.Make(v, c); err != nil {
		return reply{}, err
	}
	r := reply{code: c.Result, data: c.Data}
	if c.Status == subject.Stopped {
		r.left(c.Args[1], c.Args[3])
	}
	return r, nil
}

// reply is what came of a call.
type reply struct {
	code    int64
	stopped bool
	data    []byte // the structure afterwards
}
