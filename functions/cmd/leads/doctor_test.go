package main

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"
)

func TestTheDoctorSaysWhetherMailIsSentAndWhatHasToBeMended(t *testing.T) {
	for _, c := range []struct {
		name     string
		settings map[string]string
		want     []string
		fails    bool
	}{
		{"a dry run", map[string]string{"MAIL_DRY_RUN": "true"}, []string{"ok       settings: all of them can be used", "note     MAIL_DRY_RUN: it is true: mails are rendered and recorded as sent, and none is sent."}, false},
		{"mails that are sent", nil, []string{"ok       MAIL_DRY_RUN: it is false: mails are sent", "ok       MAIL_URL: mail is sent by smtp://"}, false},
		{"settings with problems", map[string]string{"MAIL_DRY_RUN": "perhaps", "PUBLIC_URL": "x"},
			[]string{"problem  MAIL_DRY_RUN: ", "problem  PUBLIC_URL: ", "(stops notify"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			start(t)
			key := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("link"), 8))
			for name, value := range map[string]string{"LINK_SECRETS": key, "MAIL_FROM": "leads@contoso.com", "OPERATIONS_MAIL": "operations@contoso.com", "REMIND_SCHEDULE": "0 */5 * * * *"} {
				t.Setenv(name, value)
			}
			for name, value := range c.settings {
				t.Setenv(name, value)
			}
			out, _, err := callWith(t, "doctor")
			if (err != nil) != c.fails {
				t.Errorf("it ended with %v", err)
			}
			for _, want := range c.want {
				if !strings.Contains(out, want) {
					t.Errorf("it does not say %q:\n%s", want, out)
				}
			}
			if strings.Contains(out, "perhaps") || c.fails && strings.Contains(out, "MAIL_DRY_RUN: it is") {
				t.Errorf("it says too much:\n%s", out)
			}
		})
	}
}
