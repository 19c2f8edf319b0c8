package azfunc

import (
	"encoding/json"
	"math"
	"testing"
)

func TestAPropertyIsReadAsTextAndAsNumber(t *testing.T) {
	for name, c := range map[string]struct {
		value any
		text  string
		n     int
	}{
		"absent":                                 {nil, "", 0},
		"text":                                   {"abc", "abc", 0},
		"text that is a number":                  {"12", "12", 12},
		"a whole number":                         {int64(2), "2", 2},
		"a negative number":                      {int64(-2), "-2", -2},
		"a number made by a test":                {7, "7", 7},
		"a whole number as float64":              {float64(3), "3", 3},
		"a large float64 without exponent":       {1e15, "1000000000000000", 1_000_000_000_000_000},
		"a broken number is no whole number":     {2.5, "2.5", 0},
		"a number that does not fit is no int":   {1e21, "1000000000000000000000", 0},
		"infinity is no int":                     {math.Inf(1), "+Inf", 0},
		"a JSON number keeps its digits":         {json.Number("12345678901234567"), "12345678901234567", 12345678901234567},
		"a bool":                                 {true, "true", 0},
		"digits of another script are no number": {"１２", "１２", 0},
	} {
		t.Run(name, func(t *testing.T) {
			m := Message{Properties: map[string]any{"key": c.value}}
			if c.value == nil {
				m = Message{}
			}
			if got := m.Text("key"); got != c.text {
				t.Errorf("Text %q, want %q", got, c.text)
			}
			if got := m.Int("key"); got != c.n {
				t.Errorf("Int %d, want %d", got, c.n)
			}
		})
	}
}
