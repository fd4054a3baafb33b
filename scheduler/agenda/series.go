package agenda

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"lull/scheduler"
	"lull/scheduler/recur"
	"lull/scheduler/store"
)

// SeriesView is a series and what there is to say of it at one moment.
type SeriesView struct {
	scheduler.Series
	Words   string             // the rule, in words
	Ends    string             // the last day, in its zone; empty: never
	Next    time.Time          // the start of the next window to come; zero: none
	Windows int                // that it has
	Members []scheduler.Window // they, by their start, without checks; only where one series is asked for
	Notes   map[string]string  // how the clocks change at some of them, in words, by their id
	Left    []string           // the names of windows that a change left alone, since they were changed by themselves
}

// seriesDoc is a series as it is kept: a plan leaves its checks out.
type seriesDoc struct {
	scheduler.Series
	Checks []scheduler.Check
}

func scanSeries(r store.Scanner) (s scheduler.Series, err error) {
	var doc seriesDoc
	err = r.Scan(store.JSON(&doc))
	s = doc.Series
	s.Checks = doc.Checks
	for i := range s.Checks {
		if string(s.Checks[i].Probe) == "null" {
			s.Checks[i].Probe = nil
		}
	}
	return s, err
}

func series(tx *store.Tx, id string) (scheduler.Series, error) {
	found, err := store.Rows(tx, scanSeries, `SELECT doc FROM series WHERE id = $1`, id)
	if err == nil && len(found) == 0 {
		err = scheduler.ErrNotFound
	}
	if err != nil {
		return scheduler.Series{}, err
	}
	return found[0], nil
}

