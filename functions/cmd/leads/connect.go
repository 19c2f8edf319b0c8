package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"leadflow/functions"
	"leadflow/shared/config"
	"leadflow/shared/queue"
	"leadflow/shared/store"
)

// localSettings is what "make run" writes.
const localSettings = ".local/settings.json"

// settings gives the settings and checks those that the command needs.
func (c *call) settings(needed ...string) (config.Settings, error) {
	if err := c.adoptLocal(); err != nil {
		return config.Settings{}, err
	}
	s, problems := config.Load()
	problems = slices.DeleteFunc(problems, func(p config.Problem) bool { return !slices.Contains(needed, p.Setting) })
	if len(problems) > 0 {
		return s, fmt.Errorf("the settings have problems:\n%w\nSet them in the environment as the handler has them, or start \"make run\" first", problems)
	}
	return s, nil
}

// adoptLocal takes the settings of a local run if the environment has none that says where things are.
func (c *call) adoptLocal() error {
	for _, name := range []string{"SERVICEBUS", "SERVICEBUS__fullyQualifiedNamespace", "COSMOS_ENDPOINT", "INTAKE_SECRETS"} {
		if os.Getenv(name) != "" {
			return nil
		}
	}
	b, err := os.ReadFile(localSettings)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	var content struct{ Values map[string]string }
	if err == nil {
		err = json.Unmarshal(b, &content)
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", localSettings, err)
	}
	for name, value := range content.Values {
		if _, given := os.LookupEnv(name); !given {
			if err := os.Setenv(name, value); err != nil {
				return fmt.Errorf("take over %s: %w", name, err)
			}
		}
	}
	fmt.Fprintf(c.note, "(with the settings of \"make run\" in %s)\n", localSettings)
	return nil
}

// login is the operator's own: az login, or whatever else the environment offers.
func login() (azcore.TokenCredential, error) { return azidentity.NewDefaultAzureCredential(nil) }

func (c *call) store() (*store.Store, error) {
	s, err := c.settings("COSMOS_ENDPOINT", "COSMOS_KEY", "COSMOS_DATABASE")
	if err != nil {
		return nil, err
	}
	return functions.OpenStore(s, login)
}

func (c *call) queue() (*queue.Queue, error) {
	s, err := c.settings("SERVICEBUS", "SERVICEBUS__fullyQualifiedNamespace", "SERVICEBUS__credential", "SERVICEBUS__clientId")
	if err != nil {
		return nil, err
	}
	return functions.OpenQueue(s, login)
}
