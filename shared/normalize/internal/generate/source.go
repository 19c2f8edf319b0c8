package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A source is one version of an npm package that holds data.
type source struct{ name, version, license, holds string }

// fetch downloads the packages and unpacks each into a folder of its name, below a temporary folder that the
// caller removes.
func fetch(sources ...source) (dir string, err error) {
	dir, err = os.MkdirTemp("", "normalize-data")
	if err != nil {
		return "", err
	}
	for _, s := range sources {
		if err := s.fetch(dir); err != nil {
			return "", errors.Join(fmt.Errorf("fetching %s@%s: %w", s.name, s.version, err), os.RemoveAll(dir))
		}
	}
	return dir, nil
}

func (s source) fetch(dir string) error {
	pack := exec.Command("npm", "pack", "--silent", s.name+"@"+s.version)
	pack.Dir, pack.Stderr = dir, os.Stderr
	archive, err := pack.Output()
	if err != nil {
		return err
	}
	if err := os.Mkdir(filepath.Join(dir, s.name), 0o755); err != nil {
		return err
	}
	unpack := exec.Command("tar", "-xzf", strings.TrimSpace(string(archive)), "-C", s.name, "--strip-components", "1")
	unpack.Dir, unpack.Stderr = dir, os.Stderr
	return unpack.Run()
}

// read decodes a JSON file of the package.
func (s source) read(packages, file string, into any) error {
	b, err := os.ReadFile(filepath.Join(packages, s.name, file))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, into); err != nil {
		return fmt.Errorf("%s in %s: %w", file, s.name, err)
	}
	return nil
}

// notices says where the data comes from, with the license texts, which must go where the data goes.
func notices(packages string, sources ...source) (string, error) {
	var b strings.Builder
	b.WriteString("# Where the data comes from\n\nWritten by `go generate ./shared/normalize`; do not edit.\n\n" +
		"| npm package | version | license | holds |\n|---|---|---|---|\n")
	for _, s := range sources {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", s.name, s.version, s.license, s.holds)
	}
	for _, s := range sources {
		text, err := s.licenseText(packages)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", s.name, text)
	}
	return b.String(), nil
}

func (s source) licenseText(packages string) (string, error) {
	for _, name := range []string{"LICENSE", "LICENSE.md"} {
		b, err := os.ReadFile(filepath.Join(packages, s.name, name))
		if err == nil {
			return strings.TrimSpace(strings.ReplaceAll(string(b), "\r\n", "\n")), nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	return "The package has no license text; its package.json says " + s.license + ".", nil
}
