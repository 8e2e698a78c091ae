package modeltest

import (
	"strconv"
	"strings"
)

// How stories write values.

// Decimal writes a number.
func Decimal[N uint8 | int8](n N) string { return strconv.Itoa(int(n)) }

// Set writes the numbers whose bits are set: "0,2", or "none".
func Set(bits uint8) string {
	var names []string
	for i := range uint8(8) {
		if bits>>i&1 != 0 {
			names = append(names, Decimal(i))
		}
	}
	if names == nil {
		return "none"
	}
	return strings.Join(names, ",")
}

// Numbers reads numbers.
func Numbers(words []string) (list []uint8, err error) {
	for _, w := range words {
		n, err := strconv.ParseUint(w, 10, 8)
		if err != nil {
			return nil, err
		}
		list = append(list, uint8(n))
	}
	return list, nil
}
