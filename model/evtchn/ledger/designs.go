package ledger

import "hvcheck/model/evtchn"

// What the designs of a hand-over are for, as the thread tells it and not as the
// rules carry it out.

// cooperates tells whether the designs are about such a transition.
func cooperates(t evtchn.Transition) bool {
	return t == evtchn.Resume || t == evtchn.Kexec || t == evtchn.Kdump
}

// anew tells whether every port is bound anew when a kernel arrives so.
func anew(cfg *evtchn.Config, t evtchn.Transition) bool {
	switch cfg.Handover {
	case evtchn.V1, evtchn.V8:
		return t == evtchn.Migrate
	case evtchn.V0, evtchn.V3, evtchn.V3r:
		return t == evtchn.Migrate || cooperates(t) && !cfg.Gap
	}
	return t == evtchn.Migrate || cooperates(t)
}

// changes tells whether a kernel does something for the sake of such a
// transition that kernels of today do not: it resets, shuts down for a soft
// reset, or runs with a parameter.
func changes(cfg *evtchn.Config, t evtchn.Transition) bool {
	late := cfg.Handover == evtchn.V0 || cfg.Handover == evtchn.V3 || cfg.Handover == evtchn.V3r
	return cooperates(t) && cfg.Handover != evtchn.V1 && !(late && cfg.Gap)
}

// wipes tells whether a kernel that starts clears the 2-level words, and with
// them the events that came before.
func wipes(cfg *evtchn.Config) bool { return cfg.Handover == evtchn.V2c }

// rebinds tells whether the kernel takes the port for xenstore again after a
// reset of its own, which raises an event on it.
func rebinds(cfg *evtchn.Config) bool {
	switch cfg.Handover {
	case evtchn.V2r, evtchn.V2b, evtchn.V2c, evtchn.V3r:
		return true
	}
	return false
}
