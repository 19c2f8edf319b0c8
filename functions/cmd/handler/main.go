// Command handler is what Azure runs: the custom handler that the Functions host starts and calls.
//
// It takes everything from its environment, listens on the port that the host names and needs no goodbye:
// the host ends it with SIGKILL. A fatal error ends it with a code other than 0, because the host takes 0
// for a handler that meant to leave.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"time"
	_ "time/tzdata" // the instances have no zone files

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"leadflow/functions"
	"leadflow/shared/azfunc"
	"leadflow/shared/config"
)

func main() {
	log := azfunc.NewLogger(os.Stdout, slog.LevelInfo)
	if err := run(log); err != nil {
		log.Error("the handler stops", "error", err.Error())
		os.Exit(1)
	}
}

func run(log *slog.Logger) error {
	settings, problems := config.Load()
	if len(problems.Fatal()) > 0 {
		return fmt.Errorf("the settings have problems:\n%w", problems)
	}
	server := azfunc.New(log)
	credential := sync.OnceValues(func() (azcore.TokenCredential, error) { return identity(settings) })
	if err := functions.Serve(server, settings, problems, credential, time.Now, log); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	return server.ListenAndServe(ctx, os.Getenv("FUNCTIONS_CUSTOMHANDLER_PORT"))
}

// identity is the managed identity of the app, which the Service Bus settings name when it is a
// user-assigned one.
func identity(s config.Settings) (azcore.TokenCredential, error) {
	if id := s.ClientID.Get(); id != "" {
		return azidentity.NewManagedIdentityCredential(&azidentity.ManagedIdentityCredentialOptions{ID: azidentity.ClientID(id)})
	}
	return azidentity.NewDefaultAzureCredential(nil)
}
