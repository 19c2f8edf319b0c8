package cosmos

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"strings"
	"unicode"

	"github.com/google/uuid"
)

func newETag() string { return `"` + uuid.NewString() + `"` }

// newResourceID makes the _rid of a database (4 bytes) or of a container in it (4 more).
func newResourceID(parent string) string {
	rid, _ := base64.URLEncoding.DecodeString(parent)
	own := make([]byte, 4)
	rand.Read(own)
	return base64.URLEncoding.EncodeToString(append(rid, own...))
}

// checkName refuses the ids of databases and containers that the service refuses.
func checkName(id string) error {
	if err := checkID(id); err != nil {
		return err
	}
	if checkAddress(id) != nil {
		return refuse(http.StatusBadRequest, `The input name is invalid: it has one of / \ # %%, a control character or a space at its end.`)
	}
	return nil
}

func checkID(id string) error {
	if id == "" {
		return refuse(http.StatusBadRequest, "The input content is invalid because the required properties - 'id; ' - are missing")
	}
	if len(id) > 255 {
		return refuse(http.StatusBadRequest, "The input name is longer than 255 bytes.")
	}
	return nil
}

// checkAddress tells whether the gateway of the service finds something by this id. A document can be
// created with any id, but with some of them it can then only be queried.
func checkAddress(id string) error {
	if strings.ContainsFunc(id, unicode.IsControl) {
		return refuse(http.StatusBadRequest, "The request path has a control character.")
	}
	if strings.ContainsAny(id, `/\#%`) || strings.HasSuffix(id, " ") {
		return refuse(http.StatusUnauthorized, `The input authorization token can't serve the request: the gateway does not find an id with one of / \ # %% or with a space at its end.`)
	}
	return nil
}
