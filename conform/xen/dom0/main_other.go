//go:build !linux

package dom0

// Main is nothing where there is no Linux: IsHere is never true.
func Main() {}
