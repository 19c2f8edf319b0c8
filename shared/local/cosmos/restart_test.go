package cosmos_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/data/azcosmos"

	"leadflow/shared/local/cosmos"
	"leadflow/shared/topology"
)

func TestEverythingSurvivesARestart(t *testing.T) {
	dir := t.TempDir()
	var written map[string]any
	var properties *azcosmos.ContainerProperties
	t.Run("before", func(t *testing.T) {
		a := open(t, cosmos.Options{Dir: dir}, withTTL(new(3600)))
		c := a.container(t, "things")
		create(t, c, "p", `{"id":"1","pk":"p","n":1}`)
		create(t, c, "q", `{"id":"1","pk":"q","n":2}`)
		create(t, c, "p", `{"id":"gone","pk":"p"}`)
		create(t, c, "p", `{"id":"short","pk":"p","ttl":5}`)
		var p azcosmos.PatchOperations
		p.AppendIncrement("/n", 10)
		if _, err := c.PatchItem(t.Context(), pk("p"), "1", p, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := c.DeleteItem(t.Context(), pk("p"), "gone", nil); err != nil {
			t.Fatal(err)
		}
		written = read(t, c, "p", "1")
		r, err := c.Read(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		properties = r.ContainerProperties

		d, err := a.client.NewDatabase("dropped")
		if err != nil {
			t.Fatal(err)
		}
		if err := a.server.EnsureDatabase("dropped", plainContainers()); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Delete(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if _, err := a.container(t, "singles").Delete(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
	})
	a := open(t, cosmos.Options{Dir: dir}, nil)
	c := a.container(t, "things")
	if got := read(t, c, "p", "1"); fmt.Sprint(got) != fmt.Sprint(written) || got["n"] != 11.0 {
		t.Errorf("\nread    %v\nwritten %v", got, written)
	}
	_, err := c.ReadItem(t.Context(), pk("p"), "gone", nil)
	wantStatus(t, err, http.StatusNotFound)
	q, err := query(t.Context(), c, everywhere(), "SELECT * FROM c WHERE c.n = 2", nil)
	if err != nil || len(q.rows) != 1 || q.examined != 1 {
		t.Errorf("the index gives %d rows, %d examined, %v", len(q.rows), q.examined, err)
	}
	r, err := c.Read(t.Context(), nil)
	if err != nil || *r.ContainerProperties.DefaultTimeToLive != 3600 || *r.ContainerProperties.ETag != *properties.ETag {
		t.Errorf("the container is %+v, %v", r.ContainerProperties, err)
	}
	_, err = a.container(t, "singles").Read(t.Context(), nil)
	wantStatus(t, err, http.StatusNotFound)
	d, err := a.client.NewDatabase("dropped")
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.Read(t.Context(), nil)
	wantStatus(t, err, http.StatusNotFound)
	a.clock.advance(6 * time.Second)
	_, err = c.ReadItem(t.Context(), pk("p"), "short", nil)
	wantStatus(t, err, http.StatusNotFound)
	read(t, c, "p", "1")
}

// A local run keeps its folder while the program, and with it the policy, changes.
func TestAnotherIndexingPolicyIsTakenOverAfterARestart(t *testing.T) {
	const before, after = `{"includedPaths":[{"path":"/n/?"}],"excludedPaths":[{"path":"/*"}]}`,
		`{"includedPaths":[{"path":"/probes/[]/?"}],"excludedPaths":[{"path":"/*"}]}`
	with := func(policy string) []topology.Container {
		containers := plainContainers()
		containers[0].IndexingPolicy = json.RawMessage(policy)
		return containers
	}
	dir := t.TempDir()
	t.Run("fill", func(t *testing.T) {
		c := open(t, cosmos.Options{Dir: dir}, with(before)).container(t, "things")
		for i := range 40 {
			create(t, c, "p", fmt.Sprintf(`{"id":"%d","pk":"p","n":%d,"probes":["e%d","p%d"]}`, i, i, i, i/2))
		}
	})
	for _, run := range []struct {
		name                string
		containers          []topology.Container
		byNumber, byElement int // documents examined
	}{
		{"with the same policy", with(before), 1, 40},
		{"with another policy", with(after), 40, 2},
		{"without a word about it", nil, 40, 2},
		{"with the first policy again", with(before), 1, 40},
	} {
		t.Run(run.name, func(t *testing.T) {
			c := open(t, cosmos.Options{Dir: dir}, run.containers).container(t, "things")
			for where, examined := range map[string]int{"c.n = 3": run.byNumber, "ARRAY_CONTAINS(c.probes, 'p1')": run.byElement} {
				q, err := query(t.Context(), c, everywhere(), "SELECT * FROM c WHERE "+where, nil)
				if err != nil || q.examined != examined {
					t.Errorf("%s: %d documents examined, %v; want %d", where, q.examined, err, examined)
				}
			}
		})
	}
}

// What takes the place of an expired document is alone in it after a restart, too.
func TestAnExpiredDocumentDoesNotComeBackAfterARestart(t *testing.T) {
	dir := t.TempDir()
	t.Run("before", func(t *testing.T) {
		a := open(t, cosmos.Options{Dir: dir}, withTTL(new(60)))
		c := a.container(t, "things")
		for i := range 150 { // More than one write removes.
			create(t, c, "p", fmt.Sprintf(`{"id":"%d","pk":"p","age":"old"}`, i))
		}
		a.clock.advance(time.Minute)
		create(t, c, "p", `{"id":"149","pk":"p","age":"new"}`)
		if _, err := c.DeleteItem(t.Context(), pk("p"), "149", nil); err != nil {
			t.Fatal(err)
		}
	})
	a := open(t, cosmos.Options{Dir: dir}, withTTL(nil)) // Without TTL whatever is left shows.
	_, err := a.container(t, "things").ReadItem(t.Context(), pk("p"), "149", nil)
	wantStatus(t, err, http.StatusNotFound)
}

// Several goroutines write to a server in another process, which is killed in the middle of it. Every
// write that was acknowledged must be there, and the file must be whole.
func TestAKilledProcessLosesNothingThatWasAcknowledged(t *testing.T) {
	dir := t.TempDir()
	acknowledged := map[string]float64{} // by document: the last value of n
	for round := range 3 {
		process, url := startChild(t, dir)
		c, err := newClient(t, url).NewContainer("db", "things")
		if err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		var wg sync.WaitGroup
		for worker := range 4 {
			wg.Go(func() {
				for i := 0; ; i++ {
					id := fmt.Sprintf("%d-%d", worker, i%20)
					n := float64(round*1_000_000 + i)
					if _, err := c.UpsertItem(t.Context(), pk("p"), fmt.Appendf(nil, `{"id":"%s","pk":"p","n":%.0f,"text":"%0300d"}`, id, n, 0), nil); err != nil {
						return // The process is dead.
					}
					mu.Lock()
					acknowledged[id] = n
					enough := len(acknowledged) == 80 && i > 100*worker+50
					mu.Unlock()
					if enough {
						process.Kill() // SIGKILL, while the others go on writing
					}
				}
			})
		}
		wg.Wait()
		process.Wait()
	}
	a := open(t, cosmos.Options{Dir: dir}, nil)
	c := a.container(t, "things")
	for id, n := range acknowledged {
		// A write may have been kept without its acknowledgement: then n is that of a later one.
		if got, _ := read(t, c, "p", id)["n"].(float64); got < n {
			t.Errorf("document %s has n = %.0f, acknowledged was %.0f", id, got, n)
		}
	}
	if len(acknowledged) != 80 {
		t.Errorf("only %d documents were acknowledged", len(acknowledged))
	}
	create(t, c, "p", `{"id":"after","pk":"p"}`)
}

// startChild runs this test binary as a server; see TestMain.
func startChild(t *testing.T, dir string) (*os.Process, string) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "COSMOS_CHILD_DIR="+dir)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { child.Process.Kill() })
	url, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return child.Process, strings.TrimSpace(url)
}

func TestAFolderServesOneProcessAtATime(t *testing.T) {
	dir := t.TempDir()
	open(t, cosmos.Options{Dir: dir}, nil)
	if s, err := cosmos.Open(cosmos.Options{Key: cosmos.EmulatorKey, Dir: dir}); err == nil {
		s.Close()
		t.Error("the same folder was opened twice")
	}
}

func TestNothingIsWrittenWithoutAFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	a := open(t, cosmos.Options{}, topology.Load().Containers)
	create(t, a.container(t, topology.ContainerState), "s", `{"id":"s"}`)
	files, err := os.ReadDir(".")
	if err != nil || len(files) != 0 {
		t.Errorf("there are files: %v, %v", files, err)
	}
}
