//go:build !linux

package store

// mapMemory is n zero bytes of the Go heap.
func mapMemory(n int, _ bool) ([]byte, error) { return make([]byte, n), nil }

func unmapMemory([]byte) {}
