// Package config reads Leadflow's settings from the environment, once, and says everything that is
// wrong with them, at once.
//
// It promises:
//   - One struct, Settings, holds every setting; its comments are the documentation that Describe
//     gives out.
//   - Missing, blank, malformed and contradictory settings and Key Vault references that did not
//     resolve are reported together, each with the functions that it stops, so that a typo in a mail
//     setting does not close the webhook. Nothing falls back in silence: the one setting that keeps
//     its default in spite of a problem, CAPTURE_KEEP, is reported as well.
//   - A secret prints as "set" or "not set" whatever prints it, and no problem repeats any value,
//     because a value in the wrong place may be a secret.
//
// It checks form and contradictions only: whether a host answers or a key is accepted is found out
// by using it. It reads the environment of its own process and nothing else, because envconfig,
// which fills the struct, reads nothing else.
package config

import (
	"cmp"
	"slices"

	"github.com/kelseyhightower/envconfig"
)

// Load reads the process environment. It returns the settings and every problem they have, in the
// order of the fields of Settings; no problem at all is an empty list. A setting with a problem has
// the zero value, but for CAPTURE_KEEP (see there) and for settings that are sound alone and
// contradict each other. Call it once, at the start: for the length of the call it may add to the
// environment, see adopt.
func Load() (Settings, Problems) {
	var s Settings
	fields := s.fields()

	clashes, restore := adopt(fields)
	defer restore()
	if err := envconfig.Process("", &s); err != nil {
		// No Decode of this package fails, so this is a field whose type has none. The error is
		// left out because it repeats the value.
		panic("config: a field of Settings has a type that does not decode itself")
	}

	var problems Problems
	for _, f := range fields {
		if text := clashes[f.name]; text != "" {
			f.value.reject(f.shownInvalid(), text)
		}
		if text := f.complaint(); text != "" {
			problems = append(problems, Problem{Setting: f.name, Text: text, Functions: f.stops})
			// The webhook stays open in spite of a typo in how long it keeps trying.
			if f.value == &s.CaptureKeep {
				s.CaptureKeep.Decode(f.fallback)
			}
		}
	}
	problems = append(problems, contradictions(&s, fields)...)

	order := map[string]int{}
	for i, f := range fields {
		order[f.name] = i
	}
	slices.SortStableFunc(problems, func(a, b Problem) int { return cmp.Compare(order[a.Setting], order[b.Setting]) })
	return s, problems
}
