package store

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"
)

// TestRecent: what is there was looked up before, in a record of that width;
// and what was looked up last is there.
func TestRecent(t *testing.T) {
	var r Recent
	random := rand.New(rand.NewPCG(1, 1))
	for _, width := range []int{8, 16} {
		r.Fit(width, 10_000)
		seen, hits := map[uint64]bool{}, 0
		for range 100_000 {
			n := random.Uint64N(30_000)
			rec := make([]byte, width+8)
			binary.LittleEndian.PutUint64(rec[width-8:], n)
			if r.Has(n/3, rec) {
				if hits++; !seen[n] {
					t.Fatalf("width %d: %d is there and was never looked up", width, n)
				}
			}
			if there := r.Has(n/3, rec); there != (n/3 > 0) {
				t.Fatalf("width %d: %d was looked up just now, and is there: %v", width, n, there)
			}
			seen[n] = true
			r.Fit(width, 20_000)
		}
		if hits < 1000 {
			t.Errorf("width %d: %d hits", width, hits)
		}
	}
}
