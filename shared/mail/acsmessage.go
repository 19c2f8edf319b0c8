package mail

import netmail "net/mail"

// validateMessageID asks ACS to refuse a Message-ID that is not valid instead of
// silently setting one of its own.
const validateMessageID = "x-ms-acsemail-validate-message-id"

// acsMessage is the body of POST /emails:send.
type acsMessage struct {
	Headers                        map[string]string `json:"headers"`
	SenderAddress                  string            `json:"senderAddress"`
	Content                        acsContent        `json:"content"`
	Recipients                     acsRecipients     `json:"recipients"`
	ReplyTo                        []acsAddress      `json:"replyTo,omitempty"`
	UserEngagementTrackingDisabled bool              `json:"userEngagementTrackingDisabled"`
}

type acsContent struct {
	Subject   string `json:"subject"`
	PlainText string `json:"plainText"`
	HTML      string `json:"html,omitempty"`
}

type acsRecipients struct {
	To []acsAddress `json:"to"`
}

type acsAddress struct {
	Address     string `json:"address"`
	DisplayName string `json:"displayName,omitempty"`
}

// acsResult is how an operation stands.
type acsResult struct {
	ID     string         `json:"id"`
	Status string         `json:"status"`
	Error  acsErrorDetail `json:"error"`
}

type acsErrorDetail struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Target  string `json:"target"`
}

// acsMail is p as ACS wants it. ACS makes the MIME source itself: subject, names
// and bodies go as they are, the further headers as they would stand in the source.
func acsMail(p prepared) acsMessage {
	m := acsMessage{
		Headers:       map[string]string{validateMessageID: "true"},
		SenderAddress: p.from.Address,
		Content:       acsContent{Subject: p.subject, PlainText: p.text, HTML: p.html},
		Recipients:    acsRecipients{To: []acsAddress{acsMailbox(p.to)}},
		// Tracking would rewrite the links, which are signed and not to be opened by
		// anyone but the reader.
		UserEngagementTrackingDisabled: true,
	}
	for _, h := range p.headers {
		m.Headers[h.name] = h.value
	}
	if p.replyTo != nil {
		m.ReplyTo = []acsAddress{acsMailbox(*p.replyTo)}
	}
	return m
}

func acsMailbox(a netmail.Address) acsAddress {
	return acsAddress{Address: a.Address, DisplayName: a.Name}
}
