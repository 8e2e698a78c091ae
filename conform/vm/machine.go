package vm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"hvcheck/conform"
	"hvcheck/conform/vm/channel"
	"hvcheck/conform/vm/first"
)

// Spec is what a machine consists of.
type Spec struct {
	Name    string // of the system, for its folder
	Program string // the first process
	Sign    string // variable in its environment that says what it is for
	Modules []string
	// Arguments are QEMU's, but for those of the shared memory.
	Arguments func(ramdisk string) []string
}

// Machine is a machine that runs.
type Machine struct {
	dir     string // with its files, for as long as it runs
	end     *channel.End
	run     *exec.Cmd     // QEMU, or the first process itself
	dead    chan struct{} // closed when that has ended
	wait    time.Duration
	console string
	kept    bool // the console is a file that was asked for
	silent  bool // it has not answered, or no more
}

// Boot starts a machine and waits until its first process answers, with what is
// there.
func Boot(ctx context.Context, o *Options, find func() (*Spec, error)) (m *Machine, hello *channel.Answer, err error) {
	qemu, err := o.emulator()
	if err != nil {
		return nil, nil, err
	}
	s, err := find()
	if err != nil {
		return nil, nil, err
	}
	m = &Machine{wait: o.Deadline, console: o.Log, kept: o.Log != "", silent: true, dead: make(chan struct{})}
	if m.dir, err = os.MkdirTemp("", "hvcheck-"+s.Name+"-"); err != nil {
		return nil, nil, err
	}
	if m.console == "" {
		m.console = filepath.Join(m.dir, "console")
	}
	if err = m.start(ctx, qemu, s); err == nil {
		hello, err = m.Ask(&channel.Request{})
	}
	if err != nil {
		m.Close()
		return nil, nil, err
	}
	return m, hello, nil
}

// emulator finds QEMU, if it is wanted.
func (o *Options) emulator() (string, error) {
	if o.Here {
		return "", nil
	}
	program := o.QEMU
	if program == "" {
		program = emulator
	}
	path, err := exec.LookPath(program)
	if err != nil {
		return "", &Missing{fmt.Sprintf("%s is not there; apt-get install %s, or give it with --qemu", program, emulatorPackage)}
	}
	return path, nil
}

// start starts QEMU, or, without one, the first process by itself.
func (m *Machine) start(ctx context.Context, qemu string, s *Spec) error {
	shm := filepath.Join(m.dir, "shm")
	if err := os.WriteFile(shm, make([]byte, channel.Size), 0o600); err != nil {
		return err
	}
	mem, err := channel.Map(shm)
	if err != nil {
		return err
	}
	m.end = channel.Host(mem)
	out, err := os.Create(m.console)
	if err != nil {
		return err
	}
	defer out.Close()
	if m.run, err = s.command(ctx, qemu, m.dir, shm); err != nil {
		return err
	}
	m.run.Stdout, m.run.Stderr = out, out
	if err := m.run.Start(); err != nil {
		return err
	}
	go func() {
		_ = m.run.Wait() // its status says nothing: 0 even if the machine has crashed
		close(m.dead)
	}()
	return nil
}

// command is what runs the machine.
func (s *Spec) command(ctx context.Context, qemu, dir, shm string) (*exec.Cmd, error) {
	if qemu == "" {
		c := exec.CommandContext(ctx, s.Program)
		c.Env = append(os.Environ(), s.Sign+"="+shm, "GODEBUG="+Undisturbed)
		return c, nil
	}
	ramdisk := filepath.Join(dir, "initrd")
	if err := writeRamdisk(ramdisk, s.Program, s.Modules); err != nil {
		return nil, err
	}
	return exec.CommandContext(ctx, qemu, append(s.Arguments(ramdisk),
		"-object", fmt.Sprintf("memory-backend-file,id=shm,share=on,mem-path=%s,size=%d", shm, channel.Size),
		"-device", "ivshmem-plain,memdev=shm")...), nil
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
			return m.lost("it has ended")
		default:
		}
		if time.Now().After(until) {
			return m.lost(fmt.Sprintf("no answer within %v (--deadline)", m.wait))
		}
		return nil
	})
	if m.silent = err != nil; m.silent {
		return nil, err
	}
	if a.Disturbed != "" {
		return nil, &conform.Inconclusive{Err: errors.New("in the machine: " + a.Disturbed)}
	}
	if a.Lacking != "" {
		return nil, &conform.Lacking{What: a.Lacking}
	}
	if a.Error != "" {
		return nil, fmt.Errorf("in the machine: %s", a.Error)
	}
	return a, nil
}

// lastWords is what the first process has said of why it could not go on, or the end of what
// the console has.
func lastWords(console []byte) string {
	if i := bytes.LastIndex(console, []byte(first.Sorry)); i >= 0 {
		line, _, _ := strings.Cut(string(console[i:]), "\n")
		return strings.TrimSpace(line)
	}
	return fmt.Sprintf("its console ends with %q", LastLine(console))
}

// lost says what has become of the machine, and where to look for the reason.
func (m *Machine) lost(what string) error {
	words, where := "its console says nothing", "more is in --log FILE"
	if data, err := os.ReadFile(m.console); err == nil && len(bytes.TrimSpace(data)) > 0 {
		words = lastWords(data)
	}
	if m.kept {
		where = "more is in " + m.console
	}
	return &conform.Inconclusive{Err: fmt.Errorf("%s; %s; %s", what, words, where)}
}

// Close switches the machine off, by force if it does not do so itself, or does not
// answer.
func (m *Machine) Close() {
	defer os.RemoveAll(m.dir)
	if m.run == nil || m.run.Process == nil {
		return
	}
	patience := 5 * time.Second
	if m.silent {
		patience = 0
	} else {
		_ = m.end.Send(&channel.Request{End: true})
	}
	select {
	case <-m.dead:
	case <-time.After(patience):
		_ = m.run.Process.Kill()
		<-m.dead
	}
}
