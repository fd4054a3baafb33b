package agenda

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"lull/scheduler"
	"lull/scheduler/store"
)

// seriesDecision lets windows of a series go through a verb together, and
// answers with them as they were, as they are, and what happened.
type seriesDecision func(tx *store.Tx, s *scheduler.Series, all []scheduler.Window) (c group, was []scheduler.Window, evs []scheduler.Event, err error)

// changeSeries lets decide change a series and its windows, and keeps all of it.
// A version that is not the present one is ErrStale; 0 is any.
func (a *Agenda) changeSeries(ctx context.Context, id string, version int, verb string, by scheduler.Person, decide seriesDecision) (v SeriesView, err error) {
	err = a.db.Update(ctx, func(tx *store.Tx) error {
		s, all, err := presentSeries(tx, id, version, verb)
		if err != nil {
			return err
		}
		had := s.Version
		c, was, evs, err := decide(tx, &s, all)
		if err != nil {
			return err
		}
		if err := changeAll(tx, c.ws, was); err != nil {
			return err
		}
		if err := keepSeries(tx, s, had, dueAt(s, tx.Now)); err != nil {
			return err
		}
		if err := recordSeries(tx, evs...); err != nil {
			return err
		}
		if err := recheck(tx, c.views(), by); err != nil {
			return err
		}
		v, err = seriesView(tx, s)
		return err
	})
	return v, err
}

// presentSeries is a series that may be changed, and its windows.
func presentSeries(tx *store.Tx, id string, version int, verb string) (s scheduler.Series, all []scheduler.Window, err error) {
	if s, err = series(tx, id); err != nil {
		return s, nil, err
	}
	if version > 0 && version != s.Version {
		return s, nil, scheduler.ErrStale
	}
	if err := s.Standing(verb); err != nil {
		return s, nil, err
	}
	all, err = members(tx, id)
	return s, all, err
}

// SubmitSeries asks for the drafts of a series that are still to come, in spite
// of conflicts if a reason is given.
func (a *Agenda) SubmitSeries(ctx context.Context, id string, version int, reason string, by scheduler.Person) (SeriesView, error) {
	return a.changeSeries(ctx, id, version, "submit", by, func(tx *store.Tx, s *scheduler.Series, all []scheduler.Window) (c group, was []scheduler.Window, evs []scheduler.Event, err error) {
		drafts := chosen(all, func(w scheduler.Window) bool {
			return w.State == scheduler.Draft && !w.Detached && w.Start.After(tx.Now)
		})
		if len(drafts) == 0 {
			return c, nil, nil, nothing("submit", "It has no draft that is still to come.")
		}
		was = slices.Clone(drafts)
		c, evs, err = submitted(tx, s, drafts, reason, by)
		return c, was, evs, err
	})
}

func nothing(gate, detail string) error {
	return &scheduler.GateError{Gate: gate, Reasons: []scheduler.Reason{{Code: scheduler.CodeState, Detail: detail}}}
}

// waiting are the windows that the approval of their series is asked for.
func waiting(all []scheduler.Window, now time.Time) []scheduler.Window {
	return chosen(all, func(w scheduler.Window) bool {
		return w.State == scheduler.Requested && !w.Detached && w.End.After(now)
	})
}

// ApproveSeries adds an approval to every window that waits for it; with the
// last one they are scheduled, and their stakeholders are told in one message.
// Until reviewBy, zero for as long as may be, what the series makes is approved.
func (a *Agenda) ApproveSeries(ctx context.Context, id string, version int, yes scheduler.Yes, reviewBy time.Time, by scheduler.Person) (SeriesView, error) {
	return a.changeSeries(ctx, id, version, "approve", by, func(tx *store.Tx, s *scheduler.Series, all []scheduler.Window) (c group, was []scheduler.Window, evs []scheduler.Event, err error) {
		if err := s.Agree(scheduler.Scene{By: by, Now: tx.Now}, yes, reviewBy); err != nil {
			return c, nil, nil, err
		}
		asked := slices.DeleteFunc(waiting(all, tx.Now), func(w scheduler.Window) bool {
			return slices.ContainsFunc(w.Approvals, func(a scheduler.Approval) bool { return a.By == by.Email })
		})
		was = slices.Clone(asked)
		if c, err = grouped(tx, asked, by); err != nil {
			return c, nil, nil, err
		}
		if evs, err = c.each(func(w *scheduler.Window, sc scheduler.Scene) (scheduler.Event, error) { return w.Approve(sc, yes) }); err != nil {
			return c, nil, nil, err
		}
		text := fmt.Sprintf("%s approved the series, the %d. approval; it needs more.", by.Name, len(s.Approvals))
		if agreed(*s, all, c.ws, tx.Now) {
			s.State = scheduler.SeriesApproved
			text = fmt.Sprintf("%s approved the series, until it is reviewed on %s; %s scheduled.", by.Name, s.ReviewBy.Format("2 Jan 2006"), windowsWords(among(c.ws, scheduler.Scheduled)))
		}
		if note := strings.TrimSpace(yes.Note); note != "" {
			text += " " + note
		}
		return c, was, append(evs, gathered(s, evs, scheduler.Scene{By: by, Now: tx.Now}, scheduler.SeriesAgreed, text)...), nil
	})
}

