// Package subject makes the domains that are tested, has their guests make
// hypercalls, and reads back what Xen knows of them.
//
//	Create -> Domain -> Boot: a guest that makes whatever call it is told to
//	                 -> Dump: reference counts of every frame, vCPUs, the mode
//
// The guest is a program of some 300 bytes that lives, with its mailboxes, in the
// part of shared_info that Xen does not use. Of the domain's own memory it needs
// four page tables, as many again where it has a user mode, and no more.
package subject

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"

	"hvcheck/conform/xen/abi"
	"hvcheck/model/errno"
)

// Tables is how many frames a guest needs for itself.
const Tables = 4

// MaxPages is how many pages a domain may have if Xen is to tell of each of
// them.
const MaxPages = 9

// Domain is a PV domain.
type Domain struct {
	X      *abi.Xen
	ID     uint16
	VCPUs  int
	Own    [Tables]uint64 // frames of the guest's page tables, L4 first; zeros if it has no guest
	User   []uint64       // frames of the page tables of user mode, L4 first, if the guest has one
	Extra  []uint64       // frames that the guest has mapped behind shared_info, at ExtraVA; not in user mode
	Waits  [maxGuests]Waiting
	shared []byte // shared_info, or a page that takes its place, while a guest lives in it
	va     uint64 // where the guest has that
	frame  uint64 // of shared_info
	seq    [maxGuests]uint64
}

// Waiting is how a vCPU waits for the next call.
type Waiting uint64

// How it can wait.
const (
	Yields Waiting = iota
	Spins          // it keeps its CPU
	Turns          // it yields, and lets the vCPUs of other CPUs go on
)

// maxGuests is how many mailboxes shared_info has room for.
const maxGuests = 3

// spare is how many pages more than it gets a domain may have.
const spare = 16

// Create makes a domain that has no memory yet.
func Create(x *abi.Xen, vcpus int) (*Domain, error) {
	return CreateWithin(x, abi.Defaults(vcpus, MaxPages+spare))
}

// CreateWithin makes one with limits.
func CreateWithin(x *abi.Xen, l abi.Limits) (*Domain, error) {
	id, rc := x.Create(l)
	if rc != errno.OK {
		return nil, fmt.Errorf("createdomain: %v", rc)
	}
	info, rc := x.DomainInfo(id)
	if rc != errno.OK {
		return nil, fmt.Errorf("getdomaininfo: %v", rc)
	}
	return &Domain{X: x, ID: id, VCPUs: l.VCPUs, frame: info.SharedInfo}, nil
}

// SharedFrame is the frame of shared_info.
func (d *Domain) SharedFrame() uint64 { return d.frame }

// FindSharedFrame finds that of a translated domain, of which Xen tells a gfn, or none:
// it is the page of Xen's heap that is none of some others.
func (d *Domain) FindSharedFrame(others []uint64) error {
	dump, err := d.Dump()
	if err != nil {
		return err
	}
	for _, p := range dump.XenPages {
		if !slices.Contains(others, p.Frame) {
			d.frame = p.Frame
		}
	}
	return nil
}

// Destroy ends the domain. It is no error if it is dying already.
func (d *Domain) Destroy() errno.Errno {
	d.LetGo()
	return d.X.Control(abi.DomctlDestroy, d.ID)
}

// LetGo drops what dom0 has mapped of the domain; its guest cannot be talked to
// any more.
func (d *Domain) LetGo() {
	if d.shared != nil {
		_ = d.X.Unmap(d.shared)
		d.shared = nil
	}
}

// Write changes the first and some other entries of frames that nobody uses yet.
func (d *Domain) Write(frame uint64, entries map[int]uint64) error {
	m, err := d.X.Map(d.ID, true, frame)
	if err != nil {
		return err
	}
	for i, e := range entries {
		copy(m[8*i:], abi.Encode(e))
	}
	return d.X.Unmap(m)
}

// Read copies frames.
func (d *Domain) Read(frames ...uint64) ([]byte, error) {
	m, err := d.X.Map(d.ID, false, frames...)
	if err != nil {
		return nil, err
	}
	c := append([]byte(nil), m...)
	return c, d.X.Unmap(m)
}

// Where a guest lives: one page, at an address whose L4 slot no model has.
const (
	ownSlot  = 5
	guestVA  = ownSlot << 39
	codeAt   = 0xc80 // behind shared_info, in its page
	mailAt   = maxGuests * infoSize
	infoSize = 64   // of vcpu_info
	maskByte = 1    // in it: upcalls are masked
	tableRW  = 0x67 // present, writable, user, accessed, dirty
	kernelRW = 0x63 // the same without user: Xen keeps no entry of it in TLBs when the mode changes
)

// AccessExtra are the flags with which the guest maps Extra.
func (d *Domain) AccessExtra() uint64 {
	if len(d.User) > 0 {
		return kernelRW
	}
	return tableRW
}

