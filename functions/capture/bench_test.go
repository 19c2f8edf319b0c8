package capture_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"leadflow/functions/capture"
	"leadflow/shared/azfunc"
	"leadflow/shared/link"
	"leadflow/shared/local/lab"
	"leadflow/shared/queue"
)

// BenchmarkWebhook posts a typical submission, and reports what each asks of Service Bus and Cosmos DB.
func BenchmarkWebhook(b *testing.B) {
	l := lab.New(b)
	log := slog.New(slog.DiscardHandler)
	server := azfunc.New(log)
	server.HTTP("capture", "leads/{offerId?}", capture.New(capture.Options{Ledger: l.Store(), Sender: l.Queue(queue.Backoff{}),
		Secrets: secrets, Keep: time.Minute, Now: time.Now, Log: log}))
	web := httptest.NewServer(server.Handler())
	defer web.Close()
	url := link.Webhook(web.URL, secrets[0], "contoso.analytics")
	body := []byte(`{"userDetails":{"firstName":"Some","lastName":"One","email":"someone@northwind.example.com","phone":"16175555555","country":"USA","company":"Contoso","title":"Esquire"},"leadSource":"AzureMarketplace","actionCode":"INS","offerTitle":"Test Microsoft","description":"Test run"}`)
	post := func() {
		res, err := http.Post(url, "application/json", bytes.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		res.Body.Close()
		if res.StatusCode != http.StatusAccepted {
			b.Fatalf("answered %s", res.Status)
		}
	}
	written := func() int { return l.Requests()["create submissions"] }
	post() // the clients connect once
	lab.Eventually(b, 5*time.Second, "the first write", func() bool { return written() == 1 })
	asked := total(l.Requests())
	posts := 0
	for b.Loop() {
		post()
		posts++
	}
	b.StopTimer()
	lab.Eventually(b, 10*time.Second, "every ledger write", func() bool { return written() == posts+1 })
	b.ReportMetric(float64(l.Queued()["leads"].Active-1)/float64(posts), "sends/op")
	b.ReportMetric(float64(total(l.Requests())-asked)/float64(posts), "cosmos-requests/op")
	b.ReportMetric(float64(written()-1)/float64(posts), "cosmos-writes/op")
}

func total(requests map[string]int) int {
	n := 0
	for _, k := range requests {
		n += k
	}
	return n
}
