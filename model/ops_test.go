package model_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"hvcheck/checker"
	"hvcheck/model"
	"hvcheck/model/errno"
)

// TestSpecs checks the table of operations, from which files, documents and
// searches are made.
func TestSpecs(t *testing.T) {
	seen := map[string]bool{}
	for i, s := range model.Specs {
		t.Run(s.Name, func(t *testing.T) {
			if seen[s.Name] {
				t.Error("two operations have this name")
			}
			seen[s.Name] = true
			if int(s.Kind()) != i {
				t.Errorf("kind is %d, place in the table %d", s.Kind(), i)
			}
			if found, ok := model.SpecNamed(s.Name); !ok || found != s {
				t.Error("is not found by its name")
			}
			if s.Doc == "" || s.Source == "" || s.Area == "" {
				t.Error("has to have doc, source and area")
			}
			checkArgs(t, s)
			checkResults(t, s)
		})
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
		if last := i == len(s.Args)-1; a.Type == model.Preempt && !last {
			t.Error("the preemption point has to be the last operand")
		}
	}
}

func checkResults(t *testing.T, s *model.Spec) {
	t.Helper()
	codes := map[errno.Errno]bool{}
	for _, r := range s.Results {
		if codes[r.Code] {
			t.Errorf("result %v is listed twice", r.Code)
		}
		codes[r.Code] = true
		if (r.When == "") == (r.Unreached == "") {
			t.Errorf("result %v wants either its condition or why it is not reached", r.Code)
		}
		if r.Code <= 0 && r.Code.Doc() == "" {
			t.Errorf("result %v has no name", r.Code)
		}
	}
	if !codes[errno.OK] {
		t.Error("success is not among the results")
	}
	if s.Preemptible() && !codes[errno.ERESTART] {
		t.Error("is preemptible, and -ERESTART is not among the results")
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
			line := op.String()
			got, err := parseOp(line)
			if err != nil || got != op {
				t.Errorf("%v was read as %v, %v", op, got, err)
			}
		}
	}
}

func TestOpStringLeavesOutNoPreemption(t *testing.T) {
	for op, want := range map[model.Op]string{
		model.Pin.Of(0, 1, 4, 0):                      "mmuext.pin cpu=v0 frame=1 level=4",
		model.Pin.Of(3, 1, 4, 2):                      "mmuext.pin cpu=t0 frame=1 level=4 preempt=2",
		model.NewUserBaseptr.Of(1, 0, 0):              "mmuext.new_user_baseptr cpu=v1 frame=none",
		model.MMUUpdate.Of(0, 2, 7, 0, 1, 0):          "mmu_update cpu=v0 frame=2 slot=m2p entry=none cmd=preserve_ad",
		model.SetContext.Of(4, 0, 0, 2, 1, 1, 0):      "set-context cpu=t1 vcpu=0 kernel=0 user=1 assist=strict mode=user",
		model.UpdateVAMapping.Of(0, 1, 0, 0b10001, 2): "update_va_mapping cpu=v0 dir=1 slot=0 entry=1rw flush=badmask",
		model.AllocUnbound.Of(4, 0, 1):                "evtchn.alloc_unbound cpu=t0 dom=guest remote=backend",
		model.SetPriority.Of(0, 3, 1):                 "evtchn.set_priority cpu=v0 port=3 prio=7",
		model.ResetEvents.Of(1, 2):                    "evtchn.reset cpu=v1 preempt=2",
		model.DestroyEvents.Of(0):                     "evtchn.destroy",
	} {
		if got := op.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestOfCountsOperands(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("an operation was made with too few operands")
		}
	}()
	model.Pin.Of(0, 1)
}

func TestSpecNamedKnowsNoOther(t *testing.T) {
	if s, ok := model.SpecNamed("mmuext.pim"); ok {
		t.Errorf("found %s", s.Name)
	}
}

// TestWorldIsFlat: the engine compares and packs Worlds as bytes.
func TestWorldIsFlat(t *testing.T) {
	if err := checker.CheckFlat[model.World](); err != nil {
		t.Error(err)
	}
	if err := checker.CheckFlat[model.Op](); err != nil {
		t.Error(err)
	}
}

// TestAreas: every operation belongs to an area that is known.
func TestAreas(t *testing.T) {
	known := []model.Area{model.PVMMU, model.EVTCHN}
	for _, s := range model.Specs {
		if !slices.Contains(known, s.Area) {
			t.Errorf("%s: area %q", s.Name, s.Area)
		}
	}
}
