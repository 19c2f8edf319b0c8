package servicebus

import (
	"fmt"

	"strings"
	"time"
)

// Statuses of answers, which are those of HTTP.
const (
	statusOK             = 200
	statusAccepted       = 202
	statusNoContent      = 204
	statusBadRequest     = 400
	statusForbidden      = 403
	statusNotFound       = 404
	statusGone           = 410
	statusNotImplemented = 501
)

// stateOnWireScheduled is the message state that peeked scheduled messages carry. The others, active and
// deferred, are 0, which is not sent, and 1.
const stateOnWireScheduled = 2

// maxPeek bounds the messages of one answer to peek-message; the client asks again for more.
const maxPeek = maxMessageSize

// A request is a message to $cbs or $management.
type request struct {
	id        value
	replyTo   string
	operation string
	arguments map[string]value
}

// A reply is what an operation came to. Its description is for people; condition is the error's name.
type reply struct {
	status      int32
	description string
	condition   string
	body        []pair
}

func refused(status int32, err *wireError) reply {
	return reply{status: status, description: err.description, condition: err.condition}
}

// request answers one request over the link that the client has for the answers.
func (l *link) request(raw []byte, now time.Time) *wireError {
	r, err := parseRequest(raw)
	if err != nil {
		return err
	}
	back := l.session.conn.replies[replyKey(l.node, r.replyTo)]
	switch {
	case back == nil:
		return &wireError{condNotFound, "no link takes answers for the reply-to address"}
	case len(back.replies) >= maxReplies:
		return &wireError{condResourceLimit, "too many answers have not been taken"}
	}
	var answer reply
	keys := [3]string{"statusCode", "statusDescription", "errorCondition"}
	if l.node == cbsNode {
		keys = [3]string{"status-code", "status-description", "error-condition"}
		answer = putToken(r)
	} else {
		l.queue.advance(now)
		answer = l.queue.manage(r, now)
		l.queue.pump(now)
	}
	properties := []pair{
		{text(keys[0]), integer(answer.status)},
		{text(keys[1]), text(answer.description)},
	}
	if answer.condition != "" {
		properties = append(properties, pair{text(keys[2]), symbol(answer.condition)})
	}
	var encoded []byte
	encoded = append(encoded, described(codeProperties, list(nil, nil, nil, nil, nil, r.id))...)
	encoded = append(encoded, described(codeApplication, mapping(properties...))...)
	encoded = append(encoded, described(codeValue, mapping(answer.body...))...)
	back.replies = append(back.replies, encoded)
	back.resume(now)
	return nil
}

func parseRequest(raw []byte) (request, *wireError) {
	var r request
	c, refusal := parseMessage(raw)
	if refusal != nil {
		return r, refusal
	}
	_, f, ok := composite(c.properties)
	if !ok || !f.has(0) || !f.has(4) {
		return r, &wireError{condInvalidField, "a request has to have message-id and reply-to"}
	}
	r.id, r.replyTo = f.at(0), f.text(4)
	for _, p := range c.application {
		if name, _ := p.key.text(); name == "operation" {
			r.operation, _ = p.val.text()
		}
	}
	r.arguments = map[string]value{}
	body, _, err := cut(c.body)
	if err != nil {
		return r, decodeError(err)
	}
	if code, inner, _ := body.described(); code == codeValue {
		pairs, _ := inner.pairs() // put-token has the token as its value
		for _, p := range pairs {
			name, _ := p.key.text()
			r.arguments[name] = p.val
		}
	}
	return r, nil
}

// putToken lets everybody in.
func putToken(r request) reply {
	if r.operation != "put-token" {
		return unknown(r)
	}
	return reply{status: statusAccepted, description: "Accepted"}
}

func unknown(r request) reply {
	return refused(statusNotImplemented, &wireError{condNotImplemented, fmt.Sprintf("The operation '%s' is not supported.", r.operation)})
}

func invalid(argument string) reply {
	return refused(statusBadRequest, &wireError{condArgument, fmt.Sprintf("The argument '%s' is missing or of a wrong type.", argument)})
}

// manage does one operation of $management.
func (q *queue) manage(r request, now time.Time) reply {
	switch strings.TrimPrefix(r.operation, "com.microsoft:") {
	case "renew-lock":
		return q.renewLocks(r, now)
	case "update-disposition":
		return q.updateDisposition(r, now)
	case "peek-message":
		return q.peek(r)
	case "schedule-message":
		return q.schedule(r, now)
	case "cancel-scheduled-message":
		return q.cancel(r)
	}
	return unknown(r)
}

// lockedMessages returns the messages of the lock tokens in a request: all of them, or a refusal.
func (q *queue) lockedMessages(r request) ([]*message, reply, bool) {
	tokens, ok := r.arguments["lock-tokens"].sequence()
	if !ok {
		return nil, invalid("lock-tokens"), false
	}
	var all []*message
	for _, v := range tokens {
		token, ok := v.uuid()
		if !ok {
			return nil, invalid("lock-tokens"), false
		}
		m := q.locked[token]
		if m == nil {
			return nil, refused(statusGone, errLockLost), false
		}
		all = append(all, m)
	}
	return all, reply{}, true
}

