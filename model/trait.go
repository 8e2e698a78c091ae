package model

// Trait is something that a state or its configuration can have and that
// changes what operations do: an option that is on, an ABI, several vCPUs.
type Trait struct {
	Name string
	Doc  string
	Has  func(c *Config, w *World) bool
}
