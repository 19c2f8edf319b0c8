package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// survivors are the live processes whose program lies in the site, by id: the command, its children, the
// handler.
func (s *site) survivors() []int {
	links, err := filepath.Glob("/proc/[0-9]*/exe")
	if err != nil {
		s.t.Fatal(err)
	}
	var alive []int
	for _, l := range links {
		program, err := os.Readlink(l)
		if err != nil || !strings.HasPrefix(program, s.dir+string(filepath.Separator)) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(l))); err == nil {
			alive = append(alive, pid)
		}
	}
	return alive
}
