package model_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"hvcheck/checker"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/modeltest"
)

// TestSpecs checks the table of operations, from which files, documents and
// searches are made.
func TestSpecs(t *testing.T) {
	seen, kinds := map[string]bool{}, map[model.Kind]bool{}
	for i, s := range model.Specs {
		t.Run(s.Name, func(t *testing.T) {
			if s.Place() != i {
				t.Errorf("its place is %d, and not %d", s.Place(), i)
			}
			if seen[s.Name] || kinds[s.Kind()] {
				t.Error("two operations have this name, or this number")
			}
			seen[s.Name], kinds[s.Kind()] = true, true
			if (model.Op{Kind: s.Kind()}).Spec() != s {
				t.Error("is not found by its number")
			}
			if found, ok := model.SpecNamed(s.Name); !ok || found != s {
				t.Error("is not found by its name")
			}
			if s.Doc == "" || s.Source == "" || s.Run == nil || !slices.Contains(model.Areas, s.Area()) {
				t.Error("has to have doc, source and handler, and belong to an area that is known")
			}
			checkArgs(t, s)
			checkResults(t, s)
		})
	}
	if s, ok := model.SpecNamed(model.Specs[0].Name + "x"); ok {
		t.Errorf("found %s", s.Name)
	}
}

func checkArgs(t *testing.T, s *model.Spec) {
	t.Helper()
	if len(s.Args) > model.MaxArgs {
		t.Errorf("%d operands, there is room for %d", len(s.Args), model.MaxArgs)
	}
	names := map[string]bool{}
	for i, a := range s.Args {
		if a.Name == "" || a.Type == nil || names[a.Name] {
			t.Errorf("operand %d: name and type have to be there, and the name unique: %q", i, a.Name)
		}
		names[a.Name] = true
		last := i == len(s.Args)-1
		if a.Type == model.Preempt && !last {
			t.Error("the preemption point has to be the last operand")
		}
		if last && s.Preemptible() != (a.Type == model.Preempt) {
			t.Errorf("is preemptible: %v", s.Preemptible())
		}
	}
	if s.Preemptible() && !s.Area().Has(model.PreemptBound) {
		t.Error("is preemptible, and its area does not bound that")
	}
}

func checkResults(t *testing.T, s *model.Spec) {
	t.Helper()
	codes, whens := map[errno.Errno]bool{}, map[string]bool{}
	for _, r := range s.Results {
		if key := r.Code.String() + r.When; whens[key] {
			t.Errorf("result %v is listed twice under one condition", r.Code)
		} else {
			whens[key] = true
		}
		codes[r.Code] = true
		if (r.When == "") == (r.Unreached == "") {
			t.Errorf("result %v wants either its condition or why it is not reached", r.Code)
		}
		if r.Code <= 0 && r.Code.Doc() == "" {
			t.Errorf("result %v has no name", r.Code)
		}
		if !s.Lists(r.Code) {
			t.Errorf("result %v is not listed", r.Code)
		}
	}
	if !codes[errno.OK] {
		t.Error("success is not among the results")
	}
	if s.Preemptible() && !codes[errno.ERESTART] {
		t.Error("is preemptible, and -ERESTART is not among the results")
	}
	if s.Lists(errno.HostCrash) {
		t.Error("a crash of the host is no result")
	}
}

// TestOpString writes operations as lines of a story and reads them again.
func TestOpString(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, s := range model.Specs {
		for range 50 {
			op := model.Op{Kind: s.Kind()}
			for i, a := range s.Args {
				values := valuesOf(a.Type)
				op.Arg[i] = values[random.IntN(len(values))]
			}
			got, err := modeltest.ParseOp(op.String())
			if err != nil || got != op {
				t.Errorf("%v was read as %v, %v", op, got, err)
			}
		}
	}
}

func TestOfCountsOperands(t *testing.T) {
	made := func(s *model.Spec, n int) (ok bool) {
		defer func() { ok = recover() == nil }()
		s.Of(make([]uint8, n)...)
		return true
	}
	for _, s := range model.Specs {
		for n := range len(s.Args) + 2 {
			if want := n == len(s.Args); made(s, n) != want {
				t.Errorf("%s with %d operands is made: %v", s.Name, n, !want)
			}
		}
	}
}

// TestNeeds: an operation has a need of no bound that its area does not have,
// and never lowers one.
func TestNeeds(t *testing.T) {
	for _, s := range model.Specs {
		var alone model.Config
		alone.Add(s.Area())
		for i, a := range s.Args {
			op := model.Op{Kind: s.Kind()}
			op.Arg[i] = 1
			least := alone
			op.Needs(&least)
			for _, b := range model.BoundList {
				if *b.Of(&least) > 0 && !alone.Has(b) {
					t.Errorf("%v needs %s", op, b.Name)
				}
			}
			most := modeltest.Largest(s.Area())
			if op.Needs(&most); most != modeltest.Largest(s.Area()) {
				t.Errorf("%s=%s changes a bound that is large enough", a.Name, a.Type.Format(1))
			}
		}
	}
}

// TestFlat: the engine compares and packs these as bytes.
func TestFlat(t *testing.T) {
	for _, err := range []error{checker.CheckFlat[model.World](), checker.CheckFlat[model.Op]()} {
		if err != nil {
			t.Error(err)
		}
	}
}
