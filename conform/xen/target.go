package xen

import (
	"context"

	"hvcheck/conform/ways"
	"hvcheck/conform/xen/drive"
)

// Open boots a machine with a real Xen.
func Open(ctx context.Context, o Options) (*ways.Target, error) {
	t, err := ways.Open(ctx, drive.Mappings, o.Options, o.spec)
	t.Design = ways.Without(former, naming, t.Name())
	return t, err
}
