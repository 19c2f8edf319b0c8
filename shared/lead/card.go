package lead

// Card is what a list of open leads shows of one.
type Card struct {
	Due
	Subject     string       `json:"subject"`
	Contact     Contact      `json:"contact"`
	Stage       Stage        `json:"stage"`
	Suppression *Suppression `json:"suppression"`
	UpdatedAt   Time         `json:"updatedAt"`
}
