package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode"

	"leadflow/shared/lead"
)

// hostile clears the screen, sets the title, hides what follows and turns its order around, with the
// characters of one byte, those of two (C1) and those for scripts from right to left.
const hostile = "evil\x1b[2J\x1b]0;title\x07\u009b31m\u0090\u009c\r\b\x00\x7f\u202egnp.exe\u2066\u2069\u200f\u061c\t\v\fend"

// cannotMove fails if the text has characters that do something to a terminal.
func cannotMove(t *testing.T, text string) {
	t.Helper()
	for i, r := range text {
		if r != '\n' && unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			t.Errorf("%U stands in the output: %q", r, text[max(0, i-20):min(len(text), i+20)])
		}
	}
	if !strings.Contains(text, "evil") {
		t.Errorf("the text is not shown at all: %s", text)
	}
}

func TestWhatAStrangerWroteCannotMoveTheTerminal(t *testing.T) {
	o := start(t)
	now := time.Now()
	o.keep("l1", now, func(l *lead.Lead) {
		l.Subject, l.Stage, l.Owner.Person = hostile, lead.Stage(hostile), hostile
		l.Contact = lead.Contact{FirstName: hostile, Company: hostile, JobTitle: hostile, Country: hostile, Emails: []string{hostile}, Phones: []string{hostile}}
		l.Offers = []lead.Offer{{Title: hostile, Action: lead.ActionContactMe}}
		l.Suppression = &lead.Suppression{Reason: hostile, Since: lead.At(now)}
		l.Timeline = []lead.Activity{{At: lead.At(now), Text: hostile}}
	})
	s := arrival("s1", now, hostile+"\n"+hostile+"\r\n")
	s.OfferID, s.ContentType = hostile, hostile
	o.receive(s, &lead.Outcome{Kind: lead.OutcomeQuarantined, Why: hostile, At: lead.At(now)})
	for _, args := range [][]string{{"list"}, {"show", "l1"}, {"submissions"}, {"submissions", "show", "s1"}} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			cannotMove(t, says(t, args...))
			cannotMove(t, says(t, append(args, "--json")...))
		})
	}
	// To a program nothing is missing.
	if l := saysJSON[lead.Lead](t, "show", "l1"); l.Subject != hostile || l.Timeline[0].Text != hostile {
		t.Errorf("lead %+v", l)
	}
	if got := saysJSON[map[string]any](t, "submissions", "show", "s1"); got["text"] != string(s.Body) || got["contentType"] != hostile {
		t.Errorf("submission %v", got)
	}
	// A line of a stranger stays a line of a stranger.
	if out := says(t, "submissions", "show", "s1"); strings.Count(out, "\n  evil") != 2 {
		t.Errorf("the two lines of the body are not two lines:\n%s", out)
	}
	for command, lines := range map[string]int{"list": 2, "submissions": 3} { // a heading, a row and the count
		if out := says(t, command); strings.Count(out, "\n") != lines {
			t.Errorf("leads %s does not print %d lines:\n%s", command, lines, out)
		}
	}
}

func TestNamesInEveryScriptStayWhole(t *testing.T) {
	o := start(t)
	for _, name := range []string{"지훈 김", "山田 太郎", "عبد الله", "Jürgen", "👩‍💻", "ประยุทธ์"} {
		o.keep("l1", time.Now(), func(l *lead.Lead) { l.Contact = lead.Contact{LastName: name} })
		for _, args := range [][]string{{"list"}, {"show", "l1"}, {"show", "l1", "--json"}} {
			if out := says(t, args...); !strings.Contains(out, name) {
				t.Errorf("leads %q does not show %s:\n%s", args, name, out)
			}
		}
	}
}

func FuzzJSONSaysTheSameAndMovesNoTerminal(f *testing.F) {
	f.Add(hostile)
	f.Add("plain\nand \\u001b \"quoted\" <b>&amp;</b> 😀 \u2028")
	f.Fuzz(func(t *testing.T, text string) {
		var out bytes.Buffer
		c := &call{out: &out}
		if err := c.asJSON(map[string]string{text: text}); err != nil {
			t.Fatal(err)
		}
		for _, r := range out.String() {
			if r != '\n' && unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
				t.Errorf("%U in %q", r, out.String())
			}
		}
		clean := strings.ToValidUTF8(text, "")
		var got map[string]string
		if err := json.Unmarshal(out.Bytes(), &got); err != nil || clean == text && got[text] != text {
			t.Errorf("%q is read as %q, %v", text, got, err)
		}
	})
}
