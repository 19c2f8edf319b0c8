package main

import (
	"encoding/json"
	"fmt"
	"strings"
)

// codes are the codes of ISO 3166-1.
type codes struct {
	current map[string]bool   // alpha-2, and XK
	all     map[string]string // alpha-2, alpha-3 and withdrawn codes, each with the alpha-2 code it stands for today
}

// readCodes reads them from the CLDR, which has no list of the current ones: they are those with a number below
// 900, where the private ones begin, less the withdrawn ones.
func readCodes(packages string) (codes, error) {
	var mappings struct {
		Supplemental struct{ CodeMappings map[string]json.RawMessage }
	}
	if err := cldrCodes.read(packages, "supplemental/codeMappings.json", &mappings); err != nil {
		return codes{}, err
	}
	var aliases struct {
		Supplemental struct {
			Metadata struct {
				Alias struct {
					TerritoryAlias map[string]struct {
						Replacement string `json:"_replacement"`
					}
				}
			}
		}
	}
	if err := cldrCodes.read(packages, "supplemental/aliases.json", &aliases); err != nil {
		return codes{}, err
	}
	withdrawn := aliases.Supplemental.Metadata.Alias.TerritoryAlias

	c := codes{map[string]bool{}, map[string]string{}}
	for code, raw := range mappings.Supplemental.CodeMappings {
		if len(code) != 2 || withdrawn[code].Replacement != "" {
			continue
		}
		var other struct {
			Numeric string `json:"_numeric"`
			Alpha3  string `json:"_alpha3"`
		}
		if err := json.Unmarshal(raw, &other); err != nil {
			return codes{}, fmt.Errorf("codes of %s: %w", code, err)
		}
		if code != "XK" && (other.Numeric == "" || other.Numeric >= "900") {
			continue
		}
		c.current[code] = true
		c.all[code], c.all[other.Alpha3] = code, code
	}
	if len(c.current) != 250 {
		return codes{}, fmt.Errorf("%d codes, not the 249 of ISO 3166-1 and XK", len(c.current))
	}
	for code, alias := range withdrawn {
		// Where a country fell apart, nobody knows which part is meant.
		if isLetters(code) && c.current[alias.Replacement] {
			c.all[code] = alias.Replacement
		}
	}
	for place, code := range places {
		c.all[place] = code
	}
	return c, nil
}

func isLetters(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < 'A' || r > 'Z' })
}
