package inbox

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestTheStoreKeepsTheNewest(t *testing.T) {
	for _, c := range []struct {
		name        string
		mails, size int
		kept        int
	}{
		{"2,000 mails are all kept", 2000, 100, 2000},
		{"of 2,005 mails the newest 2,000", 2005, 100, 2000},
		{"of 100 mails of 1 MiB as many as fit into 64 MiB", 100, 1 << 20, 63},
		{"a single mail of any size", 3, 100 << 20, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			var s store
			clock := time.Unix(0, 0)
			now := func() time.Time { clock = clock.Add(time.Second); return clock }
			source := make([]byte, c.size)
			for n := range c.mails {
				s.add(&Message{ID: fmt.Sprint(n), Raw: source}, now)
			}
			all, total := s.newest(0, maxMails)
			if total != c.kept || len(all) != c.kept {
				t.Fatalf("%d of %d mails are kept, want %d", len(all), total, c.kept)
			}
			for n, m := range all {
				if want := fmt.Sprint(c.mails - 1 - n); m.ID != want {
					t.Fatalf("mail %d from the newest is %s, want %s", n, m.ID, want)
				}
			}
			if c.kept > 1 && s.bytes > maxBytes {
				t.Errorf("%d bytes are kept", s.bytes)
			}
			s.remove(func(*Message) bool { return true })
			if _, total := s.newest(0, 1); total != 0 || s.bytes != 0 {
				t.Errorf("after removing all, %d mails and %d bytes are kept", total, s.bytes)
			}
		})
	}
}

func TestAMailOfManySmallThingsCountsAsWhatItCosts(t *testing.T) {
	source := "To: " + strings.Repeat("a@b.example,", 10_000) + "a@b.example\r\n\r\n"
	if m := parse([]byte(source), "", nil); len(m.To) != 10_001 || m.memory() < 10_000*100 {
		t.Errorf("a mail to %d counts as %d bytes", len(m.To), m.memory())
	}
}
