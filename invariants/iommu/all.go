// Package iommu holds the invariants of what devices reach, and what was claimed about
// asynchronous flushes.
package iommu

import (
	"errors"
	"slices"

	"hvcheck/model"
	"hvcheck/model/iommu"
	"hvcheck/model/iommu/iomops"
	"hvcheck/model/iommu/ledger"
)

// All lists them in the order in which they are asked.
var All = slices.Concat(core, order, claimed)

// view is a state, as the formulas look at it.
type view struct {
	c   *model.Config
	own *iommu.Config
	w   *model.World
	s   *iommu.State
	b   *ledger.Book
}

// of makes a State formula of one about the area's state and books.
func of(f func(v *view) error) func(*model.Config, *model.World) error {
	return func(c *model.Config, w *model.World) error {
		return f(&view{c, iomops.Conf(c), w, iomops.Of(w), iomops.Book(w)})
	}
}

// harmless makes one that the operation before has done no such harm.
func harmless(h ledger.Harm, text string) func(*model.Config, *model.World) error {
	return func(_ *model.Config, w *model.World) error {
		if iomops.Book(w).Harm&h != 0 {
			return errors.New(text)
		}
		return nil
	}
}
