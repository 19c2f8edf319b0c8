package marketplace

import (
	"bytes"
	"encoding/json"
)

// maxCanary is more than a canary needs, in bytes. It keeps every other body from being parsed twice.
const maxCanary = 1 << 10

// canaryKey is what Leadflow writes, letter by letter, and nobody else does.
const canaryKey = "leadflowCanary"

// ReadCanary reads the body that Leadflow posts to itself, {"leadflowCanary": HOUR, "mac": "..."}, with both
// values as text. A body with any other key is none, so that nobody can make a lead vanish by adding these two.
// It checks no signature: until the caller has checked mac, anybody may have sent it.
func ReadCanary(body []byte) (hour, mac string, ok bool) {
	body = trimLeft(body)
	if len(body) > maxCanary || !bytes.Contains(body, []byte(canaryKey)) || !json.Valid(body) || body[0] != '{' {
		return "", "", false
	}
	keys := 0
	members(body, func(key, value []byte) {
		keys++
		switch string(key) {
		case canaryKey:
			hour = decode(value)
		case "mac":
			mac = decode(value)
		}
	})
	if keys != 2 || isBlank(hour) || isBlank(mac) {
		return "", "", false
	}
	return hour, mac, true
}
