package mail

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"testing"
	"time"
)

func TestAThreadIndexIsStableAndHasTheDocumentedForm(t *testing.T) {
	raw, err := base64.StdEncoding.DecodeString(threadIndex("lead-42"))
	if err != nil || len(raw) != 22 || raw[0] != 1 {
		t.Fatalf("%x, %v", raw, err)
	}
	// The five bytes are the high ones of a FILETIME: 100 ns since 1601.
	var filetime uint64
	for _, b := range raw[1:6] {
		filetime = filetime<<8 | uint64(b)
	}
	filetime <<= 24
	at := time.Unix(int64(filetime/1e7)-11644473600, 0)
	if at.Year() < 2023 || at.Year() > 2024 {
		t.Errorf("its time is %v", at)
	}
	// A golden value: it must not change between versions, or threads break.
	if got, want := threadIndex("lead-42"), "AQHa1MHdP0h3a5cMhsWsWIU02/s3Zg=="; got != want {
		t.Errorf("threadIndex = %s, want %s", got, want)
	}
	if threadIndex("lead-42") == threadIndex("lead-43") {
		t.Error("two threads have the same index")
	}
	sum := sha256.Sum256([]byte("thread-index:lead-42"))
	if !bytes.Equal(raw[3:6], sum[:3]) || raw[12]>>4 != 8 || raw[14]>>6 != 2 {
		t.Errorf("index %x is not made from hash %x as a GUID of version 8", raw, sum)
	}
}
