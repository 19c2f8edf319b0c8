package marketplace

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
)

// ContentKey is the same for two submissions exactly if the offer id of the URL and all eleven known fields are
// the same text, decoded and trimmed but not tidied or normalized: hexadecimal SHA-256, 64 digits. The shape
// of the body (letter case and order of keys, unknown keys, encoding) does not count, and an absent field is
// the same as null and as a blank one. Only a Submission that Read returned has one.
//
// Keys are stored and compared later, so the order of the fields never changes.
func (s Submission) ContentKey(urlOfferID string) string {
	// Each text follows its own length, so that no two lists of fields run together to the same bytes.
	size := len(urlOfferID)
	for _, text := range s.sent {
		size += len(text)
	}
	list := make([]byte, 0, size+(fields+1)*len("123456:"))
	add := func(text string) {
		list = strconv.AppendInt(list, int64(len(text)), 10)
		list = append(list, ':')
		list = append(list, text...)
	}
	add(strings.TrimSpace(urlOfferID))
	for _, text := range s.sent {
		add(text)
	}
	sum := sha256.Sum256(list)
	return hex.EncodeToString(sum[:])
}