// agreed reports whether none of the windows waits any more, those that were
// just approved included.
func agreed(s scheduler.Series, all, approved []scheduler.Window, now time.Time) bool {
	left := map[string]bool{}
	for _, w := range waiting(all, now) {
		left[w.ID] = true
	}
	for _, w := range approved {
		if w.State == scheduler.Scheduled {
			delete(left, w.ID)
		}
	}
	if len(approved) == 0 { // nothing waited: the series itself still asks for its quorum
		return len(left) == 0 && len(s.Approvals) > 0
	}
	return len(left) == 0
}

// RejectSeries sends the windows that wait back to their drafts, and says why.
func (a *Agenda) RejectSeries(ctx context.Context, id string, version int, reason string, by scheduler.Person) (SeriesView, error) {
	return a.changeSeries(ctx, id, version, "reject", by, func(tx *store.Tx, s *scheduler.Series, all []scheduler.Window) (c group, was []scheduler.Window, evs []scheduler.Event, err error) {
		sc := scheduler.Scene{By: by, Now: tx.Now}
		if err := s.Refuse(sc, reason); err != nil {
			return c, nil, nil, err
		}
		asked := waiting(all, tx.Now)
		was = slices.Clone(asked)
		if c, err = grouped(tx, asked, by); err != nil {
			return c, nil, nil, err
		}
		if evs, err = c.each(func(w *scheduler.Window, sc scheduler.Scene) (scheduler.Event, error) { return w.Reject(sc, reason) }); err != nil {
			return c, nil, nil, err
		}
		more := gathered(s, evs, sc, scheduler.SeriesRefused, fmt.Sprintf("%s rejected the series: %s", by.Name, strings.TrimSpace(reason)))
		if len(c.ws) > 0 {
			more[0].WindowID, more[0].Data.Inside, more[0].Data.Reason = c.ws[0].ID, true, strings.TrimSpace(reason)
		}
		return c, was, append(evs, more...), nil
	})
}

// SkipOccurrence leaves one occurrence out for ever: its window is cancelled
// like any other, or was not made yet.
func (a *Agenda) SkipOccurrence(ctx context.Context, id string, version int, occurrence, reason string, by scheduler.Person) (SeriesView, error) {
	occurrence = strings.TrimSpace(occurrence)
	return a.changeSeries(ctx, id, version, "skip", by, func(tx *store.Tx, s *scheduler.Series, all []scheduler.Window) (c group, was []scheduler.Window, evs []scheduler.Event, err error) {
		one := chosen(all, func(w scheduler.Window) bool { return w.Occurrence == occurrence })
		rule, _ := seriesRule(*s) // without dates left it includes none
		if len(one) == 0 && !rule.Includes(occurrence) {
			return c, nil, nil, scheduler.InvalidError{"occurrence": "The series has no such occurrence: give its name, such as 2026-12-13T02:00."}
		}
		was = slices.Clone(one)
		if c, err = grouped(tx, one, by); err != nil {
			return c, nil, nil, err
		}
		if evs, err = c.each(func(w *scheduler.Window, sc scheduler.Scene) (scheduler.Event, error) { return w.Cancel(sc, reason) }); err != nil {
			return c, nil, nil, err
		}
		s.Skip(occurrence)
		text := strings.TrimSuffix(fmt.Sprintf("%s left out %s: %s", by.Name, scheduler.Said(occurrence), strings.TrimSpace(reason)), ": ")
		ev := s.Happened(scheduler.Scene{By: by, Now: tx.Now}, scheduler.SeriesSkipped, text)
		ev.Data.Reason = strings.TrimSpace(reason)
		return c, was, append(evs, ev), nil
	})
}

// EndSeries ends a series: what is to come is cancelled, and its stakeholders
// are told in one message; what runs or is over stays as it is.
func (a *Agenda) EndSeries(ctx context.Context, id string, version int, reason string, by scheduler.Person) (SeriesView, error) {
	if reason = strings.TrimSpace(reason); reason == "" {
		reason = "The series has ended."
	}
	return a.changeSeries(ctx, id, version, "end", by, func(tx *store.Tx, s *scheduler.Series, all []scheduler.Window) (c group, was []scheduler.Window, evs []scheduler.Event, err error) {
		ahead := chosen(all, func(w scheduler.Window) bool {
			return !w.State.Running() && !w.State.Final() && w.Start.After(tx.Now)
		})
		was = slices.Clone(ahead)
		if c, err = grouped(tx, ahead, by); err != nil {
			return c, nil, nil, err
		}
		if evs, err = c.each(func(w *scheduler.Window, sc scheduler.Scene) (scheduler.Event, error) { return w.Cancel(sc, reason) }); err != nil {
			return c, nil, nil, err
		}
		s.State = scheduler.SeriesEnded
		text := fmt.Sprintf("%s ended the series, %s cancelled: %s", by.Name, windowsWords(len(c.ws)), reason)
		return c, was, append(evs, gathered(s, evs, scheduler.Scene{By: by, Now: tx.Now}, scheduler.SeriesOver, text)...), nil
	})
}
