package pvmmu

import (
	"errors"
	"fmt"

	"hvcheck/invariants"
	"hvcheck/model"
	"hvcheck/model/page"
	"hvcheck/model/page/pool"
	"hvcheck/model/pvmmu"
	"hvcheck/model/pvmmu/ledger"
	"hvcheck/model/pvmmu/mmops"
)

// own lists what must hold of page tables.
var own = []invariants.Invariant{
	{
		ID:    "MM-I7",
		Title: "no hypercall crashes the host",
		Doc: `None of Xen's own sanity checks is ever violated: a full type reference is only dropped from a fully validated page, a partial page has exactly one type reference, a page is only freed when nothing uses it as a type, a reference is only dropped by somebody who has one.

These are BUG_ON()s and ASSERT()s in the reference counting. In a release build some of them would pass silently, which is worse: a page table that is freed and reused while the processor walks it.`,
		Refs:          []string{"c40b33d726", "XSA-299", "XSA-310", "xen/arch/x86/mm.c _put_page_type()"},
		State:         noCrash,
		WhileDraining: true,
	},
	{
		ID:    "MM-I1",
		Title: "general references are counted exactly",
		Doc: `A page's general count is the number of those who hold a reference: the allocation, the pin, the partial bit, every audited entry that names the page, an entry whose child was left partial (PTF_partial_set), base pointers, and every vCPU's old_guest_table.

One too few, and the page is freed while somebody still uses it. One too many, and it is never freed: the domain stays as a zombie.`,
		Refs:          []string{"9b167bd2f3", "18b0ab6978", "comment at struct page_info, xen/arch/x86/include/asm/mm.h"},
		State:         generalCount,
		WhileDraining: true,
	},
	{
		ID:    "MM-I2",
		Title: "typed references are counted exactly",
		Doc: `While the domain lives, a page's type count is the number of those who use it as that type: the pin, the partial bit, audited entries of the level above (in an L1: writable entries), base pointers, and every old_guest_table that is not merely partial.

A type may change only when the count is 0, so a count that is too low lets a guest write to a page table in use. Destruction forces tables out of circles without dropping the count, hence the restriction to living domains.`,
		Refs:  []string{"c40b33d726", "XSA-299", "xen/arch/x86/mm.c _get_page_type()"},
		State: typedCount,
	},
	{
		ID:    "MM-I3",
		Title: "no page table is writable for the guest",
		Doc: `No audited entry gives write access to a page that is in use as a page table: no writable L1 entry, no writable superpage, no writable entry to a table of the same level; and, with stale translations in the model, no CPU's TLB has a writable translation of one.

This is what direct paging rests on: Xen audits an entry once and then lets the processor walk it.`,
		Refs:          []string{"XSA-148", "XSA-182", "XSA-401", "8cc5036bc3"},
		State:         exclusive,
		WhileDraining: true,
	},
	{
		ID:    "MM-I4",
		Title: "audited tables name audited tables",
		Doc: `Every audited entry of an L2, L3 or L4 names a validated table of the level below, or for a linear entry of the same level; every base pointer names a validated L4. Holds while the domain lives.

An entry that names a table which is only half audited lets the processor walk entries that nobody has looked at.`,
		Refs:  []string{"XSA-299", "XSA-310", "ececa12b2c"},
		State: closed,
	},
	{
		ID:    "MM-I5",
		Title: "a partial page owns exactly what it needs",
		Doc: `A page whose audit or un-audit stopped midway has a type count of 1 and is not validated, while the domain lives; it has something to undo, and something to audit. If the stop was inside a child (PTF_partial_set), the page that the entry names still belongs to the domain. A page that is not partial keeps nothing of how far a walk came, nor one that is no page table in use a linear_pt_count: other things have their place.

The entry must hold a general reference to its child: the child's partial bit can be taken over and cleared by somebody else, and the child be freed.`,
		Refs:          []string{"18b0ab6978", "d28fe10c50", "XSA-299"},
		State:         partialPages,
		WhileDraining: true,
	},
	{
		ID:    "MM-I6",
		Title: "linear page tables are one level deep, and counted",
		Doc:   `linear_pt_count is the number of same-level entries that a table has, minus the number of tables of its level that have an entry to it. No table has both, so un-auditing one never recurses into another. Holds while the domain lives.`,
		Refs:  []string{"XSA-240, 6987fc7558", "XSA-309, 7473efd12f"},
		State: linear,
	},
	{
		ID:    "MM-I8",
		Title: "the RO_MPT slot of an audited L4 holds nothing of the guest's",
		Doc: `In a validated L4, slot 256 is either empty or Xen's own entry. The guest may have written anything there while the page was ordinary memory; the audit overwrites it, and later updates of Xen's slots are refused.

The fix-up loop of set-context relies on it: it takes a slot that is not empty for one that is filled.`,
		Refs:  []string{"claim MM-C9", "Cooper and Beulich, 2016-01-12, xen-devel", "xen/arch/x86/mm.c init_xen_l4_slots()"},
		State: slotValue,
	},
	{
		ID:    "MM-I9",
		Title: "in strict mode a user table has no M2P",
		Doc: `While vm_assist.m2p_strict is on, the RO_MPT slot of every table that some vCPU uses as its user table is empty: user mode does not see the machine-to-physical table.

It does not hold when the guest turns the mode on at run time, which processes no table, or (in some designs) when another vCPU got its context before vCPU 0.`,
		Refs:  []string{"xen/include/public/xen.h VMASST_TYPE_m2p_strict", "d72a4605e1"},
		State: userSlot,
	},
	{
		ID: "MM-I10", Claim: true,
		Title: "a strict domain's kernel has its M2P slot in every L4",
		Doc: `In strict mode, once set-context of vCPU 0 has returned 0, every validated L4 that has not been a user table since its audit has its RO_MPT slot filled: "L4s start with the slot filled, and user-mode uses clear it".

A kernel that runs on an L4 without the slot faults on its first look-up in the M2P. Migration of a strict guest fails in this way when the toolstack pins the tables before it loads the context.`,
		Refs:  []string{"Beulich, 2016-01-12, xen-devel", "be05b5385f", "xen/arch/x86/domain.c arch_set_info_guest()"},
		State: strictSlot,
	},
	{
		ID: "MM-I11", Claim: true,
		Title: "in relaxed mode a kernel table has its M2P slot",
		Doc:   `While the mode is relaxed, the RO_MPT slot of every vCPU's kernel table is filled: relaxed L4s start without it and get it with their first use as a kernel table. Holds as long as nobody toggles the mode at run time.`,
		Refs:  []string{"xen/arch/x86/mm.c new_guest_cr3()", "d639e6a05a"},
		State: relaxedSlot,
	},
	{
		ID:            "MM-I12",
		Title:         "page_list holds each of the domain's pages once",
		Doc:           `page_list and relmem_list together are a permutation of the pages that the domain owns, and tot_pages is their number. The loop in set-context takes pages off the list while it works and has to put each one back.`,
		Refs:          []string{"be05b5385f", "xen/arch/x86/domain.c relinquish_memory()"},
		State:         pageList,
		WhileDraining: true,
	},
	{
		ID:    "MM-I13",
		Title: "a call that fails leaves no trace",
		Doc: `A hypercall that fails, other than by preemption, and that leaves nothing in the caller's old_guest_table, has changed no page but for the type of pages that nobody uses as that type. An L1 is not left there: what it needs undone is undone at once. A call comes to a crash, or to no end, only if the host does, and on a host that has stopped nothing is called; a run ends where the scope of the model does.

It is not asked of calls that fail behind something that stays done: of set-context (vm_assist, the slots that the loop filled, what the vCPU held before, and the kernel table, which waits for the next attempt or reset), of an exchange that finds no memory (the page comes back without its type), of the last step of a memory operation, which has its result, and of update_va_mapping with a bad CPU mask (the entry is written).`,
		Refs: []string{"xen/arch/x86/mm.c", "99d2b14991"},
		Step: refusal,
	},
	{
		ID:    "MM-I14",
		Title: "set-context is the same call however often it is preempted",
		Doc:   `A set-context that is preempted and continued, with nothing else in between, ends in the same state and with the same result as one that is not, up to the rotation of page_list. Each phase has to recognise what an earlier invocation has done. A reset that is preempted leaves the vCPU in reset.`,
		Refs:  []string{"xen/arch/x86/domain.c arch_set_info_guest()", "Cooper, 2016-01-13, xen-devel"},
		Step:  idempotent,
	},
	{
		ID:      "MM-I15",
		Title:   "destruction gives every page back",
		Doc:     `When every toolstack vCPU has finished what it left, and the domain has been destroyed, each of its pages is free. A reference that was lost anywhere before shows here: the domain becomes a zombie that holds memory until the host is rebooted.`,
		Refs:    []string{"xen/arch/x86/domain.c domain_relinquish_resources()", "XSA-290"},
		Drained: drained,
	},
	{
		ID:    "MM-I16",
		Title: "Xen's linear view of a guest's page tables is not stale",
		Doc:   `A translation of Xen's own view of a vCPU's page tables, cached in the TLB, leads to a page that is an audited L1, and that the vCPU's tables lead to. After a change of an L2, L3 or L4 entry it has to be flushed before anything can be read or written through it, or Xen edits a page that has become the guest's ordinary memory, or a page table of another level.`,
		Refs:  []string{"XSA-286, 16a20963b3", "cb199cc7de"},
		State: linearView,
	},
	{
		ID:    "MM-I17",
		Title: "a vCPU has the tables that its state needs, and no others",
		Doc:   `An initialised vCPU that is in user mode has a guest_table_user to run on, unless it is being reset or its domain destroyed. One that is not initialised and has base pointers all the same, from a set-context that is not through, is in reset, so that it cannot be started.`,
		Refs:  []string{"d62b3c2276", "99d2b14991", "xen/arch/x86/domain.c arch_set_info_guest()"},
		State: userMode,
	},
	{
		ID:    "MM-I18",
		Title: "vm_assist has permitted bits only",
		Doc:   `No bit outside arch_vm_assist_valid_mask() is ever set, whether by the vm_assist hypercall or through a vCPU's context.`,
		Refs:  []string{"a62c6fe05c"},
		State: assistMask,
	},
	{
		ID:    "MM-I19",
		Title: "a page without an owner has no type",
		Doc:   `A page that has been taken from its owner carries neither type nor PGT_validated. Otherwise its next owner gets it as audited for a type whose audit saw other contents. For the same reason a page of the domain that nobody uses as the page table that it was is not validated any more.`,
		Refs:  []string{"XSA-214, eaf537342c", "xen/arch/x86/mm.c steal_page()"},
		State: unowned,
	},
	{
		ID:    "MM-I20",
		Title: "a page is the domain's until it is given back",
		Doc:   `While the domain lives, a page has its allocation reference from the moment the domain was told that it has the page to the moment it was told that the page is given back or exchanged. Who else refers to it, and what preempted call has it at hand, makes no difference.`,
		Refs:  []string{"d798a09529", "0502e0adae", "xen/common/memory.c"},
		State: keeps,
	},
	{
		ID:    "MM-I21",
		Title: "a pin stays until it is taken back",
		Doc:   `While the domain lives, a page table whose pin was told to have succeeded is pinned, and audited, until an unpin was told to have succeeded. A pin that failed or was preempted pins nothing.`,
		Refs:  []string{"d798a09529", "bf656e02d8", "xen/arch/x86/mm.c do_mmuext_op()"},
		State: pinned,
	},
	{
		ID:    "MM-I22",
		Title: "a call touches only what it names",
		Doc: `A vCPU's base pointers, old_guest_table and mode are changed by its own calls, by a set-context, reset or stop that names it, and by destruction. Entries of a page are changed by stores to that entry, as long as the page has the same owner. vm_assist is changed by the vm_assist hypercall and by the context of vCPU 0 (in one design also by its reset).

Each thing that a vCPU or the domain has is changed by the few calls that are about it: only contexts, resets and VCPUOP_down stop or start a vCPU, only the toggle and those change its mode, only a write fills the TLB, only set-context, destruction and exchange reorder page_list, and a translation is flushed when its frame gets another type, or by the calls that flush. Slot 256 is written by the guest in ordinary memory, and in an L4 by its audit, by its use as a base pointer, and by what set-context does about older L4s.`,
		Refs: []string{"xen/arch/x86/mm.c", "xen/arch/x86/domain.c"},
		Step: untouched, WhileDraining: true,
	},
	{
		ID:    "MM-I23",
		Title: "a page reaches the domain scrubbed",
		Doc:   `A page that the domain owns does not hold what its last owner left in it. Until it is clean it is nobody's, so that nobody can map it, type it or give it back. A page in the heap is empty, or noted as one that has to be scrubbed.`,
		Refs:  []string{"3652268543", "83a784a15b"},
		State: scrubbed, WhileDraining: true,
	},
	{
		ID:    "MM-I24",
		Title: "no audited table has an entry that speculation could follow",
		Doc:   `With pv-l1tf on, and as long as the domain is not in shadow mode, no audited entry is not present and keeps an address: a processor with L1TF would speculatively read the page there, whosever it is. A domain that stores one gets shadow page tables, or where Xen has none is crashed; neither happens otherwise.`,
		Refs:  []string{"XSA-273", "xen/arch/x86/include/asm/shadow.h pv_l1tf_check_pte()"},
		State: l1tfSafe,
	},
	{
		ID:    "MM-L2",
		Title: "a preempted call makes progress",
		Doc: `A call that returns -ERESTART has changed something, and continued alone, preempted again at its first opportunity each time, it ends after at most one call per entry of the tree and one more per page. A call that gives way before it has done anything never ends on a busy CPU. And one that finds work pending does give way: it goes on to no other check.

Progress is not asked where a lost compare-exchange, or an interrupted audit of an L1, may end a call before it has begun (options race and L1TF). Of set-context only the first half is asked, and not of its walk over page_list: that it ends is MM-L1. But it goes on with the kernel table that it has audited, and does not audit it anew.`,
		Refs: []string{"d3a55d7d9b", "XSA-264"},
		Step: progress,
	},
	{
		ID:            "MM-L3",
		Title:         "a call gives way in time",
		Doc:           `Between two checks for preemption a call does at most 512 entries of one L1, one entry of an L2 or L3, or 256 pages of page_list. In the model each entry, page and retry is counted where it is done: two of a kind in one walk without a check between them are too many.`,
		Refs:          []string{"XSA-45", "XSA-252", "XSA-264", "XSA-290"},
		State:         bounded,
		WhileDraining: true,
	},
	invariants.Effects("MM-R2", mmops.Area),
	{
		ID: "MM-L1", Claim: true,
		Title:         "the fix-up loop of set-context ends",
		Doc:           `The walk over page_list ends, at the latest after one rotation and the position of the first L4. It ends when it meets a validated L4 whose slot is not empty, so it needs one; nr_l4_pages is meant to say whether there is one.`,
		Refs:          []string{"be05b5385f"},
		State:         loopEnds,
		WhileDraining: true,
	},
	invariants.Contract("MM-R1", mmops.Area),
}

