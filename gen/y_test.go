package gen

import (
	"context"
	"flag"
	"fmt"
	"testing"
	"time"
	"runtime"

	"pgregory.net/rapid"
	"hvcheck/checker"
	"hvcheck/counterexamples"
	"hvcheck/model"
	"hvcheck/scenarios"
)

type standIn struct{ failed bool }
func (*standIn) Helper()               {}
func (*standIn) Name() string          { return "standin" }
func (*standIn) Logf(string, ...any)   {}
func (*standIn) Log(...any)            {}
func (*standIn) Skipf(string, ...any)  { }
func (*standIn) Skip(...any)           { }
func (*standIn) SkipNow()              { }
func (s *standIn) Errorf(string, ...any) { s.failed = true }
func (s *standIn) Error(...any)          { s.failed = true }
func (s *standIn) Fatalf(string, ...any) { s.failed = true; runtime.Goexit() }
func (s *standIn) Fatal(...any)          { s.failed = true; runtime.Goexit()}
func (s *standIn) FailNow()              { s.failed = true; runtime.Goexit() }
func (s *standIn) Fail()                 { s.failed = true }
func (s *standIn) Failed() bool          { return s.failed }

func rapidShrink(g *rapid.Generator[Story], seed uint64, fails func(Story) bool) Story {
	flag.Set("rapid.seed", fmt.Sprint(seed))
	flag.Set("rapid.checks", "1")
	flag.Set("rapid.nofailfile", "true")
	var last Story
	done := make(chan bool)
	go func() {
		defer close(done)
		rapid.Check(&standIn{}, func(t *rapid.T) {
			s := g.Draw(t, "s")
			if fails(s) { last = s; t.Fatal("x") }
		})
	}()
	<-done
	return last
}

func TestShrinkWorth(t *testing.T) {
	for _, sw := range model.Switches {
		sc, ok := scenarios.ByName(sw.Scenario)
		if !ok { continue }
		c := sc.Config
		v := "on"
		name := sw.ID
		if c.Set(model.Choice{Name: name, Value: v}) != nil { continue }
		var ids []string
		newSys := func() checker.System[model.World, model.Op] { return sc.System(c, ids) }
		res := map[string]int{}
		var la, lb []int
		var ta, tb time.Duration
		found := 0
		for seed := range uint64(8) {
			r, err := checker.Sample(context.Background(), newSys, func() checker.Source[model.Op] { return NewSource(sc, c, All) }, checker.SampleOptions{Seed: seed, Time: 2*time.Second, Workers: 1})
			if err != nil { t.Log(sw.ID, err); break }
			if r.Fault == nil { continue }
			found++
			simp := counterexamples.NewSimplifier(sc, c)
			t0 := time.Now()
			a := checker.Minimize(newSys, simp, *r.Fault, checker.MinimizeOptions{})
			ta += time.Since(t0)
			t0 = time.Now()
			src := newSource(sc, c, All)
			sys := newSys()
			sh := rapidShrink(src.stories(r.Seed), r.Seed, func(s Story) bool { f := checker.Check(sys, s, r.Fault.Property); return f != nil && f.Property == r.Fault.Property })
			f := checker.Check(sys, sh, r.Fault.Property)
			if f == nil { t.Log("no"); continue }
			b := checker.Minimize(newSys, simp, *f, checker.MinimizeOptions{})
			tb += time.Since(t0)
			la = append(la, len(a.Ops)); lb = append(lb, len(b.Ops))
			res["a"+fmt.Sprint(a.Property, a.Ops)]++
			res["b"+fmt.Sprint(b.Property, b.Ops)]++
		}
		na, nb := 0, 0
		for k := range res { if k[0] == 'a' { na++ } else { nb++ } }
		fmt.Println(sw.ID, sc.Name, "found", found, "direct", la, na, ta, " rapid first", lb, nb, tb)
	}
}
