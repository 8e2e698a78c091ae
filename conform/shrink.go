package conform

import (
	"slices"

	"hvcheck/model"
)

// Shrink looks for a shorter play on which target and model still differ, by
// leaving operations out, one after the other. The outcome is that of the
// shortest play that was found; nil if the first one does not differ again.
func Shrink(t Target, p *Play) (*Outcome, error) {
	best, err := differs(t, p, p.Ops)
	if best == nil || err != nil {
		return nil, err
	}
	p = best.Play
	for i := len(best.Play.Ops) - 1; i >= 0; i-- {
		if i >= len(best.Play.Ops) {
			continue
		}
		shorter := slices.Delete(slices.Clone(best.Play.Ops), i, i+1)
		o, err := differs(t, p, shorter)
		if err != nil {
			return nil, err
		}
		if o != nil {
			best, i = o, len(o.Play.Ops)
		}
	}
	return best, nil
}

// differs runs operations, and cuts off what comes after a difference.
func differs(t Target, p *Play, ops []model.Op) (*Outcome, error) {
	play := *p
	play.Ops = ops
	o, err := Run(t, &play, nil)
	if err != nil || o.Difference == nil {
		return nil, err
	}
	o.Play = o.Same()
	return o, nil
}
