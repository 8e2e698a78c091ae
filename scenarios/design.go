package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"hvcheck/model"
)

// Column is a design by name, with the choices that make it. A name means the
// same design wherever it is used: on the command line, at the head of a
// column, in the documents. Choices that it does not name are the baseline's.
type Column struct {
	Name   string
	Title  string // in one line; empty: that of the variant with this id
	Design []model.Choice
}

// Set makes the column's choices.
func (col *Column) Set(c *model.Config) error {
	for _, ch := range col.Design {
		if err := c.Set(ch); err != nil {
			return fmt.Errorf("design %s: %w", col.Name, err)
		}
	}
	return nil
}

// Columns lists the designs with names: first the baseline and today's code,
// then those that the areas compare.
var Columns = []Column{
	{Name: "baseline", Title: "each area's baseline: what its scenarios are checked with if nothing else is said"},
	{Name: Today, Title: "the design that is today's code in every area"},
}

// Today names the design that is today's code.
const Today = "today"

// ColumnByName finds a design.
func ColumnByName(name string) (*Column, bool) {
	i := slices.IndexFunc(Columns, func(col Column) bool { return col.Name == name })
	if i < 0 {
		return nil, false
	}
	return &Columns[i], true
}

// Choices reads a design as people write it: a name of Columns, a choice such
// as fixup=MM-V0, a variant, or a switch that is on.
func Choices(text string) ([]model.Choice, error) {
	if name, value, ok := strings.Cut(text, "="); ok {
		return checked(text, model.Choice{Name: model.Fold(name, model.SettingNames()), Value: foldValue(name, value)})
	}
	text = model.Fold(text, DesignNames())
	if col, ok := ColumnByName(text); ok {
		return col.Design, nil
	}
	for _, s := range model.Settings {
		if s.Name != text && slices.Contains(s.Values, text) && !slices.Contains(s.Values, "on") {
			return checked(text, model.Choice{Name: s.Name, Value: text})
		}
	}
	if !slices.Contains(model.SettingNames(), text) {
		return nil, fmt.Errorf("--design %s: unknown%s", text, model.DidYouMean(text, DesignNames()))
	}
	return checked(text, model.Choice{Name: text, Value: "on"})
}

// foldValue is a setting's value, whatever its case.
func foldValue(name, value string) string {
	for _, s := range model.Settings {
		if strings.EqualFold(s.Name, name) {
			return model.Fold(value, s.Values)
		}
	}
	return value
}

// checked refuses a choice that nobody can make.
func checked(text string, ch model.Choice) ([]model.Choice, error) {
	var c model.Config
	if err := c.Set(ch); err != nil {
		return nil, fmt.Errorf("--design %s: %w", text, err)
	}
	return []model.Choice{ch}, nil
}

// DesignNames lists what Choices reads without "=".
func DesignNames() (names []string) {
	for _, col := range Columns {
		names = append(names, col.Name)
	}
	for _, s := range model.Settings {
		if slices.Contains(s.Values, "on") {
			names = append(names, s.Name)
			continue
		}
		names = append(names, s.Values...)
	}
	slices.Sort(names[2:])
	return slices.Compact(names)
}

// Choose makes the choices of some designs. Two that contradict each other are
// refused.
func Choose(c *model.Config, designs []string) error {
	made := map[string]string{}
	by := map[string]string{}
	for _, text := range designs {
		list, err := Choices(text)
		if err != nil {
			return err
		}
		for _, ch := range list {
			if was, twice := made[ch.Name]; twice && was != ch.Value {
				return fmt.Errorf("--design %s: %s is %s by --design %s already; give one of them", text, ch.Name, was, by[ch.Name])
			}
			made[ch.Name], by[ch.Name] = ch.Value, text
			if err := c.Set(ch); err != nil {
				return fmt.Errorf("--design %s: %w", text, err)
			}
		}
	}
	return nil
}

// joinToday adds an area's choices to the design that is today's code.
func joinToday(choices []model.Choice) {
	col, _ := ColumnByName(Today)
	col.Design = append(col.Design, choices...)
}
