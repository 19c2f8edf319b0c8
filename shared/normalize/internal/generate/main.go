// Command generate writes the files in shared/normalize/data from the published data sets that are pinned in
// sources below. It is what "go generate ./shared/normalize" runs, in that folder, and needs npm and its
// registry. The same versions give the same bytes, so a change of the files is a change of a source or a rule.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// The sources. To take a newer one, change its version here and generate again.
var (
	cldrNames  = source{"cldr-localenames-full", "48.2.0", "Unicode-3.0", "names of countries in all languages of the CLDR"}
	cldrCodes  = source{"cldr-core", "48.2.0", "Unicode-3.0", "ISO 3166 codes and what became of withdrawn ones"}
	variants   = source{"country-to-iso", "1.6.3", "MIT", "official and common variants of the names, mostly English"}
	freeMail   = source{"free-email-domains", "1.12.6", "MIT", "domains of free-mail providers"}
	disposable = source{"disposable-email-domains", "1.0.62", "MIT", "domains of providers of disposable addresses"}
)

func main() {
	if err := generate("data"); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func generate(dir string) error {
	packages, err := fetch(cldrNames, cldrCodes, variants, freeMail, disposable)
	if err != nil {
		return err
	}
	defer os.RemoveAll(packages)

	names, codes, err := countries(packages)
	if err != nil {
		return fmt.Errorf("countries: %w", err)
	}
	free, throwaway, err := domains(packages)
	if err != nil {
		return fmt.Errorf("mail domains: %w", err)
	}
	notice, err := notices(packages, cldrNames, cldrCodes, variants, freeMail, disposable)
	if err != nil {
		return fmt.Errorf("notices: %w", err)
	}
	for name, content := range map[string]string{
		"countries.txt":     names,
		"country-names.txt": codes,
		"free-mail.txt":     free,
		"disposable.txt":    throwaway,
		"NOTICE.md":         notice,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			return err
		}
	}
	return nil
}
