package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/data/azcosmos"

	"leadflow/shared/lead"
	"leadflow/shared/local/cosmos"
	"leadflow/shared/local/lab"
	"leadflow/shared/local/servicebus"
	"leadflow/shared/topology"
)

// well is a Leadflow with nothing to be mended: every setting, a running app, a team, and leads for its offer.
func well(t *testing.T) *operator {
	t.Helper()
	o := start(t)
	key := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("link"), 8))
	for name, value := range map[string]string{"LINK_SECRETS": key, "MAIL_FROM": "leads@contoso.com", "OPERATIONS_MAIL": "operations@contoso.com", "REMIND_SCHEDULE": "0 */5 * * * *"} {
		t.Setenv(name, value)
	}
	o.applies(reachable + "offers:\n- {id: contoso.analytics, titles: [Contoso Analytics]}\n")
	o.runs(app{secret: intakeSecret, team: reachableTeam(t)})
	o.owned("l1", "ana", "Ana Silva", func(l *lead.Lead) { l.Touches[0].Offer = lead.Offer{ID: "contoso.analytics"} })
	return o
}

// complaints are the findings but those that all is well.
func complaints(t *testing.T) (all []string, err error) {
	t.Helper()
	out, _, err := callWith(t, "doctor", "--json")
	for _, f := range decoded[[]finding](t, out) {
		if f.Level != levelOK {
			all = append(all, f.Level+" "+f.About+": "+f.Text)
		}
	}
	return all, err
}

func TestTheDoctorFindsNothingToBeMendedWhereAllIsWell(t *testing.T) {
	o := well(t)
	before := o.Requests()
	out := says(t, "doctor")
	inOrder(t, out, "ok       settings: all of them can be used", "ok       MAIL_URL: mail is sent by smtp://", "ok       MAIL_DRY_RUN: it is false: mails are sent",
		"ok       Cosmos DB: it is used with the account's key", "ok       clock: this machine's is ", "ok       container submissions: its partition key, time to live and index are right",
		"ok       container leads:", "ok       container mails:", "ok       container state:", "ok       Cosmos DB: it can be read and written",
		"ok       Service Bus: it is used with a connection string", "ok       queue leads: it can be sent to", "ok       queue leads: it can be received from", "ok       queue leads: it is a stand-in's", "ok       queue mails:",
		"ok       MAIL_URL: the mail service lets us in", "ok       PUBLIC_URL: the webhook answers", "ok       PUBLIC_URL: the pages answer", "ok       team: version 1 is applied: 3 people",
		"ok       offer contoso.analytics: last test lead none, last lead 20")
	if c, err := complaints(t); len(c) > 0 || err != nil {
		t.Errorf("%q, %v", c, err)
	}
	for what, n := range o.Requests() {
		if n > before[what] && (strings.HasPrefix(what, "create") || strings.HasPrefix(what, "upsert") || strings.HasPrefix(what, "delete")) {
			t.Errorf("it wrote: %s", what)
		}
	}
	if len(o.Messages("leads"))+len(o.Messages("mails"))+len(o.Mails()) > 0 {
		t.Error("it sent something")
	}
}

