package checker

import (
	"fmt"
	"reflect"
	"unsafe"
)

// maxStateSize is the longest state, so that a bit's position fits 16 bits.
const maxStateSize = 8191

// CheckFlat tells whether a state is its bytes: integers, booleans, arrays and
// structs of them, without padding and without blank fields. Only then do two
// equal states have equal bytes, on which the whole engine relies.
func CheckFlat[S any]() error {
	t := reflect.TypeFor[S]()
	if t.Size() > maxStateSize {
		return fmt.Errorf("%v is %d bytes long, the longest state is %d", t, t.Size(), maxStateSize)
	}
	return checkFlat(t, t.String())
}

func checkFlat(t reflect.Type, path string) error {
	switch t.Kind() {
	case reflect.Bool,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return nil
	case reflect.Array:
		return checkFlat(t.Elem(), path+"[]")
	case reflect.Struct:
		return checkFlatStruct(t, path)
	default:
		return fmt.Errorf("%s is a %v, a state holds only integers, booleans, arrays and structs", path, t.Kind())
	}
}

func checkFlatStruct(t reflect.Type, path string) error {
	end := uintptr(0)
	for f := range t.Fields() {
		name := path + "." + f.Name
		if f.Name == "_" {
			return fmt.Errorf("%s is a blank field, which == does not compare", name)
		}
		if f.Offset != end {
			return fmt.Errorf("%d bytes of padding before %s", f.Offset-end, name)
		}
		if err := checkFlat(f.Type, name); err != nil {
			return err
		}
		end = f.Offset + f.Type.Size()
	}
	if end != t.Size() {
		return fmt.Errorf("%d bytes of padding at the end of %s", t.Size()-end, path)
	}
	return nil
}

// view is the state as its bytes.
func view[S any](s *S) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(s)), unsafe.Sizeof(*s))
}

// firstDifference names the first field in which a and b differ.
func firstDifference[S any](a, b *S) string {
	return difference[S](view(a), view(b), 0)
}

// difference is firstDifference from some byte on.
func difference[S any](a, b []byte, from int) string {
	for i := from; i < len(a); i++ {
		if a[i] != b[i] {
			return fieldAt(reflect.TypeFor[S](), uintptr(i))
		}
	}
	return ""
}

// fieldAt is the path to the value that covers the byte at offset.
func fieldAt(t reflect.Type, offset uintptr) string {
	switch t.Kind() {
	case reflect.Array:
		size := t.Elem().Size()
		return fmt.Sprintf("[%d]", offset/size) + fieldAt(t.Elem(), offset%size)
	case reflect.Struct:
		for f := range t.Fields() {
			if offset < f.Offset+f.Type.Size() {
				return "." + f.Name + fieldAt(f.Type, offset-f.Offset)
			}
		}
	}
	return ""
}
