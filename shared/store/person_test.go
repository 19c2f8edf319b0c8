package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"leadflow/shared/lead"
	"leadflow/shared/store"
)

// writes writes a lead as it is given.
func (d *database) writes(t *testing.T, l lead.Lead) {
	t.Helper()
	if _, err := d.Update(t.Context(), l.ID, func(have *lead.Lead) error {
		l.Partition, l.Schema, l.UpdatedAt = l.ID, lead.Schema, lead.At(morning)
		*have = l
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// overfull is a lead with more touches than fit into it.
func overfull(id string) lead.Lead {
	l := lead.Lead{ID: id, Stage: lead.StageNew, Contact: lead.Contact{Email: "ana@fabrikam.example.com", Emails: []string{"ana@fabrikam.example.com"}}}
	for i := range 150 {
		l.Touches = append(l.Touches, lead.Touch{Submission: fmt.Sprint("s", i), ReceivedAt: lead.At(morning.Add(time.Duration(i) * time.Minute))})
	}
	return l
}

func TestALeadThatWasErasedIsNotFoundAndItsTombstoneIsThereForTheNextTouch(t *testing.T) {
	d, ctx := open(t), t.Context()
	d.writes(t, lead.Lead{ID: "l1", Stage: lead.StageNew, Touches: []lead.Touch{{Submission: "s1"}}, Suppression: &lead.Suppression{Reason: lead.SuppressedOptedOut}})
	read, version, err := d.Lead(ctx, "l1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Update(ctx, "l1", func(l *lead.Lead) error { l.Erase(lead.Time{}, lead.At(morning), nil, nil); return nil }); err != nil {
		t.Fatal(err)
	}
	if _, _, err := d.Lead(ctx, "l1"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the erased lead is read: %v", err)
	}
	if l, _, err := d.LeadOrTombstone(ctx, "l1"); err != nil || !l.Tombstone() {
		t.Errorf("the tombstone is %+v, %v", l, err)
	}
	err = d.Leads(ctx, time.Time{}, func(l lead.Lead) error { t.Errorf("it is listed: %+v", l); return nil })
	if err != nil {
		t.Fatal(err)
	}
	// Whoever read the lead before has to look at the tombstone, and so has who found none.
	for name, update := range map[string]func(func(*lead.Lead) error) error{
		"read before": func(f func(*lead.Lead) error) error { _, err := d.UpdateFrom(ctx, read, version, f); return err },
		"read as absent": func(f func(*lead.Lead) error) error {
			_, err := d.UpdateFrom(ctx, store.NewLead("l1"), "", f)
			return err
		},
	} {
		last := &lead.Lead{}
		if err := update(func(l *lead.Lead) error {
			last = l
			if l.Tombstone() {
				return store.ErrUnchanged
			}
			return nil
		}); err != nil || !last.Tombstone() || last.Suppression == nil {
			t.Errorf("%s: the change was given %+v, %v", name, last, err)
		}
	}
}

func TestEveryArchiveOfALeadIsFoundAndRemovedWhateverTheLeadKnows(t *testing.T) {
	d, ctx := open(t), t.Context()
	d.writes(t, overfull("l1"))
	d.writes(t, overfull("l2"))
	d.writes(t, lead.Lead{ID: "l1"}) // which knows of no archive any more
	all, err := d.AllArchives(ctx, "l1")
	if err != nil || len(all) != 1 || len(all[0].Touches) != 100 {
		t.Fatalf("archives %+v, %v", all, err)
	}
	for range 2 { // the second time it is gone
		if err := d.DeleteArchive(ctx, "l1", all[0].ID); err != nil {
			t.Fatal(err)
		}
	}
	if all, err := d.AllArchives(ctx, "l1"); err != nil || len(all) != 0 {
		t.Errorf("archives %+v, %v", all, err)
	}
	if all, err := d.AllArchives(ctx, "l2"); err != nil || len(all) != 1 {
		t.Errorf("archives of another lead %+v, %v", all, err)
	}
}

func TestEveryLeadIsLookedThroughForWhomItReaches(t *testing.T) {
	d, ctx := open(t), t.Context()
	for i := range 250 {
		d.writes(t, lead.Lead{ID: fmt.Sprint("l", i), Contact: lead.Contact{Emails: []string{fmt.Sprint(i, "@fabrikam.example.com")}}})
	}
	d.writes(t, overfull("full"))
	var ids []string
	err := d.Reached(ctx, func(r store.Reached) error {
		if ids = append(ids, r.ID); len(r.Contact.Emails) != 1 || (r.Archived != nil) != (r.ID == "full") {
			t.Errorf("lead %+v", r)
		}
		return nil
	})
	if slices.Sort(ids); err != nil || len(slices.Compact(ids)) != 251 {
		t.Errorf("%d leads, %v", len(ids), err)
	}
}

func TestAMailIsRemovedOnce(t *testing.T) {
	d, ctx := open(t), t.Context()
	if err := d.CreateMail(ctx, &store.Mail{ID: "m1"}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := d.DeleteMail(ctx, "m1"); err != nil {
			t.Error(err)
		}
	}
	if _, err := d.Mail(ctx, "m1"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("it is there: %v", err)
	}
}

func TestAnErasedSubmissionKeepsItsFinalOutcomeAndNoBody(t *testing.T) {
	for _, c := range []struct {
		name      string
		had, want lead.OutcomeKind
		ttl       int
	}{
		{"a lead", lead.OutcomeLead, lead.OutcomeLead, int(life / time.Second)},
		{"an open one", "", lead.OutcomeErased, int(time.Hour / time.Second)},
		{"a quarantined one", lead.OutcomeQuarantined, lead.OutcomeErased, int(time.Hour / time.Second)},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, ctx := open(t), t.Context()
			if err := d.AddSubmission(ctx, submission("s1")); err != nil {
				t.Fatal(err)
			}
			if c.had != "" {
				settle(t, d, "s1", c.had)
			}
			for range 2 {
				if err := d.EraseSubmission(ctx, "s1", morning, time.Hour); err != nil {
					t.Fatal(err)
				}
			}
			e, err := d.Entry(ctx, "s1")
			if err != nil || len(e.Body) != 0 || e.ContentType != "" || !e.ErasedAt.Equal(morning) || !e.ReceivedAt.Equal(morning) || e.OfferID == "" {
				t.Errorf("entry %+v, %v", e, err)
			}
			if e.Open() || e.Outcome.Kind != c.want || e.TTL != c.ttl || !e.NextTryAt.IsZero() {
				t.Errorf("it ended with %+v, for %d s, and is tried next %s", e.Outcome, e.TTL, e.NextTryAt)
			}
			if c.want != lead.OutcomeErased {
				return
			}
			if err := d.Reopen(ctx, "s1", morning); !errors.Is(err, store.ErrChanged) {
				t.Errorf("it can be replayed: %v", err)
			}
			settle(t, d, "s1", lead.OutcomeLead) // by whoever was at work on it
			if e, _ := d.Entry(ctx, "s1"); len(e.Body) != 0 || e.Outcome.Kind != lead.OutcomeErased {
				t.Errorf("a late outcome makes %+v", e)
			}
		})
	}
}

func TestThatASubmissionIsNotThereIsNoReasonToStopErasing(t *testing.T) {
	if err := open(t).EraseSubmission(t.Context(), "s1", morning, time.Hour); err != nil {
		t.Error(err)
	}
}