func noCrash(_ *model.Config, w *model.World) error {
	switch s := mmops.Of(w).Stop; s {
	case pvmmu.Running, pvmmu.Endless, pvmmu.Beyond:
	default:
		return errors.New(s.String())
	}
	return nil
}

func generalCount(c *model.Config, w *model.World) error {
	if mmops.Of(w).Stopped() {
		return nil
	}
	r := count(c, w)
	for m := range pool.Conf(c).Frames {
		p := &pool.Of(w).Pages[m]
		if p.Count != r.general[m] && !taking(w, m) {
			return fmt.Errorf("frame %d: count is %d, %d references exist", m, p.Count, r.general[m])
		}
		if most := mmops.Conf(c).Largest; most != 0 && p.Count > most+bit(p.Partial) {
			return fmt.Errorf("frame %d: count is %d, and goes no further than %d", m, p.Count, most)
		}
	}
	return nil
}

func typedCount(c *model.Config, w *model.World) error {
	if mmops.Of(w).Stopped() || mmops.Of(w).Dying {
		return nil
	}
	r := count(c, w)
	for m := range pool.Conf(c).Frames {
		p := &pool.Of(w).Pages[m]
		if p.TCount != r.typed[m] && !taking(w, m) {
			return fmt.Errorf("frame %d: type count (%v) is %d, %d typed references exist", m, p.Type, p.TCount, r.typed[m])
		}
		if most := mmops.Conf(c).Largest; most != 0 && p.TCount >= most {
			return fmt.Errorf("frame %d: type count is %d, and goes no further than %d", m, p.TCount, most-1)
		}
	}
	return nil
}

