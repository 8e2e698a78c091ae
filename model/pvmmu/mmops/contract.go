package mmops

import (
	"hvcheck/model"
	"hvcheck/model/errno"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu"
)

// The conditions of results, by operation. Sources: the public headers xen.h
// (mmuext_op, mmu_update, update_va_mapping, vm_assist), vcpu.h, domctl.h and
// memory.h, and the commits that the operations' documentation names.

type when = model.Condition

// any holds where one of several conditions does.
func any(list ...when) when {
	return func(c *model.Config, w *model.World, a *args) bool {
		for _, is := range list {
			if is(c, w, a) {
				return true
			}
		}
		return false
	}
}

func always(*model.Config, *model.World, *args) bool { return true }

// Who can make a call.

// byTools tells a call of the toolstack; the first operand is the caller.
func byTools(_ *model.Config, _ *model.World, a *args) bool { return a[0] >= pvmmu.MaxGuests }

func byGuest(c *model.Config, w *model.World, a *args) bool { return !byTools(c, w, a) }

// halted tells whether the host has stopped, or the run has left the scope.
func halted(_ *model.Config, w *model.World, _ *args) bool { return Of(w).Stopped() }

// inside tells a CPU that is in the middle of a call that is made in steps.
func inside(v *pvmmu.VCPU) bool { return v.Mem.Op != pvmmu.MemNone || v.Taking() }

// pauseWaits tells whether pausing the domain waits for one of its vCPUs to
// leave Xen (domain_pause).
func pauseWaits(_ *model.Config, w *model.World, _ *args) bool {
	for i := range Of(w).CPU[:pvmmu.MaxGuests] {
		if inside(&Of(w).CPU[i]) {
			return true
		}
	}
	return false
}

// absent tells a caller that executes nothing: one that does not exist, or a
// vCPU that is not up, or whose domain is paused for good.
func absent(c *model.Config, w *model.World, a *args) bool {
	if byTools(c, w, a) {
		return a[0]-pvmmu.MaxGuests >= Conf(c).Tools || inside(&Of(w).CPU[a[0]]) || halted(c, w, a)
	}
	v := &Of(w).CPU[a[0]]
	return a[0] >= Conf(c).Guests || !v.Init || v.Down || v.InReset || Of(w).Dying || Of(w).Crashed || Of(w).ShutDown || inside(v) || halted(c, w, a)
}

// inUser tells a guest's vCPU in user mode, from where no hypercall comes.
func inUser(_ *model.Config, w *model.World, a *args) bool {
	return a[0] < pvmmu.MaxGuests && Of(w).CPU[a[0]].UserMode
}

// refused is an error that has to come where a condition holds, and the call
// can be made at all.
func refused(code errno.Errno, text string, is when) model.Result {
	return fails(code, text).Due(made(is))
}

func made(is when) when {
	return func(c *model.Config, w *model.World, a *args) bool {
		return is(c, w, a) && !absent(c, w, a) && !inUser(c, w, a) // in the order that is cheap
	}
}

// outOfOrder tells whether the toolstack's order of calls, where a scenario
// has one, leaves a call for later.
func outOfOrder(c *model.Config, w *model.World, _ *args) bool {
	switch o := Conf(c); {
	case o.CtxFirst:
		return !Of(w).CPU[0].Init
	case o.Seq:
		return Book(w).Ctx0 == pvmmu.CtxPending
	}
	return false
}

// outOfOrderFor is outOfOrder for the context of a vCPU: that of vCPU 0 comes first.
func outOfOrderFor(c *model.Config, w *model.World, a *args) bool {
	return a[1] != 0 && outOfOrder(c, w, a)
}

// dead tells whether the toolstack speaks of a domain of which nothing is left, and dies of
// one that is being destroyed.
func dead(c *model.Config, w *model.World, a *args) bool { return Of(w).Gone() && byTools(c, w, a) }

func dies(c *model.Config, w *model.World, a *args) bool { return Of(w).Dying && byTools(c, w, a) }

// late is a context for a domain that is being destroyed: refused, but in design MM-A3.
func late(c *model.Config, w *model.World, a *args) bool {
	return dead(c, w, a) || dies(c, w, a) && !Conf(c).On[pvmmu.AsIs3]
}

