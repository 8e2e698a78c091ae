package vm

import (
	"context"
	"errors"
	"fmt"

	"hvcheck/conform"
	"hvcheck/conform/vm/channel"
)

// Keeper keeps a machine running: one that dies is booted again, a few times.
type Keeper struct {
	Name string // of what is there
	// Instrumented says that it lets calls be stopped that it does not stop for anybody
	// else.
	Instrumented bool
	Boots        int

	ctx     context.Context
	options Options
	find    func() (*Spec, error)
	machine *Machine
}

// maxBoots is how often a machine is booted because the one before was lost.
const maxBoots = 3

// Keep boots a machine.
func Keep(ctx context.Context, o Options, find func() (*Spec, error)) (*Keeper, error) {
	k := &Keeper{ctx: ctx, options: o, find: find}
	return k, k.Retry(func() error { return nil })
}

// Retry does something on a machine, and again on another one if it is lost.
func (k *Keeper) Retry(do func() error) (err error) {
	for n := 1; n <= maxBoots; n++ {
		if err = k.booted(); err == nil {
			err = do()
		}
		if !conform.IsInconclusive(err) || k.ctx.Err() != nil {
			return err
		}
		k.Lose()
	}
	return fmt.Errorf("the machine was lost %d times: %w", maxBoots, err)
}

func (k *Keeper) booted() (err error) {
	if k.machine == nil {
		k.Boots++
		var hello *channel.Answer
		if k.machine, hello, err = Boot(k.ctx, &k.options, k.find); err == nil {
			k.Name, k.Instrumented = hello.Name, hello.Instrumented
		}
	}
	return err
}

// Lose switches the machine off.
func (k *Keeper) Lose() {
	if k.machine != nil {
		k.machine.Close()
		k.machine = nil
	}
}

// Ask asks the machine, which is not booted again meanwhile.
func (k *Keeper) Ask(r *channel.Request) (*channel.Answer, error) {
	if k.machine == nil {
		return nil, &conform.Inconclusive{Err: errors.New("the machine was lost")}
	}
	return k.machine.Ask(r)
}

// AskOnce asks it, and is inconclusive if it is lost, which ends it.
func (k *Keeper) AskOnce(r *channel.Request) (*channel.Answer, error) {
	a, err := k.Ask(r)
	if conform.IsInconclusive(err) {
		k.Lose()
	}
	return a, err
}
