package inbox

import (
	"slices"
	"sync"
	"time"
)

const (
	maxMails = 2000
	maxBytes = 64 << 20
)

// store keeps the newest mails within maxMails and maxBytes.
type store struct {
	mu    sync.RWMutex
	mails []*Message // oldest first
	bytes int
}

// add keeps m and drops the oldest beyond the bounds; m itself always stays. The time of acceptance is
// set under the lock, so that times never contradict the order.
func (s *store) add(m *Message, now func() time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()

	m.Created = now()
	s.mails = append(s.mails, m)
	s.bytes += m.memory()

	drop := 0
	for len(s.mails)-drop > maxMails || s.bytes > maxBytes && drop < len(s.mails)-1 {
		s.bytes -= s.mails[drop].memory()
		drop++
	}
	s.mails = slices.Delete(s.mails, 0, drop)
}

// newest returns up to limit mails, newest first, after leaving out the start newest, and how many there
// are in all.
func (s *store) newest(start, limit int) (page []*Message, total int) {
	s.mu.RLock()
	defer s.mu.RUnlock()

	total = len(s.mails)
	end := total - min(start, total)
	page = slices.Clone(s.mails[end-min(limit, end) : end])
	slices.Reverse(page)
	return page, total
}

// byID returns nil if there is no such mail.
func (s *store) byID(id string) *Message {
	s.mu.RLock()
	defer s.mu.RUnlock()

	for _, m := range s.mails {
		if m.ID == id {
			return m
		}
	}
	return nil
}

// remove forgets every mail for which gone is true.
func (s *store) remove(gone func(*Message) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.mails = slices.DeleteFunc(s.mails, gone)
	s.bytes = 0
	for _, m := range s.mails {
		s.bytes += m.memory()
	}
}