func (q *queue) renewLocks(r request, now time.Time) reply {
	all, refusal, ok := q.lockedMessages(r)
	if !ok {
		return refusal
	}
	ends := make([]value, len(all))
	for i, m := range all {
		q.renew(m, now)
		ends[i] = timestamp(m.lockedUntil)
	}
	return reply{statusOK, "OK", "", []pair{{text("expirations"), array(typeTimestamp, ends...)}}}
}

// updateDisposition settles by lock token, for clients whose link is gone.
func (q *queue) updateDisposition(r request, now time.Time) reply {
	all, refusal, ok := q.lockedMessages(r)
	if !ok {
		return refusal
	}
	var o outcome
	switch status, _ := r.arguments["disposition-status"].text(); status {
	case "completed":
		o.code = codeAccepted
	case "abandoned":
		o.code = codeModified
	case "suspended":
		o.code = codeRejected
		o.reason, _ = r.arguments["deadletter-reason"].text()
		o.description, _ = r.arguments["deadletter-description"].text()
	case "defered": // the service's own spelling
		return refused(statusNotImplemented, &wireError{condNotImplemented, "Messages cannot be deferred."})
	default:
		return invalid("disposition-status")
	}
	if changes := r.arguments["properties-to-modify"]; !changes.null() {
		if o.changes, ok = changes.pairs(); !ok {
			return invalid("properties-to-modify")
		}
	}
	for _, m := range all {
		if err := q.refuses(m, o); err != nil {
			return refused(statusBadRequest, err)
		}
	}
	for _, m := range all {
		if err := q.settle(m.token, o, now); err != nil {
			return refused(statusGone, err) // the same token twice in one request
		}
	}
	return reply{status: statusOK, description: "OK"}
}

// peek shows messages of every state, in order, without locking them.
func (q *queue) peek(r request) reply {
	from, ok := r.arguments["from-sequence-number"].int()
	if !ok {
		return invalid("from-sequence-number")
	}
	count, ok := r.arguments["message-count"].int()
	if !ok || count < 1 {
		return invalid("message-count")
	}
	var shown []value
	size := 0
	for m := range q.all.from(from) {
		var annotations []pair
		if m.state == stateScheduled {
			annotations = []pair{{symbol(annotationState), integer(stateOnWireScheduled)}}
		}
		encoded := m.encode(nil, annotations)
		if size += len(encoded); len(shown) > 0 && size > maxPeek || int64(len(shown)) == count {
			break
		}
		shown = append(shown, mapping(pair{text("message"), octets(encoded)}))
	}
	if len(shown) == 0 {
		return reply{status: statusNoContent, description: "No content"}
	}
	return reply{statusOK, "OK", "", []pair{{text("messages"), list(shown...)}}}
}

// schedule accepts messages for later and answers with their sequence numbers: for all or for none.
func (q *queue) schedule(r request, now time.Time) reply {
	if q.dead == nil {
		return refused(statusForbidden, &wireError{condNotAllowed, "Messages cannot be sent to a dead-letter queue."})
	}
	entries, ok := r.arguments["messages"].sequence()
	if !ok {
		return invalid("messages")
	}
	var all []content
	for _, entry := range entries {
		pairs, _ := entry.pairs()
		var raw []byte
		for _, p := range pairs {
			if name, _ := p.key.text(); name == "message" {
				raw, _ = p.val.bytes()
			}
		}
		if raw == nil {
			return invalid("messages")
		}
		c, refusal := parseMessage(append([]byte(nil), raw...))
		if refusal != nil {
			return refused(statusBadRequest, refusal)
		}
		all = append(all, c)
	}
	numbers, refusal := q.accept(all, now)
	if refusal != nil {
		return refused(statusForbidden, refusal)
	}
	shown := make([]value, len(numbers))
	for i, n := range numbers {
		shown[i] = long(n)
	}
	return reply{statusOK, "OK", "", []pair{{text("sequence-numbers"), array(typeLong, shown...)}}}
}

// cancel removes scheduled messages: all that are named, or none.
func (q *queue) cancel(r request) reply {
	numbers, ok := r.arguments["sequence-numbers"].sequence()
	if !ok {
		return invalid("sequence-numbers")
	}
	named := map[*message]bool{}
	for _, v := range numbers {
		n, ok := v.int()
		if !ok {
			return invalid("sequence-numbers")
		}
		m := q.all.get(n)
		if m == nil || m.state != stateScheduled {
			return refused(statusNotFound, &wireError{condMessageNotFound, fmt.Sprintf("There is no scheduled message with the sequence number %d.", n)})
		}
		named[m] = true
	}
	for m := range named {
		q.remove(m)
	}
	return reply{status: statusOK, description: "OK"}
}