func TestTheDoctorSaysWhatHasToBeMended(t *testing.T) {
	for _, c := range []struct {
		name string
		// breaks breaks one thing.
		breaks func(t *testing.T, o *operator)
		// want are the beginnings of what it complains of, all of them.
		want  []string
		fails bool
	}{
		{"a dry run", settings("MAIL_DRY_RUN", "true"), []string{"note MAIL_DRY_RUN: it is true: mails are rendered and recorded as sent, and none is sent."}, false},
		{"settings with problems", settings("MAIL_DRY_RUN", "perhaps", "PUBLIC_URL", "x"), []string{"problem MAIL_DRY_RUN: ", "problem PUBLIC_URL: "}, true},
		{"a database that is away", func(_ *testing.T, o *operator) { o.Cosmos.Stop() }, []string{"problem container submissions: look at the container submissions: "}, true},
		{"another database", settings("COSMOS_DATABASE", "other"), []string{"problem container submissions: it is not there, or its database is not", "problem container leads: ", "problem container mails: ", "problem container state: ",
			"problem Cosmos DB: it cannot be written: it is not there"}, true},
		{"another key", settings("COSMOS_KEY", base64.StdEncoding.EncodeToString([]byte("another"))), []string{"problem container submissions: look at the container submissions: the database answered 401"}, true},
		{"a key that may only read", refuses(http.MethodPut, http.StatusForbidden), []string{"problem Cosmos DB: it cannot be written: ask whether the container state may be written: the database answered 403"}, true},
		{"a container without its index and time to live", container(topology.ContainerSubmissions, func(p *azcosmos.ContainerProperties) {
			p.DefaultTimeToLive = nil
			p.IndexingPolicy.IncludedPaths = []azcosmos.IncludedPath{{Path: "/receivedAt/?"}, {Path: "/other/?"}}
		}), []string{"problem container submissions: its default time to live is off and has to be -1 s", "problem container submissions: its index lacks /nextTryAt/?", "note container submissions: its index has more than is asked for, which costs with each write (/other/?)"}, true},
		{"a clock that is slow", dated(-time.Minute), []string{"note clock: this machine's is "}, false},
		{"a clock that is wrong", dated(time.Hour), []string{"problem clock: this machine's is "}, true},
		{"queues that are away", func(_ *testing.T, o *operator) { o.ServiceBus.Stop() }, []string{"problem Service Bus: ask whether messages may be sent to the queue leads: "}, true},
		{"a queue that is not there", oneQueue, []string{"problem queue mails: it is not there: create it"}, true},
		{"a mail server that is away", func(_ *testing.T, o *operator) { o.SMTP.Stop() }, []string{"problem MAIL_URL: no mail can be sent: smtp, at connect"}, true},
		{"a domain that Azure manages", settings("MAIL_FROM", "DoNotReply@0193.azurecomm.net"), []string{"note MAIL_FROM: Azure manages this domain, and sends 5 mails a minute and 10 an hour"}, false},
		{"nobody at PUBLIC_URL", settings("PUBLIC_URL", "http://127.0.0.1:1"), []string{"problem PUBLIC_URL: it cannot be reached: "}, true},
		{"something else at PUBLIC_URL", serves(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(200) }), []string{"problem PUBLIC_URL: at /api/leads something answers 200"}, true},
		{"pages that are closed", serves(webhookAnd(http.StatusServiceUnavailable, "")), []string{"problem PUBLIC_URL: the pages say that the handler's settings have problems"}, true},
		{"other pages", serves(webhookAnd(http.StatusNotFound, "404")), []string{"problem PUBLIC_URL: at /api/respond something answers 404"}, true},
		{"a team that is not valid", applied("people: 5"), []string{"problem team: version 2, which is applied, is not valid"}, true},
		{"a team of which nobody can get a lead", applied("offers: []"), []string{"note team: version 2 is applied and names nobody"}, false},
		{"a team with a warning", applied(reachable + "teams: [{id: sales, people: [ana], manager: busy}]"), []string{"note team: line "}, false},
		{"an offer for which nothing came", applied(reachable + "offers: [{id: backup}]"), []string{"note offer backup: last test lead none, last lead none, last unverified submission none: nothing has come yet, so paste the output of \"leads url backup\""}, false},
		{"an offer whose URL is wrong", func(t *testing.T, o *operator) {
			if err := o.store.AddUnverified(t.Context(), arrival("u1", time.Now(), "{}"), false, time.Hour); err != nil {
				t.Fatal(err)
			}
		}, []string{"problem offer contoso.analytics: last test lead none, last lead 20"}, true},
		{"a URL for all that is wrong", func(t *testing.T, o *operator) {
			s := arrival("u1", time.Now(), "{}")
			s.OfferID = ""
			if err := o.store.AddUnverified(t.Context(), s, false, time.Hour); err != nil {
				t.Fatal(err)
			}
		}, []string{"problem webhook: last test lead none, last lead none, last unverified submission 20"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.breaks(t, well(t))
			got, err := complaints(t)
			if (err != nil) != c.fails {
				t.Errorf("it ended with %v", err)
			}
			if !slices.EqualFunc(got, c.want, strings.HasPrefix) {
				t.Errorf("it complains of\n%s\nand not of\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
			if strings.Contains(strings.Join(got, ""), "perhaps") {
				t.Error("it says too much")
			}
		})
	}
}

func settings(all ...string) func(*testing.T, *operator) {
	return func(t *testing.T, _ *operator) {
		for pair := range slices.Chunk(all, 2) {
			t.Setenv(pair[0], pair[1])
		}
	}
}

func applied(text string) func(*testing.T, *operator) {
	return func(_ *testing.T, o *operator) { o.applies(text) }
}

func serves(f http.HandlerFunc) func(*testing.T, *operator) {
	return func(t *testing.T, _ *operator) {
		web := httptest.NewServer(f)
		t.Cleanup(web.Close)
		t.Setenv("PUBLIC_URL", web.URL)
	}
}

// webhookAnd answers as the webhook does, and with something else for the pages.
func webhookAnd(status int, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/leads" {
			w.WriteHeader(http.StatusMethodNotAllowed)
			_, _ = io.WriteString(w, "This is the webhook for marketplace leads.")
			return
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}
}

// through has the database be reached through a proxy.
func through(t *testing.T, o *operator, before func(http.ResponseWriter, *http.Request) bool, after func(*http.Response) error) {
	t.Helper()
	target, err := url.Parse(o.Settings()["COSMOS_ENDPOINT"])
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{ModifyResponse: after, Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host // the database names itself by it
	}}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !before(w, r) {
			proxy.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(web.Close)
	t.Setenv("COSMOS_ENDPOINT", web.URL)
}

func refuses(method string, status int) func(*testing.T, *operator) {
	return func(t *testing.T, o *operator) {
		through(t, o, func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == method {
				w.WriteHeader(status)
			}
			return r.Method == method
		}, nil)
	}
}

