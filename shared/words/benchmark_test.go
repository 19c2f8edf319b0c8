package words_test

import (
	"testing"

	"leadflow/shared/words"
)

func BenchmarkSay(b *testing.B) {
	w := words.In([]string{"ko"})
	b.ReportAllocs()
	for b.Loop() {
		w.Say("action.INS")
	}
}
