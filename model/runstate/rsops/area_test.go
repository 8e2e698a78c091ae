package rsops_test

import (
	"strings"
	"testing"

	"hvcheck/checker"
	"hvcheck/model"
	"hvcheck/model/modeltest"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/ledger"
	"hvcheck/model/runstate/rsops"
)

// TestFlat: what lies in Worlds and configurations is its bytes.
func TestFlat(t *testing.T) {
	for _, err := range []error{checker.CheckFlat[runstate.State](), checker.CheckFlat[ledger.Book]()} {
		if err != nil {
			t.Error(err)
		}
	}
}

func TestFactsTellAll(t *testing.T) { told().All(t) }

func TestFactsInOrder(t *testing.T) { told().InOrder(t) }

// told is all of the area.
func told() *modeltest.Told {
	c := modeltest.Largest(rsops.Area)
	rsops.Conf(&c).Unit, rsops.Conf(&c).Slots = 1, 2
	start := rsops.Begin("", rsops.Start{At: 0xff0, Flag: true})
	return &modeltest.Told{Config: c, States: []model.World{start.World(&c)}}
}

func TestOpString(t *testing.T) {
	for op, want := range map[model.Op]string{
		rsops.Change.Of(0, runstate.Runnable, 2):          "runstate.change thread=h0 to=runnable clock=back",
		rsops.SetAddress.Of(rsops.At(0xfd0)):              "kvm.runstate_addr at=0xfd0",
		rsops.SetAddress.Of(rsops.Unregister):             "kvm.runstate_addr at=none",
		rsops.RegisterHandle.Of(rsops.At(0x1000), 1):      "vcpuop.register_runstate_memory_area at=0x1000 vcpu=other",
		rsops.SetSlot.Of(2, uint8(runstate.SlotWritable)): "kvm.memslot page=other to=writable",
	} {
		if got := op.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestAddresses are read as they are written, and nothing else is.
func TestAddresses(t *testing.T) {
	for v := range rsops.Address.Count(nil) {
		got, err := rsops.Address.Parse(rsops.Address.Format(v))
		if err != nil || got != v {
			t.Errorf("%d is written %s and read %d: %v", v, rsops.Address.Format(v), got, err)
		}
	}
	for _, text := range []string{"", "0x100", "0x1009", "A", "-1"} {
		if v, err := rsops.Address.Parse(text); err == nil || !strings.Contains(err.Error(), "0xfc8 to 0x1008") {
			t.Errorf("%q: %d, %v", text, v, err)
		}
	}
}

// TestDrain: whatever threads are in the middle of, they end.
func TestDrain(t *testing.T) {
	c := rsops.Scope{Threads: 2, Budget: unbounded()}.Config(runstate.Config{Steps: runstate.StepStores | runstate.StepLocks | runstate.StepCache})
	start := rsops.Begin("", rsops.Start{At: 0xff0, Flag: true})
	w, m := start.World(&c), model.NewMachine(c)
	for _, op := range []model.Op{rsops.Change.Of(0, 0, 0), rsops.Change.Of(1, 0, 0), rsops.Invalidate.Of(0), rsops.HostStep.Of(runstate.Notifier)} {
		m.Do(&w, op)
	}
	for range 100 {
		op, more := m.Drain(&w)
		if !more {
			break
		}
		m.Do(&w, op)
	}
	for i, task := range rsops.Of(&w).Task {
		if task != (runstate.Task{}) {
			t.Errorf("thread %d is still busy: %+v", i, task)
		}
	}
}

func unbounded() (b rsops.Budget) {
	for i := range b {
		b[i] = runstate.Unlimited
	}
	return b
}
