package normalize_test

import (
	"testing"

	"leadflow/shared/normalize"
)

func TestPhonesAreWrittenInGroups(t *testing.T) {
	for phone, want := range map[string]string{
		"+821012345678": "+82 10-1234-5678", "+493012345678": "+49 30 12345678", "+5511912345678": "+55 11 91234-5678", "+55 11 91234-5678": "+55 11 91234-5678",
		"+1": "+1", "": "", "010-1234-5678": "010-1234-5678", "<b>+821012345678</b>": "<b>+821012345678</b>", "call me": "call me",
	} {
		if got := normalize.ReadablePhone(phone); got != want {
			t.Errorf("%q is written %q, want %q", phone, got, want)
		}
	}
}
