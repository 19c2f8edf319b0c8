package store_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/data/azcosmos"

	"leadflow/shared/lead"
	"leadflow/shared/local/cosmos"
	"leadflow/shared/store"
	"leadflow/shared/team"
	"leadflow/shared/topology"
)

// raw is a container, past the store.
func (d *database) raw(t *testing.T, container string) *azcosmos.ContainerClient {
	t.Helper()
	key, err := azcosmos.NewKeyCredential(cosmos.EmulatorKey)
	if err != nil {
		t.Fatal(err)
	}
	client, err := azcosmos.NewClientWithKey(d.url, key, nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := client.NewContainer("leadflow", container)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// put writes a document of the container leads as it is.
func (d *database) put(t *testing.T, id, document string) {
	t.Helper()
	if _, err := d.raw(t, topology.ContainerLeads).CreateItem(t.Context(), azcosmos.NewPartitionKeyString(id), []byte(document), nil); err != nil {
		t.Fatal(err)
	}
}

// document is a lead as it is stored.
func (d *database) document(t *testing.T, id string) map[string]any {
	t.Helper()
	r, err := d.raw(t, topology.ContainerLeads).ReadItem(t.Context(), azcosmos.NewPartitionKeyString(id), id, nil)
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]any
	if err := json.Unmarshal(r.Value, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func touch(id string, at time.Time) lead.Touch {
	return lead.Touch{Submission: id, ContentKey: id, Action: lead.ActionContactMe, ReceivedAt: lead.At(at)}
}

func nobody() lead.Owner { return lead.Owner{Person: lead.Operations} }

func staff(owner func() lead.Owner) lead.Staff {
	return team.Operations("operations@contoso.com").Staff(morning, owner)
}

func TestWhatALeadHasTooMuchOfIsInItsArchiveAndNothingIsLost(t *testing.T) {
	d, ctx := open(t), t.Context()
	const touches = 230
	for n := range touches {
		at := morning.Add(time.Duration(n) * 48 * time.Hour)
		if _, err := d.Update(ctx, "l1", func(l *lead.Lead) error {
			l.Take(touch(fmt.Sprintf("s%03d", n), at), lead.Contact{FirstName: "Ana"}, lead.At(at), staff(nobody))
			for _, m := range l.OpenMails() {
				l.Record(m.ID, "Mail sent.", lead.At(at))
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	l, _, err := d.Lead(ctx, "l1")
	if err != nil {
		t.Fatal(err)
	}
	if len(l.Touches) > 100 || l.Archived == nil {
		t.Fatalf("%d touches, archive %+v", len(l.Touches), l.Archived)
	}
	seen := map[string]bool{}
	for _, x := range l.Touches {
		seen[x.Submission] = true
	}
	archives := 0
	if err := d.Archives(ctx, l, func(a *lead.Archive) bool {
		archives++
		for _, x := range a.Touches {
			seen[x.Submission] = true
		}
		return true
	}); err != nil {
		t.Fatal(err)
	}
	if len(seen) != touches || archives < 2 {
		t.Errorf("%d of %d touches are there, in %d archives", len(seen), touches, archives)
	}
	first := 0
	if err := d.Archives(ctx, l, func(*lead.Archive) bool { first++; return false }); err != nil || first != 1 {
		t.Errorf("the walk went on to %d archives after it was told to stop, %v", first, err)
	}
	if err := d.Leads(ctx, time.Time{}, func(l lead.Lead) error {
		if l.ID != "l1" {
			t.Errorf("an archive is listed as a lead: %s", l.ID)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestALeadWithFewTouchesThatAreLargeShedsToo(t *testing.T) {
	d, ctx := open(t), t.Context()
	l, err := d.Update(ctx, "l1", func(l *lead.Lead) error {
		for n := range 20 {
			x := touch(fmt.Sprintf("s%03d", n), morning.Add(time.Duration(n)*48*time.Hour))
			x.Description = strings.Repeat("<", 2<<10) // six bytes each in JSON
			l.Take(x, lead.Contact{}, lead.At(morning), staff(nobody))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	stored, _, err := d.Lead(ctx, "l1")
	if err != nil {
		t.Fatal(err)
	}
	touches := len(stored.Touches)
	if err := d.Archives(ctx, l, func(a *lead.Archive) bool { touches += len(a.Touches); return true }); err != nil {
		t.Fatal(err)
	}
	if b, err := json.Marshal(stored); err != nil || len(b) > lead.MaxSize || touches != 20 {
		t.Errorf("the lead has %d bytes, %d touches in all, %v", len(b), touches, err)
	}
}

func TestAnArchiveIsWrittenBeforeItsLead(t *testing.T) {
	d, ctx := open(t), t.Context()
	full := func(l *lead.Lead) error {
		for n := range 101 {
			at := morning.Add(time.Duration(n) * 48 * time.Hour)
			l.Take(touch(fmt.Sprintf("s%03d", n), at), lead.Contact{}, lead.At(at), staff(nobody))
		}
		return nil
	}
	l := store.NewLead("l1")
	// Somebody creates the lead while the archive is written, so the write of the lead fails.
	if _, err := d.Update(ctx, "l1", func(l *lead.Lead) error { l.Subject = "theirs"; return nil }); err != nil {
		t.Fatal(err)
	}
	got, err := d.UpdateFrom(ctx, l, "", full)
	if err != nil {
		t.Fatal(err)
	}
	touches := len(got.Touches)
	if err := d.Archives(ctx, got, func(a *lead.Archive) bool { touches += len(a.Touches); return true }); err != nil {
		t.Fatal(err)
	}
	if touches != 101 || got.Subject == "" {
		t.Errorf("%d touches after a clash", touches)
	}
}

// version1 is a lead as the first version of the program wrote it.
const version1 = `{"id":"l1","lead":"l1","schema":1,"matchKey":"email:ana@fabrikam.example.com","contact":{"firstName":"Ana","lastName":"Silva",
"email":"ana@fabrikam.example.com","phone":"+55 11 91234-5678","country":"Brazil","emails":["ana@fabrikam.example.com"],"phones":["+55 11 91234-5678","(11) 91234-5678","1234567890"]},
"subject":"Fabrikam - Contact me - Contoso Analytics","touches":[{"submission":"s1","contentKey":"k","source":"AppSource","action":"PLT","offer":{"title":"Contoso Analytics","action":"PLT"},
"receivedAt":"2026-11-23T09:00:00.000Z"}],"owner":{"person":"operations","since":"2026-11-23T09:00:00.000Z","why":"x"},"stage":"New","timeline":[],
"createdAt":"2026-11-23T09:00:00.000Z","updatedAt":"2026-11-23T09:00:00.000Z"}`

func TestALeadOfTheFirstVersionIsBroughtUpToDate(t *testing.T) {
	d, ctx := open(t), t.Context()
	d.put(t, "l1", version1)
	check := func(what string, l *lead.Lead) {
		t.Helper()
		c := l.Contact
		if c.Country != "BR" || c.CountrySent != "Brazil" || c.Phone != "+5511912345678" || !slices.Equal(c.Phones, []string{"+5511912345678", "1234567890"}) {
			t.Errorf("%s: contact %+v", what, c)
		}
		if !slices.Contains(l.Probes, "phone:+5511912345678") || !slices.Contains(l.Probes, "company:fabrikam.example.com|ana silva") || l.Schema != lead.Schema || l.MatchKey != "email:ana@fabrikam.example.com" {
			t.Errorf("%s: probes %q, schema %d, match key %q", what, l.Probes, l.Schema, l.MatchKey)
		}
	}
	l, _, err := d.Lead(ctx, "l1")
	if err != nil {
		t.Fatal(err)
	}
	check("read", l)
	if err := d.Leads(ctx, time.Time{}, func(l lead.Lead) error { check("listed", &l); return nil }); err != nil {
		t.Fatal(err)
	}
	older := touch("s0", morning.Add(-time.Hour))
	if l, err = d.Update(ctx, "l1", func(l *lead.Lead) error {
		l.Take(older, lead.Contact{FirstName: "A.", JobTitle: "CTO"}, lead.At(morning), staff(nobody))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if l.Contact.FirstName != "Ana" || l.Contact.JobTitle != "CTO" {
		t.Errorf("an older touch made the contact %+v", l.Contact)
	}
	if written := d.document(t, "l1"); written["schema"] != float64(lead.Schema) {
		t.Errorf("it is written with schema %v", written["schema"])
	}
}

func TestALeadOfALaterVersionKeepsWhatThisOneDoesNotKnow(t *testing.T) {
	d, ctx := open(t), t.Context()
	later := strings.Replace(strings.Replace(version1, `"schema":1`, `"schema":99,"later":{"a":[1]}`, 1), `"contentKey":"k"`, `"contentKey":"k","mood":"good"`, 1)
	d.put(t, "l1", later)
	if _, err := d.Update(ctx, "l1", func(l *lead.Lead) error { l.Subject = "changed"; return nil }); err != nil {
		t.Fatal(err)
	}
	written := d.document(t, "l1")
	if written["schema"] != float64(99) || fmt.Sprint(written["later"]) != "map[a:[1]]" || written["subject"] != "changed" {
		t.Errorf("it is written as %v", written)
	}
	if x := written["touches"].([]any)[0].(map[string]any); x["mood"] != "good" {
		t.Errorf("its touch is written as %v", x)
	}
	if c := written["contact"].(map[string]any); c["country"] != "Brazil" {
		t.Errorf("a contact of a later version was changed: %v", c)
	}
}

func TestLeadsThatMayBeTheSamePersonAreFoundByWhatTheyHaveInCommon(t *testing.T) {
	d, ctx := open(t), t.Context()
	for id, keys := range map[string]lead.Keys{
		"phone":   {Phone: "+4722123456", Name: "x"},
		"company": {Domain: "contoso.com", Name: "ana silva"},
		"other":   {Phone: "+4722123457", Domain: "contoso.com", Name: "kim"},
		"none":    {},
	} {
		if _, err := d.Update(ctx, id, func(l *lead.Lead) error {
			l.BeFoundBy(keys)
			if id == "phone" {
				l.Suppression = &lead.Suppression{Reason: lead.SuppressedDoNotContact}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	probes := lead.Keys{Phone: "+4722123456", Domain: "contoso.com", Name: "ana silva"}.Probes()
	found := func(probes []string, except string) (ids []string) {
		hits, err := d.Similar(ctx, probes, except)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range hits {
			ids = append(ids, h.ID)
			if (h.ID == "phone") != (h.Suppression != nil) || len(h.Probes) == 0 {
				t.Errorf("hit %+v", h)
			}
		}
		slices.Sort(ids)
		return ids
	}
	if got := found(probes, ""); !slices.Equal(got, []string{"company", "phone"}) {
		t.Errorf("found %q", got)
	}
	if got := found(probes, "phone"); !slices.Equal(got, []string{"company"}) {
		t.Errorf("found %q, and a lead is not like itself", got)
	}
	if got := d.cost(func() { found(nil, "") }); len(got) != 0 {
		t.Errorf("to look for nothing costs %v", got)
	}
	if got := d.cost(func() { found(probes, "") }); len(got) != 1 || got["query leads"] != 1 {
		t.Errorf("it costs %v", got)
	}
}

func TestAProbeThatVeryManyLeadsShareCostsThreePagesAtMost(t *testing.T) {
	d, ctx := open(t), t.Context()
	for n := range 450 {
		if _, err := d.Update(ctx, fmt.Sprint(n), func(l *lead.Lead) error {
			l.BeFoundBy(lead.Keys{Phone: "+4722123456"})
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	got := d.cost(func() {
		hits, err := d.Similar(ctx, []string{"phone:+4722123456"}, "")
		if err != nil || len(hits) <= 20 {
			t.Errorf("%d hits, %v", len(hits), err)
		}
	})
	if got["query leads"] > 3 {
		t.Errorf("it costs %v", got)
	}
}

func TestWhatIsKeptForOperationsIsChangedByOneAtATime(t *testing.T) {
	d, ctx := open(t), t.Context()
	if w, err := d.Watch(ctx); err != nil || len(w.TestLeads) != 0 {
		t.Fatalf("%+v, %v", w, err)
	}
	done := make(chan error)
	for n := range 10 {
		go func() {
			done <- d.UpdateWatch(ctx, func(w *lead.Watch) error {
				w.SeeTest(lead.Offer{ID: fmt.Sprint(n)}, lead.At(morning))
				return nil
			})
		}()
	}
	for range 10 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	w, err := d.Watch(ctx)
	if err != nil || len(w.TestLeads) != 10 || len(w.News) != 10 {
		t.Errorf("%+v, %v", w, err)
	}
	if got := d.cost(func() {
		if err := d.UpdateWatch(ctx, func(*lead.Watch) error { return store.ErrUnchanged }); err != nil {
			t.Error(err)
		}
	}); len(got) != 1 || got["read state"] != 1 {
		t.Errorf("no change costs %v", got)
	}
	broken := errors.New("broken")
	if err := d.UpdateWatch(ctx, func(*lead.Watch) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
}

func TestALeadWithoutAnArchiveHasNoneToWalk(t *testing.T) {
	d, ctx := open(t), t.Context()
	l, err := d.Update(ctx, "l1", func(l *lead.Lead) error { l.Subject = "x"; return nil })
	if err != nil {
		t.Fatal(err)
	}
	if cost := d.cost(func() {
		if err := d.Archives(ctx, l, func(*lead.Archive) bool { t.Error("an archive"); return true }); err != nil {
			t.Error(err)
		}
	}); len(cost) != 0 {
		t.Errorf("it costs %v", cost)
	}
}

func TestLeadsThatShareAProbeAreFoundBeyondTheFirstPage(t *testing.T) {
	d, ctx := open(t), t.Context()
	for n := range 150 {
		if _, err := d.Update(ctx, fmt.Sprint(n), func(l *lead.Lead) error {
			l.BeFoundBy(lead.Keys{Phone: "+4722123456"})
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	if hits, err := d.Similar(ctx, []string{"phone:+4722123456"}, "7"); err != nil || len(hits) != 149 {
		t.Errorf("%d hits, %v", len(hits), err)
	}
}

func TestLeadsAreListedFromTheInstantThatIsAskedFor(t *testing.T) {
	d, ctx := open(t), t.Context()
	for n := range 3 {
		if _, err := d.Update(ctx, fmt.Sprint(n), func(l *lead.Lead) error {
			l.UpdatedAt = lead.At(morning.Add(time.Duration(n) * time.Millisecond))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	var ids []string
	if err := d.Leads(ctx, morning.Add(time.Millisecond), func(l lead.Lead) error { ids = append(ids, l.ID); return nil }); err != nil {
		t.Fatal(err)
	}
	if slices.Sort(ids); !slices.Equal(ids, []string{"1", "2"}) {
		t.Errorf("listed %v", ids)
	}
}

func TestTheValuesOfTheFirstVersionAreDatedByItsNewestTouch(t *testing.T) {
	d, ctx := open(t), t.Context()
	second := `"receivedAt":"2026-11-23T09:00:00.000Z"},{"submission":"s2","contentKey":"l","source":"AppSource","action":"PLT","offer":{"action":"PLT"},"receivedAt":"2026-11-25T09:00:00.000Z"}]`
	d.put(t, "l1", strings.Replace(version1, `"receivedAt":"2026-11-23T09:00:00.000Z"}]`, second, 1))
	l, err := d.Update(ctx, "l1", func(l *lead.Lead) error {
		l.Take(touch("between", morning.Add(24*time.Hour)), lead.Contact{FirstName: "A."}, lead.At(morning), staff(nobody))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(l.Touches) != 3 || l.Contact.FirstName != "Ana" {
		t.Errorf("%d touches, first name %s", len(l.Touches), l.Contact.FirstName)
	}
}

func TestALeadOfTheFirstVersionThatHasNoTouchIsReadToo(t *testing.T) {
	d := open(t)
	start, _, _ := strings.Cut(version1, `"touches"`)
	d.put(t, "l1", start+`"touches":[],"timeline":[]}`)
	if l, _, err := d.Lead(t.Context(), "l1"); err != nil || l.Contact.Country != "BR" || len(l.Contact.SaidAt) != 0 {
		t.Errorf("%+v, %v", l, err)
	}
}

func TestAMailOfALaterVersionKeepsWhatThisOneDoesNotKnow(t *testing.T) {
	d, ctx := open(t), t.Context()
	if _, err := d.raw(t, topology.ContainerMails).CreateItem(ctx, azcosmos.NewPartitionKeyString("m1"), []byte(`{"id":"m1","schema":99,"kind":"alert","to":"ana","state":"planned","later":{"a":1}}`), nil); err != nil {
		t.Fatal(err)
	}
	m, err := d.Mail(ctx, "m1")
	if err != nil {
		t.Fatal(err)
	}
	m.State = store.MailSent
	if err := d.ReplaceMail(ctx, m); err != nil {
		t.Fatal(err)
	}
	if err := d.ReplaceMail(ctx, m); err != nil { // it is known as it was just written
		t.Fatal(err)
	}
	r, err := d.raw(t, topology.ContainerMails).ReadItem(ctx, azcosmos.NewPartitionKeyString("m1"), "m1", nil)
	if err != nil {
		t.Fatal(err)
	}
	if written := string(r.Value); !strings.Contains(written, `"later":{"a":1}`) || !strings.Contains(written, `"schema":99`) || !strings.Contains(written, `"state":"sent"`) {
		t.Errorf("it is written as %s", written)
	}
}

func TestWhatIsWrittenHasTheVersionOfItsShape(t *testing.T) {
	d, ctx := open(t), t.Context()
	m := &store.Mail{ID: "m1", State: store.MailPlanned}
	if err := d.CreateMail(ctx, m); err != nil {
		t.Fatal(err)
	}
	if err := d.ReplaceMail(ctx, m); err != nil { // it is known as it was just created
		t.Fatal(err)
	}
	if err := d.UpdateWatch(ctx, func(w *lead.Watch) error { w.SeeTest(lead.Offer{ID: "a"}, lead.At(morning)); return nil }); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Update(ctx, "l1", func(l *lead.Lead) error { l.Subject = "x"; return nil }); err != nil {
		t.Fatal(err)
	}
	got, err := d.Mail(ctx, "m1")
	if err != nil || got.Schema != lead.Schema {
		t.Errorf("a mail has the schema %d, %v", got.Schema, err)
	}
	w, err := d.raw(t, topology.ContainerState).ReadItem(ctx, azcosmos.NewPartitionKeyString("watch"), "watch", nil)
	if err != nil || !strings.Contains(string(w.Value), fmt.Sprintf(`"schema":%d`, lead.Schema)) {
		t.Errorf("the watch is %s, %v", w.Value, err)
	}
	if l := d.document(t, "l1"); l["schema"] != float64(lead.Schema) || l["lead"] != "l1" {
		t.Errorf("a lead is %v", l)
	}
}

func TestAMailHasEndedWhenItWasSentFailedOrOvertaken(t *testing.T) {
	for state, ended := range map[store.MailState]bool{store.MailPlanned: false, store.MailClaimed: false, store.MailSent: true, store.MailFailed: true, store.MailDropped: true} {
		if m := (&store.Mail{State: state}); m.Ended() != ended {
			t.Errorf("a mail that is %s has ended: %t", state, m.Ended())
		}
	}
}

func TestAnArchiveThatIsMissingIsAnErrorAndNoEnd(t *testing.T) {
	d := open(t)
	l := store.NewLead("l1")
	l.Archived = &lead.Archived{ID: "archive-gone"}
	if err := d.Archives(t.Context(), l, func(*lead.Archive) bool { return true }); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("error %v", err)
	}
}

// This is what keeps a handler whose claim ran out from writing over the one that has it now.
func TestAMailIsWrittenOnlyAsItWasCreatedReadOrWrittenLast(t *testing.T) {
	d, ctx := open(t), t.Context()
	mine := &store.Mail{ID: "m1", State: store.MailClaimed}
	if err := d.CreateMail(ctx, mine); err != nil {
		t.Fatal(err)
	}
	overtake := func() {
		t.Helper()
		theirs, err := d.Mail(ctx, "m1")
		if err != nil {
			t.Fatal(err)
		}
		theirs.Tries++
		if err := d.ReplaceMail(ctx, theirs); err != nil {
			t.Fatal(err)
		}
	}
	overtake()
	if err := d.ReplaceMail(ctx, mine); !errors.Is(err, store.ErrChanged) {
		t.Errorf("error %v after it was created", err)
	}
	mine, err := d.Mail(ctx, "m1")
	if err != nil {
		t.Fatal(err)
	}
	if err := d.ReplaceMail(ctx, mine); err != nil {
		t.Fatal(err)
	}
	overtake()
	if err := d.ReplaceMail(ctx, mine); !errors.Is(err, store.ErrChanged) {
		t.Errorf("error %v after it was written", err)
	}
}