// Results that operations share, with their conditions.
var (
	cannot        = notRunning.Due(any(absent, inUser, outOfOrder))
	cannotContext = notRunning.Due(any(absent, inUser, outOfOrderFor, pauseWaits))
	cannotPause   = notRunning.Due(any(absent, inUser, outOfOrder, pauseWaits))
	cannotDestroy = notRunning.Due(any(absent, inUser, pauseWaits))
	cannotEver    = notRunning.Due(any(absent, inUser)) // no order holds it off
	gone          = lost.Due(dead)
	ending        = dying.Due(dies)
)

// Preemption.

const (
	raceLost  = "a lost compare-exchange, a lock that is spun on, or an L1 whose audit is interrupted (options race and l1tf)"
	walkLong  = "how many pages the walk over page_list visits, which is for the design to say (fixup)"
	lateCheck = "whether a check is reached after the pass over the pages that are left"
	drifting  = "whether the call is stopped before: nr_l4_pages (MM-C18) would leave the model's scope, where a run ends"
)

// work is what a call does if nothing stops it.
type work func(c *model.Config, w *model.World, a *args) books

// preempted is -ERESTART of a call that reaches the check of operand at, or
// meets an entry for which the domain has to be shadowed first.
func preempted(at int, do work) model.Result {
	return restarts.Due(made(func(c *model.Config, w *model.World, a *args) bool {
		if a[at] == 0 && !l1tf(c, w) {
			return false
		}
		b := do(c, w, a)
		return b.wrong&awayEntry != 0 || a[at] != 0 && a[at] <= b.checks
	}))
}

// interrupted is -ERESTART of a call that may come by more checks.
func interrupted(at int, text string, some when, why string) model.Result {
	return fails(errno.ERESTART, text).May(made(func(c *model.Config, w *model.World, a *args) bool {
		return a[at] != 0 && some(c, w, a)
	}), why)
}

// raced is interrupted by what the options race and l1tf add.
func raced(at int, some when) model.Result {
	return interrupted(at, "a race was lost; call again", func(c *model.Config, w *model.World, a *args) bool {
		return (Conf(c).Race || Conf(c).L1TF) && some(c, w, a)
	}, raceLost)
}

// hasOgt tells whether the caller has an old_guest_table to finish.
func hasOgt(_ *model.Config, w *model.World, a *args) bool { return Of(w).CPU[a[0]].Ogt != 0 }

// oldWork is the work of finishing the caller's old_guest_table.
func oldWork(c *model.Config, w *model.World, a *args) (b books) {
	if hasOgt(c, w, a) {
		b = settled(c, w, a[0])
	}
	return b
}

// unpinWork is oldWork and the work of dropping the pin.
func unpinWork(c *model.Config, w *model.World, a *args) books {
	b := settled(c, w, a[0])
	if a[1] < b.frames && b.pages[a[1]].Pinned {
		b.drop(a[1] + 1)
	}
	return b
}

// beyond is the end of a run whose nr_l4_pages leaves the scope, or in which one of
// MM-A1 to MM-A4 makes a difference.
func beyond(do work) model.Result {
	return fails(errno.NotRunning, "the run leaves the model's scope").May(made(func(c *model.Config, w *model.World, a *args) bool {
		b, n := do(c, w, a), Of(w).NrL4
		return n+b.high > pvmmu.NrL4Limit || n+b.low < -pvmmu.NrL4Limit || Conf(c).On[pvmmu.AsIs1] || Conf(c).On[pvmmu.AsIs2] || Conf(c).On[pvmmu.AsIs3] || Conf(c).On[pvmmu.AsIs4]
	}), drifting)
}

// Frames.

// outside tells a frame number that no frame has; at is the operand.
func outside(at int) when {
	return func(c *model.Config, _ *model.World, a *args) bool { return a[at] >= pool.Conf(c).Frames }
}

// notOurs tells that the frame of an operand cannot be referenced for the
// domain, once the caller's old_guest_table is finished.
func notOurs(at int) when {
	return func(c *model.Config, w *model.World, a *args) bool {
		p := frame(c, w, a[0], a[at])
		return !ours(c, &p)
	}
}

// MMUEXT_PIN_Ln_TABLE.

func pinOtherType(c *model.Config, w *model.World, a *args) bool {
	p := frame(c, w, a[0], a[1])
	return ours(c, &p) && inUse(&p) && p.Type != page.Type(a[2])
}

