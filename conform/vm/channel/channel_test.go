package channel

import (
	"errors"
	"testing"

	"hvcheck/conform"
)

func TestBothWays(t *testing.T) {
	mem := make([]byte, Size)
	host, first := Host(mem), First(mem)
	never := func(int) error { return errors.New("nothing came") }
	for i := range 3 {
		if err := host.Send(Request{Op: "mmuext.pin", Stops: i}); err != nil {
			t.Fatal(err)
		}
		var r Request
		if err := first.Receive(&r, never); err != nil || r.Op != "mmuext.pin" || r.Stops != i {
			t.Fatalf("%+v, %v", r, err)
		}
		if err := first.Receive(&r, never); err == nil {
			t.Error("the same request came twice")
		}
		seen := conform.Seen{}
		seen.Add("frame 0", "count", "1")
		if err := first.Send(Answer{Line: conform.Line{Op: r.Op, Result: "0", Seen: seen}}); err != nil {
			t.Fatal(err)
		}
		var a Answer
		if err := host.Receive(&a, never); err != nil || a.Result != "0" || a.Seen["frame 0"]["count"] != "1" {
			t.Fatalf("%+v, %v", a, err)
		}
	}
	if err := host.Send(string(make([]byte, Size))); err == nil {
		t.Error("a message that is too long was sent")
	}
}
