package lab

import (
	"iter"
	"net/http"
	"net/http/httptest"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/data/azcosmos"
	"golang.org/x/sync/errgroup"

	"leadflow/shared/local/cosmos"
)

// Fill writes many documents, by their partition keys, into a container of the lab's database. It takes no way through
// the network, so that hundreds of thousands are written in seconds.
func (l *Lab) Fill(container string, documents iter.Seq2[string, []byte]) {
	l.t.Helper()
	key, err := azcosmos.NewKeyCredential(cosmos.EmulatorKey)
	if err != nil {
		l.t.Fatal(err)
	}
	client, err := azcosmos.NewClientWithKey("http://"+l.Cosmos.Address, key, &azcosmos.ClientOptions{ClientOptions: policy.ClientOptions{Transport: inside{l.server}}})
	if err != nil {
		l.t.Fatal(err)
	}
	c, err := client.NewContainer(Database, container)
	if err != nil {
		l.t.Fatal(err)
	}
	var g errgroup.Group
	g.SetLimit(8)
	for partition, document := range documents {
		g.Go(func() error {
			_, err := c.CreateItem(l.t.Context(), azcosmos.NewPartitionKeyString(partition), document, nil)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		l.t.Fatal(err)
	}
}

// inside asks a server of the same process.
type inside struct{ server http.Handler }

// Do answers a request.
func (i inside) Do(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	i.server.ServeHTTP(w, r)
	res := w.Result()
	res.Request = r
	return res, nil
}
