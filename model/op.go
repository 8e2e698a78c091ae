package model

import (
	"fmt"
	"strings"

	"hvcheck/model/errno"
)

// Kind numbers an operation: its index in Specs.
type Kind uint8

// MaxArgs is the number of operands that an Op has room for.
const MaxArgs = 7

// Op is one operation as it runs: a kind and its operands, flat and comparable.
// Operands that the kind does not have are 0.
type Op struct {
	Kind Kind
	Arg  [MaxArgs]uint8
}

// Area is the subsystem that an operation, an invariant or a scenario belongs to.
type Area string

// The areas.
const (
	PVMMU  Area = "pvmmu"
	EVTCHN Area = "evtchn"
)

// Spec describes one operation: the hypercall table has one entry per kind,
// and enumeration, drawing, files, printing, simplification and documents all
// derive from it.
type Spec struct {
	Name   string // as people write it: mmuext.pin
	Area   Area
	Doc    string // what it does, for people
	Source string // file and function in Xen
	Args   []Arg
	// Results lists every result that the specification gives the operation.
	Results []Result

	kind Kind
	run  func(m *Machine, a *[MaxArgs]uint8) errno.Errno
}

// Arg is one operand: its name in files and on the command line, and its type.
type Arg struct {
	Name string
	Type *ArgType
}

// Result is one result of an operation. Unreached says why no scenario of the
// model can produce it; empty means that the default run must have seen it.
type Result struct {
	Code      errno.Errno
	When      string // the condition, for people
	Unreached string
}

// Specs is the table of operations, in the order in which they were defined.
// A Kind is an index into it and is never written to a file.
var Specs []*Spec

// define enters an operation into the table.
func define(s Spec) *Spec {
	s.kind = Kind(len(Specs))
	Specs = append(Specs, &s)
	return &s
}

// Kind is the operation's number.
func (s *Spec) Kind() Kind { return s.kind }

// Of makes an operation from operand values, in the order of Args.
func (s *Spec) Of(args ...uint8) Op {
	if len(args) != len(s.Args) {
		panic(fmt.Sprintf("%s takes %d operands, not %d", s.Name, len(s.Args), len(args)))
	}
	op := Op{Kind: s.kind}
	copy(op.Arg[:], args)
	return op
}

// Preemptible tells whether the last operand is the preemption point.
func (s *Spec) Preemptible() bool {
	return len(s.Args) > 0 && s.Args[len(s.Args)-1].Type == Preempt
}

// Spec is the operation's description.
func (op Op) Spec() *Spec { return Specs[op.Kind] }

// String is the operation as a line of a story: name, then operand=value. A
// preemption operand of 0 is left out.
func (op Op) String() string {
	s := op.Spec()
	var b strings.Builder
	b.WriteString(s.Name)
	for i, a := range s.Args {
		if a.Type == Preempt && op.Arg[i] == 0 {
			continue
		}
		b.WriteString(" " + a.Name + "=" + a.Type.Format(op.Arg[i]))
	}
	return b.String()
}

// SpecNamed finds an operation by its name.
func SpecNamed(name string) (*Spec, bool) {
	for _, s := range Specs {
		if s.Name == name {
			return s, true
		}
	}
	return nil, false
}
