// Package lead is the domain: submissions, the leads they merge into, and the rules between them.
//
// It is pure. It takes values and a time and gives back decisions as data; it reads no clock, does no
// I/O and imports nothing else of Leadflow, so every rule can be tested as a table.
package lead
