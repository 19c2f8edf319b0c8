package mail

import (
	"errors"
	"fmt"
	"net/textproto"
	"regexp"
	"slices"
	"strings"
)

// smtpError decides what an SMTP failure means. This is the one place for it.
//
//	no reply (network, TLS, time-out)   transient
//	421, 4.3.2                          rate limit: the server wants nobody now
//	4.7.x, except at the recipient      rate limit: Microsoft and Google throttle a
//	                                    sender with it. At the recipient it is what
//	                                    greylisting answers, for this recipient only,
//	                                    and while connecting a login that cannot be
//	                                    checked at the moment (454 4.7.0)
//	x.4.5                               rate limit: daily quota used up, which some
//	                                    servers say with a 5 in front
//	other 4xx                           transient
//	5xx while connecting,
//	530, 534, 535, 538 anywhere         transient: credentials, TLS or the server's
//	                                    policy. The operator repairs it, the mail waits
//	500, 502, 503, 504 anywhere         transient: about the dialogue, never about a
//	                                    mail; 502 and 503 also ask for a login
//	5xx at the sender with x.1.7,
//	x.1.8 or x.7.x                      transient: MAIL_FROM may not send here
//	5xx at the recipient that says
//	"relay"                             transient: the server takes no mail for others
//	                                    from us, mostly because no user is set
//	other 5xx                           permanent
//	anything else                       transient: not SMTP
//
// SMTP names no time after a rate limit, so the pause is always a minute.
func smtpError(at step, err error) error {
	reply, ok := errors.AsType[*textproto.Error](err)
	if !ok {
		// Not wrapped: the library's errors quote what the server said, at any length.
		return fmt.Errorf("smtp, at %s: %s", at, masked(err.Error()))
	}
	text := masked(reply.Msg)
	enhanced := enhancedCode.FindString(text)
	class, subject, _ := strings.Cut(enhanced, ".")
	said := fmt.Errorf("smtp, at %s: the server says %d %s", at, reply.Code, text)

	policy := strings.HasPrefix(subject, "7.")
	switch {
	case reply.Code == 421,
		class == "4" && subject == "3.2",
		class == "4" && policy && at != stepTo && at != stepConnect,
		subject == "4.5":
		return &RateLimitError{After: ratePause, Err: said}
	case reply.Code < 500 || reply.Code > 599:
		return said
	case at == stepConnect, slices.Contains([]int{500, 502, 503, 504, 530, 534, 535, 538}, reply.Code):
		return fmt.Errorf("%w (check the setting MAIL_URL: the server does not accept this user, password or kind of connection)", said)
	case at == stepFrom && (policy || subject == "1.7" || subject == "1.8"):
		return fmt.Errorf("%w (check the setting MAIL_FROM: the server does not let this sender send)", said)
	case at == stepTo && strings.Contains(strings.ToLower(text), "relay"):
		return fmt.Errorf("%w (check the setting MAIL_URL: the server does not pass on mail for this user)", said)
	}
	reason := fmt.Sprintf("the server refused the %s with %d", at, reply.Code)
	if enhanced != "" {
		reason += " " + enhanced
	}
	return &PermanentError{Reason: reason, Err: said}
}

// enhancedCode is RFC 3463's status at the beginning of a reply's text.
var enhancedCode = regexp.MustCompile(`^[245]\.\d{1,3}\.\d{1,3}\b`)

// isReply tells whether the server answered in SMTP, so that the dialogue can go
// on, if the server has not hung up (which the check before the next use finds out).
func isReply(err error) bool {
	reply, ok := errors.AsType[*textproto.Error](err)
	return ok && reply.Code >= 400 && reply.Code <= 599
}
