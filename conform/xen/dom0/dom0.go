// Package dom0 is what hvcheck does when it is the first process of dom0: it
// makes the domains that are tested, has them do what the host asks for, and
// tells what is seen afterwards.
//
//	kernel -> Main: modules, /dev/xen, the channel -> Serve: Request -> drive -> Answer
package dom0

import (
	"errors"

	"hvcheck/conform/vm/channel"
	"hvcheck/conform/vm/first"
	"hvcheck/conform/ways"
	"hvcheck/conform/xen/abi"
	"hvcheck/conform/xen/drive"
	_ "hvcheck/conform/xen/drive/gntdrive" // registers how its area is driven
	_ "hvcheck/conform/xen/drive/iodrive"  // the same
	_ "hvcheck/conform/xen/drive/rsdrive"  // the same
	"hvcheck/conform/xen/subject"
)

// Sign is the variable in the environment that says that this is the place. The
// kernel makes one of every word with = that it does not know.
const Sign = "HVCHECK_DOM0"

// IsHere tells whether this process is the first one of a dom0 that hvcheck has
// booted.
func IsHere() bool { return first.IsHere(Sign) }

// serve answers requests until there are no more.
func serve(x *abi.Xen, end *channel.End, wait func(int) error) error {
	s := &ways.Server[*abi.Xen]{Name: x.Name, Instrumented: x.Instrumented, Host: x, Mappings: drive.Mappings, Lost: func(err error) (lost, crashed bool) {
		return errors.Is(err, subject.ErrSilent), errors.Is(err, subject.ErrCrashed)
	}}
	return s.Serve(end, wait)
}
