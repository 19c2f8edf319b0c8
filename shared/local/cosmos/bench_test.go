package cosmos_test

import (
	"fmt"
	"testing"
	"time"

	"leadflow/shared/local/cosmos"
	"leadflow/shared/topology"
)

// BenchmarkWriteAndRead is one upsert and one point read of a lead of 4 KB through the client.
func BenchmarkWriteAndRead(b *testing.B) {
	for name, dir := range map[string]string{"memory": "", "disk": b.TempDir()} {
		b.Run(name, func(b *testing.B) {
			a := open(b, cosmos.Options{Dir: dir, Now: time.Now}, topology.Load().Containers)
			c := a.container(b, topology.ContainerLeads)
			i := 0
			for b.Loop() {
				i++
				id := fmt.Sprint("lead-", i%1000)
				document := fmt.Sprintf(`{"id":"%s","lead":"%s","mailDueAt":"2026-03-02T09:00:%02d.000Z","text":"%04000d"}`, id, id, i%60, i)
				if _, err := c.UpsertItem(b.Context(), pk(id), []byte(document), nil); err != nil {
					b.Fatal(err)
				}
				if _, err := c.ReadItem(b.Context(), pk(id), id, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
