package agenda

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"time"

	"lull/scheduler"
	"lull/scheduler/store"
)

// Entry is a window as calendars show it: when, what, and on which services.
type Entry struct {
	ID, Title       string
	Number          int
	State           scheduler.State
	Kind            scheduler.Kind
	Outcome         scheduler.Outcome
	Lead, Requester string
	scheduler.Interval
	TimeZone      string
	Services      []scheduler.Affected
	Late, Overrun bool
}

// Name is what people call the window by: MW-42.
func (e Entry) Name() string { return scheduler.Window{Number: e.Number}.Name() }

// Impact is the worst impact on any service.
func (e Entry) Impact() scheduler.Impact { return scheduler.Plan{Services: e.Services}.Impact() }

// Until is when the window lets go of its services: its end, or for as long as
// it is over time the present.
func (e Entry) Until(now time.Time) time.Time {
	if e.Overrun && now.After(e.End) {
		return now
	}
	return e.End
}

// EntryFilter picks the windows of a calendar.
type EntryFilter struct {
	Filter
	Tier  int      // of one of their services; 0: any
	Mine  string   // an address that leads them, asked for them, or owns a service of theirs
	Owned []string // the services that Mine owns
}

func (f EntryFilter) where() (cond string, args []any, err error) {
	cond, args, err = f.Filter.where()
	if f.Tier > 0 {
		args = append(args, f.Tier)
		cond += fmt.Sprintf(` AND w.id IN (SELECT x.window_id FROM window_services x JOIN services t ON t.slug = x.service WHERE t.tier = $%d)`, len(args))
	}
	if f.Mine != "" {
		args = append(args, f.Mine, f.Mine)
		cond += fmt.Sprintf(` AND (w.lead = $%d OR w.requester = $%d OR w.id IN (SELECT o.window_id FROM window_services o WHERE o.service IN (%s)))`,
			len(args)-1, len(args), holes(len(args)+1, len(f.Owned)))
		args = append(args, anys(f.Owned)...)
	}
	return cond, args, err
}

// Entries lists at most so many windows of a calendar, by their start, and how
// many there are; what was called off is left out first. It reads columns and
// little else: no conflicts, no gates.
func (a *Agenda) Entries(ctx context.Context, f EntryFilter, most int) (all []Entry, count int, err error) {
	err = a.db.View(ctx, func(tx *store.Tx) error {
		found, err := spans(tx, f)
		if err != nil {
			return err
		}
		count = len(found)
		all, err = entries(tx, found[:min(most, count)])
		return err
	})
	return all, count, err
}

// Day is the first entries of a stretch of time, and how many it has in all.
type Day struct {
	Entries []Entry
	Count   int
}

// Days lists for each of the stretches, which ascend, at most so many windows
// that touch it, by their start and last what was called off. It costs a fixed number of queries, and reads in full no more
// than is listed.
func (a *Agenda) Days(ctx context.Context, f EntryFilter, stretches []scheduler.Interval, most int) ([]Day, error) {
	days := make([]Day, len(stretches))
	if len(stretches) == 0 {
		return days, nil
	}
	f.From, f.To = stretches[0].Start, stretches[len(stretches)-1].End
	err := a.db.View(ctx, func(tx *store.Tx) error {
		found, err := spans(tx, f)
		if err != nil {
			return err
		}
		clear(days)
		listed := make([][]string, len(days))
		wanted := map[string]span{}
		for _, one := range found {
			first := sort.Search(len(stretches), func(i int) bool { return stretches[i].End.After(one.Start) })
			for i := first; i < len(stretches) && stretches[i].Start.Before(one.End); i++ {
				days[i].Count++
				if len(listed[i]) < most {
					listed[i] = append(listed[i], one.id)
					wanted[one.id] = one
				}
			}
		}
		var some []span
		for _, one := range wanted {
			some = append(some, one)
		}
		full, err := entries(tx, some)
		if err != nil {
			return err
		}
		by := make(map[string]Entry, len(full))
		for _, e := range full {
			by[e.ID] = e
		}
		for i, ids := range listed {
			for _, id := range ids {
				days[i].Entries = append(days[i].Entries, by[id])
			}
		}
		return nil
	})
	return days, err
}

// span is when a window holds its services.
type span struct {
	id string
	scheduler.Interval
}

// spans lists when the windows of f are: what is over time first, which lasts
// until now, then the others by their start, and last what was called off.
func spans(tx *store.Tx, f EntryFilter) ([]span, error) {
	cond, args, err := f.where()
	if err != nil {
		return nil, err
	}
	all, err := store.Rows(tx, scanSpan, `
		SELECT w.id, w.start_at, w.end_at FROM windows w `+cond+` AND w.start_at IS NOT NULL ORDER BY w.state = 'cancelled', w.start_at, w.id`, args...)
	if err != nil {
		return nil, fmt.Errorf("agenda: entries: %w", err)
	}
	over := f
	over.From, over.To = time.Time{}, time.Time{}
	if cond, args, err = over.where(); err != nil {
		return nil, err
	}
	args = append(args, store.At(tx.Now))
	running, err := store.Rows(tx, scanSpan, `
		SELECT w.id, w.start_at, w.end_at FROM windows w `+cond+` AND w.state IN ('in_progress', 'verifying') AND w.end_at <= $`+strconv.Itoa(len(args)), args...)
	if err != nil {
		return nil, fmt.Errorf("agenda: entries: %w", err)
	}
	for _, one := range running {
		all = slices.DeleteFunc(all, func(s span) bool { return s.id == one.id })
		one.End = tx.Now.Add(time.Second)
		if (f.To.IsZero() || one.Start.Before(f.To)) && one.End.After(f.From) {
			all = append([]span{one}, all...)
		}
	}
	return all, nil
}

func scanSpan(r store.Scanner) (s span, err error) {
	var start, end store.Time
	err = r.Scan(&s.id, &start, &end)
	s.Interval = scheduler.Interval{Start: start.Time, End: end.Time}
	return s, err
}

// entries reads the windows in full, by their start.
func entries(tx *store.Tx, of []span) (all []Entry, err error) {
	const most = 500 // arguments a query
	for some := range slices.Chunk(of, most) {
		ids := make([]any, len(some))
		for i, s := range some {
			ids[i] = s.id
		}
		found, err := store.Rows(tx, func(r store.Scanner) (Entry, error) { return scanEntry(r, tx.Now) }, `
			SELECT w.id, w.number, w.title, w.state, w.kind, coalesce(w.outcome, ''), w.lead, w.requester, w.start_at, w.end_at, w.doc
			FROM windows w WHERE w.id IN (`+holes(1, len(ids))+`)`, ids...)
		if err != nil {
			return nil, fmt.Errorf("agenda: entries: %w", err)
		}
		all = append(all, found...)
	}
	slices.SortFunc(all, func(a, b Entry) int { return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.ID, b.ID)) })
	return all, nil
}

func scanEntry(r store.Scanner, now time.Time) (e Entry, err error) {
	var start, end store.Time
	var rest struct {
		TimeZone string
		Services []scheduler.Affected
	}
	err = r.Scan(&e.ID, &e.Number, &e.Title, &e.State, &e.Kind, &e.Outcome, &e.Lead, &e.Requester, &start, &end, store.JSON(&rest))
	e.Interval = scheduler.Interval{Start: start.Time, End: end.Time}
	e.TimeZone, e.Services = rest.TimeZone, rest.Services
	w := scheduler.Window{State: e.State, Plan: scheduler.Plan{Interval: e.Interval}}
	e.Late, e.Overrun = w.Late(now), w.Overrun(now)
	return e, err
}
