package mail

import (
	"crypto/sha256"
	"encoding/base64"
)

// threadIndex makes Outlook's Thread-Index, which is the property
// PidTagConversationIndex in base64: a header of 22 bytes, one reserved byte 0x01,
// the five high bytes of a FILETIME, the 16 bytes of the conversation's GUID.
// (Replies would follow in blocks of five bytes; every mail of a thread says it is
// the first one, which Outlook groups just the same.)
//
// The GUID is a hash of the thread's id, so that every mail of a thread has the
// same one without anybody having to remember it. The time is derived from the
// hash as well: it must not change with the date of the mail. 01DA is the high
// half of every FILETIME from November 2023 to September 2024, so that programs
// which decode the time find a plausible one.
func threadIndex(threadID string) string {
	sum := sha256.Sum256([]byte("thread-index:" + threadID))
	index := append([]byte{0x01, 0x01, 0xDA}, sum[:19]...)
	// The GUID says that it is of version 8 (made by the application, RFC 9562).
	guid := index[6:]
	guid[6] = guid[6]&0x0f | 0x80
	guid[8] = guid[8]&0x3f | 0x80
	return base64.StdEncoding.EncodeToString(index)
}
