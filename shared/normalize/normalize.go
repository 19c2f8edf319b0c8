// Package normalize tidies the values of a contact so that two spellings of one thing can be compared, and
// gives the standard form where there is one: E.164 for a phone number, ISO 3166 for a country, lower-case
// ASCII for a mail domain.
//
// It promises: the same input gives the same output, in time that grows with the length of the input only; no
// input makes it panic; "" means that nobody can tell, and is never a guess. It reads no file, clock, setting
// or network: the lists are part of the program and searched where they lie, so starting costs nothing.
//
// It is not for what is shown or written to: the address that is mailed and the name that is printed stay as
// the person gave them, but for FullName, Line and Dial, which are made for that. It does not say whether an address or a
// number exists.
package normalize

//go:generate go run ./internal/generate
