// Package channel is how the host and the first process of a machine talk: through
// memory that both have mapped, a request and an answer at a time.
//
//	host: Send(request n), Receive(answer n)    machine: Receive(request n), Send(answer n)
//
// Each direction has one half of the memory: a number, a length, and the message.
// The number comes last, so that whoever sees it finds the message whole.
package channel

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"sync/atomic"
	"unsafe"

	"hvcheck/conform"
)

// Size is that of the memory.
const Size = 4 << 20

const (
	half   = Size / 2
	length = 8  // of the message, from the beginning of the half
	body   = 64 // where it is
)

// Request is what the host asks for: a scene to begin, an operation, something that is
// no play, or, empty, who is there.
type Request struct {
	Scene json.RawMessage `json:"scene,omitempty"`
	Op    string          `json:"op,omitempty"`
	// Stops is how often the guest's call is interrupted before it is left alone,
	// or given up; a toolstack's is given up at the check with this number.
	Stops int             `json:"stops,omitempty"`
	Probe json.RawMessage `json:"probe,omitempty"`
	End   bool            `json:"end,omitempty"` // there are no more requests
}

// Answer is what came of it.
type Answer struct {
	Name string `json:"name,omitempty"` // of the system
	// Instrumented says that it is made to let calls be stopped that it does not stop
	// for anybody else.
	Instrumented bool `json:"instrumented,omitempty"`
	conform.Line
	Probe   json.RawMessage `json:"probe,omitempty"`   // what came of a request's
	Error   string          `json:"error,omitempty"`   // nothing that the model could be asked about
	Lacking string          `json:"lacking,omitempty"` // what it would need for a scene
	// Disturbed says what has come in between that nobody had asked for: it has to be tried
	// again.
	Disturbed string `json:"disturbed,omitempty"`
}

// End is one end of the channel.
type End struct {
	mem     []byte
	out, in int // where the halves begin
	sent    uint64
	seen    uint64
}

// Host is the end of the host.
func Host(mem []byte) *End { return &End{mem: mem, in: half} }

// First is the end of the machine's first process.
func First(mem []byte) *End { return &End{mem: mem, out: half} }

func (e *End) number(at int) *uint64 { return (*uint64)(unsafe.Pointer(&e.mem[at])) }

// Send writes a message.
func (e *End) Send(v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if len(data) > half-body {
		return fmt.Errorf("a message of %d bytes does not fit into the channel", len(data))
	}
	copy(e.mem[e.out+body:], data)
	binary.LittleEndian.PutUint64(e.mem[e.out+length:], uint64(len(data)))
	e.sent++
	atomic.StoreUint64(e.number(e.out), e.sent)
	return nil
}

// Receive waits for the next message. wait is called with 0, 1, 2 and so on until
// there is one; its error ends the waiting.
func (e *End) Receive(v any, wait func(n int) error) error {
	for n := 0; atomic.LoadUint64(e.number(e.in)) == e.seen; n++ {
		if err := wait(n); err != nil {
			return err
		}
	}
	e.seen++
	n := binary.LittleEndian.Uint64(e.mem[e.in+length:])
	if n > half-body {
		return fmt.Errorf("the channel is damaged: a message of %d bytes", n)
	}
	return json.Unmarshal(e.mem[e.in+body:e.in+body+int(n)], v)
}
