package subject

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"hvcheck/conform/xen/abi"
)

// The program in the source is the one that is described beside it.
func TestGuestIsWhatItsSourceSays(t *testing.T) {
	for _, tool := range []string{"as", "objcopy"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not there", tool)
		}
	}
	for _, l := range []struct {
		name string
		args []string
		code []byte
	}{{"PV", nil, guest}, {"translated", []string{"--defsym", "hvm=1"}, guestHVM}} {
		object, binary := filepath.Join(t.TempDir(), "o"), filepath.Join(t.TempDir(), "bin")
		for _, cmd := range [][]string{append([]string{"as", "-o", object, "guest.asm"}, l.args...), {"objcopy", "-O", "binary", "-j", ".text", object, binary}} {
			if out, err := exec.Command(cmd[0], cmd[1:]...).CombinedOutput(); err != nil {
				t.Skipf("%v: %s", err, out)
			}
		}
		if code, err := os.ReadFile(binary); err != nil || !bytes.Equal(code, l.code) {
			t.Errorf("%s: guest.asm gives %d bytes, of which guest.go has others (%v)", l.name, len(code), err)
		}
	}
	if codeAt+len(guestHVM) > 4096 || mailAt+maxGuests*mailStack > 2048 {
		t.Error("shared_info has no room for the guest")
	}
}

const dumped = `(XEN) General information for domain 0:
(XEN)     refcnt=3 dying=0 pause_count=0
(XEN)     nr_pages=131072 xenheap_pages=2 dirty_cpus={0} max_pages=131072
(XEN) Memory pages belonging to domain 0:
(XEN)     DomPage list too long to display
(XEN) General information for domain 12:
(XEN)     refcnt=3 dying=0 pause_count=1
(XEN)     nr_pages=3 xenheap_pages=1 dirty_cpus={} max_pages=25
(XEN)     handle=68766368-6563-6b20-636f-6e666f726d00 vm_assist=100000000
(XEN) Memory pages belonging to domain 12:
(XEN)     DomPage 000000000003b6c4: caf=8000000000000002, taf=8c00000000000001
(XEN)     DomPage 000000000003b6c3: caf=8000000000000002, taf=6100000000000001
(XEN)     DomPage 000000000003b6c2: caf=8000000000000001, taf=e400000000000000
(XEN)     RelPage 000000000003b6c0: caf=8000000000000003, taf=4000000000000000
(XEN)     XenPage 000000000003b6c1: caf=c000000000000002, taf=e400000000000002
`

func TestDump(t *testing.T) {
	d, err := parse(dumped, 12)
	if err != nil || d.Gone || d.Dying != 0 || d.Total != 3 || d.VMAssist != 1<<32 || len(d.Pages) != 3 {
		t.Fatalf("%+v, %v", d, err)
	}
	l4, l3, memory := d.Pages[0], d.Pages[1], d.Pages[2]
	if l4.Type() != 4 || !l4.Pinned() || !l4.Validated() || l4.Partial() || l4.Count() != 2 || l4.TypeCount() != 1 || !l4.Allocated() {
		t.Errorf("%+v", l4)
	}
	if l3.Type() != 3 || l3.Pinned() || l3.Validated() || !l3.Partial() {
		t.Errorf("%+v", l3)
	}
	if memory.Type() != 7 || !memory.Validated() || memory.TypeCount() != 0 || memory.Frame != 0x3b6c2 {
		t.Errorf("%+v", memory)
	}
	if len(d.RelPages) != 1 || d.Page(0x3b6c0) == nil || d.Page(0x3b6c0).Count() != 3 {
		t.Errorf("relmem_list: %+v", d.RelPages)
	}
	if len(d.XenPages) != 1 || d.XenPages[0].Frame != 0x3b6c1 || d.XenPages[0].Count() != 2 {
		t.Errorf("%+v", d.XenPages)
	}
	if d, err := parse(dumped, 1); err != nil || !d.Gone {
		t.Errorf("%+v, %v", d, err)
	}
	if _, err := parse(dumped, 0); err == nil {
		t.Error("a dump that leaves pages out was taken")
	}
	if part, found := partOf(dumped, 0); !found || number(part, assistLabel, 16) != 0 {
		t.Errorf("vm_assist of a domain with many pages: %v, %q", found, part)
	}
}

