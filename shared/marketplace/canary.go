package marketplace

import "encoding/json"

// maxCanary is more than a canary needs, in bytes. It keeps every other body from being parsed twice.
const maxCanary = 1 << 10

// ReadCanary reads the body that Leadflow posts to itself, {"leadflowCanary": HOUR, "mac": "..."}, with both
// values as text. It checks no signature: until the caller has checked mac, anybody may have sent it.
func ReadCanary(body []byte) (hour, mac string, ok bool) {
	if len(body) > maxCanary {
		return "", "", false
	}
	var canary struct{ LeadflowCanary, MAC field }
	if err := json.Unmarshal(body, &canary); err != nil {
		return "", "", false
	}
	hour, mac = canary.LeadflowCanary.value, canary.MAC.value
	if hour == "" || mac == "" {
		return "", "", false
	}
	return hour, mac, true
}
