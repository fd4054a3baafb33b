package notifier

import (
	"slices"
	"strings"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
)

// The kinds of notice to people inside.
const (
	askedKind     = "approval-asked"
	rejectedKind  = "rejected"
	lateKind      = "late"
	decideByKind  = "decide-by"
	overrunKind   = "overrun"
	escalatedKind = "escalated"
	conflictKind  = "conflict"

	undeliveredKind = "undelivered"
)

// tellInside makes the notice of an event to the people it is for.
func tellInside(tx *store.Tx, ev scheduler.Event, w scheduler.Window) error {
	kind, to, err := insiders(tx, ev, w)
	if err != nil || len(to) == 0 {
		return err
	}
	a := announcement{
		ID: tx.NewID(), WindowID: w.ID, Kind: scheduler.Announcement(kind), Inside: true, Seq: ev.Seq,
		At: ev.At, Due: tx.Now, Notice: w.Notice(ev.Data.Reason), Detail: insideDetail(ev),
	}
	if err := keepAnnouncement(tx, a, "made"); err != nil {
		return err
	}
	for _, who := range to {
		d := delivery{
			ID: tx.NewID(), Announcement: a.ID, Window: w.ID, Kind: kind, To: who, State: Queued,
			Expires: tx.Now.Add(insideUse),
		}
		if err := put(tx, d); err != nil {
			return err
		}
	}
	_, err = tx.Exec(`UPDATE announcements SET recipients = $2 WHERE id = $1`, a.ID, len(to))
	return err
}

// insideUse is how long a notice to people inside is worth reading.
const insideUse = 24 * time.Hour

// insiders is what kind of notice an event asks for, and who gets it.
func insiders(tx *store.Tx, ev scheduler.Event, w scheduler.Window) (kind string, to []scheduler.Stakeholder, err error) {
	var addresses []string
	switch ev.Kind {
	case scheduler.Submitted, scheduler.Edited, scheduler.Rescheduled, scheduler.SeriesSubmitted, scheduler.SeriesEdited, scheduler.SeriesExtended, scheduler.SeriesAgreed:
		if w.State != scheduler.Requested {
			return "", nil, nil
		}
		kind = askedKind
		addresses, err = approvers(tx, w.Requester)
	case scheduler.Started:
		if !unapproved(w) {
			return "", nil, nil
		}
		kind = askedKind
		addresses, err = approvers(tx, w.Requester)
	case scheduler.RejectedBy, scheduler.SeriesRefused:
		kind, addresses = rejectedKind, []string{w.Requester, w.Lead}
	case scheduler.Conflicted:
		kind = conflictKind
		addresses, err = concernedBy(tx, w)
	case scheduler.DecideByCame:
		kind = decideByKind
		addresses, err = responsible(tx, w)
	case scheduler.NotDelivered:
		kind = undeliveredKind
		addresses, err = responsible(tx, w)
	case scheduler.WentLate, scheduler.Overran, scheduler.Escalated:
		kind, addresses = string(ev.Kind), ev.Data.Called
	}
	if err != nil {
		return "", nil, err
	}
	slices.Sort(addresses)
	for _, address := range slices.Compact(addresses) {
		if address == "" {
			continue
		}
		who, err := person(tx, address)
		if err != nil {
			return "", nil, err
		}
		to = append(to, who)
	}
	return kind, to, nil
}

// approvers lists who may approve a window of the requester.
func approvers(tx *store.Tx, requester string) ([]string, error) {
	return store.Rows(tx, scanText, `
		SELECT email FROM people WHERE role IN ('approver', 'admin') AND disabled = $1 AND email <> $2 ORDER BY email`, false, requester)
}

// responsible lists the lead and the primary owners of the services.
func responsible(tx *store.Tx, w scheduler.Window) ([]string, error) {
	services, err := agenda.ServicesOf(tx, w.Slugs())
	if err != nil {
		return nil, err
	}
	first := scheduler.DutyFor(w, services, 0).Ladder
	if len(first) == 0 {
		return nil, nil
	}
	return first[0], nil
}

// concernedBy lists whom a conflict of w concerns: those responsible, who asked
// for it and, while it waits for them, the approvers.
func concernedBy(tx *store.Tx, w scheduler.Window) ([]string, error) {
	to, err := responsible(tx, w)
	if err != nil {
		return nil, err
	}
	to = append(slices.Clone(to), w.Requester)
	if w.State != scheduler.Requested {
		return to, nil
	}
	yes, err := approvers(tx, w.Requester)
	return append(to, yes...), err
}

// unapproved reports whether an emergency runs that nobody has approved or rejected.
func unapproved(w scheduler.Window) bool {
	return w.Kind == scheduler.Emergency && w.State.Running() && len(w.Approvals) == 0 && w.Rejected == nil
}

// answered says why a call for help is needed no more, if it is not.
func answered(a announcement, w scheduler.Window) string {
	switch {
	case w.State.Final() || w.State == scheduler.Draft:
		return "the window is " + w.State.Words()
	case w.Acknowledged.After(a.At):
		return "somebody takes care of it"
	case a.Notice.Text == "" && !w.Ringing(a.At):
		return "the window is neither late nor over time any more"
	}
	return ""
}

// insideDetail is what happened, in more lines than the log has where that helps.
func insideDetail(ev scheduler.Event) string {
	if len(ev.Data.Failed) == 0 {
		return ev.Text
	}
	var lines []string
	for _, f := range ev.Data.Failed {
		lines = append(lines, "- "+f.Address+": "+f.Why)
	}
	return strings.Join(lines, "\n")
}

// person is the address as a recipient, with the name and zone of the account
// behind it, if there is one.
func person(tx *store.Tx, address string) (scheduler.Stakeholder, error) {
	all, err := store.Rows(tx, func(r store.Scanner) (s scheduler.Stakeholder, err error) {
		err = r.Scan(&s.Email, &s.Name, &s.TimeZone)
		return s, err
	}, `SELECT email, name, time_zone FROM people WHERE email = $1`, address)
	who := scheduler.Stakeholder{Email: address}
	if len(all) > 0 {
		who = all[0]
	}
	who.All, who.Calendar = true, scheduler.NoPart
	return who, err
}

func scanText(r store.Scanner) (s string, err error) {
	err = r.Scan(&s)
	return s, err
}
