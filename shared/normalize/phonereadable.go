package normalize

import "github.com/nyaruka/phonenumbers"

// ReadablePhone writes a number in E.164 in groups, as people read it to each other: "+82 10-1234-5678". What is no valid
// number stays as it is.
func ReadablePhone(phone string) string {
	n, err := phonenumbers.Parse(phone, "")
	if err != nil || !phonenumbers.IsValidNumber(n) || n.GetExtension() != "" {
		return phone
	}
	return phonenumbers.Format(n, phonenumbers.INTERNATIONAL)
}
