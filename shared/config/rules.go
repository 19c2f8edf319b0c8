package config

import (
	"bytes"
	"net/url"
	"slices"
	"strings"
	"time"
)

// lockDuration is how long a received message belongs to its receiver, as the queues are set up.
const lockDuration = time.Minute

// samplePrefix begins the secrets of local.settings.sample.json, which everybody can read.
const samplePrefix = "sample-only-"

// contradictions finds settings that cannot hold together. Settings that already have a problem of
// their own are left out of it: nobody can say what they would have been.
func contradictions(s *Settings, fields []field) Problems {
	var problems Problems
	// clash says what is wrong with the named setting. Where two contradict each other, it is the one
	// that stops the functions of both, or the one that leaves the webhook open.
	clash := func(text, name string) {
		i := slices.IndexFunc(fields, func(f field) bool { return f.name == name })
		problems = append(problems, Problem{Setting: name, Text: text, Functions: fields[i].stops})
	}

	serviceBusForms(s, clash)

	if strings.HasPrefix(s.CosmosEndpoint.Get(), "http://") && s.CosmosKey.state == missing {
		clash("is missing: a COSMOS_ENDPOINT with http takes only a key, as an identity needs https", "COSMOS_KEY")
	}

	if slices.ContainsFunc(s.LinkSecrets.Keys(), func(k []byte) bool { return contains(s.IntakeSecrets.Keys(), k) }) {
		clash("shares a secret with INTAKE_SECRETS: give each its own", "LINK_SECRETS")
	}
	if u, err := url.Parse(s.PublicURL.Get()); err == nil && u.Host != "" && !isLoopback(u.Hostname()) {
		const text = "is the sample of local.settings.sample.json, which everybody knows, and PUBLIC_URL is not on this machine: give a random secret"
		if isSample(s.IntakeSecrets.Keys()) {
			clash(text, "INTAKE_SECRETS")
		}
		if isSample(s.LinkSecrets.Keys()) {
			clash(text, "LINK_SECRETS")
		}
	}

	times := func(d ...Duration) bool {
		return !slices.ContainsFunc(d, func(d Duration) bool { return d.state != valid })
	}
	if times(s.BackoffFirst, s.BackoffMax) && s.BackoffFirst.Get() > s.BackoffMax.Get() {
		clash("is longer than BACKOFF_MAX: make it shorter or BACKOFF_MAX longer", "BACKOFF_FIRST")
	}
	if times(s.GiveUpAfter, s.BackoffMax) && s.GiveUpAfter.Get() < s.BackoffMax.Get() {
		clash("is shorter than BACKOFF_MAX, so that the last tries would never come: make it longer or BACKOFF_MAX shorter", "GIVE_UP_AFTER")
	}
	if times(s.GiveUpAfter, s.ResendAfter) && s.GiveUpAfter.Get() <= s.ResendAfter.Get() {
		clash("is not longer than RESEND_AFTER, so that no submission would ever be sent again: make it longer or RESEND_AFTER shorter", "GIVE_UP_AFTER")
	}
	if times(s.GiveUpAfter, s.MailResendAfter) && s.GiveUpAfter.Get() <= s.MailResendAfter.Get() {
		clash("is not longer than MAIL_RESEND_AFTER, so that no mail would ever be sent again: make it longer or MAIL_RESEND_AFTER shorter", "GIVE_UP_AFTER")
	}
	if s.FailWait.Get() >= lockDuration {
		clash("is 1m or longer, but the lock of a message lasts 1m: make it shorter", "FAIL_WAIT")
	}
	return problems
}

// serviceBusForms holds the four settings to one of the two forms.
func serviceBusForms(s *Settings, clash func(text, name string)) {
	const (
		connection = "SERVICEBUS"
		namespace  = "SERVICEBUS__fullyQualifiedNamespace"
		credential = "SERVICEBUS__credential"
		clientID   = "SERVICEBUS__clientId"
	)
	// there is what somebody meant to give; blank and unresolved ones have their problem already.
	there := func(st state) bool { return st == malformed || st == valid }
	hasConnection, hasNamespace := there(s.ConnectionString.state), there(s.Namespace.state)
	hasIdentity := there(s.Credential.state) || there(s.ClientID.state)

	switch {
	case hasConnection && hasNamespace:
		clash("and "+namespace+" are both set: keep the connection string or the identity form, and remove the other", connection)
	case hasConnection && hasIdentity:
		clash("and parts of the identity form ("+credential+", "+clientID+") are both set: remove those, or the connection string", connection)
	case s.ConnectionString.state == missing && s.Namespace.state == missing && hasIdentity:
		clash("is missing, though other parts of the identity form are set: give "+s.Namespace.form(), namespace)
	case s.ConnectionString.state == missing && s.Namespace.state == missing:
		clash("is missing: give "+s.ConnectionString.form()+", or the identity form: "+namespace, connection)
	}
	if there(s.ClientID.state) && s.Credential.state == missing {
		clash("is missing, without which "+clientID+" is not used: give "+s.Credential.form(), credential)
	}
}

func contains(keys [][]byte, key []byte) bool {
	return slices.ContainsFunc(keys, func(k []byte) bool { return bytes.Equal(k, key) })
}

func isSample(keys [][]byte) bool {
	return slices.ContainsFunc(keys, func(k []byte) bool { return bytes.HasPrefix(k, []byte(samplePrefix)) })
}
