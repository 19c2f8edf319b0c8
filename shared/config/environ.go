package config

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// adopt makes every spelling of a setting's name count. Azure does not tell SERVICEBUS__clientId
// from SERVICEBUS__CLIENTID; the environment of a Linux process does, and envconfig asks it in
// capitals only. So where a setting exists in other spellings only, adopt sets the one in capitals
// too, and restore removes it again: between the two calls the process environment is changed, here
// and nowhere else.
//
// A setting with several spellings and different values has an entry in clashes that says so, and
// is not touched.
func adopt(fields []field) (clashes map[string]string, restore func()) {
	spellings := map[string][]string{} // by the name in capitals
	values := map[string]string{}      // by the name as spelled
	for _, pair := range os.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		spellings[strings.ToUpper(name)] = append(spellings[strings.ToUpper(name)], name)
		values[name] = value
	}

	clashes = map[string]string{}
	var added []string
	for _, f := range fields {
		capitals := strings.ToUpper(f.name)
		names := spellings[capitals]
		if len(names) == 0 {
			continue
		}
		slices.Sort(names)
		if i := slices.IndexFunc(names, func(n string) bool { return values[n] != values[names[0]] }); i > 0 {
			clashes[f.name] = fmt.Sprintf("is set in two spellings with different values: remove one of %s and %s", names[0], names[i])
			continue
		}
		if !slices.Contains(names, capitals) {
			// Both come from the environment, so they cannot be what Setenv refuses.
			os.Setenv(capitals, values[names[0]])
			added = append(added, capitals)
		}
	}
	return clashes, func() {
		for _, name := range added {
			os.Unsetenv(name)
		}
	}
}
