package host

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// settings are the app settings. Their names have no letter case, as in Azure.
type settings map[string]string

// get returns a setting; one that is blank is missing.
func (s settings) get(name string) string {
	if v := strings.TrimSpace(s[name]); v != "" {
		return v
	}
	for _, k := range slices.Sorted(maps.Keys(s)) {
		if strings.EqualFold(k, name) && strings.TrimSpace(s[k]) != "" {
			return strings.TrimSpace(s[k])
		}
	}
	return ""
}

var reference = regexp.MustCompile(`%([^%]+)%`)

// resolve replaces every %SETTING% in text.
func (s settings) resolve(text string) (string, error) {
	var missing []string
	out := reference.ReplaceAllStringFunc(text, func(ref string) string {
		v := s.get(strings.Trim(ref, "%"))
		if v == "" {
			missing = append(missing, ref)
		}
		return v
	})
	if missing != nil {
		return "", fmt.Errorf("%s: there is no such app setting", strings.Join(missing, ", "))
	}
	return out, nil
}
