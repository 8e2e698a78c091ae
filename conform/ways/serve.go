package ways

import (
	"encoding/json"
	"errors"
	"fmt"

	"hvcheck/conform"
	"hvcheck/conform/vm/channel"
	"hvcheck/model"
)

// Server is the end of the channel that is in the machine.
type Server[H any] struct {
	Name string // of the system
	// Instrumented says that it lets calls be stopped that it does not stop for
	// anybody else.
	Instrumented bool
	Host         H
	Mappings     []*Mapping[H]
	// Lost tells errors that say that whoever made a call does not live any more, and
	// whether because it was crashed. It may be nil.
	Lost func(err error) (lost, crashed bool)

	// Probe does something that is no play. It may be nil.
	Probe func(what json.RawMessage) (any, error)

	session Session
	mapping *Mapping[H]
	config  model.Config
}

// Serve answers requests until there are no more. wait waits for the next one.
func (s *Server[H]) Serve(end *channel.End, wait func(int) error) error {
	for {
		var r channel.Request
		if err := end.Receive(&r, wait); err != nil {
			return err
		}
		if err := end.Send(s.answer(&r)); err != nil {
			return err
		}
		if r.End {
			return nil
		}
	}
}

// ErrDisturbed says that something has come in between that nobody had asked for, or that the
// machine was too slow for what was to be seen. That tells nothing of the system.
var ErrDisturbed = errors.New("disturbed")

func (s *Server[H]) answer(r *channel.Request) (a *channel.Answer) {
	a = &channel.Answer{Name: s.Name, Instrumented: s.Instrumented}
	defer func() {
		if v := recover(); v != nil {
			a.Error = fmt.Sprintf("internal error: %v", v)
		}
	}()
	var err error
	var lacking *conform.Lacking
	switch {
	case r.End:
		err = s.close()
	case r.Scene != nil:
		err = s.begin(r, a)
	case r.Op != "":
		err = s.do(r, a)
	case r.Probe != nil && s.Probe != nil:
		err = s.probe(r, a)
	}
	switch {
	case errors.As(err, &lacking):
		a.Lacking = lacking.What
	case errors.Is(err, ErrDisturbed):
		a.Disturbed = err.Error()
	case err != nil:
		a.Error = err.Error()
	}
	return a
}

func (s *Server[H]) close() error {
	if s.session == nil {
		return nil
	}
	err := s.session.Close()
	s.session = nil
	return err
}

func (s *Server[H]) probe(r *channel.Request, a *channel.Answer) error {
	if err := s.close(); err != nil {
		return err
	}
	did, err := s.Probe(r.Probe)
	if err == nil {
		a.Probe, err = json.Marshal(did)
	}
	return err
}

// begin makes what a scene is played on. The operations that belong to its start state
// are the host's to ask for.
func (s *Server[H]) begin(r *channel.Request, a *channel.Answer) error {
	if err := s.close(); err != nil {
		return err
	}
	scene, err := conform.DecodeScene(r.Scene)
	if err != nil {
		return err
	}
	if s.config, err = scene.Effective(); err != nil {
		return err
	}
	if s.mapping, err = For(s.Mappings, &s.config); err != nil {
		return err
	}
	bare, _, err := scene.Worlds(&s.config)
	if err != nil {
		return err
	}
	if s.session, err = s.mapping.Begin(s.Host, &s.config, &bare); err != nil {
		return err
	}
	a.Seen, err = s.session.Look()
	return err
}

func (s *Server[H]) do(r *channel.Request, a *channel.Answer) error {
	if s.session == nil {
		return fmt.Errorf("there is no scene")
	}
	op, err := conform.ReadOp(r.Op, &s.config)
	if err != nil {
		return err
	}
	way := s.mapping.Way(op)
	if way.Do == nil {
		return fmt.Errorf("%s cannot be driven: %s", op.Spec().Name, way.Never)
	}
	did, err := way.Do(s.session, op, r.Stops)
	if err != nil && s.Lost != nil {
		lost, crashed := s.Lost(err)
		switch {
		case crashed && s.mapping.Crashes:
			did, err = Did{}, nil
		case lost || crashed:
			did, err = Did{Result: conform.Lost}, nil
		}
	}
	if err != nil {
		return err
	}
	a.Op, a.Result = r.Op, did.Result
	for _, then := range did.Then {
		a.Then = append(a.Then, then.String())
	}
	a.Seen, err = s.session.Look()
	return err
}