func exclusive(c *model.Config, w *model.World) error {
	for m := range pool.Conf(c).Frames {
		p := &pool.Of(w).Pages[m]
		for s, e := range p.Ent[:held(c, p)] {
			t := &pool.Of(w).Pages[e.Frame()]
			if t.Type.IsTable() && t.TCount > 0 && (givesWrite(p, e) || writableLinear(p, e, t)) {
				return fmt.Errorf("frame %d slot %d: %v gives write access to an %v", m, s, e, t.Type)
			}
		}
		if mmops.Conf(c).TLB && p.Type.IsTable() && p.TCount > 0 && p.Validated {
			if cpu, stale := translates(w, m); stale {
				return fmt.Errorf("frame %d: an %v that CPU %d can still write through its TLB", m, p.Type, cpu)
			}
		}
	}
	return nil
}

// givesWrite tells whether an audited entry of p lets the guest write to the
// page itself.
func givesWrite(p *page.Page, e page.Entry) bool {
	switch e.Kind() {
	case page.PSE:
		return true
	case page.RW:
		return p.Type == page.L1
	}
	return false
}

// writableLinear tells an entry of an L2 to L4 that names a table of the same
// level and is not read-only.
func writableLinear(p *page.Page, e page.Entry, t *page.Page) bool {
	return e.Kind() == page.RW && p.Type > page.L1 && p.Type == t.Type
}

