package mail

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/google/uuid"
)

// Check finds out whether a sender of New is let in, and sends nothing. By SMTP it goes as far as a mail could be
// handed over: connection, TLS, login. From Azure Communication Services it asks for the end of an operation that never
// was, which needs a token and a role. It ends with ctx, or after a minute.
func Check(ctx context.Context, s Sender) error {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	switch s := s.(type) {
	case *smtpSender:
		c, err := s.connect(ctx)
		if err != nil {
			return ended(ctx, err)
		}
		c.quit()
		return nil
	case *acsSender:
		return s.check(ctx)
	}
	return errors.New("this sender cannot be asked")
}

func (s *acsSender) check(ctx context.Context) error {
	req, err := runtime.NewRequest(ctx, http.MethodGet, s.endpoint+"/emails/operations/"+uuid.NewString()+"?api-version="+acsVersion)
	if err != nil {
		return fmt.Errorf("make request to azure communication services: %w", err)
	}
	resp, err := s.pipeline.Do(req)
	if err != nil {
		return fmt.Errorf("reach azure communication services: %w", err)
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusUnauthorized, resp.StatusCode == http.StatusForbidden:
		return fmt.Errorf("azure communication services answer %d: assign the role Communication and Email Service Owner on the resource", resp.StatusCode)
	case resp.StatusCode >= http.StatusInternalServerError:
		return fmt.Errorf("azure communication services answer %d", resp.StatusCode)
	}
	return nil // mostly 404, because there is no such operation
}
