package judge

import (
	"slices"

	"hvcheck/model"
	"hvcheck/model/design"
	"hvcheck/scenarios"
)

// IsVariant tells a column that is the variant of its name and nothing else.
func IsVariant(col *scenarios.Column) bool {
	return len(col.Design) == 1 && col.Design[0].Value == col.Name
}

// SettingOf names the setting that has a variant among its values.
func SettingOf(variant string) string {
	i := slices.IndexFunc(model.Settings, func(s model.Setting) bool { return slices.Contains(s.Values, variant) })
	return model.Settings[i].Name
}

// SwitchOf is the id of the switch that a choice turns on, or of the variant.
func SwitchOf(ch model.Choice) string {
	if IsPlain(ch.Value) {
		return ch.Name
	}
	return ch.Value
}

// IsPlain tells a setting's value that is only a word and no variant.
func IsPlain(value string) bool { return TitleOfSwitch(value) == "" }

// TitleOfSwitch is what a switch or a variant does, in one line; "" if there is
// none of that id.
func TitleOfSwitch(id string) string {
	i := slices.IndexFunc(model.Switches, func(s design.Switch) bool { return s.ID == id })
	if i < 0 {
		return ""
	}
	return model.Switches[i].Title
}

// CheckDesign refuses designs that do not exist or that contradict each other.
func (j *Judge) CheckDesign() error {
	var any model.Config
	return scenarios.Choose(&any, j.Design)
}
