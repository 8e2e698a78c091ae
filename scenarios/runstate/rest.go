package runstate

import (
	"hvcheck/model"
	"hvcheck/model/runstate"
	"hvcheck/model/runstate/rsops"
	"hvcheck/scenarios"
)

// at is an area of the given layout, registered and up to date.
func at(offset int, l runstate.Layout) rsops.Start {
	return rsops.Start{At: offset, Layout: l, Flag: true}
}

// larger are the bounds of --full.
func larger(b budgets) *model.Config { return fullBounds(1, b) }

// recordScenarios are about the record, and about registration.
var recordScenarios = []scenarios.Scenario{
	{
		Name:     "runstate.accounts",
		Title:    "the accounting in KVM",
		Doc:      "States change, the clock goes on, stands still or goes back, the vCPU's thread waits for a CPU, and the VMM sets and adjusts the record; from a vCPU that has run, and from one that never has.",
		Config:   scope(budgets{runstate.Changes: 2, runstate.Backs: 1, runstate.Delays: 1, runstate.Sets: 1, runstate.Gets: 1}, runstate.Config{Slots: 4}),
		Full:     larger(budgets{runstate.Changes: 3, runstate.Backs: 2, runstate.Delays: 2, runstate.Sets: 1, runstate.Gets: 1}),
		Starts:   []model.Start{rsops.Begin("running", at(0xfd0, runstate.Layout64)), rsops.Begin("never run", rsops.Start{Fresh: true})},
		Alphabet: accountOps,
		Goals: []scenarios.Goal{
			after("runstate.accounts/steal", "time in runnable that was taken from running", func(w *model.World) bool {
				s := rsops.Of(w)
				return s.Rec.LastSteal != 0 && s.Rec.Time[runnable] != 0
			}),
			after("runstate.accounts/back", "the clock is behind the entry time", func(w *model.World) bool { s := rsops.Of(w); return s.Now < s.Rec.Entry }),
		},
	},
	{
		Name:     "runstate.preempted",
		Title:    "a change is preempted between its two clocks",
		Doc:      "KVM reads the clock, and then how long the thread has waited for a CPU; it can wait in between.",
		Config:   scope(budgets{runstate.Changes: 2, runstate.Delays: 2}, runstate.Config{Slots: 4, Steps: runstate.StepClock}),
		Starts:   []model.Start{rsops.Begin("running", at(0xfd0, runstate.Layout64))},
		Alphabet: preemptOps,
		Goals: []scenarios.Goal{step("runstate.preempted/between", "the thread waits between the two", func(before *model.World, op model.Op, _ model.Answer, _ *model.World) bool {
			return op.Spec() == rsops.HostWait && rsops.Of(before).Task[h0].PC == runstate.ReadDelay
		})},
	},
	{
		Name:     "runstate.threads",
		Title:    "the vCPU goes from one thread of the VMM's to another",
		Doc:      "States change, whichever thread runs the vCPU waits for a CPU, and another one takes over.",
		Config:   scope(budgets{runstate.Changes: 3, runstate.Delays: 3}, runstate.Config{Slots: 4}),
		Full:     larger(budgets{runstate.Changes: 4, runstate.Delays: 5}),
		Starts:   []model.Start{rsops.Begin("running", at(0xfd0, runstate.Layout64))},
		Alphabet: threadOps,
		Goals: []scenarios.Goal{step("runstate.threads/moved", "another thread takes over that has not waited as long", func(before *model.World, op model.Op, _ model.Answer, after *model.World) bool {
			return op.Spec() == rsops.Move && rsops.Of(after).RunDelay < rsops.Of(before).RunDelay
		})},
	},
	{
		Name:     "runstate.calls",
		Title:    "registration and memslots",
		Doc:      "Areas are registered, moved and taken away, memslots come and go and become read-only, and pages go; updates are one step each.",
		Config:   scope(budgets{runstate.Changes: 2, runstate.Evictions: 1, runstate.SlotChanges: 1, runstate.Registrations: 2}, runstate.Config{}),
		Full:     larger(budgets{runstate.Changes: 2, runstate.Evictions: 1, runstate.SlotChanges: 2, runstate.Registrations: 2}),
		Starts:   []model.Start{rsops.Begin("none", rsops.Start{}), rsops.Begin("32-bit, across the pages", at(0xff0, runstate.Layout32)), rsops.Begin("64-bit, in the second page", at(0x1000, runstate.Layout64))},
		Alphabet: callOps,
		Goals: []scenarios.Goal{
			after("runstate.calls/foreign", "a memslot that has nothing to do with the area makes a schedule-out skip its update", func(w *model.World) bool {
				s := rsops.Of(w)
				return s.Skipped && s.Slot == [2]runstate.Slot{} && s.PT[0] != 0 && s.PT[1] != 0
			}),
		},
	},
}

