// Package vm boots a machine under QEMU's emulation whose first process is hvcheck
// itself, and asks it.
//
//	packages -> files in a cache (Download, Take)
//	Spec: program, modules, QEMU's arguments -> Boot -> Machine: Request -> Answer
//
// It knows no hypervisor. The other end is package first; both talk through shared
// memory (package channel).
package vm

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Options say how a machine is run.
type Options struct {
	QEMU     string        // the emulator; empty: the one that is installed
	Deadline time.Duration // how long booting, or an answer, may take
	Log      string        // file for the console; empty: none is kept
	// Here has the first process be one of this machine, whose system is then what is
	// driven, instead of booting another one.
	Here bool
	// Deterministic has time go with the instructions that are carried out, so that
	// nothing of two runs differs but how long they take.
	Deterministic bool
}

// Counted are the arguments that have time go with instructions.
const Counted = " -seed 1 -icount shift=2,sleep=off,align=off -rtc base=2024-01-01T00:00:00,clock=vm"

// Undisturbed is what keeps Go from interrupting a thread to have it make way, which would
// interrupt a vCPU that it runs, too.
const Undisturbed = "asyncpreemptoff=1"

// emulator is the name of QEMU's program, and its package that of the package.
const (
	emulator        = "qemu-system-x86_64"
	emulatorPackage = "qemu-system-x86"
)

// Missing is an error that says what is not on this machine, and what to do.
type Missing struct{ What string }

func (m *Missing) Error() string { return m.What }

// CacheDir is where what is downloaded for a system is kept if nobody says otherwise.
func CacheDir(system string) (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("there is no folder for caches (%w); give one with --cache", err)
	}
	return filepath.Join(dir, "hvcheck", system), nil
}

// Here is a process of this machine in the place of a machine's first.
func Here(name, program, sign string) (*Spec, error) {
	program, err := orThis(program)
	return &Spec{Name: name, Program: program, Sign: sign}, err
}

// orThis is the program that is given, or this one.
func orThis(given string) (string, error) {
	if given != "" {
		return given, nil
	}
	return os.Executable()
}

// Program is the program that becomes the first process: the one that is given, or
// this one. It has to be linked statically.
func Program(given string) (string, error) {
	program, err := orThis(given)
	if err != nil {
		return "", err
	}
	return program, static(program)
}
