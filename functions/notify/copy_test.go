package notify_test

import (
	"testing"
	"time"

	"leadflow/shared/azfunc"
	"leadflow/shared/local/inbox"
)

func TestAMailWhoseCopyCouldNotBeSentIsNotLeftToTheSweep(t *testing.T) {
	d := open(t)
	_, m := d.alerted(1)
	d.answers(inbox.StageRcpt, busy)
	d.runs(m, azfunc.KindLater, 0)
	d.ServiceBus.Stop()
	if err := d.notify.Postpone(t.Context(), m, 0, "busy"); err == nil {
		t.Fatal("a copy was sent")
	}
	d.ServiceBus.Start() // the message is abandoned, and comes again: there is no copy
	d.OnSMTP(nil)
	d.now = d.now.Add(30 * time.Second)
	m.DeliveryCount = 2
	if o := d.notify.Run(t.Context(), m); o.Kind() == azfunc.KindDone && len(d.Mails()) == 0 {
		t.Errorf("notify says %s, and nobody has the mail any more until the sweep, half an hour after its next try", o)
	}
}