func translates(w *model.World, m uint8) (cpu int, stale bool) {
	for i := range mmops.Of(w).CPU {
		if mmops.Of(w).CPU[i].TLB&(1<<m) != 0 {
			return i, true
		}
	}
	return 0, false
}

func closed(c *model.Config, w *model.World) error {
	if mmops.Of(w).Dying || mmops.Of(w).Stopped() {
		return nil
	}
	for m := range pool.Conf(c).Frames {
		p := &pool.Of(w).Pages[m]
		if p.Type < page.L2 {
			continue
		}
		for s, e := range p.Ent[:held(c, p)] {
			if e.Present() && e.Frame() != m && e.Kind() != page.PSE && !names(w, p, e) {
				return fmt.Errorf("frame %d slot %d: an audited %v entry names frame %d, which is not a validated table of the right level", m, s, p.Type, e.Frame())
			}
		}
	}
	for i := range mmops.Of(w).CPU[:pvmmu.MaxGuests] {
		for _, ref := range [...]uint8{mmops.Of(w).CPU[i].Table, mmops.Of(w).CPU[i].User} {
			if ref != 0 && !validL4(&pool.Of(w).Pages[ref-1]) {
				return fmt.Errorf("vCPU %d: a base pointer names frame %d, which is no validated L4", i, ref-1)
			}
		}
	}
	return nil
}

