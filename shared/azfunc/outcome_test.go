package azfunc

import (
	"errors"
	"testing"
	"time"
)

func TestAnOutcomeSaysWhatWasDecided(t *testing.T) {
	for name, c := range map[string]struct {
		outcome Outcome
		kind    Kind
		after   time.Duration
		reason  string
		text    string
	}{
		"done":                                  {Done(), KindDone, 0, "", "done"},
		"later by the ordinary back-off":        {Later(0, errors.New("cosmos: 429")), KindLater, 0, "cosmos: 429", "later (cosmos: 429)"},
		"later after a time":                    {Later(time.Minute, errors.New("cosmos: 429")), KindLater, time.Minute, "cosmos: 429", "later in 1m0s (cosmos: 429)"},
		"later in the past is the back-off":     {Later(-time.Minute, errors.New("x")), KindLater, 0, "x", "later (x)"},
		"later without a cause":                 {Later(0, nil), KindLater, 0, "", "later"},
		"never":                                 {Never("unreadable"), KindNever, 0, "unreadable", "never (unreadable)"},
		"the zero outcome is none of the three": {Outcome{}, 0, 0, "", "undecided"},
	} {
		t.Run(name, func(t *testing.T) {
			o := c.outcome
			if o.Kind() != c.kind || o.After() != c.after || o.Reason() != c.reason || o.String() != c.text {
				t.Errorf("got %d, %s, %q, %q", o.Kind(), o.After(), o.Reason(), o)
			}
		})
	}
}
