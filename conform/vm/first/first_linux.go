package first

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"hvcheck/conform/vm/channel"
)

// alone tells whether the machine was booted for this process.
func alone() bool { return os.Getpid() == 1 }

// Off does what there is to do and then switches the machine off, if it was booted for
// that. It does not return.
func Off(where string, do func() error) {
	err := do()
	if err != nil {
		fmt.Printf(Sorry+"%s: %v\n", where, err)
	}
	if !alone() {
		os.Exit(map[bool]int{true: 1}[err != nil])
	}
	unix.Sync()
	_ = unix.Reboot(unix.LINUX_REBOOT_CMD_POWER_OFF)
	select {}
}

// Idle waits for the host: for a moment it looks again and again, then it sleeps.
func Idle(n int) error {
	const busy, nap = 5000, 50_000 // looks, nanoseconds
	if n > busy {
		_ = unix.Nanosleep(&unix.Timespec{Nsec: nap}, nil)
	}
	return nil
}

// Furnish mounts what there is to mount and loads the modules, if nobody has.
func Furnish() error {
	if !alone() {
		return nil
	}
	for _, m := range [][2]string{{"/dev", "devtmpfs"}, {"/proc", "proc"}, {"/sys", "sysfs"}} {
		if err := os.MkdirAll(m[0], 0o755); err != nil {
			return err
		}
		if err := unix.Mount(m[1], m[0], m[1], 0, ""); err != nil {
			return fmt.Errorf("mount %s: %w", m[0], err)
		}
	}
	// There was no console when the kernel looked for one.
	if c, err := os.OpenFile("/dev/console", os.O_WRONLY, 0); err == nil {
		os.Stdout, os.Stderr = c, c
	}
	modules, err := filepath.Glob(ModuleDir + "/*.ko")
	if err != nil {
		return err
	}
	for _, m := range modules {
		if err := load(m); err != nil {
			return fmt.Errorf("load %s: %w", m, err)
		}
	}
	return nil
}

func load(module string) error {
	f, err := os.Open(module)
	if err != nil {
		return err
	}
	defer f.Close()
	return unix.FinitModule(int(f.Fd()), "", 0)
}

// sharedMemory is the PCI device that QEMU has the channel in, by vendor and device.
const sharedMemory = "0x1af4 0x1110"

// Devices are the folders of PCI devices of a kind, which are enabled.
func Devices(kind string) (dirs []string, err error) {
	ids, err := filepath.Glob("/sys/bus/pci/devices/*/vendor")
	if err != nil {
		return nil, err
	}
	for _, vendor := range ids {
		dir := filepath.Dir(vendor)
		if word(vendor)+" "+word(filepath.Join(dir, "device")) != kind {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, "enable"), []byte("1"), 0); err != nil {
			return nil, err
		}
		dirs = append(dirs, dir)
	}
	return dirs, nil
}

// Channel maps the memory of the device that QEMU has for it, or the file that sign names.
func Channel(sign string) (*channel.End, error) {
	if !alone() {
		return end(os.Getenv(sign))
	}
	dirs, err := Devices(sharedMemory)
	if err == nil && len(dirs) == 0 {
		err = errors.New("there is no shared memory")
	}
	if err != nil {
		return nil, err
	}
	return end(filepath.Join(dirs[0], "resource2"))
}

func end(file string) (*channel.End, error) {
	mem, err := channel.Map(file)
	if err != nil {
		return nil, err
	}
	return channel.First(mem), nil
}

func word(file string) string {
	data, _ := os.ReadFile(file)
	return strings.TrimSpace(string(data))
}