// keepSeries writes s; was is the version that it is thought to replace, 0 when
// it is new. due is when its next windows are to be made.
func keepSeries(tx *store.Tx, s scheduler.Series, was int, due time.Time) error {
	doc := seriesDoc{s, s.Checks}
	args := []any{s.ID, s.Title, s.State, s.Requester, store.At(due), s.Version, store.At(s.Created), store.At(tx.Now), store.JSON(&doc)}
	query := `
		INSERT INTO series (id, title, state, requester, due_at, version, created_at, updated_at, doc)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	if was > 0 {
		query = `
			UPDATE series SET title = $2, state = $3, requester = $4, due_at = $5, version = $6, created_at = $7, updated_at = $8, doc = $9
			WHERE id = $1 AND version = $10`
		args = append(args, was)
	}
	n, err := tx.Exec(query, args...)
	if err != nil {
		return fmt.Errorf("agenda: keep series %s: %w", s.ID, err)
	}
	if n != 1 {
		return scheduler.ErrStale
	}
	return nil
}

// recordSeries records what happened to a series and to its windows.
func recordSeries(tx *store.Tx, evs ...scheduler.Event) error {
	last, err := recordAll(tx, evs)
	if err != nil {
		return err
	}
	var rows [][]any
	for i, ev := range evs {
		if ev.Data.Series != "" {
			rows = append(rows, []any{ev.Data.Series, last - int64(len(evs)-1-i)})
		}
	}
	if err := insert(tx, `INSERT INTO series_events (series_id, seq)`, rows); err != nil {
		return fmt.Errorf("agenda: log of a series: %w", err)
	}
	return nil
}

// seriesRule is the rule of s, or what is wrong with it as an InvalidError.
func seriesRule(s scheduler.Series) (recur.Rule, error) {
	zone, ok := scheduler.Zone(s.TimeZone)
	if !ok {
		return recur.Rule{}, scheduler.InvalidError{"time_zone": "This is not a time zone such as Europe/Berlin."}
	}
	rule, err := recur.New(recur.Spec{RRule: s.RRule, Start: s.StartLocal, Zone: zone, ExDates: s.ExDates, RDates: s.RDates, Until: s.Until})
	var bad *recur.Error
	if errors.As(err, &bad) {
		return rule, scheduler.InvalidError{bad.Field: bad.Words}
	}
	return rule, err
}

// occurrences lists those of s from a moment on until before another one, one
// more than may be at most.
func occurrences(s scheduler.Series, rule recur.Rule, from, to time.Time) []scheduler.Occurrence {
	return lasting(s, rule.Between(from, to, scheduler.MostAhead+1))
}

// lasting are dates of s with their ends, and how the clocks change.
func lasting(s scheduler.Series, dates []recur.Occurrence) []scheduler.Occurrence {
	zone, _ := scheduler.Zone(s.TimeZone)
	all := make([]scheduler.Occurrence, len(dates))
	var before *recur.Occurrence
	for i, o := range dates {
		all[i] = scheduler.Occurrence{
			Local: o.Local, Interval: scheduler.Interval{Start: o.At, End: o.At.Add(s.Duration)},
			Note: recur.ClockChanges(before, o, s.Duration, zone),
		}
		before = &dates[i]
	}
	return all
}

// horizon is until when the windows of a series are made, at now.
func horizon(now time.Time) time.Time { return now.AddDate(0, 0, scheduler.Horizon) }

// rhythm is how s recurs, in words.
func rhythm(s scheduler.Series) scheduler.Rhythm {
	rule, err := seriesRule(s)
	if err != nil { // no date is left of it
		return scheduler.Rhythm{ID: s.ID, Words: s.RRule}
	}
	r := scheduler.Rhythm{ID: s.ID, Words: rule.Words(s.Duration)}
	if last, ok := rule.Ends(); ok {
		r.Until = scheduler.InZone(last, s.TimeZone).Format("Mon 2 Jan 2006")
	}
	return r
}

// members lists the windows of a series by their start, with their checks.
func members(tx *store.Tx, id string) ([]scheduler.Window, error) {
	return windows(tx, `WHERE w.series_id = $1 ORDER BY w.start_at, w.id`, id)
}

// seriesView is what there is to say of one series.
func seriesView(tx *store.Tx, s scheduler.Series) (v SeriesView, err error) {
	vs, err := seriesViews(tx, []scheduler.Series{s})
	if err != nil {
		return v, err
	}
	v = vs[0]
	v.Members, err = store.Rows(tx, scanWindow, `
		SELECT w.id, w.number, w.title, w.state, w.version, w.doc FROM windows w WHERE w.series_id = $1 ORDER BY w.start_at, w.id`, s.ID)
	v.Notes = clockNotes(s, v.Members)
	return v, err
}

// clockNotes says beside the windows that stand where the rule has them how the
// clocks change.
func clockNotes(s scheduler.Series, all []scheduler.Window) map[string]string {
	standing := chosen(all, func(w scheduler.Window) bool { return !w.Detached && w.State != scheduler.Cancelled })
	dates := make([]recur.Occurrence, len(standing))
	zone, _ := scheduler.Zone(s.TimeZone)
	for i, w := range standing {
		at, note, _ := recur.Resolve(w.Occurrence, zone)
		dates[i] = recur.Occurrence{Local: w.Occurrence, At: at, Note: note}
	}
	notes := map[string]string{}
	for i, o := range lasting(s, dates) {
		if o.Note != "" && o.Start.Equal(standing[i].Start) {
			notes[standing[i].ID] = o.Note
		}
	}
	return notes
}

func seriesViews(tx *store.Tx, all []scheduler.Series) ([]SeriesView, error) {
	type count struct {
		n    int
		next store.Time
	}
	ids := make([]any, len(all))
	for i, s := range all {
		ids[i] = s.ID
	}
	counts, err := store.Rows(tx, func(r store.Scanner) (p part[count], err error) {
		err = r.Scan(&p.of, &p.it.n, &p.it.next)
		return p, err
	}, `
		SELECT w.series_id, count(*), min(CASE WHEN w.start_at > $1 AND w.state NOT IN ('closed', 'cancelled') THEN w.start_at END)
		FROM windows w WHERE w.series_id IN (`+holes(2, len(ids))+`) GROUP BY w.series_id`, append([]any{store.At(tx.Now)}, ids...)...)
	if err != nil {
		return nil, fmt.Errorf("agenda: windows of series: %w", err)
	}
	of := map[string]count{}
	for _, c := range counts {
		of[c.of] = c.it
	}
	vs := make([]SeriesView, len(all))
	for i, s := range all {
		vs[i] = SeriesView{Series: s, Windows: of[s.ID].n, Next: of[s.ID].next.Time}
		r := rhythm(s)
		vs[i].Words, vs[i].Ends = r.Words, r.Until
	}
	return vs, nil
}

// cloned is s with lists of its own, so that a change of them changes nothing else.
func cloned(s scheduler.Series) scheduler.Series {
	s.Services, s.Checks, s.Links = slices.Clone(s.Services), slices.Clone(s.Checks), slices.Clone(s.Links)
	s.Reminders, s.Recipients = slices.Clone(s.Reminders), slices.Clone(s.Recipients)
	s.ExDates, s.RDates, s.Approvals = slices.Clone(s.ExDates), slices.Clone(s.RDates), slices.Clone(s.Approvals)
	return s
}

// leaveOut lets the series of w, whose window is gone, not make it again.
func leaveOut(tx *store.Tx, w scheduler.Window) error {
	if w.Series == "" {
		return nil
	}
	s, err := series(tx, w.Series)
	if err != nil {
		return err
	}
	had := s.Version
	s.Skip(w.Occurrence)
	s.Version++
	return keepSeries(tx, s, had, dueAt(s, tx.Now))
}
