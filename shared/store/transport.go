package store

import (
	"crypto/tls"
	"net"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// Limits of the connections to the account.
const (
	// tryTimeout bounds one try of an operation: half of what the operation has, so that one whose connection is dead, or
	// whose answer comes drop by drop, has another one.
	tryTimeout = operationTimeout / 2
	// dialTimeout and handshakeTimeout are short for the same reason.
	dialTimeout      = 3 * time.Second
	handshakeTimeout = 3 * time.Second
	// maxIdle is how many connections are kept for the next request. The host hands over 16 messages of each of four queue
	// functions at a time, and remind works on 8 documents; with Go's 2 nearly each of them would begin with a handshake.
	maxIdle = 64
	// idleTimeout is below the 4 minutes after which Azure's load balancers forget a connection without a word.
	idleTimeout = 90 * time.Second
)

// newTransport makes the one HTTP client of a store.
func newTransport() policy.Transporter {
	return &http.Client{Transport: &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: dialTimeout}).DialContext,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout: handshakeTimeout,
		ForceAttemptHTTP2:   true, // off by default when dialer or TLS are set
		HTTP2:               &http.HTTP2Config{SendPingTimeout: 10 * time.Second, PingTimeout: 5 * time.Second},
		MaxIdleConns:        maxIdle,
		MaxIdleConnsPerHost: maxIdle,
		IdleConnTimeout:     idleTimeout,
	}}
}
