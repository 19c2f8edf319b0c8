package cosmos

import (
	"net/http"
	"slices"
	"strings"
)

// allow refuses a request with a header that could change its result and that the operation does not
// know. It looks at the service's own headers and at the conditional ones of HTTP.
func allow(r *http.Request, known ...string) error {
	for name, values := range r.Header {
		lower := strings.ToLower(name)
		if !strings.HasPrefix(lower, "x-ms-") && !isConditional(lower) {
			continue
		}
		if !harmless(lower) && !slices.Contains(known, lower) {
			return refuse(http.StatusBadRequest, "The request header '%s' is not supported by this stand-in for this operation.", lower)
		}
		if len(values) > 1 {
			return refuse(http.StatusBadRequest, "The request header '%s' is given more than once.", lower)
		}
	}
	return nil
}

func isConditional(name string) bool {
	switch name {
	case "a-im", "if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "if-range":
		return true
	}
	return false
}

// harmless names the headers that change no result here: who asks and what it understands; sessions,
// consistency, caches and regions, because a read always sees the last write; priorities, because nothing
// waits.
func harmless(name string) bool {
	switch name {
	case "x-ms-date", "x-ms-version", "x-ms-activity-id", "x-ms-cosmos-correlated-activityid",
		"x-ms-client-request-id", "x-ms-return-client-request-id", "x-ms-cosmos-sdk-supportedcapabilities",
		"x-ms-session-token", "x-ms-consistency-level", "x-ms-cosmos-allow-tentative-writes",
		"x-ms-dedicatedgateway-max-age", "x-ms-dedicatedgateway-bypass-cache",
		"x-ms-cosmos-priority-level", "x-ms-cosmos-throughput-bucket":
		return true
	}
	return false
}
