// Package drive says how each operation of the models is driven on a real Xen,
// and does it: the mappings of package ways for it.
//
// An area more is a package with its Mapping, which it registers, and that dom0 imports.
package drive

import (
	"hvcheck/conform"
	"hvcheck/conform/ways"
	"hvcheck/conform/xen/abi"
	"hvcheck/model/errno"
)

// Mapping says how an area is driven on Xen.
type Mapping = ways.Mapping[*abi.Xen]

// Way is how an operation is driven.
type Way = ways.Way

// Marks are objects of which something of the past counts.
type Marks = ways.Marks

// Question is an operation in a state.
type Question = ways.Question

// Did is what a driven operation did.
type Did = ways.Did

// Session is a domain, or several, on which a scene is played.
type Session = ways.Session

// Mappings lists the areas that can be driven: those of this package, and those that have
// been registered.
var Mappings = []*Mapping{mmu, events}

// ErrDevice says that a scene has more devices than the machine has of those that copy memory.
var ErrDevice error = &conform.Lacking{What: "the machine has no device that copies memory for it"}

// result is a result with a name of its own.
func result(code errno.Errno) Did { return Did{Result: code.String()} }