// names tells whether an entry of table p names a table that it may.
func names(w *model.World, p *page.Page, e page.Entry) bool {
	t := &pool.Of(w).Pages[e.Frame()]
	return e.Kind() != page.Bad && t.Validated && t.TCount > 0 && (t.Type == p.Type-1 || t.Type == p.Type)
}

func partialPages(c *model.Config, w *model.World) error {
	if mmops.Of(w).Stopped() {
		return nil
	}
	for m := range pool.Conf(c).Frames {
		p := &pool.Of(w).Pages[m]
		switch {
		case leftovers(p):
			return fmt.Errorf("frame %d: not partial, and keeps nr %d, pset %d, linear count %d", m, p.Nr, p.PSet, p.Linear)
		case !p.Partial:
		case !mmops.Of(w).Dying && (p.TCount != 1 || p.Validated):
			return fmt.Errorf("frame %d: partial with type count %d, validated %v", m, p.TCount, p.Validated)
		case p.Nr >= pool.Conf(c).Slots || p.Nr == 0 && p.PSet == page.PSetNone:
			return fmt.Errorf("frame %d: partial, and %d of %d entries are audited", m, p.Nr, pool.Conf(c).Slots)
		case p.PSet != page.PSetNone && !pool.Of(w).Pages[p.Ent[p.Nr].Frame()].Owned:
			return fmt.Errorf("frame %d: partial inside entry %d, but frame %d is not the domain's any more", m, p.Nr, p.Ent[p.Nr].Frame())
		}
	}
	return nil
}

