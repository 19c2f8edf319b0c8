package cosmos

// The estimates follow the service's published examples: 1 request unit for a point read of 1 KB, 10 for
// 100 KB; about 5 to create a document of 1 KB without indexes and twice that to replace it; a bit over
// 2 for a query that finds nothing.

const minimalCharge = 1

func kilobytes(bytes int) float64 { return float64(bytes) / 1024 }

func readCharge(bytes int) float64 { return 1 + 0.09*kilobytes(bytes) }

// writeCharge grows with the document and the number of its indexed values.
func writeCharge(bytes, indexed int, replaced bool) float64 {
	charge := 5 + 0.5*kilobytes(bytes) + 0.1*float64(indexed)
	if replaced {
		charge *= 2
	}
	return charge
}

// queryCharge grows with the documents examined, not with those returned.
func queryCharge(examined, bytes int) float64 {
	return 2.3 + 0.05*float64(examined) + 0.05*kilobytes(bytes)
}
