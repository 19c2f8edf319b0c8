package normalize_test

import (
	"testing"

	"leadflow/shared/normalize"
)

func TestWhatIsDialedIsPlainlyOneNumber(t *testing.T) {
	for phone, want := range map[string]string{
		"+821012345678": "+821012345678", "+55 11 91234-5678": "+5511912345678", "(02) 123.45/67": "021234567", "02\u00a01234": "021234", "12345": "12345",
		"1234": "", "+123456789012345": "+123456789012345", "+1234567890123456": "", "+44 (0)20 7946 0000": "", "call me": "", "+1 425 555 0100 x12": "",
		"tel:+15550100": "", "0+12345678": "", "*2767*3855#": "", "*21*15550100#": "", "15550100,,1": "", "1;ext=2?x=%41#3": "", "": "",
	} {
		if got := normalize.Dial(phone); got != want {
			t.Errorf("%q is dialed as %q, want %q", phone, got, want)
		}
	}
}