// Slot is where entry i of a page table is mapped that the guest has room in, as it
// sees it, and where the entry itself is, as the machine does. The table is there once
// the guest is.
func (d *Domain) Slot(i int) (address, entry uint64) {
	return guestVA + uint64(1+i)<<12, d.Own[Tables-1]<<12 + 8*uint64(1+i)
}

// ExtraVA is where the guest has Extra.
const ExtraVA = guestVA + abi.PageSize

// WriteExtra writes something there.
func (d *Domain) WriteExtra(v any) error {
	m, err := d.X.Map(d.ID, true, d.Extra...)
	if err != nil {
		return err
	}
	copy(m, abi.Encode(v))
	return d.X.Unmap(m)
}

// Nowhere is an address of which the guest has no page table.
const Nowhere = guestVA + 1<<30

// Boot gives the domain a guest and starts its vCPUs: Own are four frames of its.
func (d *Domain) Boot() error {
	if err := d.load(0); err != nil {
		return err
	}
	if rc := d.X.PinTable(d.ID, Tables, d.Own[0]); rc != errno.OK {
		return fmt.Errorf("pin: %v", rc)
	}
	for v := range d.VCPUs {
		if rc := d.X.SetContext(d.ID, v, d.Context(v)); rc != errno.OK {
			return fmt.Errorf("setvcpucontext of vCPU %d: %v", v, rc)
		}
	}
	if rc := d.X.Control(abi.DomctlUnpause, d.ID); rc != errno.OK {
		return fmt.Errorf("unpause: %v", rc)
	}
	return nil
}

// Lodge puts a guest's program into the domain that has no L4 of its own: Own are
// three frames of its, behind an empty first place. See Adopt.
func (d *Domain) Lodge() error {
	if err := d.load(1); err != nil {
		return err
	}
	if rc := d.X.PinTable(d.ID, Tables-1, d.Own[1]); rc != errno.OK {
		return fmt.Errorf("pin: %v", rc)
	}
	return nil
}

// load writes the page tables from one of them on, and the program.
func (d *Domain) load(first int) (err error) {
	if err := d.chain(first, d.Own[:]); err != nil {
		return err
	}
	if err := d.chain(0, d.User); err != nil {
		return err
	}
	for n, frame := range d.Extra {
		if err := d.Write(d.Own[Tables-1], map[int]uint64{1 + n: frame<<12 | d.AccessExtra()}); err != nil {
			return fmt.Errorf("page tables: %w", err)
		}
	}
	if d.shared, err = d.X.Map(d.ID, true, d.frame); err != nil {
		return fmt.Errorf("shared_info: %w", err)
	}
	copy(d.shared[codeAt:], guest)
	d.va = guestVA
	for i := range maxGuests { // behind them are the mailboxes
		d.shared[i*infoSize+maskByte] = 1
	}
	d.settle()
	return nil
}

// chain writes page tables, L4 first, from one of them on: they lead to the program.
func (d *Domain) chain(first int, tables []uint64) error {
	for i := first; i < len(tables); i++ {
		slot, next := 0, d.frame
		if i == 0 {
			slot = ownSlot
		}
		if i+1 < len(tables) {
			next = tables[i+1]
		}
		if err := d.Write(tables[i], map[int]uint64{slot: next<<12 | tableRW}); err != nil {
			return fmt.Errorf("page tables: %w", err)
		}
	}
	return nil
}

// settle has each vCPU wait as it is to.
func (d *Domain) settle() {
	for v, how := range d.Waits {
		put(d.shared, mailAt+v*mailStack+mailWaits, uint64(how))
	}
}

// Intact tells whether the guest's program is as it was.
func (d *Domain) Intact() bool {
	program := guest
	if d.va != guestVA {
		program = guestHVM
	}
	return bytes.Equal(d.shared[codeAt:][:len(program)], program)
}

// Adopt maps the guest's program in an L4 of the domain, or in a page that is to become
// one.
func (d *Domain) Adopt(frame uint64) errno.Errno {
	return d.X.UpdateTable(d.ID, frame, ownSlot, d.Own[1]<<12|tableRW)
}

// Context lets a vCPU run the guest's program.
func (d *Domain) Context(v int) *abi.VCPUContext {
	mail := guestVA + uint64(mailAt+v*mailStack)
	ctx := &abi.VCPUContext{Flags: abi.InKernel | abi.Online, KernelSS: abi.KernelSS, KernelSP: mail + mailStack, EventCallback: guestVA + codeAt + guestUpcall}
	ctx.Regs.RBX, ctx.Regs.R13 = mail, guestVA+uint64(v*infoSize)
	ctx.Regs.RIP, ctx.Regs.CS = guestVA+codeAt, abi.KernelCS
	ctx.Regs.RSP, ctx.Regs.SS, ctx.Regs.RFlags = mail+mailStack, abi.KernelSS, 0x200
	for _, trap := range []uint8{13, 14} {
		ctx.Traps[trap] = abi.TrapInfo{Vector: trap, CS: abi.KernelCS, Address: guestVA + codeAt + guestFault}
	}
	ctx.ControlRegs[abi.KernelTable] = d.Own[0] << 12
	if len(d.User) > 0 {
		ctx.ControlRegs[abi.UserTable] = d.User[0] << 12
		ctx.SyscallCallback = guestVA + codeAt + guestBack
	}
	return ctx
}