func accountOps(*model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(rsops.Change, only(h0), only(running, runnable, blocked, offline, runstate.NumStates), only(ahead, same, back)),
		each(rsops.HostWait),
		each(rsops.Get),
		each(rsops.SetData, only(running, blocked, runstate.NumStates), below(4)),
		each(rsops.Adjust, only(running, runnable, runstate.NumStates, runstate.Keep), below(4)),
	}
}

func preemptOps(*model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(rsops.Change, only(h0), only(running, runnable), only(ahead)),
		each(rsops.HostStep, only(h0)),
		each(rsops.HostWait),
	}
}

func threadOps(*model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(rsops.Change, only(h0), only(running, runnable, blocked), only(ahead)),
		each(rsops.HostWait),
		each(rsops.Move),
	}
}

func callOps(*model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(rsops.SetAddress, only(rsops.Unregister, rsops.At(0xfd0), rsops.At(0xfd4), rsops.At(0xff1), rsops.At(0x1000))),
		each(rsops.Change, only(h0), only(running, runnable), only(ahead)),
		each(rsops.SetSlot, only(pageA, pageB), below(3)),
		each(rsops.SetSlot, only(other), only(uint8(runstate.SlotWritable))),
		each(rsops.Invalidate, only(pageA, pageB)),
	}
}

// widthScenarios are about the guest's width and the flag.
var widthScenarios = []scenarios.Scenario{{
	Name:     "runstate.widths",
	Title:    "the guest's width changes while an area is registered",
	Doc:      "The guest goes to the other width, so that its area grows into the next page or gets out of it, and asks for the flag or no more; pages go, and the next page has no memory.",
	Config:   scope(budgets{runstate.Changes: 2, runstate.Switches: 2, runstate.Evictions: 1, runstate.SlotChanges: 1, runstate.Registrations: 1}, runstate.Config{}),
	Full:     larger(budgets{runstate.Changes: 3, runstate.Switches: 3, runstate.Evictions: 2, runstate.SlotChanges: 1, runstate.Registrations: 1}),
	Starts:   []model.Start{rsops.Begin("32-bit, at the page's end", at(0xfd4, runstate.Layout32)), rsops.Begin("64-bit, across the pages", at(0xfd1, runstate.Layout64))},
	Alphabet: widthOps,
	Goals: []scenarios.Goal{
		step("runstate.widths/grown", "an update finds that the area has grown into the next page", func(before *model.World, op model.Op, _ model.Answer, after *model.World) bool {
			return op.Spec() == rsops.Change && !rsops.Of(before).C[1].Active && rsops.Of(after).C[1].Active
		}),
		step("runstate.widths/lost", "a schedule-out finds that the area has grown into the next page, and gives up", func(before *model.World, op model.Op, _ model.Answer, after *model.World) bool {
			s := rsops.Of(before)
			return op.Spec() == rsops.Change && s.C[0].Active && !s.C[1].Active && s.Layout.Split(s.C[0].Addr) && s.C[0].Gen == 0 && rsops.Of(after).Skipped
		}),
	},
}}

func widthOps(*model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(rsops.SetAddress, only(rsops.Unregister, rsops.At(0xfd4))),
		each(rsops.Change, only(h0), only(running, runnable), only(ahead)),
		each(rsops.SetWidth, below(2)),
		each(rsops.SetFlag, below(2)),
		each(rsops.SetSlot, only(pageB), below(2)),
		each(rsops.Invalidate, only(pageA, pageB)),
	}
}

