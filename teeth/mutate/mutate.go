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

// What is changed, how, and whether it is noted where that would matter.
var (
	at     = nowhere
	way    uint8
	noting bool
	noted  []uint8 // of each place: its ways that would matter, a bit each, and reached
)

// reached is the bit of a place that something came to.
const reached = 1 << 7

// Choose changes a place in one of its ways from now on.
func Choose(p Place, w uint8) { at, way = p, w }

// Note changes nothing and notes from now on which of n places are reached, and
// which of their ways would make a difference there.
func Note(n int) { at, noting, noted = nowhere, true, make([]uint8, n) }

// Noted is a place that was reached, with the ways that would have made a
// difference, a bit each.
type Noted struct {
	Place Place
	Ways  uint8
}

// Since lists what was noted since it was last called.
func Since() (list []Noted) {
	for p, ways := range noted {
		if ways != 0 {
			list = append(list, Noted{Place(p), ways &^ reached})
		}
	}
	clear(noted)
	return list
}

// turn tells whether a place is changed in a way, where the change differs from
// the rule or not.
func turn(p Place, w uint8, differs bool) bool {
	if !noting {
		return way == w
	}
	if int(p) < len(noted) {
		noted[p] |= reached
		if differs {
			noted[p] |= 1 << w
		}
	}
	return false
}

// Is tells whether a place is changed in that way.
func Is(p Place, w uint8) bool {
	return (p == at || noting) && turn(p, w, true)
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
	negated, always, never := turn(p, Negated, true), turn(p, Always, !c), turn(p, Never, c)
	switch {
	case always:
		return true
	case never:
		return false
	}
	return c != negated
}

// Not is a truth value, negated in that way.
func Not(p Place, w uint8, c bool) bool { return c != Is(p, w) }

// Term is an operand, which can be dropped, so that the other one decides, and
// negated; neutral is what it is when it does not decide.
func Term(p Place, neutral, c bool) bool {
	if p == at || noting {
		return term(p, neutral, c)
	}
	return c
}

func term(p Place, neutral, c bool) bool {
	switch dropped, negated := turn(p, 0, c != neutral), turn(p, 1, true); {
	case dropped:
		return neutral
	case negated:
		return !c
	}
	return c
}

// Whole is a && b or a || b of negated operands, negated, which is the other of
// the two. That cannot differ where all is neutral: both true, or both false.
func Whole(p Place, neutral, c bool) bool {
	return c != ((p == at || noting) && turn(p, 0, c != neutral))
}

// Flip is an operand of Whole.
func Flip(p Place, c bool) bool { return c != (p == at && way == 0) }

// Integer is what rules count and name with.
type Integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

// Ordered is what can be more or less.
type Ordered interface {
	Integer | ~float32 | ~float64 | ~string
}

// Less is a < b, or a <= b.
func Less[T Ordered](p Place, a, b T) bool {
	return a < b || a == b && Is(p, 0) || (noting && turn(p, 0, false))
}

// Most is a <= b, or a < b.
func Most[T Ordered](p Place, a, b T) bool {
	return a < b || a == b && !Is(p, 0) || (noting && turn(p, 0, false))
}

// More is a > b, or a >= b.
func More[T Ordered](p Place, a, b T) bool { return Less(p, b, a) }

// Least is a >= b, or a > b.
func Least[T Ordered](p Place, a, b T) bool { return Most(p, b, a) }

// either is what a rule has, or what the change makes of it.
func either[T Integer](p Place, is, other T) T {
	if (p == at || noting) && turn(p, 0, is != other) {
		return other
	}
	return is
}

// Add is a + b, or a - b.
func Add[T Integer](p Place, a, b T) T { return either(p, a+b, a-b) }

// Sub is a - b, or a + b.
func Sub[T Integer](p Place, a, b T) T { return either(p, a-b, a+b) }

// Neg is a number to add or take away, or the opposite.
func Neg[T Integer](p Place, a T) T { return either(p, a, -a) }

// Mul is a * b, or a + b.
func Mul[T Integer](p Place, a, b T) T { return either(p, a*b, a+b) }

// Div is a / b, or a * b.
func Div[T Integer](p Place, a, b T) T { return either(p, a/b, a*b) }

// Rem is a % b, or a.
func Rem[T Integer](p Place, a, b T) T { return either(p, a%b, a) }

// And is a & b, or a | b.
func And[T Integer](p Place, a, b T) T { return either(p, a&b, a|b) }

// Or is a | b, or a & b.
func Or[T Integer](p Place, a, b T) T { return either(p, a|b, a&b) }

// Xor is a ^ b, or a & b.
func Xor[T Integer](p Place, a, b T) T { return either(p, a^b, a&b) }

// Clear is a &^ b, or a & b.
func Clear[T Integer](p Place, a, b T) T { return either(p, a&^b, a&b) }

// Inv is bits to keep, or the others.
func Inv[T Integer](p Place, a T) T { return either(p, a, ^a) }

// Left is a << b, or a >> b.
func Left[T, N Integer](p Place, a T, b N) T { return either(p, a<<b, a>>b) }

// Right is a >> b, or a << b.
func Right[T, N Integer](p Place, a T, b N) T { return either(p, a>>b, a<<b) }

// Plus is a constant, or one more.
func Plus[T Integer](p Place, a T) T { return either(p, a, a+1) }

// Pick is the first of some constants, or another one.
func Pick[T comparable](p Place, a, b T) T {
	if (p == at || noting) && turn(p, 0, a != b) {
		return b
	}
	return a
}

// Pick3 is the first of three constants, or one of the others.
func Pick3[T comparable](p Place, a, b, c T) T {
	if p == at || noting {
		switch second, third := turn(p, 0, a != b), turn(p, 1, a != c); {
		case second:
			return b
		case third:
			return c
		}
	}
	return a
}
