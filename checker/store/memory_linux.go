package store

import "syscall"

// mapMemory maps n zero bytes outside the Go heap. With huge pages a probe at
// random costs one miss instead of two; they are not worth having for a little.
func mapMemory(n int, huge bool) ([]byte, error) {
	const prot, flags = syscall.PROT_READ | syscall.PROT_WRITE, syscall.MAP_ANON | syscall.MAP_PRIVATE | syscall.MAP_NORESERVE
	b, err := syscall.Mmap(-1, 0, n, prot, flags)
	if err == nil && huge {
		_ = syscall.Madvise(b, syscall.MADV_HUGEPAGE) // only advice
	}
	return b, err
}

func unmapMemory(b []byte) {
	if b != nil {
		_ = syscall.Munmap(b) // fails only for what was never mapped
	}
}