// cacheScenarios are about caches, invalidations and locks.
var cacheScenarios = []scenarios.Scenario{
	{
		Name:     "runstate.cache",
		Title:    "one cached mapping, two users, and a page that goes",
		Doc:      "A refresh and an invalidation go step by step, against each other and against two users of the mapping. Updates are one step each, once their locks are held.",
		Config:   threads(2, budgets{runstate.Changes: 3, runstate.Evictions: 2}, runstate.Config{Steps: runstate.StepCache}),
		Full:     fullBounds(2, budgets{runstate.Changes: 5, runstate.Evictions: 3}),
		Starts:   []model.Start{rsops.Begin("in one page", at(0xfd0, runstate.Layout64))},
		Alphabet: cacheOps(2, only(running, runnable), pageA),
		Except:   several,
		Promises: []string{"RS-L1"},
		Goals: []scenarios.Goal{
			step("runstate.cache/again", "a refresh has to look again", func(before *model.World, _ model.Op, _ model.Answer, after *model.World) bool {
				return rsops.Of(before).Task[h0].PC == runstate.Install && rsops.Of(after).Task[h0].PC == runstate.Fault
			}),
			after("runstate.cache/both", "two users want to refresh at once", func(w *model.World) bool {
				s := rsops.Of(w)
				return s.Task[h0].Waits == runstate.Refresh0 || s.Task[h1].Waits == runstate.Refresh0
			}),
		},
	},
	{
		Name:     "runstate.locks",
		Title:    "two cached mappings, three users, and a page that goes",
		Doc:      "Locks are taken one by one, by three users of the same two mappings: no KVM has more than one, and a second and a third stand for whoever may come. A page goes, one user refreshes, and the other two update the area, one of them in atomic context.",
		Config:   threads(3, budgets{runstate.Changes: 3, runstate.Evictions: 1}, runstate.Config{Steps: runstate.StepLocks | runstate.StepCache}),
		Full:     fullBounds(3, budgets{runstate.Changes: 4, runstate.Evictions: 2}),
		Starts:   []model.Start{rsops.Begin("across the pages", at(0xff0, runstate.Layout64)), rsops.Begin("across the pages, the second one away", rsops.Start{At: 0xff0, Flag: true, Away: 2})},
		Alphabet: cacheOps(3, only(running, runnable), pageA),
		Except:   several,
		Goals: []scenarios.Goal{
			after("runstate.locks/behind", "a user waits behind a writer that waits", func(w *model.World) bool {
				s := rsops.Of(w)
				return s.Task[h0].Waits == runstate.Read0 || s.Task[h0].Waits == runstate.Read1
			}),
		},
	},
}

// several: what is not asked where several threads update one area.
var several = map[string]string{
	"RS-I18": "an update of a thread in atomic context that is skipped is what another one's is compared with, which no hypervisor lets them do",
	"RS-I5":  "several threads change the one record and write the one area, which no hypervisor lets them do",
	"RS-I6":  "several threads change the one record and write the one area, which no hypervisor lets them do",
}

// cacheOps lists what users of caches and the memory management do.
func cacheOps(users uint8, to []uint8, pages ...uint8) func(*model.Config) []scenarios.Pattern {
	return func(*model.Config) []scenarios.Pattern {
		return []scenarios.Pattern{
			each(rsops.Change, below(users), to, only(ahead)),
			each(rsops.HostStep, append(below(users), notifier)),
			each(rsops.Invalidate, pages),
		}
	}
}

