// Package vmm is what hvcheck does when it is the first process of a kernel with
// KVM: it is the VMM of the guests that are tested.
//
//	kernel -> Main: modules, /dev/kvm, the channel -> Request -> drive -> Answer
//
// A vCPU has a thread of its own that goes before all others but one, which takes its
// CPU away for as long as it is told to.
package vmm

import "hvcheck/conform/vm/first"

// Sign is the variable in the environment that says that this is the place.
const Sign = "HVCHECK_KVM"

// IsHere tells whether this process is the first one of a kernel with KVM that hvcheck
// has booted.
func IsHere() bool { return first.IsHere(Sign) }
