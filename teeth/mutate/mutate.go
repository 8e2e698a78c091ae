// Package mutate is what the rewritten rules of a model ask while they run: the
// places of their source that can be changed are numbered, and at most one of
// them is changed at a time, in one of its ways. Nothing that is written by hand
// imports it.
//
//	if c.full() {   ->   if mutate.Cond(17, c.full()) {
package mutate

// Place is the number of a place, from 0.
type Place = uint32

// nowhere is a place that no source has.
const nowhere Place = 1<<32 - 1

// What is changed, how, and whether places are noted when they are reached.
var (
	at      = nowhere
	way     uint8
	noting  bool
	reached []bool
)

// Choose changes a place in one of its ways from now on.
func Choose(p Place, w uint8) { at, way = p, w }

// Note changes nothing and notes from now on which of n places are reached.
func Note(n int) { at, noting, reached = nowhere, true, make([]bool, n) }

// Reached lists the places that were reached since it was last called.
func Reached() (list []Place) {
	for p, r := range reached {
		if r {
			list = append(list, Place(p))
		}
	}
	clear(reached)
	return list
}

// note notes that a place was reached. It reports false, so that it can stand
// behind what tells that the place is changed.
func note(p Place) bool {
	if int(p) < len(reached) {
		reached[p] = true
	}
	return false
}

// Is tells whether a place is changed in that way.
func Is(p Place, w uint8) bool {
	return (p == at || noting) && is(p, w)
}

func is(p Place, w uint8) bool {
	if noting {
		return note(p)
	}
	return way == w
}

// The ways in which a condition is changed.
const (
	Negated uint8 = iota
	Always
	Never
)

// Cond is a condition, which can be changed in all three ways.
func Cond(p Place, c bool) bool {
	if p == at || noting {
		return cond(p, c)
	}
	return c
}

func cond(p Place, c bool) bool {
	switch {
	case noting:
		note(p)
		return c
	case way == Negated:
		return !c
	}
	return way == Always
}

// Not is a truth value, negated in that way.
func Not(p Place, w uint8, c bool) bool { return c != Is(p, w) }

// Integer is what rules count and name with.
type Integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

// Ordered is what can be more or less.
type Ordered interface {
	Integer | ~float32 | ~float64 | ~string
}

// Less is a < b, or a <= b.
func Less[T Ordered](p Place, a, b T) bool { return a < b || a == b && Is(p, 0) }

// Most is a <= b, or a < b.
func Most[T Ordered](p Place, a, b T) bool { return a < b || a == b && !Is(p, 0) }

// More is a > b, or a >= b.
func More[T Ordered](p Place, a, b T) bool { return Less(p, b, a) }

// Least is a >= b, or a > b.
func Least[T Ordered](p Place, a, b T) bool { return Most(p, b, a) }

// Add is a + b, or a - b.
func Add[T Integer](p Place, a, b T) T { return a + Neg(p, b) }

// Sub is a - b, or a + b.
func Sub[T Integer](p Place, a, b T) T { return a - Neg(p, b) }

// Neg is a number to add or take away, or the opposite.
func Neg[T Integer](p Place, a T) T {
	if Is(p, 0) {
		return -a
	}
	return a
}

// Mul is a * b, or a + b.
func Mul[T Integer](p Place, a, b T) T {
	if Is(p, 0) {
		return a + b
	}
	return a * b
}

// Div is a / b, or a * b.
func Div[T Integer](p Place, a, b T) T {
	if Is(p, 0) {
		return a * b
	}
	return a / b
}

// Rem is a % b, or a.
func Rem[T Integer](p Place, a, b T) T {
	if Is(p, 0) {
		return a
	}
	return a % b
}

// And is a & b, or a | b.
func And[T Integer](p Place, a, b T) T {
	if Is(p, 0) {
		return a | b
	}
	return a & b
}

// Or is a | b, or a & b.
func Or[T Integer](p Place, a, b T) T {
	if Is(p, 0) {
		return a & b
	}
	return a | b
}

// Xor is a ^ b, or a & b.
func Xor[T Integer](p Place, a, b T) T {
	if Is(p, 0) {
		return a & b
	}
	return a ^ b
}

// Clear is a &^ b, or a & b.
func Clear[T Integer](p Place, a, b T) T { return a & Inv(p, ^b) }

// Inv is bits to keep, or the others.
func Inv[T Integer](p Place, a T) T {
	if Is(p, 0) {
		return ^a
	}
	return a
}

// Left is a << b, or a >> b.
func Left[T, N Integer](p Place, a T, b N) T {
	if Is(p, 0) {
		return a >> b
	}
	return a << b
}

// Right is a >> b, or a << b.
func Right[T, N Integer](p Place, a T, b N) T {
	if Is(p, 0) {
		return a << b
	}
	return a >> b
}

// Plus is a constant, or one more.
func Plus[T Integer](p Place, a T) T {
	if Is(p, 0) {
		return a + 1
	}
	return a
}

// Pick is the first of some constants, or another one.
func Pick[T any](p Place, a, b T) T {
	if Is(p, 0) {
		return b
	}
	return a
}

// Pick3 is the first of three constants, or one of the others.
func Pick3[T any](p Place, a, b, c T) T {
	switch {
	case Is(p, 0):
		return b
	case Is(p, 1):
		return c
	}
	return a
}
