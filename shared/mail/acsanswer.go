package mail

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// acsError decides what an answer other than 202 to a POST means. This is the one
// place for it.
//
//	429              rate limit, for Retry-After or a minute
//	400, 413, 422    permanent: ACS will never take this message,
//	                 except codes about the sender, which are the operator's to repair,
//	                 and about the Message-ID, which Send repairs
//	401, 403, 404    transient: identity, role or linked domain, the operator's to repair
//	409              transient: the first try of a repeated request is still under way
//	412              transient: this machine's clock is wrong by minutes
//	anything else    transient
func acsError(status int, body []byte, retryAfter time.Duration) error {
	var answer struct {
		Error acsErrorDetail `json:"error"`
	}
	_ = json.Unmarshal(body, &answer) // a proxy's page has no code; the status decides then
	detail := answer.Error
	said := fmt.Errorf("azure communication services answer %d %s", status, detail)
	switch status {
	case http.StatusTooManyRequests:
		if retryAfter == 0 {
			retryAfter = ratePause
		}
		return &RateLimitError{After: retryAfter, Err: said}
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound:
		return fmt.Errorf("%w (check MAIL_URL, the identity's role on the Communication Services resource, and that MAIL_FROM's domain is linked to it)", said)
	case http.StatusPreconditionFailed:
		return fmt.Errorf("%w (check this machine's clock)", said)
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		switch {
		case detail.aboutMessageID():
			return fmt.Errorf("%w: %w", errMessageID, said)
		case detail.aboutSender():
			return fmt.Errorf("%w (check the setting MAIL_FROM: it must be a sender address of a linked domain)", said)
		}
		return &PermanentError{Reason: detail.reason(status), Err: said}
	}
	return said
}

// operationError decides what the end of an accepted operation means: codes about
// the recipient and "EmailDropped..." (given up after several tries, or all
// recipients on the suppression list) are permanent, the rest may go better next
// time.
func operationError(result acsResult) error {
	said := fmt.Errorf("azure communication services ended the mail as %s: %s", masked(result.Status), result.Error)
	code := strings.ToLower(result.Error.Code)
	if strings.HasPrefix(code, "emaildropped") || strings.Contains(code, "recipient") ||
		strings.Contains(code, "invalidemailaddress") || strings.Contains(code, "suppressed") {
		return &PermanentError{Reason: result.Error.reason(0), Err: said}
	}
	return said
}

// errMessageID says that ACS refuses the Message-ID.
var errMessageID = errors.New("the Message-ID is refused")

func (d acsErrorDetail) String() string {
	return masked(strings.TrimSpace(d.Code + " " + d.Message))
}

// reason is for the record: the code without the message.
func (d acsErrorDetail) reason(status int) string {
	code := masked(d.Code)
	switch {
	case code != "":
		return "Azure refused the mail: " + code
	case status != 0:
		return fmt.Sprintf("Azure refused the mail with status %d", status)
	}
	return "Azure refused the mail"
}

// messageIDName matches how an error may name the Message-ID. The code is not
// documented.
var messageIDName = regexp.MustCompile(`(?i)message[-_ ]?id`)

func (d acsErrorDetail) aboutMessageID() bool {
	return messageIDName.MatchString(d.Code) || messageIDName.MatchString(d.Target) || messageIDName.MatchString(d.Message)
}

// aboutSender knows InvalidSenderUserName, DomainNotLinked and their like.
func (d acsErrorDetail) aboutSender() bool {
	code := strings.ToLower(d.Code)
	return strings.Contains(code, "sender") ||
		strings.Contains(code, "domain") && !strings.Contains(code, "recipient")
}

// retryAfter is what an answer asks to wait, from 1 second to 24 hours, or 0.
func (s *acsSender) retryAfter(resp *http.Response) time.Duration {
	value := strings.TrimSpace(resp.Header.Get("Retry-After"))
	if value == "" {
		return 0
	}
	var d time.Duration
	if seconds, err := strconv.ParseUint(value, 10, 64); err == nil {
		d = time.Duration(min(seconds, 24*60*60)) * time.Second
	} else if errors.Is(err, strconv.ErrRange) {
		d = 24 * time.Hour
	} else if at, err := http.ParseTime(value); err == nil {
		d = at.Sub(s.now())
	} else {
		return 0
	}
	return min(max(d, time.Second), 24*time.Hour)
}
