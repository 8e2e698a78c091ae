package model

import (
	"reflect"
	"testing"
)

// TestTeller: facts about one subject after the other, and what each says.
func TestTeller(t *testing.T) {
	var tell Teller
	tell.About("lamp %d", 1)
	tell.Fact("colour", "red")
	tell.Fact("owner", "")
	tell.Number("hours", 7)
	tell.About("house")
	tell.Flags("state", If(true, "open"), If(false, "shut"), If(true, "lit"))
	tell.Flags("smells", If(false, "of cats"))
	tell.Detail("number", "12")
	want := []Fact{
		{Subject: "lamp 1", Name: "colour", Value: "red"},
		{Subject: "lamp 1", Name: "owner", Value: "-"},
		{Subject: "lamp 1", Name: "hours", Value: "7"},
		{Subject: "house", Name: "state", Value: "open, lit"},
		{Subject: "house", Name: "smells", Value: "-"},
		{Subject: "house", Name: "number", Value: "12", Minor: true},
	}
	if !reflect.DeepEqual(tell.facts, want) {
		t.Errorf("got %+v", tell.facts)
	}
	known := []Fact{want[0], want[2], want[3], want[5]}
	if got := Known(tell.facts); !reflect.DeepEqual(got, known) || !reflect.DeepEqual(tell.facts, want) {
		t.Errorf("known are %+v", got)
	}
	for word, is := range map[string]string{YesNo(true): "yes", YesNo(false): "no", OnOrOff(true): "on", OnOrOff(false): "off"} {
		if word != is {
			t.Errorf("%q, want %q", word, is)
		}
	}
}

// TestFields: plain values by their paths.
func TestFields(t *testing.T) {
	type area struct {
		Ports [2]struct{ Bound bool }
		Count uint8
	}
	var tell Teller
	tell.Fields("toy", reflect.ValueOf(area{Count: 3}))
	want := []Fact{
		{Subject: "toy", Name: "Ports[0].Bound", Value: "false"},
		{Subject: "toy", Name: "Ports[1].Bound", Value: "false"},
		{Subject: "toy", Name: "Count", Value: "3"},
	}
	if !reflect.DeepEqual(tell.facts, want) {
		t.Errorf("got %v", tell.facts)
	}
}