func pinTwice(c *model.Config, w *model.World, a *args) bool {
	p := frame(c, w, a[0], a[1])
	return p.Pinned && p.Type == page.Type(a[2])
}

func pinFinds(what trouble) when {
	return func(c *model.Config, w *model.World, a *args) bool {
		return audits(c, w, a[0], a[1], page.Type(a[2]))&what != 0
	}
}

// audits tells what having a frame as a table meets.
func audits(c *model.Config, w *model.World, cpu, m uint8, t page.Type) trouble {
	if m < pool.Conf(c).Frames && Of(w).CPU[cpu].Ogt == 0 { // without books, where that will do
		switch p := &pool.Of(w).Pages[m]; {
		case !ours(c, p):
			return noPage
		case inUse(p) && p.Type != t:
			return otherType
		case valid(p) && !fullType(Conf(c).Largest, p.TCount):
			return 0
		}
	}
	b := settled(c, w, cpu)
	return b.have(m, t)
}

// pinWork is the work of pinning.
func pinWork(c *model.Config, w *model.World, a *args) books {
	b := settled(c, w, a[0])
	b.wrong = b.have(a[1], page.Type(a[2]))
	return b
}

func notPinned(c *model.Config, w *model.World, a *args) bool {
	p := frame(c, w, a[0], a[1])
	return ours(c, &p) && !p.Pinned
}

// MMUEXT_NEW_BASEPTR and MMUEXT_NEW_USER_BASEPTR.

// pointer is the base pointer that an operation wants, and the one that the
// caller has.
type pointer func(w *model.World, a *args) (wants, has uint8)

func kernelPointer(w *model.World, a *args) (wants, has uint8) {
	return a[1] + 1, Of(w).CPU[a[0]].Table
}

func userPointer(w *model.World, a *args) (wants, has uint8) { return a[1], Of(w).CPU[a[0]].User }

// pointsTo tells whether a new base pointer meets a trouble. None, and the one
// that is there already, meet none.
func pointsTo(at pointer, what trouble) when {
	return func(c *model.Config, w *model.World, a *args) bool {
		wants, has := at(w, a)
		return wants != has && wants != 0 && byGuest(c, w, a) && audits(c, w, a[0], wants-1, page.L4)&what != 0
	}
}

// moves tells whether a call puts or takes a type: for another base pointer, or of
// old work.
func moves(at pointer) when {
	return func(c *model.Config, w *model.World, a *args) bool {
		wants, has := at(w, a)
		return wants != has || hasOgt(c, w, a)
	}
}

// pointerWork is the work of changing a base pointer: old work, the new
// table, and the one that was there.
func pointerWork(at pointer) work {
	return func(c *model.Config, w *model.World, a *args) books {
		b := settled(c, w, a[0])
		if wants, has := at(w, a); wants != has && byGuest(c, w, a) {
			if wants != 0 {
				b.wrong = b.have(wants-1, page.L4)
			}
			b.drop(has)
		}
		return b
	}
}

// mmu_update.

func badCommand(_ *model.Config, _ *model.World, a *args) bool { return a[4] >= pvmmu.CmdUnknown }

// valid tells a page whose type is in use and audited.
func valid(p *page.Page) bool { return inUse(p) && p.Validated }

// unwritable tells a page that is neither a page table nor ordinary memory:
// another type, or a table that is audited only in part.
func unwritable(c *model.Config, w *model.World, a *args) bool {
	p := frame(c, w, a[0], a[1])
	lockable := p.Validated && !fullType(Conf(c).Largest, p.TCount)
	return ours(c, &p) && inUse(&p) && !(lockable && (p.Type.IsTable() || p.Type == page.Writable))
}

// inTable is a condition on the page table that mmu_update changes.
func inTable(is func(p *page.Page, a *args) bool) when {
	return func(c *model.Config, w *model.World, a *args) bool {
		p := frame(c, w, a[0], a[1])
		return ours(c, &p) && valid(&p) && p.Type.IsTable() && is(&p, a)
	}
}

var (
	xenSlot  = inTable(func(_ *page.Page, a *args) bool { return a[2] == pvmmu.SlotM2P })
	badFlags = inTable(func(p *page.Page, a *args) bool {
		e := page.Entry(a[3])
		return e.Present() && a[2] != pvmmu.SlotM2P && !acceptable(p.Type, e)
	})
)

