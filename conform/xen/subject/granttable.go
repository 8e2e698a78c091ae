package subject

import (
	"fmt"

	"hvcheck/conform/xen/abi"
	"hvcheck/model/errno"
)

// GrantTable is a domain's grant table as dom0 sees it, which can store to it as the
// domain's kernel does.
type GrantTable struct {
	Version int
	Frames  []uint64 // of shared entries
	dom     *Domain
	shared  [][]byte // frame by frame, as long as it is open
}

// MemoryTable is a table of one frame that is memory and nothing else.
func MemoryTable(version int) GrantTable {
	return GrantTable{Version: version, shared: [][]byte{make([]byte, abi.PageSize)}}
}

// Open maps the shared frames that are not mapped yet: there are n. Nobody has asked for
// another version at first.
func (t *GrantTable) Open(dom *Domain, n int) error {
	if t.dom == nil {
		t.dom, t.Version = dom, 1
	}
	if n <= len(t.shared) {
		return nil
	}
	frames, rc := dom.X.TableFrames(dom.ID, false, n)
	if rc != errno.OK {
		return fmt.Errorf("acquire_resource: %v", rc)
	}
	for i := len(t.shared); i < n; i++ {
		m, err := dom.X.MapTable(dom.ID, false, i)
		if err != nil {
			return fmt.Errorf("grant table: %w", err)
		}
		t.shared = append(t.shared, m)
	}
	t.Frames = frames
	return nil
}

// IsOpen tells whether anything is mapped.
func (t *GrantTable) IsOpen() bool { return len(t.shared) > 0 }

// Close lets go of everything.
func (t *GrantTable) Close() {
	for _, m := range t.shared {
		_ = t.dom.X.Unmap(m)
	}
	t.shared = nil
}

// entries is nr_grant_entries().
func (t *GrantTable) entries() uint32 {
	if t.Version == 2 {
		return uint32(len(t.shared)) * abi.EntriesV2
	}
	return uint32(len(t.shared)) * abi.EntriesV1
}

// Frame is the memory of a shared frame.
func (t *GrantTable) Frame(i int) []byte { return t.shared[i] }

// At is where an entry is; nil if there is none.
func (t *GrantTable) At(ref uint32) []byte {
	if ref >= t.entries() {
		return nil
	}
	each := uint32(abi.EntriesV1)
	if t.Version == 2 {
		each = abi.EntriesV2
	}
	size := abi.PageSize / int(each)
	return t.shared[ref/each][int(ref%each)*size:][:size]
}