// leftovers tells a page of the domain that is not partial and keeps something of
// a walk where by now something else is: the stamp of the last flush, whose
// values the model chooses so that no walk could go on with them.
func leftovers(p *page.Page) bool {
	at, count := p.Nr != page.StaleNr || p.PSet != page.PSetRef, p.Linear != page.StaleLinear
	return p.Owned && !p.Partial && (at || count && !(p.Type.IsTable() && p.TCount > 0))
}

func linear(c *model.Config, w *model.World) error {
	if mmops.Of(w).Dying || mmops.Of(w).Stopped() {
		return nil
	}
	var entries, uses [page.MaxFrames]int8
	for m := range pool.Conf(c).Frames {
		p := &pool.Of(w).Pages[m]
		if p.Type < page.L2 {
			continue
		}
		for _, e := range p.Ent[:held(c, p)] {
			if to := e.Frame(); e.Kind() == page.RO && to != m && pool.Of(w).Pages[to].Type == p.Type {
				entries[m]++
				uses[to]++
			}
		}
	}
	for m := range pool.Conf(c).Frames {
		p := &pool.Of(w).Pages[m]
		switch {
		case !p.Type.IsTable() || p.TCount == 0: // the count's place has another use
		case p.Linear != entries[m]-uses[m]:
			return fmt.Errorf("frame %d: linear count is %d, with %d linear entries and %d uses", m, p.Linear, entries[m], uses[m])
		case entries[m] > 0 && uses[m] > 0:
			return fmt.Errorf("frame %d: used as a linear table, and has linear entries", m)
		}
	}
	return nil
}

func slotValue(c *model.Config, w *model.World) error {
	for m := range pool.Conf(c).Frames {
		if p := &pool.Of(w).Pages[m]; validL4(p) && p.ROMpt == page.Guest {
			return fmt.Errorf("frame %d: a validated L4 has the guest's bits in slot 256", m)
		}
	}
	return nil
}

func userSlot(c *model.Config, w *model.World) error {
	for m := range pool.Conf(c).Frames {
		if mmops.Of(w).Strict() && isBase(w, m, userTable) && pool.Of(w).Pages[m].ROMpt != page.Empty {
			return fmt.Errorf("frame %d: a user table in strict mode, slot 256 is %v", m, pool.Of(w).Pages[m].ROMpt)
		}
	}
	return nil
}

func strictSlot(c *model.Config, w *model.World) error {
	if !mmops.Of(w).Strict() || mmops.Book(w).Ctx0 != pvmmu.CtxDone {
		return nil
	}
	for m := range pool.Conf(c).Frames {
		if p := &pool.Of(w).Pages[m]; validL4(p) && !ledger.Has(mmops.Book(w).Users, m) && p.ROMpt != page.Filled {
			return fmt.Errorf("frame %d: a validated L4 in strict mode, slot 256 is %v", m, p.ROMpt)
		}
	}
	return nil
}

func relaxedSlot(c *model.Config, w *model.World) error {
	for m := range pool.Conf(c).Frames {
		if !mmops.Of(w).Strict() && isBase(w, m, kernelTable) && pool.Of(w).Pages[m].ROMpt != page.Filled {
			return fmt.Errorf("frame %d: a kernel table in relaxed mode, slot 256 is %v", m, pool.Of(w).Pages[m].ROMpt)
		}
	}
	return nil
}

