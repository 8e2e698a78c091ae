package vm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"hvcheck/conform"
	"hvcheck/conform/vm/channel"
)

// Spec is what a machine consists of.
type Spec struct {
	Name    string // of the system, for its folder
	Program string // the first process
	Modules []string
	// Arguments are QEMU's, but for those of the shared memory.
	Arguments func(ramdisk string) []string
}

// Machine is a machine that runs.
type Machine struct {
	dir     string // with its files, for as long as it runs
	end     *channel.End
	qemu    *exec.Cmd
	dead    chan struct{} // closed when QEMU has ended
	wait    time.Duration
	console string
}

// Boot starts a machine and waits until its first process answers, with what is
// there.
func Boot(ctx context.Context, o *Options, find func() (*Spec, error)) (m *Machine, hello *channel.Answer, err error) {
	program := o.QEMU
	if program == "" {
		program = emulator
	}
	path, err := exec.LookPath(program)
	if err != nil {
		return nil, nil, &Missing{fmt.Sprintf("%s is not there; apt-get install %s, or give it with --qemu", program, emulatorPackage)}
	}
	s, err := find()
	if err != nil {
		return nil, nil, err
	}
	m = &Machine{wait: o.Deadline, console: o.Log, dead: make(chan struct{})}
	if m.dir, err = os.MkdirTemp("", "hvcheck-"+s.Name+"-"); err != nil {
		return nil, nil, err
	}
	if m.console == "" {
		m.console = filepath.Join(m.dir, "console")
	}
	if err = m.start(ctx, path, s); err == nil {
		hello, err = m.Ask(&channel.Request{})
	}
	if err != nil {
		m.Close()
		return nil, nil, err
	}
	return m, hello, nil
}

// start starts QEMU.
func (m *Machine) start(ctx context.Context, program string, s *Spec) error {
	ramdisk, shm := filepath.Join(m.dir, "initrd"), filepath.Join(m.dir, "shm")
	if err := writeRamdisk(ramdisk, s.Program, s.Modules); err != nil {
		return err
	}
	if err := os.WriteFile(shm, make([]byte, channel.Size), 0o600); err != nil {
		return err
	}
	mem, err := channel.Map(shm)
	if err != nil {
		return err
	}
	m.end = channel.Host(mem)
	m.qemu = exec.CommandContext(ctx, program, append(s.Arguments(ramdisk),
		"-object", fmt.Sprintf("memory-backend-file,id=shm,share=on,mem-path=%s,size=%d", shm, channel.Size),
		"-device", "ivshmem-plain,memdev=shm")...)
	out, err := os.Create(m.console)
	if err != nil {
		return err
	}
	defer out.Close()
	m.qemu.Stdout, m.qemu.Stderr = out, out
	if err := m.qemu.Start(); err != nil {
		return err
	}
	go func() {
		_ = m.qemu.Wait() // its status says nothing: 0 even if the machine has crashed
		close(m.dead)
	}()
	return nil
}

// Ask sends a request and waits for its answer. Whatever becomes of the machine
// meanwhile is inconclusive.
func (m *Machine) Ask(r *channel.Request) (*channel.Answer, error) {
	if err := m.end.Send(r); err != nil {
		return nil, err
	}
	a := &channel.Answer{}
	until := time.Now().Add(m.wait)
	err := m.end.Receive(a, func(n int) error {
		const busy, nap = 200, 20 * time.Microsecond
		if n < busy {
			return nil
		}
		time.Sleep(nap)
		select {
		case <-m.dead:
			return &conform.Inconclusive{Err: errors.New("the machine has ended: " + m.lastWords())}
		default:
		}
		if n%1024 == 0 && time.Now().After(until) {
			return &conform.Inconclusive{Err: fmt.Errorf("no answer within %v: %s", m.wait, m.lastWords())}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if a.Error != "" {
		return nil, fmt.Errorf("in the machine: %s", a.Error)
	}
	return a, nil
}

// lastWords is the end of what the console has.
func (m *Machine) lastWords() string {
	data, err := os.ReadFile(m.console)
	if err != nil || len(data) == 0 {
		return "its console says nothing; see --log"
	}
	return LastLine(data)
}

// Close switches the machine off, by force if it does not do so itself.
func (m *Machine) Close() {
	defer os.RemoveAll(m.dir)
	if m.qemu == nil || m.qemu.Process == nil {
		return
	}
	const patience = 5 * time.Second
	if m.end != nil {
		_ = m.end.Send(&channel.Request{End: true})
	}
	select {
	case <-m.dead:
	case <-time.After(patience):
		_ = m.qemu.Process.Kill()
		<-m.dead
	}
}
