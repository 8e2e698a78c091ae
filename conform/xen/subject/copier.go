package subject

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"
	"unsafe"

	"hvcheck/conform/xen/abi"
	"hvcheck/model/errno"
)

// Copier is a device that copies memory. Its buffer is full of numbers that differ, but
// for one place, to which it copies what it reads.
type Copier struct{ Device *abi.Device }

// Registers of the device, its commands, and where its buffer is for these.
const (
	copyFrom, copyTo, copyLength, copyCommand = 0x80, 0x88, 0x90, 0x98

	copyIn, copyOut = 1, 3
	copyBuffer      = 0x40000
)

// Words of a page, and of the buffer, of whose end the device keeps away. The last one is
// for what is read.
const (
	bufferWords = PageWords - 1
	spareWord   = bufferWords - 1
	zeroWord    = spareWord - 1
)

// PageWords is how many words a page has.
const PageWords = abi.PageSize / 8

// WordOf is what is in a word of the buffer. As an entry of a page table it is not
// present.
func WordOf(i int) uint64 { return uint64(0x5000+i) << 12 }

func (c Copier) register(at int) *uint64 { return (*uint64)(unsafe.Pointer(&c.Device.Registers[at])) }

// transfer has the device copy, and waits.
func (c Copier) transfer(command, from, to, n uint64) error {
	if err := c.Device.Wake(); err != nil {
		return err
	}
	atomic.StoreUint64(c.register(copyFrom), from)
	atomic.StoreUint64(c.register(copyTo), to)
	atomic.StoreUint64(c.register(copyLength), n)
	atomic.StoreUint64(c.register(copyCommand), command)
	const nap, patience = time.Millisecond, 5000
	for range patience {
		if atomic.LoadUint64(c.register(copyCommand))&1 == 0 {
			return nil
		}
		time.Sleep(nap)
	}
	return errors.New("the device does not come to an end")
}

// Home has the device be dom0's, where it reaches all memory; and fills its buffer by way
// of a page.
func (c Copier) Home(x *abi.Xen, by Place) error {
	owner, err := Owner(x, c.Device)
	if err != nil {
		return err
	}
	if owner == abi.DomIO {
		if rc := x.Deassign(abi.DomIO, c.Device); rc != errno.OK {
			return fmt.Errorf("deassign_device from quarantine: %v", rc)
		}
	}
	return c.fill(by)
}

// fill fills the buffer.
func (c Copier) fill(by Place) error {
	if c.Device.Full {
		return nil
	}
	words := map[int]uint64{}
	for i := range zeroWord {
		words[i] = WordOf(i)
	}
	words[zeroWord] = 0
	if err := by.Dom.Write(by.At, words); err != nil {
		return err
	}
	if err := c.transfer(copyIn, by.Device<<12, copyBuffer, 8*bufferWords); err != nil {
		return err
	}
	c.Device.Full = true
	return nil
}

// DMAWord is the word of a page that devices access.
const DMAWord = PageWords - 1

// peek reads that word.
func (p Place) peek() (uint64, error) {
	data, err := p.Dom.Read(p.At)
	if err != nil {
		return 0, err
	}
	return binary.LittleEndian.Uint64(data[8*DMAWord:]), nil
}

// peek reads it of several pages.
func peek(places []Place) (words []uint64, err error) {
	for _, p := range places {
		word, err := p.peek()
		if err != nil {
			return nil, err
		}
		words = append(words, word)
	}
	return words, nil
}

// Place is a page: of whom, the number by which dom0 maps it, and where the device has it,
// or would.
type Place struct {
	Dom    *Domain
	At     uint64
	Device uint64
}

// PlaceOf is a page that has the same number everywhere.
func PlaceOf(d *Domain, frame uint64) Place { return Place{d, frame, frame} }

// send has the device store a word to a page: one that none of these is.
func (c Copier) send(to uint64, was ...uint64) error {
	for c.Device.Next = (c.Device.Next + 1) % zeroWord; slices.Contains(was, WordOf(c.Device.Next)); {
		c.Device.Next = (c.Device.Next + 1) % zeroWord
	}
	return c.transfer(copyOut, copyBuffer+8*uint64(c.Device.Next), to<<12+8*DMAWord, 8)
}

// Write has the device store to a page, and looks whether it could.
func (c Copier) Write(to Place) (errno.Errno, error) { return c.WriteUnseen(to.Device, to) }

// WriteUnseen has the device store to where nobody can look, and looks whether it has
// stored to any of these pages.
func (c Copier) WriteUnseen(to uint64, places ...Place) (errno.Errno, error) {
	was, err := peek(places)
	if err != nil {
		return 0, err
	}
	if err := c.send(to, was...); err != nil {
		return 0, err
	}
	switch is, err := peek(places); {
	case err != nil:
		return 0, err
	case slices.Equal(is, was):
		return errno.EFAULT, nil
	}
	return errno.OK, nil
}

// Clear has the device store zeros to the beginning of a page.
func (c Copier) Clear(to Place) error {
	return c.transfer(copyOut, copyBuffer+8*zeroWord, to.Device<<12, 8)
}

// Read has the device load from a page, and then store what it has read to another one,
// which it always can.
func (c Copier) Read(from, probe Place) (errno.Errno, error) {
	want, err := from.peek()
	if err != nil {
		return 0, err
	}
	got, err := c.fetch(from.Device, probe)
	return readResult(got == want), err
}

// ReadUnseen has it load from where nobody can look. What it is not let read is zero, which
// no page has there, but for those that are nobody's.
func (c Copier) ReadUnseen(from uint64, probe Place) (errno.Errno, error) {
	got, err := c.fetch(from, probe)
	return readResult(got != 0), err
}

func readResult(read bool) errno.Errno {
	if read {
		return errno.OK
	}
	return errno.EFAULT
}

// ReadQuarantined has it load while it is in quarantine. It can tell what it has read only
// as dom0's, which it is for a moment.
func (c Copier) ReadQuarantined(x *abi.Xen, from uint64, probe Place) (errno.Errno, error) {
	if err := c.load(from); err != nil {
		return 0, err
	}
	if rc := x.Deassign(abi.DomIO, c.Device); rc != errno.OK {
		return 0, fmt.Errorf("deassign_device from quarantine: %v", rc)
	}
	got, err := c.tell(probe)
	if err != nil {
		return 0, err
	}
	if rc := x.Assign(abi.DomIO, c.Device); rc != errno.OK {
		return 0, fmt.Errorf("assign_device to quarantine: %v", rc)
	}
	return readResult(got != 0), nil
}

// fetch is what the device reads.
func (c Copier) fetch(from uint64, probe Place) (uint64, error) {
	if err := c.load(from); err != nil {
		return 0, err
	}
	return c.tell(probe)
}

func (c Copier) load(from uint64) error {
	return c.transfer(copyIn, from<<12+8*DMAWord, copyBuffer+8*spareWord, 8)
}

// tell has the device store what it has read.
func (c Copier) tell(probe Place) (uint64, error) {
	if err := c.transfer(copyOut, copyBuffer+8*spareWord, probe.Device<<12+8*DMAWord, 8); err != nil {
		return 0, err
	}
	return probe.peek()
}
