package model

import (
	"fmt"
	"slices"
	"strings"

	"hvcheck/model/errno"
)

// Kind numbers an operation.
type Kind uint8

// MaxArgs is the number of operands that an Op has room for.
const MaxArgs = 7

// Op is one operation as it runs: a kind and its operands, flat and comparable.
// Operands that the kind does not have are 0.
type Op struct {
	Kind Kind
	Arg  [MaxArgs]uint8
}

// Args are operands as a handler gets them.
type Args = [MaxArgs]uint8

// Spec describes one operation: the hypercall table has one entry per kind,
// and enumeration, drawing, files, printing, simplification and documents all
// derive from it.
type Spec struct {
	Name   string // as people write it: mmuext.pin
	Doc    string // what it does, for people
	Source string // file and function in Xen
	Args   []Arg
	// Results lists every result that the operation can have.
	Results []Result
	// Run carries it out between Begin and End of its area's Calls.
	Run func(c Calls, a *Args) errno.Errno

	kind  Kind
	place int // in Specs
	table *Table
	codes []errno.Errno // of Results

	effects []Effect
}

// Arg is one operand: its name in files and on the command line, and its type.
type Arg struct {
	Name string
	Type *ArgType
}

// Result is one result of an operation, under one condition: a code that comes
// for several reasons is several results. Unreached says why no scenario of the
// model can produce it; empty means that the default run must have seen it.
type Result struct {
	Code      errno.Errno
	When      string // the condition, for people
	Unreached string
	// Open says why the result may come where its condition holds and need not;
	// empty where it is due.
	Open string

	due   Condition // When, as a predicate
	first bool      // it goes before those behind it
}

// Can is a result under a condition.
func Can(code errno.Errno, when string) Result { return Result{Code: code, When: when} }

// Never is a result that is not reached, with the reason.
func Never(code errno.Errno, reason string) Result { return Result{Code: code, Unreached: reason} }

// Table is an area's table of operations, in the order in which they were
// defined.
type Table struct {
	area  *Area
	specs []*Spec
}

// byKind finds operations by their number. A Kind is never written to a file.
var byKind []*Spec

// Define enters an operation into the table. It is called while packages
// initialise.
func (t *Table) Define(s Spec) *Spec {
	if len(byKind) > int(^Kind(0)) {
		panic("model: there is no number left for " + s.Name)
	}
	s.kind, s.table = Kind(len(byKind)), t
	for _, r := range s.Results {
		s.codes = append(s.codes, r.Code)
	}
	byKind = append(byKind, &s)
	t.specs = append(t.specs, &s)
	return &s
}

// Specs lists the table's operations.
func (t *Table) Specs() []*Spec { return t.specs }

// Kind is the operation's number.
func (s *Spec) Kind() Kind { return s.kind }

// Place is where the operation stands in Specs.
func (s *Spec) Place() int { return s.place }

// Area is the subsystem that the operation belongs to.
func (s *Spec) Area() *Area { return s.table.area }

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

// Lists tells whether the operation's table has a result.
func (s *Spec) Lists(code errno.Errno) bool {
	return slices.Contains(s.codes, code)
}

// Spec is the description of the operations of a kind.
func (k Kind) Spec() *Spec { return byKind[k] }

// Spec is the operation's description.
func (op Op) Spec() *Spec { return op.Kind.Spec() }

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

// Needs raises bounds in least to what the operation's operands name.
func (op Op) Needs(least *Config) {
	for i, a := range op.Spec().Args {
		if a.Type.Need != nil {
			a.Type.Need(op.Arg[i], least)
		}
	}
}

// SpecNamed finds a registered operation by its name.
func SpecNamed(name string) (*Spec, bool) {
	for _, s := range Specs {
		if s.Name == name {
			return s, true
		}
	}
	return nil, false
}
