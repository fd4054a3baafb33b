package notifier

import (
	"slices"
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
)

// tellInside makes the notice of an event to the people it is for.
func tellInside(tx *store.Tx, ev scheduler.Event, w scheduler.Window) error {
	kind, to, err := insiders(tx, ev, w)
	if err != nil || len(to) == 0 {
		return err
	}
	a := announcement{
		ID: tx.NewID(), WindowID: w.ID, Kind: scheduler.Announcement(kind), Inside: true, Seq: ev.Seq,
		At: tx.Now, Due: tx.Now, Notice: w.Notice(""), Detail: ev.Text,
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
	case scheduler.RejectedBy, scheduler.SeriesRefused:
		kind, addresses = rejectedKind, []string{w.Requester, w.Lead}
	case scheduler.Conflicted:
		kind = conflictKind
		addresses, err = responsible(tx, ev.Kind, w)
		addresses = append(addresses, w.Requester)
	case scheduler.WentLate, scheduler.DecideByCame, scheduler.Overran, scheduler.Escalated:
		kind = map[scheduler.EventKind]string{
			scheduler.WentLate: lateKind, scheduler.DecideByCame: decideByKind,
			scheduler.Overran: overrunKind, scheduler.Escalated: escalatedKind,
		}[ev.Kind]
		addresses, err = responsible(tx, ev.Kind, w)
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

// responsible lists the lead and the owners of the services; the backup owners
// and the escalation path too when it is serious.
func responsible(tx *store.Tx, kind scheduler.EventKind, w scheduler.Window) ([]string, error) {
	services, err := agenda.ServicesOf(tx, w.Slugs())
	if err != nil {
		return nil, err
	}
	to := []string{w.Lead}
	for _, s := range services {
		to = append(to, s.PrimaryOwner)
		if kind == scheduler.Overran || kind == scheduler.Escalated {
			to = append(to, s.BackupOwner)
		}
		if kind == scheduler.Escalated {
			to = append(to, s.Escalation...)
		}
	}
	return slices.DeleteFunc(to, func(s string) bool {
		_, wrong := scheduler.ParseAddress(s)
		return wrong != ""
	}), nil
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
