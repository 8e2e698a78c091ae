package model_test

import (
	"testing"

	"hvcheck/model"
	"hvcheck/model/errno"
)

// What of an operation's results is right where several conditions hold: any of them, but for
// one that goes first.
func TestExplain(t *testing.T) {
	under := func(bit uint8) model.Condition {
		return func(_ *model.Config, _ *model.World, a *model.Args) bool { return a[0]&bit != 0 }
	}
	s := model.Spec{Name: "try", Results: []model.Result{
		model.Can(errno.OK, "nothing is wrong"),
		model.Can(errno.EBUSY, "in use").Due(under(1)),
		model.Can(errno.EPERM, "not allowed").Due(under(2)).First(),
		model.Can(errno.EINVAL, "wrong").Due(under(4)),
		model.Can(errno.ENOMEM, "no memory").Due(under(8)),
	}}
	for _, tc := range []struct {
		name  string
		holds uint8
		right []errno.Errno
	}{
		{"nothing", 0, []errno.Errno{errno.OK}},
		{"one", 4, []errno.Errno{errno.EINVAL}},
		{"two of equal rank", 4 | 8, []errno.Errno{errno.EINVAL, errno.ENOMEM}},
		{"what goes first", 2 | 4 | 8, []errno.Errno{errno.EPERM}},
		{"what is listed before it", 1 | 2 | 4, []errno.Errno{errno.EBUSY, errno.EPERM}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			right := map[errno.Errno]bool{}
			for _, code := range tc.right {
				right[code] = true
			}
			for i := range s.Results {
				code := s.Results[i].Code
				if got := s.Explain(nil, nil, &model.Args{tc.holds}, code) != 0; got != right[code] {
					t.Errorf("%v is right: %v", code, got)
				}
			}
		})
	}
}
