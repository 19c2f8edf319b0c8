package ingest_test

import (
	"testing"
	"time"

	"leadflow/functions/ingest"
	"leadflow/shared/lead"
	"leadflow/shared/team"
)

// typical are submissions as they arrive: in the shape of Microsoft's own samples, and with phones as people
// write them.
var typical = []struct{ name, body string }{
	{"international-phone", `{"userDetails":{"firstName":"Ana","lastName":"Silva","email":"Ana.Silva@fabrikam.example.com","phone":"+55 11 91234-5678","country":"Brazil","company":"Fabrikam Ltda.","title":"Head of Data"},` +
		`"leadSource":"SPZA-PLT | docusign.3701c77e-1cfa-4c56-91e6-3ed0b622145","actionCode":"PLT","offerTitle":"DocuSign","description":"We need 300 seats by January. Can you call me on Tuesday?"}`},
	{"digits-as-in-the-samples", `{"userDetails":{"firstName":"Some","lastName":"One","email":"someone@contoso.com","phone":"16175555555","country":"USA","company":"Contoso","title":"Esquire"},` +
		`"leadSource":"AzureMarketplace","actionCode":"INS","offerTitle":"Test Microsoft","description":"Test run through Power Automate"}`},
	{"national-phone", `{"userDetails":{"firstName":"Priya","lastName":"Nair","email":"priya@northwind.example.com","phone":"020 7946 0018","country":"United Kingdom","company":"Northwind Traders"},` +
		`"leadSource":"AzurePortal-Create|checkpoint.check-point-r77-10sg-byol","actionCode":"Create","offerTitle":"Check Point"}`},
	{"hangul", `{"userDetails":{"firstName":"지훈","lastName":"김","email":"jihoon.kim@contoso.co.kr","phone":"010-1234-5678","country":"대한민국","company":"㈜콘토소","title":"최고기술책임자"},` +
		`"leadSource":"AppSource (SPZA)-PLT|contoso.analytics","actionCode":"PLT","offerTitle":"콘토소 애널리틱스","description":"도입 문의드립니다."}`},
}

// BenchmarkRead is everything between the body and what Leadflow understands of it: reading, normalizing, keys
// and offer. The aim is under 20 microseconds and 60 allocations.
func BenchmarkRead(b *testing.B) {
	t, problems := team.Parse([]byte("internalDomains: [contoso.example]\noffers: [{id: analytics, publisher: contoso, titles: [Contoso Analytics]}]\n"))
	if len(problems) > 0 {
		b.Fatal(problems)
	}
	t = t.WithOperations("operations@contoso.example")
	for _, c := range typical {
		b.Run(c.name, func(b *testing.B) {
			s := lead.Submission{ID: "s1", ReceivedAt: lead.At(time.Now()), Body: []byte(c.body)}
			b.ReportAllocs()
			for b.Loop() {
				if r := ingest.Read(s, t, nil); r.Kind != lead.OutcomeLead {
					b.Fatal(r.Kind, r.Why)
				}
			}
		})
	}
}

func TestReadingAllocatesLittle(t *testing.T) {
	for _, c := range typical {
		s := lead.Submission{ID: "s1", Body: []byte(c.body)}
		if n := testing.AllocsPerRun(100, func() { ingest.Read(s, team.Team{}, nil) }); n > 60 {
			t.Errorf("%s: %.0f allocations", c.name, n)
		}
	}
}
