package agenda

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"lull/scheduler"
	"lull/scheduler/recur"
	"lull/scheduler/store"
)

// AddSeries keeps a series, makes the windows of its horizon as drafts and, if
// asked, submits them all, in one transaction.
func (a *Agenda) AddSeries(ctx context.Context, given scheduler.Series, sub Submission, by scheduler.Person) (v SeriesView, err error) {
	err = a.db.Update(ctx, func(tx *store.Tx) error {
		s := newSeries(tx, given, by)
		if err := nameTemplate(tx, &s.Plan); err != nil {
			return err
		}
		rule, dates, err := planned(tx, &s)
		if err != nil {
			return err
		}
		if len(dates) == 0 {
			return scheduler.InvalidError{"start_local": fmt.Sprintf("Nothing occurs in the next %d days, and a series is made for these.", scheduler.Horizon)}
		}
		ws, evs, err := occur(tx, s, dates, by)
		if err != nil {
			return err
		}
		s.MadeUntil = horizon(tx.Now)
		now := scheduler.Scene{By: by, Now: tx.Now}
		evs = append(evs, s.Happened(now, scheduler.SeriesCreated, fmt.Sprintf("%s drafted the series %q: %s, %s.", by.Name, s.Title, rule.Words(s.Duration), windowsWords(len(ws)))))
		c := group{ws: ws, scenes: make([]scheduler.Scene, len(ws))}
		if sub.Now {
			var more []scheduler.Event
			if c, more, err = submitted(tx, &s, ws, sub.Reason, by); err != nil {
				return err
			}
			evs = append(evs, more...)
		}
		if err := keepSeries(tx, s, 0, dueAt(s, tx.Now)); err != nil {
			return err
		}
		if err := addAll(tx, c.ws); err != nil {
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

func newSeries(tx *store.Tx, given scheduler.Series, by scheduler.Person) scheduler.Series {
	s := cloned(given)
	s.ID, s.State, s.Requester, s.Created, s.Version = tx.NewID(), scheduler.SeriesDraft, by.Email, tx.Now, 0
	s.Policy, s.Approvals, s.ReviewBy, s.ConflictReason = scheduler.Policy{}, nil, time.Time{}, ""
	return s
}

// planned checks the series, and lists its dates from now to the horizon. Every
// field that is wrong is named, as an InvalidError.
func planned(tx *store.Tx, s *scheduler.Series) (rule recur.Rule, dates []scheduler.Occurrence, err error) {
	wrong := scheduler.InvalidError{}
	note := func(err error) error {
		var bad scheduler.InvalidError
		if errors.As(err, &bad) {
			maps.Copy(wrong, bad)
			return nil
		}
		return err
	}
	if err := note(s.Check()); err != nil {
		return rule, nil, err
	}
	rule, bad := seriesRule(*s)
	if err := note(bad); err != nil {
		return rule, nil, err
	}
	if err := note(known(tx, s.Plan)); err != nil {
		return rule, nil, err
	}
	if err := wrong.Err(); err != nil {
		return rule, nil, err
	}
	dates = occurrences(*s, rule, tx.Now, horizon(tx.Now))
	return rule, dates, checkDates(*s, dates)
}

func checkDates(s scheduler.Series, dates []scheduler.Occurrence) error {
	if len(dates) == 0 {
		return nil
	}
	return s.CheckDates(dates)
}

// occur makes the windows of dates as drafts, not yet kept, and what is to be
// recorded of it.
func occur(tx *store.Tx, s scheduler.Series, dates []scheduler.Occurrence, by scheduler.Person) (ws []scheduler.Window, evs []scheduler.Event, err error) {
	var number int
	if err := tx.Row(`SELECT coalesce(max(number), 0) FROM windows`).Scan(&number); err != nil {
		return nil, nil, fmt.Errorf("agenda: next number: %w", err)
	}
	sc := scheduler.Scene{By: by, Now: tx.Now, NewID: tx.NewID}
	for i, d := range dates {
		w, ev, err := s.Occur(number+1+i, d, sc)
		if err != nil {
			return nil, nil, err
		}
		ws, evs = append(ws, w), append(evs, ev)
	}
	return ws, evs, nil
}

// submitted submits the drafts of a series together.
func submitted(tx *store.Tx, s *scheduler.Series, ws []scheduler.Window, reason string, by scheduler.Person) (c group, evs []scheduler.Event, err error) {
	if c, err = grouped(tx, ws, by); err != nil {
		return c, nil, err
	}
	if evs, err = c.each(func(w *scheduler.Window, sc scheduler.Scene) (scheduler.Event, error) { return w.Submit(sc, reason) }); err != nil {
		return c, nil, err
	}
	set, err := SettingsIn(tx)
	if err != nil {
		return c, nil, err
	}
	s.Policy, s.ConflictReason, s.Requester, s.Approvals, s.ReviewBy = set.Policy, reason, by.Email, nil, time.Time{}
	text := fmt.Sprintf("%s scheduled the series, %s: no approval asked.", by.Name, windowsWords(len(c.ws)))
	if c.ws[0].PreApproved != nil {
		text = fmt.Sprintf("%s scheduled the series, %s: the template %q is pre-approved.", by.Name, windowsWords(len(c.ws)), s.Template.Name)
	}
	s.State = scheduler.SeriesApproved
	if n := among(c.ws, scheduler.Requested); n > 0 {
		s.State = scheduler.SeriesRequested
		text = fmt.Sprintf("%s asked for approval of the series, %s.", by.Name, windowsWords(n))
	}
	return c, append(evs, gathered(s, evs, scheduler.Scene{By: by, Now: tx.Now}, scheduler.SeriesSubmitted, text)...), nil
}

// gathered is the events of a series that tell, once, what its windows' events
// ask to be told; they are told no more themselves.
func gathered(s *scheduler.Series, of []scheduler.Event, sc scheduler.Scene, kind scheduler.EventKind, text string) []scheduler.Event {
	g := scheduler.Gather(of, rhythm(*s))
	ev := s.Happened(sc, kind, text)
	g.Tell(&ev)
	if g.Asks == "" || g.Kind == "" {
		g.Ask(&ev)
		return []scheduler.Event{ev}
	}
	asks := s.Happened(sc, scheduler.SeriesSubmitted, "Some windows of the series wait for approval.")
	g.Ask(&asks)
	return []scheduler.Event{ev, asks}
}

func windowsWords(n int) string {
	if n == 1 {
		return "1 window"
	}
	return fmt.Sprintf("%d windows", n)
}

// PreviewedDate is a date of a series that is only thought of.
type PreviewedDate struct {
	scheduler.Occurrence
	Conflicts []scheduler.Conflict
}

// SeriesPreview is what a series would be: its rule in words, its first dates,
// and how many windows would be made at once.
type SeriesPreview struct {
	Words   string
	Ends    string
	Dates   []PreviewedDate
	Windows int
}

// PreviewSeries lists the first dates of a series with what stands in their way,
// and keeps nothing. For one that there is, id leaves its own windows aside.
func (a *Agenda) PreviewSeries(ctx context.Context, given scheduler.Series, id string, limit int, by scheduler.Person) (p SeriesPreview, err error) {
	if limit <= 0 {
		limit = 20
	}
	limit = min(limit, 500)
	err = a.db.View(ctx, func(tx *store.Tx) error {
		p = SeriesPreview{}
		s := newSeries(tx, given, by)
		if s.Title == "" {
			s.Title = "A series" // which need not have its title to be looked at
		}
		if s.Duration == 0 {
			s.Duration = time.Hour
		}
		rule, dates, err := planned(tx, &s)
		if err != nil {
			return err
		}
		r := rhythm(s)
		p.Words, p.Ends, p.Windows = r.Words, r.Until, len(dates)
		all := lasting(s, rule.From(time.Time{}, limit))
		ws, _, err := occur(tx, s, all, by)
		if err != nil {
			return err
		}
		c, err := grouped(tx, ws, by)
		if err != nil {
			return err
		}
		own, err := store.Rows(tx, scanString, `SELECT id FROM windows WHERE series_id = $1 AND $1 <> ''`, id)
		if err != nil {
			return fmt.Errorf("agenda: preview of a series: %w", err)
		}
		p.Dates = previewed(all, c, own)
		return nil
	})
	return p, err
}

func previewed(all []scheduler.Occurrence, c group, own []string) (dates []PreviewedDate) {
	mine := make(map[string]bool, len(own))
	for _, id := range own {
		mine[id] = true
	}
	for i, o := range all {
		d := PreviewedDate{Occurrence: o}
		for _, conflict := range c.scenes[i].Conflicts {
			if conflict.Window == "" || !mine[conflict.Window] {
				d.Conflicts = append(d.Conflicts, conflict)
			}
		}
		dates = append(dates, d)
	}
	return dates
}