const channels = `(XEN) 'e' pressed -> dumping event-channel info
(XEN) Event channel information for domain 3:
(XEN) Polling vCPUs: {}
(XEN)     port [p/m/s]
(XEN)        1 [0/1/]: s=3 n=1 x=0 d=4 p=2
(XEN)       12 [0/0/]: s=5 n=0 x=0 v=11
(XEN) Event channel information for domain 4:
(XEN)        2 [1/0/]: s=2 n=0 x=0 d=3
`

func TestPorts(t *testing.T) {
	c := portsOf(channels, 3)
	ports := c.Ports
	if len(ports) != 2 || ports[1] != (Port{State: 3, Notify: 1, Domain: 4, Port: 2, Masked: true}) || ports[12] != (Port{State: 5, VIRQ: 11}) {
		t.Errorf("%+v", ports)
	}
	if ports := portsOf(channels, 4).Ports; len(ports) != 1 || ports[2].State != 2 || ports[2].Domain != 3 {
		t.Errorf("%+v", ports)
	}
}

const granted = `(XEN) gnttab_usage_print_all [ key 'g' pressed
(XEN)       -------- active --------       -------- shared --------
(XEN) [ref] localdom mfn      pin          localdom gmfn     flags
(XEN) grant-table for remote d3 (v2)
(XEN)   2 frames (4 max), 1 maptrack frames (4 max)
(XEN) [0x009]      4 0x38527 0x00000102          4 0x038527 0x18
(XEN)       -------- active --------       -------- shared --------
(XEN) [ref] localdom mfn      pin          localdom gmfn     flags
(XEN) grant-table for remote d4 (v1)
(XEN)   1 frames (1 max), 0 maptrack frames (4 max)
(XEN) no active grant table entries
(XEN) gnttab_usage_print_all ] done
`

func TestGrants(t *testing.T) {
	g := grantsOf(granted, 3)
	if !g.There || g.Version != 2 || g.Frames != 2 || len(g.Active) != 1 || g.Active[9] != (Active{4, 0x38527, 0x102}) {
		t.Errorf("%+v", g)
	}
	if g := grantsOf(granted, 4); !g.There || g.Version != 1 || g.Frames != 1 || len(g.Active) != 0 {
		t.Errorf("%+v", g)
	}
	if g := grantsOf(granted, 5); g.There {
		t.Errorf("%+v", g)
	}
}

func TestOwner(t *testing.T) {
	const text = "(XEN) ==== PCI devices ====\n(XEN) ==== segment 0000 ====\n(XEN) 0000:00:03.0 - DomIO:7ff5 - node -1 \n(XEN) 0000:00:02.0 - d17 - node -1 \n"
	for address, want := range map[uint32]uint16{2 << 3: 17, 3 << 3: abi.DomIO} {
		if id, err := ownerIn(text, address); err != nil || id != want {
			t.Errorf("%#x: %d, %v", address, id, err)
		}
	}
	if _, err := ownerIn(text, 4<<3); err == nil {
		t.Error("a device that is not there is somebody's")
	}
}

func TestIOMMUTable(t *testing.T) {
	const text = `(XEN) [VT-D] d3 table has 3 levels
(XEN)   dfn: 0003b6c4 mfn: 0003b6c4 rw
(XEN)   dfn: 0003b6c5 mfn: 0003b6c5 r-
(XEN) [VT-D] d4 table has 3 levels
(XEN)   dfn: 00000001 mfn: 00000002 rw
`
	table := tableOf(text, 3)
	if len(table) != 2 || table[0x3b6c4] != (Mapped{0x3b6c4, true, true}) || table[0x3b6c5] != (Mapped{0x3b6c5, true, false}) {
		t.Errorf("%+v", table)
	}
	if len(tableOf(text, 5)) != 0 {
		t.Error("a domain that is not there has a table")
	}
}

// The words of a device's buffer differ, and are no page-table entries that are present.
func TestWords(t *testing.T) {
	known := map[uint64]bool{}
	for i := range zeroWord {
		if w := WordOf(i); w&1 != 0 || w == 0 || known[w] {
			t.Errorf("word %d: %#x", i, w)
		}
		known[WordOf(i)] = true
	}
}
