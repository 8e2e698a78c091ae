package gen
import "testing"
func TestCheckFail(t *testing.T) {
	s := pinFirst()
	Check(t, s, WithConfig(broken(s)))
}
func FuzzC1(f *testing.F) {
	s := pinFirst()
	Fuzz(f, s, WithConfig(broken(s)))
}
