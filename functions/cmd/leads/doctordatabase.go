package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"leadflow/functions"
	"leadflow/shared/store"
	"leadflow/shared/topology"
)

var (
	cosmosSettings = []string{"COSMOS_ENDPOINT", "COSMOS_KEY", "COSMOS_DATABASE"}
	databaseChecks = []check{{"Cosmos DB", cosmosSettings, examineDatabase}}
)

// How far this machine's clock may be from the service's. Azure refuses what is signed with one that is wrong by a
// quarter of an hour; the times on which people are told are wrong before.
const (
	slightSkew = 30 * time.Second
	greatSkew  = 5 * time.Minute
)

// examineDatabase looks at every container, at the right to write, and at the clock.
func examineDatabase(ctx context.Context, p *patient) []finding {
	db, err := functions.OpenStore(p.settings, login)
	if err != nil {
		return []finding{{levelProblem, "Cosmos DB", "no client could be made: " + err.Error()}}
	}
	how := "with the account's key"
	if p.settings.CosmosKey.Get() == "" {
		how = "with your own login; the identity of the app needs its role too"
	}
	found := []finding{{levelOK, "Cosmos DB", "it is used " + how}}
	for _, want := range topology.Load().Containers {
		have, at, err := db.Inspect(ctx, want.ID)
		if err != nil {
			found = append(found, finding{levelProblem, "container " + want.ID, p.databaseMend(err)})
			if !gone(err) { // that is about this one; anything else about all of them
				return found
			}
			continue
		}
		if want.ID == topology.ContainerSubmissions {
			found = append(found, clock(at, time.Now())...)
		}
		found = append(found, compareContainers(want, have)...)
	}
	if err := db.MayWrite(ctx, topology.ContainerState); err != nil {
		return append(found, finding{levelProblem, "Cosmos DB", "it cannot be written: " + p.databaseMend(err)})
	}
	return append(found, finding{levelOK, "Cosmos DB", "it can be read and written"})
}

// gone says whether an error says that a container, or its database, is not there.
func gone(err error) bool {
	return errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrNoContainer)
}

// databaseMend says what to do about an error of the database.
func (p *patient) databaseMend(err error) string {
	answer, ok := errors.AsType[*store.AnswerError](err)
	refused := ok && (answer.Status == http.StatusUnauthorized || answer.Status == http.StatusForbidden)
	switch {
	case refused && p.settings.CosmosKey.Get() != "":
		return fmt.Sprintf("%v: see that COSMOS_KEY is a key of this account, that keys are not switched off there, that its firewall lets you in, and that this machine's clock is right", err)
	case refused:
		return fmt.Sprintf("%v: assign the role Cosmos DB Built-in Data Contributor on the account (az cosmosdb sql role assignment create), and see that its firewall lets you in", err)
	case gone(err):
		return "it is not there, or its database is not: create it as shared/topology/topology.json has it, and check COSMOS_DATABASE"
	}
	return fmt.Sprintf("%v: see that COSMOS_ENDPOINT is right, that it is up and that its firewall lets you in", err)
}

// clock compares the clock of the service with this one.
func clock(service, here time.Time) []finding {
	if service.IsZero() {
		return nil
	}
	skew := here.Sub(service).Round(time.Second).Abs()
	text := fmt.Sprintf("this machine's is %s from that of Cosmos DB", skew)
	switch {
	case skew > greatSkew:
		return []finding{{levelProblem, "clock", text + ": Azure will refuse what is signed with it, so set it right"}}
	case skew > slightSkew:
		return []finding{{levelNote, "clock", text + ": set it right"}}
	}
	return []finding{{levelOK, "clock", text}}
}

// indexing is the part of an indexing policy that matters.
type indexing struct {
	Mode      string                  `json:"indexingMode"`
	Automatic bool                    `json:"automatic"`
	Included  []struct{ Path string } `json:"includedPaths"`
	Excluded  []struct{ Path string } `json:"excludedPaths"`
}

func readIndexing(b json.RawMessage) (i indexing, included, excluded []string) {
	_ = json.Unmarshal(b, &i) // what is no policy differs from one
	for _, p := range i.Included {
		included = append(included, p.Path)
	}
	for _, p := range i.Excluded {
		if p.Path != `/"_etag"/?` { // which the service adds by itself
			excluded = append(excluded, p.Path)
		}
	}
	return i, included, excluded
}

// compareContainers says in what a container differs from what it is to be.
func compareContainers(want, have topology.Container) []finding {
	about := "container " + want.ID
	var found []finding
	problem := func(format string, values ...any) {
		found = append(found, finding{levelProblem, about, fmt.Sprintf(format, values...)})
	}
	if !slices.Equal(want.PartitionKey.Paths, have.PartitionKey.Paths) {
		problem("its partition key is %v and has to be %v, which cannot be changed: create the container anew, and move what is in it", have.PartitionKey.Paths, want.PartitionKey.Paths)
	}
	if ttl(want.DefaultTTL) != ttl(have.DefaultTTL) {
		problem("its default time to live is %s and has to be %s: set it in the container's settings, or documents go too soon or never", ttl(have.DefaultTTL), ttl(want.DefaultTTL))
	}
	wanted, included, excluded := readIndexing(want.IndexingPolicy)
	is, hasIncluded, hasExcluded := readIndexing(have.IndexingPolicy)
	if wanted.Mode != is.Mode || wanted.Automatic != is.Automatic {
		problem("its indexing is %s, automatic %t, and has to be %s, automatic %t: set its indexing policy as shared/topology/topology.json has it", is.Mode, is.Automatic, wanted.Mode, wanted.Automatic)
	}
	if missing := lacking(included, hasIncluded); len(missing) > 0 && !slices.Contains(hasIncluded, "/*") {
		problem("its index lacks %s, so that queries read every document: set its indexing policy as shared/topology/topology.json has it", strings.Join(missing, ", "))
	}
	if more := append(lacking(hasIncluded, included), lacking(excluded, hasExcluded)...); len(more) > 0 {
		found = append(found, finding{levelNote, about, "its index has more than is asked for, which costs with each write (" + strings.Join(more, ", ") + "): set its indexing policy as shared/topology/topology.json has it"})
	}
	if found == nil {
		found = []finding{{levelOK, about, "its partition key, time to live and index are right"}}
	}
	return found
}

// lacking are those of a list that another one lacks.
func lacking(list, other []string) []string {
	var rest []string
	for _, s := range list {
		if !slices.Contains(other, s) {
			rest = append(rest, s)
		}
	}
	return rest
}

func ttl(seconds *int) string {
	if seconds == nil {
		return "off"
	}
	return fmt.Sprintf("%d s", *seconds)
}
