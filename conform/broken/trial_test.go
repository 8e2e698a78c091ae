package broken

import (
	"context"
	"errors"
	"strings"
	"testing"

	_ "hvcheck/areas"
	"hvcheck/conform"
	_ "hvcheck/conform/views"
	"hvcheck/model"
)

// machine is the model, with a bug.
type machine struct {
	conform.Target
	done int // operations of the current play
	bug  func(done int, line *conform.Line) error
}

func (m *machine) Begin(s *conform.Scene) (conform.Seen, error) {
	m.done = 0
	return m.Target.Begin(s)
}

func (m *machine) Do(c *model.Config, w *model.World, op model.Op) (*conform.Line, error) {
	line, err := m.Target.Do(c, w, op)
	if err == nil {
		m.done++
		err = m.bug(m.done, line)
	}
	return line, err
}

func quiet(string, ...any) {}

// tried tries a build, of which the machine has that bug.
func tried(ctx context.Context, b *Build, random int, bug func(int, *conform.Line) error) *Trial {
	return Try(ctx, &machine{Target: conform.NewModel(), bug: bug}, b, []*Build{b}, &Options{Seed: 1, Random: random, Say: quiet})
}

func none(int, *conform.Line) error { return nil }

// pinTwice is a build that lets a table be pinned twice.
var pinTwice = &Build{Name: "pin-twice", Story: `
scenario: mmu.typing
start: running
mmuext.pin cpu=v0 frame=0 level=1
mmuext.pin cpu=v0 frame=0 level=1`}

// The model is told apart from none of its bugs, and a difference is counted from
// the first operation on.
func TestTry(t *testing.T) {
	b := pinTwice
	if r := tried(t.Context(), b, 200, none); r.Told() || r.Err != nil || r.Stories.Ops != 2 || r.Random.Ops < 200 {
		t.Errorf("%+v", r)
	}
	accepted := func(_ int, l *conform.Line) error {
		if strings.HasPrefix(l.Op, "mmuext.pin") && l.Result == "-EINVAL" {
			l.Result = "0"
		}
		return nil
	}
	r := tried(t.Context(), b, 2000, accepted)
	if !r.Told() || r.Stories.Ops != 2 || r.Stories.Found == nil || r.Random.Found == nil || r.Random.Ops == 0 {
		t.Errorf("%+v", r)
	}
}

// A machine that is lost with the same operation each time is told apart; one that
// is lost once was unlucky; of another nothing is known.
func TestLost(t *testing.T) {
	b := pinTwice
	lost := &conform.Inconclusive{Err: errors.New("the machine has ended")}
	second := func(done int, _ *conform.Line) error {
		if done == 2 {
			return lost
		}
		return nil
	}
	if r := tried(t.Context(), b, 0, second); r.Err != nil || !strings.Contains(r.Stories.Lost, "mmuext.pin") || r.Stories.Ops != 2 {
		t.Errorf("%+v", r)
	}
	times := 0
	once := func(int, *conform.Line) error {
		if times++; times == 1 {
			return lost
		}
		return nil
	}
	if r := tried(t.Context(), b, 0, once); r.Err != nil || r.Told() {
		t.Errorf("%+v", r)
	}
	times = 0
	elsewhere := func(done int, _ *conform.Line) error {
		if times++; times == 1 || done == 2 {
			return lost
		}
		return nil
	}
	if r := tried(t.Context(), b, 0, elsewhere); !conform.IsInconclusive(r.Err) || r.Told() {
		t.Errorf("%+v", r)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if r := tried(ended, b, 0, none); !errors.Is(r.Err, context.Canceled) {
		t.Errorf("%+v", r)
	}
}