// stores tells whether a new entry meets a trouble.
func stores(what trouble) when {
	return func(c *model.Config, w *model.World, a *args) bool {
		b := update(c, w, a)
		return b.wrong&what != 0
	}
}

// update takes what a new entry asks for. One that is there already, whatever
// A and D say, needs nothing.
func update(c *model.Config, w *model.World, a *args) (b books) {
	e := page.Entry(a[3])
	if !hasOgt(c, w, a) && (a[1] >= pool.Conf(c).Frames || !asksFor(&pool.Of(w).Pages[a[1]], a[2], e)) {
		return b
	}
	b = settled(c, w, a[0])
	if badCommand(c, w, a) || !b.take(a[1]) {
		return b
	}
	p := &b.pages[a[1]]
	if !asksFor(p, a[2], e) || fullType(b.largest, p.TCount) {
		return b
	}
	p.TCount++ // the page is locked
	switch {
	case e.Present():
		b.wrong = b.enter(a[1], p.Type, e, false)
	case b.l1tf:
		b.wrong = awayEntry
	}
	return b
}

// asksFor tells whether an entry that is stored in a page asks for something.
func asksFor(p *page.Page, slot uint8, e page.Entry) bool {
	switch {
	case !e.Names() || slot == pvmmu.SlotM2P || !p.Type.IsTable() || !valid(p):
		return false
	case !e.Present():
		return true
	}
	return acceptable(p.Type, e) && p.Ent[slot].Clean() != e.Clean()
}

// update_va_mapping.

// linearL1 is the L1 that the caller's kernel table has in directory slot dir.
func linearL1(c *model.Config, w *model.World, cpu, dir uint8) (m uint8, found bool) {
	if Of(w).CPU[cpu].Table == 0 {
		return 0, false
	}
	m = Of(w).CPU[cpu].Table - 1
	for _, s := range [...]uint8{0, 0, dir} {
		e := pool.Of(w).Pages[m].Ent[s]
		if e.Kind() != page.RO && e.Kind() != page.RW {
			return 0, false
		}
		m = e.Frame()
	}
	return m, true
}

// walked is the L1 to which update_va_mapping stores.
func walked(c *model.Config, w *model.World, a *args) (m uint8, found bool) {
	m, found = linearL1(c, w, a[0], a[1])
	p := &pool.Of(w).Pages[m]
	return m, found && ours(c, p) && valid(p) && p.Type == page.L1 && !fullType(Conf(c).Largest, p.TCount)
}

func noL1(c *model.Config, w *model.World, a *args) bool {
	_, found := walked(c, w, a)
	return !found
}

func badFlagsVA(_ *model.Config, _ *model.World, a *args) bool {
	e := page.Entry(a[3])
	return e.Present() && !acceptable(page.L1, e)
}

func busyVA(c *model.Config, w *model.World, a *args) bool {
	m, found := walked(c, w, a)
	e := page.Entry(a[3])
	if !found || !e.Present() || badFlagsVA(c, w, a) || pool.Of(w).Pages[m].Ent[a[2]].Clean() == e.Clean() {
		return false
	}
	b := open(c, w)
	return !b.take(m) || b.mapped(e) != 0
}

// awayVA tells an entry for which the domain has to be shadowed first.
func awayVA(c *model.Config, w *model.World, a *args) bool {
	return page.Entry(a[3]).Kind() == page.Away && l1tf(c, w) && !noL1(c, w, a)
}

// badMask is a bad CPU mask of a store that was made.
func badMask(c *model.Config, w *model.World, a *args) bool {
	return a[4] == pvmmu.FlushBadMask && !noL1(c, w, a) && !badFlagsVA(c, w, a) && !busyVA(c, w, a) && !awayVA(c, w, a)
}

// XEN_DOMCTL_setvcpucontext and VCPUOP_initialise: operands 1 to 5 are the
// vCPU, the base pointers, vm_assist and the mode.

// noVCPU tells that there is no such vCPU.
func noVCPU(c *model.Config, _ *model.World, a *args) bool { return a[1] >= Conf(c).Guests }

func badRegs(_ *model.Config, _ *model.World, a *args) bool { return a[5] == pvmmu.ModeBadRegs }