// xenScenarios are about Xen's own updates.
var xenScenarios = []scenarios.Scenario{
	{
		Name:     "runstate.xen",
		Title:    "Xen, through the guest's page tables",
		Doc:      "An area by address, store by store, with a reader on another CPU and one on its own; soft reset, and registration again.",
		Config:   scope(budgets{runstate.Changes: 2, runstate.Registrations: 1, runstate.Reads: unlimited, runstate.Gets: 1}, runstate.Config{Access: runstate.VX, Steps: runstate.StepStores}),
		Starts:   []model.Start{rsops.Begin("64-bit, across the pages", at(0xff1, runstate.Layout64)), rsops.Begin("32-bit", at(0xfd0, runstate.Layout32))},
		Alphabet: xenOps,
		Goals:    []scenarios.Goal{accepts("runstate.xen/accepted", "a reader accepts a copy", remote)},
	},
	{
		Name:     "runstate.xen-page",
		Title:    "Xen, in a page that it holds",
		Doc:      "An area by guest-physical address, store by store, with a reader on another CPU; soft reset, and registration at good and bad addresses.",
		Config:   scope(budgets{runstate.Changes: 1, runstate.Registrations: 2, runstate.Reads: unlimited, runstate.SlotChanges: 1}, runstate.Config{Access: runstate.VP, Steps: runstate.StepStores}),
		Starts:   []model.Start{rsops.Begin("64-bit", at(0xfd0, runstate.Layout64)), rsops.Begin("32-bit", at(0xfd4, runstate.Layout32))},
		Alphabet: xenPageOps,
		Goals:    []scenarios.Goal{accepts("runstate.xen-page/accepted", "a reader accepts a copy", remote)},
	},
	{
		Name:     "runstate.xen-accounts",
		Title:    "the accounting in Xen",
		Doc:      "States change, and the clock goes on, stands still or goes back.",
		Config:   scope(budgets{runstate.Changes: 3, runstate.Backs: 1, runstate.Gets: 1}, runstate.Config{Access: runstate.VX, Slots: 4}),
		Starts:   []model.Start{rsops.Begin("running", at(0xfd0, runstate.Layout64))},
		Alphabet: xenAccountOps,
		Goals: []scenarios.Goal{
			after("runstate.xen-accounts/back", "the clock is behind the entry time", func(w *model.World) bool { s := rsops.Of(w); return s.Now < s.Rec.Entry }),
		},
	},
	{
		Name:     "runstate.pv-mode",
		Title:    "a PV guest in user mode",
		Doc:      "A 64-bit PV guest goes to user mode and back, where its area is not mapped and is again; and it unmaps the page and maps it again.",
		Config:   scope(budgets{runstate.Changes: 3, runstate.Modes: 4}, runstate.Config{Access: runstate.VX, PV: true}),
		Starts:   []model.Start{rsops.Begin("64-bit", at(0xfd0, runstate.Layout64))},
		Alphabet: modeOps,
		Promises: []string{"RS-L1"},
		Goals: []scenarios.Goal{
			step("runstate.pv-mode/repeated", "an update that failed is repeated in kernel mode", func(before *model.World, op model.Op, _ model.Answer, after *model.World) bool {
				return op.Spec() == rsops.SetMode && rsops.Of(before).Pending && !rsops.Of(after).Pending
			}),
		},
	},
	{
		Name:     "runstate.xen-cut",
		Title:    "Xen, and a page of the area that the guest has not mapped",
		Doc:      "The guest unmaps a page of an area that lies in two, and maps it again; each update is one step, and its three copies go as far as they can.",
		Config:   scope(budgets{runstate.Changes: 2, runstate.Modes: 3, runstate.Registrations: 1}, runstate.Config{Access: runstate.VX}),
		Starts:   gaps(rsops.Start{Flag: true})[:4],
		Alphabet: cutOps,
		Except:   map[string]string{"RS-I5": cutOff},
		Goals: []scenarios.Goal{
			step("runstate.xen-cut/half", "an update is cut off at the page's end", func(_ *model.World, op model.Op, _ model.Answer, after *model.World) bool {
				s, b := rsops.Of(after), rsops.Book(after)
				return op.Spec() == rsops.Change && s.Unmapped[pageB] && !s.Unmapped[pageA] && !b.Whole(s)
			}),
		},
	},
	{
		Name:     "runstate.xen-map",
		Title:    "a guest that unmaps its area",
		Doc:      "The guest takes a page of its area out of its page tables, between an update's copies.",
		Config:   scope(budgets{runstate.Changes: 1, runstate.Modes: 2, runstate.Reads: unlimited}, runstate.Config{Access: runstate.VX, Steps: runstate.StepStores}),
		Starts:   gaps(rsops.Start{Flag: true}),
		Alphabet: mapOps,
		Hidden:   true,
	},
}

func xenOps(*model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(rsops.Change, only(h0), only(running, runnable), only(ahead)),
		each(rsops.HostStep, only(h0)),
		each(rsops.GuestRead, only(remote, own)),
		each(rsops.Get),
		each(rsops.SoftReset),
		each(rsops.RegisterHandle, only(rsops.Unregister, rsops.At(0xff8)), below(2)),
	}
}

func xenPageOps(*model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(rsops.Change, only(h0), only(running, runnable), only(ahead)),
		each(rsops.HostStep, only(h0)),
		each(rsops.GuestRead, only(remote)),
		each(rsops.SoftReset),
		each(rsops.RegisterPhys, only(rsops.Unregister, rsops.At(0xfd0), rsops.At(0xfd4), rsops.At(0x1000))),
		each(rsops.SetSlot, only(pageA), only(uint8(runstate.SlotReadOnly))),
	}
}

func xenAccountOps(*model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(rsops.Change, only(h0), only(running, runnable, blocked, offline), only(ahead, same, back)),
		each(rsops.Get),
	}
}

func modeOps(*model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(rsops.Change, only(h0), only(running, runnable), only(ahead)),
		each(rsops.SetMode, below(2)),
		each(rsops.GuestMap, only(pageA), below(2)),
	}
}

func cutOps(*model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(rsops.Change, only(h0), only(running, runnable), only(ahead)),
		each(rsops.GuestMap, only(pageA, pageB), below(2)),
		each(rsops.RegisterHandle, only(rsops.At(0xff8)), only(0)),
	}
}

func mapOps(*model.Config) []scenarios.Pattern {
	return []scenarios.Pattern{
		each(rsops.Change, only(h0), only(running, runnable), only(ahead)),
		each(rsops.HostStep, only(h0)),
		each(rsops.GuestRead, only(remote)),
		each(rsops.GuestMap, only(pageA, pageB), below(2)),
	}
}
