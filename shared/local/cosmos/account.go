package cosmos

import "net/http"

// serveAccount says where the account can be written and read: here, as the client called it.
func (s *Server) serveAccount(verb string, r *http.Request) (reply, error) {
	if verb != http.MethodGet {
		return reply{}, wrongVerb()
	}
	type location struct {
		Name     string `json:"name"`
		Endpoint string `json:"databaseAccountEndpoint"`
	}
	here := []location{{"Local", "http://" + r.Host + "/"}}
	return jsonReply(http.StatusOK, map[string]any{
		"id":                           "local",
		"_rid":                         "local",
		"writableLocations":            here,
		"readableLocations":            here,
		"enableMultipleWriteLocations": false,
		"userConsistencyPolicy":        map[string]string{"defaultConsistencyLevel": "Session"},
	})
}

// serveOffers lists no offers: nothing has provisioned throughput.
func (s *Server) serveOffers(verb string) (reply, error) {
	if verb != http.MethodGet && verb != verbQuery {
		return reply{}, wrongVerb()
	}
	return jsonReply(http.StatusOK, map[string]any{"_rid": "", "Offers": []string{}, "_count": 0})
}
