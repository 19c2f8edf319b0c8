package normalize

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestThePlainWayToAnAddressNeverSaysAnythingElseThanTheLongOne(t *testing.T) {
	part := rapid.SampledFrom([]string{"a", "Ana", "Z9", ".", "..", "-", "--", "_", "+x", "%", "@", "xn--a", "com", "contoso.com", "1", "é", "ﬀ", "İ", " ", "'", "!", "ab--c", "\"", "(", "", strings.Repeat("a", 64)})
	plain := 0
	rapid.Check(t, func(t *rapid.T) {
		address := rapid.OneOf(
			rapid.StringMatching(`[A-Za-z0-9]{1,3}[.+_%-]?[a-z]@[a-z0-9]{1,3}(-[a-z])?\.[a-z]{2}`),
			rapid.Custom(func(t *rapid.T) string {
				return strings.Join(rapid.SliceOfN(part, 0, 4).Draw(t, "local"), "") + "@" + strings.Join(rapid.SliceOfN(part, 0, 5).Draw(t, "host"), "")
			})).Draw(t, "address")
		address = strings.TrimSpace(address)
		if len(address) > maxAddress {
			return
		}
		local, host, ok := splitPlain(address)
		if !ok {
			return
		}
		plain++
		if l, h, ok := splitAny(address); !ok || l != local || h != host {
			t.Errorf("%q is %q at %q, and %q at %q, %t, the long way", address, local, host, l, h, ok)
		}
	})
	if plain == 0 {
		t.Error("no address went the plain way")
	}
}

func FuzzPlainAddress(f *testing.F) {
	for _, address := range []string{"Ana.Silva+x@fabrikam.example.com", "a@b.c", "a..b@c.de", ".a@c.de", "a@-c.de", "a@c-.de", "a@ab--c.de", "a@xn--bcher-kva.de", "a@1.2.3.4", "a@b.c@d.e", "%_-+@x.yz"} {
		f.Add(address)
	}
	f.Fuzz(func(t *testing.T, address string) {
		address = strings.TrimSpace(address)
		local, host, ok := splitPlain(address)
		if !ok || len(address) > maxAddress {
			return
		}
		if l, h, ok := splitAny(address); !ok || l != local || h != host {
			t.Errorf("%q is %q at %q, and %q at %q, %t, the long way", address, local, host, l, h, ok)
		}
	})
}