// badAssist tells a bit of vm_assist that nobody may set, where vm_assist is looked at.
func badAssist(_ *model.Config, _ *model.World, a *args) bool {
	return a[1] == 0 && a[4] > pvmmu.AssistStrict
}

// fresh tells a vCPU that is not initialised.
func fresh(c *model.Config, w *model.World, a *args) bool {
	return !noVCPU(c, w, a) && !Of(w).CPU[a[1]].Init
}

func initialised(c *model.Config, w *model.World, a *args) bool {
	return !noVCPU(c, w, a) && Of(w).CPU[a[1]].Init
}

// userWithout tells user mode without a user table.
func userWithout(_ *model.Config, _ *model.World, a *args) bool {
	return a[5] == pvmmu.ModeUser && a[3] == 0
}

func freshUserWithout(c *model.Config, w *model.World, a *args) bool {
	return userWithout(c, w, a) && fresh(c, w, a)
}

// otherPointers tells that an initialised vCPU is to get what only a new one can.
func otherPointers(c *model.Config, w *model.World, a *args) bool {
	if !initialised(c, w, a) {
		return false
	}
	v := &Of(w).CPU[a[1]]
	return v.Table != a[2]+1 || v.User != a[3] || userWithout(c, w, a)
}

// installs tells whether a context is accepted so far that base pointers are
// installed: who asks, registers, vm_assist and mode are in order.
func installs(c *model.Config, w *model.World, a *args) bool {
	return fresh(c, w, a) && !badRegs(c, w, a) && !badAssist(c, w, a) && !userWithout(c, w, a)
}

// contextFinds tells whether the base pointers of a context meet a trouble.
func contextFinds(what trouble) when {
	return func(c *model.Config, w *model.World, a *args) bool {
		b := installing(c, w, a)
		return b.wrong&what != 0
	}
}

// installing takes the base pointers of a context. The vCPU first drops what it
// holds from before, or goes on with the kernel table that a preempted call has
// put aside for it (99d2b14991).
func installing(c *model.Config, w *model.World, a *args) (b books) {
	if !installs(c, w, a) {
		return b
	}
	b = settled(c, w, a[0])
	v, kernel := &Of(w).CPU[a[1]], a[2]
	switch {
	case !b.take(kernel):
		b.wrong = noPage
	case v.Ogt == kernel+1 && !v.OgtPartial:
		b.release(kernel)
	default:
		b.dropAll(v)
		b.mayLose(true)
		b.wrong = b.typed(kernel, page.L4)
	}
	if b.wrong == 0 && a[3] != 0 {
		b.wrong = b.have(a[3]-1, page.L4)
	}
	return b
}

// dropAll drops what a vCPU holds.
func (b *books) dropAll(v *pvmmu.VCPU) {
	b.settle(v)
	b.drop(v.Table)
	b.drop(v.User)
}

// drop drops a base pointer, if there is one.
func (b *books) drop(pointer uint8) {
	if pointer != 0 {
		b.put(pointer-1, noHolder, false)
		b.release(pointer - 1)
	}
}

// walks tells whether a context may lead to the walk over page_list.
func walks(c *model.Config, w *model.World, a *args) bool {
	return a[1] == 0 && a[4] == pvmmu.AssistStrict && byTools(c, w, a) && installs(c, w, a)
}

// resetWork is the work of dropping what a vCPU holds.
func resetWork(c *model.Config, w *model.World, a *args) (b books) {
	if !noVCPU(c, w, a) && byTools(c, w, a) {
		b = open(c, w)
		b.dropAll(&Of(w).CPU[a[1]])
	}
	return b
}

// holds tells whether a vCPU has something to drop.
func holds(c *model.Config, w *model.World, a *args) bool {
	if noVCPU(c, w, a) {
		return false
	}
	v := &Of(w).CPU[a[1]]
	return v.Ogt != 0 || v.Table != 0 || v.User != 0
}

// vm_assist and toggle_guest_mode.

func assistBit(_ *model.Config, _ *model.World, a *args) bool { return a[2] > pvmmu.AssistStrict }

func assistCommand(_ *model.Config, _ *model.World, a *args) bool {
	return a[1] >= pvmmu.AssistUnknownCmd
}

func noUserTable(c *model.Config, w *model.World, a *args) bool {
	v := &Of(w).CPU[a[0]]
	return !absent(c, w, a) && a[0] < pvmmu.MaxGuests && !v.UserMode && v.User == 0
}
