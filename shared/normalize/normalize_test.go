package normalize_test

import (
	"testing"

	"leadflow/shared/normalize"
)

// BenchmarkContact normalizes all that a lead has, for the two contacts that come most and the one whose scripts
// cost most. Reading and normalizing a lead must stay below 20 µs and 60 allocations together, and reading takes 5 µs.
func BenchmarkContact(b *testing.B) {
	for _, c := range []struct{ name, first, last, email, phone, country string }{
		{"international-number", "Ana", "Silva", "Ana.Silva@Fabrikam.example.com", "+55 11 91234-5678", "Brazil"},
		{"as-documented", "Some", "One", "someone@contoso.com", "16175555555", "USA"},
		{"Hangul", "지훈", "김", "jihoon.kim@contoso.co.kr", "010-1234-5678", "대한민국"},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				normalize.Email(c.email)
				normalize.CompanyDomain(c.email)
				normalize.Phone(c.phone, normalize.Country(c.country))
				normalize.Name(c.first, c.last)
				normalize.FullName(c.first, c.last)
			}
		})
	}
}
