package pool_test

import (
	"strings"
	"testing"

	"hvcheck/checker"
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
)

// TestFlat: what lies in Worlds and configurations is its bytes.
func TestFlat(t *testing.T) {
	for _, err := range []error{checker.CheckFlat[page.Pool](), checker.CheckFlat[pool.Config]()} {
		if err != nil {
			t.Error(err)
		}
	}
}

// TestArgMistakes: what is no value is refused, and the error says what is one.
func TestArgMistakes(t *testing.T) {
	for _, c := range []struct {
		arg   *model.ArgType
		text  string
		wants string
	}{
		{pool.Frame, "one", "a number"},
		{pool.Frame, "-1", "a number"},
		{pool.Frame, "256", "a number"},
		{pool.FrameOrNone, "nobody", "a number"},
		{pool.Slot, "m2p", "a number"},
		{pool.Slot, "4", "0 to 3"},
		{pool.Ent, "8rw", "2rw"},
		{pool.Ent, "rw", "2rw"},
	} {
		v, err := c.arg.Parse(c.text)
		if err == nil {
			t.Errorf("%s: %q was read as %d", c.arg.Name, c.text, v)
		} else if !strings.Contains(err.Error(), c.wants) {
			t.Errorf("%s: %q: the error does not say %q: %v", c.arg.Name, c.text, c.wants, err)
		}
	}
}

// sized is a configuration of area first with a pool of that size.
func sized(frames, slots uint8) (c model.Config) {
	c.Add(first)
	*pool.Conf(&c) = pool.Config{Frames: frames, Slots: slots}
	return c
}

// TestEntries: each frame within the bounds with each kind, and none, with the D bit and
// without.
func TestEntries(t *testing.T) {
	for frames, want := range map[uint8]int{1: 2 + 1*5*2, 3: 2 + 3*5*2, page.MaxFrames: 2 + page.MaxFrames*5*2} {
		c, n := sized(frames, 1), 0
		for v := range 256 {
			if !pool.Ent.Exists(uint8(v), &c) {
				continue
			}
			n++
			if e, err := page.ParseEntry(pool.Ent.Format(uint8(v))); err != nil || e != page.Entry(v) || uint8(v) >= pool.Ent.Count(&c) {
				t.Errorf("%#x is %v, %v", v, e, err)
			}
		}
		if n != want {
			t.Errorf("%d frames: %d entries, want %d", frames, n, want)
		}
	}
}

// TestRename: every operand that names a frame is renamed, and no other.
func TestRename(t *testing.T) {
	c := sized(3, 1)
	if n := pool.Names.Size(&c); n != 3 {
		t.Errorf("%d names", n)
	}
	p := []uint8{2, 0, 1}
	for _, tc := range []struct {
		arg   *model.ArgType
		v, as string
	}{
		{pool.Frame, "0", "2"},
		{pool.FrameOrNone, "none", "none"},
		{pool.FrameOrNone, "0", "2"},
		{pool.FrameOrNone, "2", "1"},
		{pool.Ent, "none", "none"},
		{pool.Ent, "1rw+d", "0rw+d"},
		{pool.Ent, "7ro", "7ro"},
		{pool.Slot, "1", "1"},
	} {
		v, err := tc.arg.Parse(tc.v)
		if got := tc.arg.Format(pool.Names.Rename(tc.arg, v, p)); err != nil || got != tc.as {
			t.Errorf("%s %s becomes %s, want %s: %v", tc.arg.Name, tc.v, got, tc.as, err)
		}
	}
}

// first and second are areas that do nothing but count references of a page.
var first, second = counting("first"), counting("second")

func counting(name string) *model.Area {
	var ops model.Table
	ops.Define(model.Spec{
		Name: name + ".count", Args: []model.Arg{{Name: "frame", Type: pool.Frame}},
		Results: []model.Result{model.Can(errno.OK, "counted")},
		Run: func(c model.Calls, a *model.Args) errno.Errno {
			pool.Of(c.(*counter).w).Pages[a[0]].Count++
			return errno.OK
		},
	})
	a := &model.Area{Name: name, Shares: []model.Share{pool.Share}, Bounds: pool.Bounds, Ops: &ops}
	a.Calls = func(*model.Config) model.Calls { return &counter{} }
	return model.NewArea(*a)
}

type counter struct{ w *model.World }

func (c *counter) Begin(w *model.World, _ *model.Op, _ uint8) { c.w = w }
func (c *counter) End(code errno.Errno) model.Answer          { return model.Answer{Code: code} }
func (c *counter) Drain(*model.World) (model.Op, bool)        { return model.Op{}, false }
func (c *counter) Asked(func(string))                         {}
func (c *counter) Short(func(*model.Bound))                   {}
func (c *counter) Starting(*model.World, bool)                {}

// TestShared: areas of one configuration see the same pages, and one size of
// the pool.
func TestShared(t *testing.T) {
	areas := model.Areas
	model.Areas = []*model.Area{first, second}
	defer func() { model.Areas = areas }()
	var other model.Config
	other.Add(second)
	c := sized(3, 2).And(other).And(sized(3, 2))
	if got := *pool.Conf(&c); got != (pool.Config{Frames: 3, Slots: 2}) {
		t.Errorf("the second says nothing, and the pool is %+v", got)
	}
	for _, b := range pool.Bounds {
		if !first.Has(b) || !second.Has(b) || !c.Has(b) {
			t.Errorf("%s does not bound both", b.Name)
		}
	}
	if n := len(c.Spans()); n != 1 {
		t.Errorf("the pool is told as %d parts", n)
	}
	m := model.NewMachine(c)
	var w model.World
	for _, a := range []*model.Area{first, second, first} {
		if answer := m.Do(&w, a.Ops.Specs()[0].Of(2)); answer.Code != errno.OK {
			t.Fatal(answer)
		}
	}
	if got := pool.Of(&w).Pages[2].Count; got != 3 {
		t.Errorf("counted %d references", got)
	}
}