// Status is how a guest's call went.
type Status uint64

// How a call went.
const (
	Done    Status = iota
	Faulted        // what it was to read or to write is not there
	Stopped        // at a preemption check
	Late           // it was done before it could be stopped as often as wanted
)

// Narrow is the number of a call that a translated guest makes in 32-bit mode: that which
// the first of its arguments says, with the others.
const Narrow = -3

// ToUser is the number of what takes a PV guest with User tables to user mode. Whatever it
// is to do next it does in kernel mode again.
const ToUser = -3

// Nothing is a number that takes it back: it reads a word where DataAt is.
const Nothing = -1

// Call is a hypercall that a guest makes, and what came of it.
type Call struct {
	Number int64
	Args   [5]uint64
	Stops  int    // how often it is to be stopped
	Data   []byte // what pointers in arguments point to, at DataAt; afterwards what is there then

	Status Status
	Result int64
}

// DataAt is where a vCPU's data is, as its guest sees it.
func (d *Domain) DataAt(v int) uint64 { return d.va + uint64(mailAt+v*mailStack) + mailData }

// patience is how long a guest may take for a call.
const patience = 5 * time.Second

// ErrSilent says that a guest does not answer, ErrCrashed that Xen has crashed it.
var (
	ErrSilent  = errors.New("the guest does not answer")
	ErrCrashed = errors.New("the guest has crashed")
)

// StopTimers stops the timers that the vCPUs have from the beginning, as their guests know
// nothing of them.
func (d *Domain) StopTimers() error {
	for v := range d.VCPUs {
		c := &Call{Number: abi.CallVCPU, Args: [5]uint64{abi.VCPUStopPeriodicTimer, uint64(v)}}
		if err := d.Make(v, c); err != nil {
			return err
		}
	}
	return nil
}

// Make has the guest of a vCPU make a call. Stopped, Number and Args are what is
// left of it.
func (d *Domain) Make(v int, c *Call) error {
	if d.shared == nil {
		return errors.New("the domain has no guest")
	}
	mail := d.Begin(v, c)
	if err := d.wait(mail, d.seq[v]); err != nil {
		return err
	}
	c.take(mail)
	return nil
}

// Try has the guest of a vCPU make a call that may sleep, and tells whether it has come
// back after a number of yields.
func (d *Domain) Try(v int, c *Call, yields int) (done bool, err error) {
	if d.shared == nil {
		return false, errors.New("the domain has no guest")
	}
	mail := d.Begin(v, c)
	for range yields {
		d.X.Yield()
		if load(mail, mailDone) == d.seq[v] {
			c.take(mail)
			return true, nil
		}
	}
	return false, nil
}

// take reads what came of a call.
func (c *Call) take(mail []byte) {
	c.Status, c.Result, c.Number = Status(get(mail, mailStatus)), int64(get(mail, mailResult)), int64(get(mail, mailNumber))
	for i := range c.Args {
		c.Args[i] = get(mail, mailArgs+8*i)
	}
	copy(c.Data, mail[mailData:])
}

// Finish waits for the end of a call that was begun.
func (d *Domain) Finish(v int) error {
	return d.wait(d.shared[mailAt+v*mailStack:][:mailStack], d.seq[v])
}

// Begin tells the guest of a vCPU to make a call.
func (d *Domain) Begin(v int, c *Call) (mail []byte) {
	mail = d.shared[mailAt+v*mailStack:][:mailStack]
	copy(mail[mailData:], c.Data)
	put(mail, mailNumber, uint64(c.Number))
	for i, a := range c.Args {
		put(mail, mailArgs+8*i, a)
	}
	put(mail, mailStops, uint64(c.Stops))
	d.seq[v]++
	store(mail, mailRequest, d.seq[v])
	return mail
}

// Forget has a vCPU that begins its program anew not make again the call that it has not
// come back from.
func (d *Domain) Forget(v int) {
	if d.shared != nil && v < maxGuests {
		store(d.shared[mailAt+v*mailStack:], mailDone, d.seq[v])
	}
}

// wait lets the guest run until it is through.
func (d *Domain) wait(mail []byte, seq uint64) error {
	var since time.Time
	for n := 1; load(mail, mailDone) != seq; n++ {
		d.X.Yield()
		switch {
		case n%256 != 0:
		case d.crashed():
			return ErrCrashed
		case since.IsZero():
			since = time.Now()
		case time.Since(since) > patience:
			return ErrSilent
		}
	}
	return nil
}

func (d *Domain) crashed() bool {
	info, rc := d.X.DomainInfo(d.ID)
	return rc == errno.OK && info.Crashed()
}
