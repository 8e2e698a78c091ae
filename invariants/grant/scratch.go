package grant

import (
	"fmt"

	"hvcheck/model/grant"
)

// What a CPU remembers of what it is in the middle of (GR-I25): what its next sections
// use, and nothing else. Where it has come to, and whether more follows, it always does.

// scratch tells whether a CPU remembers something that nothing reads any more.
func scratch(c *grant.Config, cpu int, task *grant.Task) error {
	left := *task
	left.Work, left.PC, left.More = grant.NoWork, grant.Idle, task.More && task.PC == grant.Next
	switch task.Work {
	case grant.WorkMap:
		ofMap(task.PC, &left)
	case grant.WorkUnmap, grant.WorkReplace:
		ofUnmap(task.PC, &left)
	case grant.WorkCopy:
		ofCopy(task.PC, &left)
	case grant.WorkDestroy:
		left.Dom = 0
	case grant.WorkReset:
		left.At = 0
	case grant.WorkRevoke:
		if c.Manner == grant.OneByOne { // another section may be about the same grant
			left.Dom, left.Ref, left.New = 0, 0, 0
		}
		if task.PC == grant.RPut {
			left.Dom, left.Addr, left.MFN, left.Flags = 0, 0, 0, 0
		}
	default:
		ofTable(task.Work, task.PC, &left)
	}
	if left != (grant.Task{}) {
		return fmt.Errorf("CPU %d is in the middle of %v, before %v, and remembers something that it has no use for", cpu, task.Work, task.PC)
	}
	return nil
}

// each of these takes away what is of use.

func ofMap(pc grant.Phase, t *grant.Task) {
	if pc == grant.Next {
		return
	}
	t.Dom, t.Ref, t.Flags, t.Addr = 0, 0, 0, 0
	switch pc {
	case grant.M0, grant.M0Sentinel, grant.M0Steal:
		return
	case grant.M0CAS, grant.M0Link:
		t.Handle, t.At, t.Word, t.New = 0, 0, 0, 0
		return
	}
	t.Handle = 0
	switch pc {
	case grant.MSet, grant.MFrame:
		t.At, t.Word, t.New, t.Ver, t.Found = 0, 0, 0, 0, false
	case grant.M2, grant.M3, grant.M4, grant.M5, grant.MUndo:
		t.MFN, t.Refs, t.Types, t.Ver, t.Found = 0, 0, 0, 0, false
		if pc >= grant.M4 {
			t.Host = false
		}
		if pc == grant.MUndo {
			t.Status = 0
		}
	case grant.MUnpin:
		t.MFN, t.Ver, t.Found, t.Status = 0, 0, false, 0
	}
}

func ofUnmap(pc grant.Phase, t *grant.Task) {
	for i := range t.Elems {
		t.Elem[i] = grant.Unmapping{}
	}
	t.Elems = 0
	switch pc {
	case grant.U1, grant.U2:
		t.Handle, t.Addr, t.Word, t.New = 0, 0, 0, 0
	case grant.U3:
		t.Status = 0
	case grant.U4:
		t.At, t.Status = 0, 0
	}
}

func ofCopy(pc grant.Phase, t *grant.Task) {
	t.Src, t.Dst = grant.Buf{}, grant.Buf{}
	if pc == grant.Next {
		return
	}
	t.Addr, t.New, t.Word, t.First, t.Status, t.Flags, t.At = 0, 0, 0, false, 0, 0, 0
	t.Old = [grant.NumPins]uint8{} // of the last claim that was made
	if pc == grant.CDropInner {
		t.Found = false
	}
}

// ofTable is about what changes tables, and transfers.
func ofTable(w grant.Work, pc grant.Phase, t *grant.Task) {
	switch w {
	case grant.WorkTransfer:
		if pc == grant.Next {
			return
		}
		t.Addr, t.Dom, t.Ref = 0, 0, 0
		if pc >= grant.T3 {
			t.MFN = 0
		}
		if pc >= grant.T7 {
			t.Ver = 0
		}
	case grant.WorkVersion:
		t.Word = 0
	case grant.WorkSpace:
		t.Ref, t.Addr = 0, 0
		if pc >= grant.X3 {
			t.Word, t.Status = 0, 0
		}
	case grant.WorkGrant:
		t.Ref, t.Flags = 0, 0
	case grant.WorkEnd:
		t.Ref = 0
		if pc != grant.EBegin {
			t.Word = 0
		}
	}
}