func pageList(c *model.Config, w *model.World) error {
	if mmops.Of(w).Stopped() {
		return nil
	}
	var seen [page.MaxFrames]uint8
	var n uint8
	for _, list := range [...]*[page.MaxFrames]uint8{&mmops.Of(w).List, &mmops.Of(w).Rel} {
		for _, m := range list {
			if m != 0 {
				seen[m-1]++
				n++
			}
		}
	}
	for m := range pool.Conf(c).Frames {
		if seen[m] != bit(pool.Of(w).Pages[m].Owned) {
			return fmt.Errorf("frame %d: %d times on the domain's lists, owned: %v", m, seen[m], pool.Of(w).Pages[m].Owned)
		}
	}
	var stolen uint8
	for i := range mmops.Of(w).CPU {
		stolen += bit(mmops.Of(w).CPU[i].Mem.Op == pvmmu.MemExchange)
	}
	if n+stolen != mmops.Of(w).Tot {
		return fmt.Errorf("tot_pages is %d, the lists have %d, and %d are being exchanged", mmops.Of(w).Tot, n, stolen)
	}
	return nil
}

func drained(c *model.Config, w *model.World) error {
	if mmops.Of(w).Stopped() {
		return nil
	}
	for m := range pool.Conf(c).Frames {
		if p := &pool.Of(w).Pages[m]; p.Owned || p.Count != 0 {
			return fmt.Errorf("frame %d is not free: count %d, %v with type count %d", m, p.Count, p.Type, p.TCount)
		}
	}
	if f := mmops.Of(w).Stash; f != 0 {
		return fmt.Errorf("frame %d is still stashed", f-1)
	}
	return nil
}

func linearView(c *model.Config, w *model.World) error {
	for i := range mmops.Of(w).CPU {
		v := &mmops.Of(w).CPU[i]
		m := v.LinTLB
		if m == 0 {
			continue
		}
		if p := &pool.Of(w).Pages[m-1]; p.Type != page.L1 || !p.Validated || p.TCount == 0 {
			return fmt.Errorf("CPU %d: the linear view still names frame %d, which is no audited L1", i, m-1)
		}
		if !leadsTo(w, v.Table, m, v.LinDir) {
			return fmt.Errorf("CPU %d: the linear view still names frame %d, to which its tables do not lead", i, m-1)
		}
	}
	return nil
}

// leadsTo tells whether an L1 (+1) is in a directory slot of the first L2 below
// the first L3 of an L4: the part of a guest's address space that is modelled.
func leadsTo(w *model.World, l4, l1, dir uint8) bool {
	at := l4
	for _, s := range [...]uint8{0, 0, dir} {
		if at == 0 || !pool.Of(w).Pages[at-1].Ent[s].Present() {
			return false
		}
		at = pool.Of(w).Pages[at-1].Ent[s].Frame() + 1
	}
	return at == l1
}

func userMode(_ *model.Config, w *model.World) error {
	for i := range mmops.Of(w).CPU[:pvmmu.MaxGuests] {
		switch v := &mmops.Of(w).CPU[i]; {
		case v.InReset || mmops.Of(w).Dying || mmops.Of(w).Stopped():
		case v.Init && v.UserMode && v.User == 0:
			return fmt.Errorf("vCPU %d is in user mode without a user table", i)
		case !v.Init && (v.Table|v.User) != 0:
			return fmt.Errorf("vCPU %d has base pointers, and is neither initialised nor in reset", i)
		}
	}
	return nil
}

func assistMask(_ *model.Config, w *model.World) error {
	if bad := mmops.Of(w).Assist &^ pvmmu.AssistStrict; bad != 0 {
		return errors.New("vm_assist has a bit that is not permitted")
	}
	return nil
}

func unowned(c *model.Config, w *model.World) error {
	for m := range pool.Conf(c).Frames {
		switch p := &pool.Of(w).Pages[m]; {
		case !p.Owned && (p.Type != page.None || p.Validated):
			return fmt.Errorf("frame %d is free and still a %v, validated: %v", m, p.Type, p.Validated)
		case p.Type.IsTable() && p.Validated && p.TCount == 0 && !mmops.Of(w).Stopped():
			return fmt.Errorf("frame %d: nobody uses it as an %v, and it is still validated", m, p.Type)
		}
	}
	return nil
}

