package lab

import "iter"

// Fill creates documents, given with their partition keys, in a container of the lab's database: very many in little
// time, because it asks the database for none of them.
func (l *Lab) Fill(container string, documents iter.Seq2[string, []byte]) {
	l.t.Helper()
	if err := l.server.Fill(Database, container, documents); err != nil {
		l.t.Fatal(err)
	}
}
