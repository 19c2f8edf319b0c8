package main

import (
	"bytes"
	"testing"
)

func TestTheGalleryHasEveryPageAndMailInBothLanguagesAndIsTheSameEachTime(t *testing.T) {
	first, err := render(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	second, err := render(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]int{}
	for n, i := range first {
		files[i.Group+" "+i.Language]++
		if !bytes.Equal(i.HTML, second[n].HTML) || !bytes.Equal(i.Text, second[n].Text) {
			t.Errorf("%s is another one the second time", i.file(".html"))
		}
		if limit := map[string]int{groupPages: 40_000, groupMails: 60_000}[i.Group]; len(i.HTML) > limit {
			t.Errorf("%s has %d bytes", i.file(".html"), len(i.HTML))
		}
	}
	for _, group := range []string{groupPages, groupMails} {
		if n := files[group+" en"]; n < 20 || n != files[group+" ko"] {
			t.Errorf("there are %v %s", files, group)
		}
	}
}
