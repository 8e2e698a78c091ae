package store

import "sort"

// chunkSize is how much memory the records grow by. Memory that is mapped but
// not yet written costs nothing.
const chunkSize = 32 << 20

// records is a growing array of byte records whose width may grow on the way.
type records struct {
	n      uint32
	chunks [][]byte
	epochs []epoch
}

// An epoch is a run of records of one width. It begins somewhere within its
// first chunk, as if records of its width had filled that chunk from the start.
type epoch struct {
	first uint32 // index of its first record
	skip  uint32 // records of this width that the beginning of the chunk would hold
	chunk uint32
	width uint32
	per   uint32 // records in a whole chunk
}

func (e *epoch) place(i uint32) (chunk, offset uint32) {
	k := i - e.first + e.skip
	return e.chunk + k/e.per, k % e.per * e.width
}

// at is record i.
func (r *records) at(i uint32) []byte {
	e := &r.epochs[len(r.epochs)-1]
	if i < e.first {
		e = &r.epochs[sort.Search(len(r.epochs), func(k int) bool { return r.epochs[k].first > i })-1]
	}
	c, o := e.place(i)
	return r.chunks[c][o : o+e.width : o+e.width]
}

// ready tells whether there is room for one more record of that width.
func (r *records) ready(width int) bool {
	if len(r.epochs) == 0 || r.epochs[len(r.epochs)-1].width != uint32(width) {
		return false
	}
	c, _ := r.epochs[len(r.epochs)-1].place(r.n)
	return int(c) < len(r.chunks)
}

// extend makes room for one more record of that width.
func (r *records) extend(width int) error {
	if len(r.epochs) == 0 || r.epochs[len(r.epochs)-1].width != uint32(width) {
		r.begin(uint32(width))
	}
	if r.ready(width) {
		return nil
	}
	b, err := mapMemory(chunkSize, len(r.chunks) > 0)
	if err == nil {
		r.chunks = append(r.chunks, b)
	}
	return err
}

// begin starts an epoch right behind the last record.
func (r *records) begin(width uint32) {
	e := epoch{first: r.n, width: width, per: chunkSize / width}
	if c, end := r.end(); end > 0 {
		e.chunk, e.skip = c, (end+width-1)/width
	}
	r.epochs = append(r.epochs, e)
}

// end is where the memory in use ends.
func (r *records) end() (chunk, offset uint32) {
	if r.n == 0 {
		return 0, 0
	}
	e := &r.epochs[len(r.epochs)-1]
	c, o := e.place(r.n - 1)
	return c, o + e.width
}

// add returns the room of the next record, of the width it was made ready for.
func (r *records) add() []byte {
	r.n++
	return r.at(r.n - 1)
}

// bytes is the memory in use.
func (r *records) bytes() uint64 {
	c, o := r.end()
	return uint64(c)*chunkSize + uint64(o)
}

func (r *records) free() {
	for _, b := range r.chunks {
		unmapMemory(b)
	}
	*r = records{}
}
