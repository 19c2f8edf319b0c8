package cosmos

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// authorized checks the signature that an account key makes over verb, resource type, resource link and
// date. All of it is in lower case but for the link.
func (s *Server) authorized(r *http.Request, segments []string) bool {
	token, err := url.QueryUnescape(r.Header.Get("Authorization"))
	if err != nil {
		return false
	}
	signature, ok := strings.CutPrefix(token, "type=master&ver=1.0&sig=")
	if !ok {
		return false
	}
	given, err := base64.StdEncoding.DecodeString(signature)
	if err != nil {
		return false
	}
	// A path of an odd number of segments is a list: the link is that of its owner.
	var kind, link string
	switch n := len(segments); {
	case n == 0:
	case n%2 == 1:
		kind, link = segments[n-1], strings.Join(segments[:n-1], "/")
	default:
		kind, link = segments[n-2], strings.Join(segments, "/")
	}
	mac := hmac.New(sha256.New, s.key)
	fmt.Fprintf(mac, "%s\n%s\n%s\n%s\n\n", strings.ToLower(r.Method), strings.ToLower(kind), link, strings.ToLower(r.Header.Get("x-ms-date")))
	return hmac.Equal(mac.Sum(nil), given)
}