// dated has the clock of the database differ.
func dated(by time.Duration) func(*testing.T, *operator) {
	return func(t *testing.T, o *operator) {
		through(t, o, func(http.ResponseWriter, *http.Request) bool { return false }, func(r *http.Response) error {
			r.Header.Set("Date", time.Now().Add(by).UTC().Format(http.TimeFormat))
			return nil
		})
	}
}

// container has a container be another than it is to be.
func container(id string, change func(*azcosmos.ContainerProperties)) func(*testing.T, *operator) {
	return func(t *testing.T, o *operator) {
		key, err := azcosmos.NewKeyCredential(cosmos.EmulatorKey)
		if err != nil {
			t.Fatal(err)
		}
		client, err := azcosmos.NewClientWithKey(o.Settings()["COSMOS_ENDPOINT"], key, nil)
		if err != nil {
			t.Fatal(err)
		}
		c, err := client.NewContainer(lab.Database, id)
		if err != nil {
			t.Fatal(err)
		}
		r, err := c.Read(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		change(r.ContainerProperties)
		if _, err := c.Replace(t.Context(), *r.ContainerProperties, nil); err != nil {
			t.Fatal(err)
		}
	}
}

// oneQueue has a namespace with the first queue only.
func oneQueue(t *testing.T, _ *operator) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() { done <- servicebus.NewBroker(topology.Load().Queues[:1], nil).Serve(t.Context(), ln) }()
	t.Cleanup(func() { <-done })
	t.Setenv("SERVICEBUS", servicebus.ConnectionString(ln.Addr().String()))
}

func TestAContainerDiffersInWhatMatters(t *testing.T) {
	for _, c := range []struct{ name, have, want string }{
		{"none", `{}`, ""},
		{"another partition key", `{"partitionKey":{"paths":["/other"]}}`, "its partition key is [/other] and has to be [/lead], which cannot be changed"},
		{"no automatic index", `{"indexingPolicy":{"automatic":false}}`, "its indexing is consistent, automatic false, and has to be consistent, automatic true"},
		{"an index of everything", `{"indexingPolicy":{"includedPaths":[{"path":"/*"}],"excludedPaths":[{"path":"/\"_etag\"/?"}]}}`, "its index has more than is asked for, which costs with each write (/*, /*)"},
		{"documents that go", `{"defaultTtl":60}`, "its default time to live is 60 s and has to be off"},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := topology.Load().Containers[1]
			have := topology.Load().Containers[1]
			whole := map[string]json.RawMessage{}
			merge(t, whole, have, c.have)
			b, err := json.Marshal(whole)
			if err == nil {
				err = json.Unmarshal(b, &have)
			}
			if err != nil {
				t.Fatal(err)
			}
			got := compareContainers(want, have)
			if c.want == "" && got[0].Level == levelOK {
				return
			}
			if len(got) != 1 || !strings.HasPrefix(got[0].Text, c.want) {
				t.Errorf("it says %+v", got)
			}
		})
	}
}

// merge puts a container with what else is said of it into whole.
func merge(t *testing.T, whole map[string]json.RawMessage, c topology.Container, more string) {
	t.Helper()
	var changes map[string]json.RawMessage
	b, err := json.Marshal(c)
	if err == nil {
		err = json.Unmarshal(b, &whole)
	}
	if err == nil {
		err = json.Unmarshal([]byte(more), &changes)
	}
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range changes {
		var fields, other map[string]json.RawMessage
		if json.Unmarshal(whole[name], &fields) == nil && json.Unmarshal(change, &other) == nil {
			for field, value := range other {
				fields[field] = value
			}
			change, _ = json.Marshal(fields)
		}
		whole[name] = change
	}
}

func TestAQueueDiffersInWhatMatters(t *testing.T) {
	for _, c := range []struct {
		change func(*topology.QueueProperties)
		want   string
	}{
		{func(*topology.QueueProperties) {}, "its properties are right"},
		{func(p *topology.QueueProperties) { p.LockDuration.Duration = 30 * time.Second }, "its lock lasts 30s and has to last 1m0s"},
		{func(p *topology.QueueProperties) { p.MaxDeliveryCount = 3 }, "it delivers a message 3 times at most and has to 10 times"},
		{func(p *topology.QueueProperties) { p.DefaultMessageTimeToLive.Duration = time.Hour }, "its messages live 1h0m0s and have to live 14 days"},
		{func(p *topology.QueueProperties) { p.RequiresDuplicateDetection = false }, "it does not detect duplicates"},
		{func(p *topology.QueueProperties) { p.DuplicateDetectionHistoryTimeWindow.Duration = time.Minute }, "it remembers duplicates for 1m0s and has to for 10m0s"},
		{func(p *topology.QueueProperties) { p.DeadLetteringOnMessageExpiration = false }, "what expires is dropped"},
	} {
		want := topology.Load().Queues[0].Properties
		have := want
		c.change(&have)
		if got := compareQueues("queue leads", want, have); len(got) != 1 || !strings.HasPrefix(got[0].Text, c.want) {
			t.Errorf("it says %+v and not %s", got, c.want)
		}
	}
}
