package counterexamples

import (
	"context"
	"fmt"
	"testing"

	"hvcheck/checker"
	"hvcheck/model"
	"hvcheck/scenarios"
)

func TestSmoke(t *testing.T) {
	sc, ok := scenarios.ByName("mmu.c1")
	if !ok { t.Fatal() }
	c := sc.Config
	c.Set(model.Choice{"fixup", "MM-V0"})
	newSys := func() checker.System[model.World, model.Op] { return sc.System(c, []string{"MM-I10"}) }
	r, err := checker.Explore(context.Background(), newSys, checker.Options{})
	fmt.Println(r.Fault, err)
	f := checker.Minimize(newSys, NewSimplifier(sc, c), *r.Fault, checker.MinimizeOptions{})
	s, err := FromFault(sc, c, &f, Found{"explore", 1})
	fmt.Println(err)
	fmt.Println(string(EncodeJSON(&s)))
	fmt.Println(EncodeText(&s))
	for _, data := range []string{string(EncodeJSON(&s)), EncodeText(&s)} {
		d, err := Decode("x", []byte(data))
		fmt.Println(err, same(&d, &s), string(EncodeJSON(&d)) == string(EncodeJSON(&s)))
	}
	rep := Replay(&s)
	fmt.Println(rep.Problems)
	for _, st := range rep.Steps {
		fmt.Println(st.N, st.Op, st.Result, st.Violated, st.Detail)
		for _, ch := range st.Changes { fmt.Printf("    %-10s %-20s %-20s %s\n", ch.Subject, ch.Name, ch.Was, ch.Is) }
	}
	fmt.Println(Write(t.TempDir(), &s))
}