func keeps(c *model.Config, w *model.World) error {
	if mmops.Of(w).Stopped() || mmops.Of(w).Dying {
		return nil
	}
	for m := range pool.Conf(c).Frames {
		p := &pool.Of(w).Pages[m]
		switch kept := ledger.Has(mmops.Book(w).Kept, m); {
		case goes(w, m): // nobody has been told yet
		case kept && !(p.Owned && p.Allocated):
			return fmt.Errorf("frame %d is the domain's, and was taken from it", m)
		case !kept && p.Allocated:
			return fmt.Errorf("frame %d was given back, and has its allocation reference", m)
		}
	}
	return nil
}

// goes tells whether frame m is being given back, by a call that is not through.
func goes(w *model.World, m uint8) bool {
	for i := range mmops.Of(w).CPU {
		if v := &mmops.Of(w).CPU[i].Mem; v.Op == pvmmu.MemDecrease && v.At == m+1 {
			return true
		}
	}
	return false
}

func scrubbed(c *model.Config, w *model.World) error {
	for m := range pool.Conf(c).Frames {
		switch p := &pool.Of(w).Pages[m]; {
		case p.Owned && p.Unscrubbed:
			return fmt.Errorf("frame %d is the domain's, and has its last owner's data in it", m)
		case !p.Owned && !stolen(w, m) && !empty(p):
			return fmt.Errorf("frame %d is free, and has its last owner's data in it", m)
		}
	}
	return nil
}

// empty tells a page that keeps nothing of an owner; its type is MM-I19's.
func empty(p *page.Page) bool {
	return *p == page.Page{Type: p.Type, Validated: p.Validated, Unscrubbed: p.Unscrubbed}
}

// stolen tells whether an exchange has frame m, which may yet be given back as it is.
func stolen(w *model.World, m uint8) bool {
	for i := range mmops.Of(w).CPU {
		if v := &mmops.Of(w).CPU[i].Mem; v.Op == pvmmu.MemExchange && v.At == m+1 {
			return true
		}
	}
	return false
}

func l1tfSafe(c *model.Config, w *model.World) error {
	if s, check := mmops.Of(w), mmops.Conf(c).CheckL1TF; s.Shadowed && check != pvmmu.L1TFShadow || s.Crashed && check != pvmmu.L1TFCrash {
		return fmt.Errorf("the domain is shadowed: %v, crashed: %v", s.Shadowed, s.Crashed)
	}
	if mmops.Conf(c).CheckL1TF == pvmmu.L1TFOff || mmops.Of(w).Shadowed {
		return nil
	}
	for m := range pool.Conf(c).Frames {
		p := &pool.Of(w).Pages[m]
		for s, e := range p.Ent[:held(c, p)] {
			if e.Kind() == page.Away {
				return fmt.Errorf("frame %d slot %d: an audited %v has an entry that is not present and keeps an address", m, s, p.Type)
			}
		}
	}
	return nil
}

func pinned(c *model.Config, w *model.World) error {
	if mmops.Of(w).Stopped() || mmops.Of(w).Dying {
		return nil
	}
	for m := range pool.Conf(c).Frames {
		p := &pool.Of(w).Pages[m]
		switch pin := ledger.Has(mmops.Book(w).Pins, m); {
		case pin != p.Pinned:
			return fmt.Errorf("frame %d: callers were told that it is pinned: %v; it is: %v", m, pin, p.Pinned)
		case pin && !(p.Validated && p.Type.IsTable()):
			return fmt.Errorf("frame %d is pinned, and no audited table", m)
		}
	}
	return nil
}

func bounded(_ *model.Config, w *model.World) error {
	if over := mmops.Book(w).Over; over != (pvmmu.Work{}) {
		return fmt.Errorf("without asking for preemption in between: %d entries of one L2 or L3, %d pages of page_list, %d retries", over.Entries, over.Pages, over.Retries)
	}
	return nil
}

func loopEnds(_ *model.Config, w *model.World) error {
	if mmops.Of(w).Stop == pvmmu.Endless {
		return errors.New("three rotations of page_list, and no L4 with a filled slot was met")
	}
	return nil
}
