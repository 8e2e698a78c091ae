package cli

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"hvcheck/judge"
)

// shared lists the flags that commands share, with a value for each.
func shared(t *testing.T) map[string]string {
	t.Helper()
	values := map[string]string{"bool": "true", "duration": "1s", "int": "1", "uint64": "1", "string": "text", "stringArray": "MM-V0"}
	list := map[string]string{}
	newApp(io.Discard, io.Discard).root().PersistentFlags().VisitAll(func(f *pflag.Flag) {
		if list[f.Name] = values[f.Value.Type()]; list[f.Name] == "" {
			t.Fatalf("no value for --%s of type %s", f.Name, f.Value.Type())
		}
	})
	return list
}

// own is a value of a flag that a command has for itself.
func own(t *testing.T, command, flag string) string {
	t.Helper()
	c, _, err := newApp(io.Discard, io.Discard).root().Find(strings.Fields(command))
	if err != nil || c.Flags().Lookup(flag) == nil {
		return "true"
	}
	switch c.Flags().Lookup(flag).Value.Type() {
	case "int", "uint64", "float64":
		return "1"
	}
	return "true"
}

// TestUses: each command says of each shared flag whether it takes notice of
// it, and refuses the others before anything else.
func TestUses(t *testing.T) {
	known := shared(t)
	for _, name := range append(commandNames(newApp(io.Discard, io.Discard).root()), "conform xen", "conform kvm") {
		if name == "help" {
			continue
		}
		list := strings.Fields(uses[name])
		if len(list) == 0 {
			t.Errorf("%s is not in the table of flags that commands use", name)
		}
		for _, flag := range list {
			if known[flag] == "" {
				t.Errorf("%s uses --%s, which is no shared flag", name, flag)
			}
		}
		for flag, value := range known {
			if slices.Contains(list, flag) || name == "claims" && flag == "seed" {
				continue
			}
			var out, errOut bytes.Buffer
			code := Execute(append(strings.Fields(name), "--"+flag+"="+value, "x"), &out, &errOut)
			want := fmt.Sprintf("hvcheck: --%s: hvcheck %s does not use it; see hvcheck %[2]s --help\n", flag, name)
			if code != judge.ExitUsage || errOut.String() != want || out.Len() > 0 {
				t.Errorf("%s --%s: exit code %d: %s", name, flag, code, errOut.String())
			}
		}
	}
}

// TestApart: the flags that do not go together exist, and are refused.
func TestApart(t *testing.T) {
	known := shared(t)
	for command, pairs := range apart {
		if command == "" {
			command = "list"
		}
		for _, pair := range pairs {
			args := append(strings.Fields(command), "x")
			for _, flag := range pair {
				value := known[flag]
				if value == "" {
					value = own(t, command, flag)
				}
				args = append(args, "--"+flag+"="+value)
			}
			var errOut bytes.Buffer
			code := Execute(args, io.Discard, &errOut)
			want := fmt.Sprintf("hvcheck: --%s and --%s: do not go together; give one of them\n", pair[0], pair[1])
			if code != judge.ExitUsage || errOut.String() != want {
				t.Errorf("%v: exit code %d: %s", args, code, errOut.String())
			}
		}
	}
}
