package team

import (
	"fmt"
	"strings"
)

// ids are those of one kind of thing, and where the file names them. Who is named may stand further down, so
// that is checked in the end.
type ids struct {
	// thing is what it is in the words of a problem.
	thing string
	// at has where each stands, and lines the line by the id in lower case.
	at    map[string]place
	lines map[string]int
	named []mention
}

// mention is a place in which an id is named.
type mention struct {
	place
	id string
}

func newIDs(thing string) ids {
	return ids{thing: thing, at: map[string]place{}, lines: map[string]int{}}
}

// id reads the id of a thing. Two that differ only in letter case would be taken for each other by people.
func (r *reader) id(n *node, of *ids) string {
	id, ok := r.word(n, "id", "-_.")
	if !ok {
		return ""
	}
	if first, twice := of.lines[strings.ToLower(id)]; twice {
		r.add(n.place, fmt.Sprintf("the id %s is that of the %s in line %d already: choose another", quoted(id), of.thing, first))
		return ""
	}
	of.at[id], of.lines[strings.ToLower(id)] = n.place, n.line
	return id
}

// name reads the id of a thing that stands elsewhere in the file.
func (r *reader) name(n *node, what string, of *ids) string {
	id, ok := r.word(n, what, "-_.")
	if ok {
		of.named = append(of.named, mention{n.place, id})
	}
	return id
}

// unknown notes every id that is named and belongs to nothing.
func (r *reader) unknown(of ids) {
	for _, m := range of.named {
		if _, known := of.at[m.id]; !known {
			r.add(m.place, fmt.Sprintf("there is no %s with the id %s: give one that the file has, in the same letter case", of.thing, quoted(m.id)))
		}
	}
}

// isNamed says whether the file names an id somewhere.
func (of ids) isNamed() map[string]bool {
	is := map[string]bool{}
	for _, m := range of.named {
		is[m.id] = true
	}
	return is
}
