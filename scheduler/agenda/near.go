package agenda

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"lull/scheduler"
	"lull/scheduler/store"
)

// want is a stretch of time that is asked for on a service, or of a lead.
type want struct {
	kind int    // onService or byLead
	what string // the slug, or the lead's address
	scheduler.Interval
}

// around is what could stand in the way of any of the windows: what others
// hold on their services and on those that these depend on or that depend on
// them, what their leads lead, and the freezes. It costs a fixed number of
// queries, however many windows there are.
func around(tx *store.Tx, ws []scheduler.Window) (near scheduler.Around, err error) {
	under, err := groundOf(tx)
	if err != nil {
		return near, err
	}
	near.Graph = under.graph
	on, by := wants{}, wants{}
	var reach scheduler.Interval
	for _, w := range ws {
		if w.Start.IsZero() || w.State.Final() {
			continue
		}
		for _, s := range w.Services {
			on.near(near.Graph, s.Service, w.Slot(s.Service, tx.Now))
		}
		if w.Lead != "" {
			by.add(w.Lead, w.Slot("", tx.Now))
		}
		if reach.Start.IsZero() || w.Start.Before(reach.Start) {
			reach.Start = w.Start
		}
		if w.End.After(reach.End) {
			reach.End = w.End
		}
	}
	if reach.Start.IsZero() {
		return near, nil
	}
	return near, fill(tx, &near, under, on, by, reach)
}

// wants is the stretches of time that are asked for, by the slug of a service
// or by a lead.
type wants map[string][]scheduler.Interval

func (w wants) add(what string, i scheduler.Interval) { w[what] = append(w[what], i) }

// near asks for the service, for what it depends on and for what depends on it.
func (w wants) near(g scheduler.Graph, slug string, i scheduler.Interval) {
	w.add(slug, i)
	for _, other := range g.Upstream(slug) {
		w.add(other, i)
	}
	for _, other := range g.Downstream(slug) {
		w.add(other, i)
	}
}

// list is the stretches in order, those of one thing joined where they touch.
func (w wants) list(kind int) (all []want) {
	for _, what := range slices.Sorted(maps.Keys(w)) {
		for _, i := range scheduler.Merged(w[what]) {
			all = append(all, want{kind, what, i})
		}
	}
	return all
}

// fill loads what is held on the services and led by the leads, and the freezes
// within reach.
func fill(tx *store.Tx, near *scheduler.Around, under *ground, on, by wants, reach scheduler.Interval) (err error) {
	if near.Freezes, err = periodsIn(under.freezes, reach); err != nil {
		return err
	}
	near.Held, near.Led, near.Notices = map[string][]scheduler.Held{}, map[string][]scheduler.Held{}, map[string][]scheduler.Supplied{}
	if under.notices {
		if err := collectNotices(tx, near, on.list(onService)); err != nil {
			return err
		}
	}
	asked := append(on.list(onService), by.list(byLead)...)
	for first := true; first || len(asked) > 0; first = false { // once even for nothing, since work may go on
		some := asked[:min(mostWants, len(asked))]
		asked = asked[len(some):]
		if err := collect(tx, near, some); err != nil {
			return err
		}
	}
	return nil
}

// mostWants is how many stretches one statement asks for.
const mostWants = 5000

// The kinds of what is asked for, and a third of what is answered: work that
// goes on, which is never much. Past its planned end it holds its services
// until it is over, and it may have begun early.
const (
	onService = iota
	byLead
	goingOn
)

// question asks of the table want (kind, what, from_at, to_at). A window lasts
// 14 days at most, which keeps the range of the index short.
const question = `
	SELECT 0, s.service, s.start_at, s.end_at, w.id, w.number, w.title, w.lead, w.state, w.start_at, w.end_at
	FROM want c CROSS JOIN slots s JOIN windows w ON w.id = s.window_id
	WHERE c.kind = 0 AND s.service = c.what AND s.start_at < c.to_at AND s.start_at > c.from_at - 1209600000 AND s.end_at > c.from_at
	UNION ALL
	SELECT 1, w.lead, w.start_at, w.end_at, w.id, w.number, w.title, w.lead, w.state, w.start_at, w.end_at
	FROM want c CROSS JOIN windows w
	WHERE c.kind = 1 AND w.lead = c.what AND w.start_at < c.to_at AND w.start_at > c.from_at - 1209600000 AND w.end_at > c.from_at
		AND w.state IN ('requested', 'scheduled', 'in_progress', 'verifying')
	UNION ALL
	SELECT 2, s.service, s.start_at, s.end_at, w.id, w.number, w.title, w.lead, w.state, w.start_at, w.end_at
	FROM windows w JOIN slots s ON s.window_id = w.id
	WHERE w.state IN ('in_progress', 'verifying')`

// collect asks for the stretches and sorts the answers by what they are of.
func collect(tx *store.Tx, near *scheduler.Around, asked []want) error {
	with, args := wanted(asked)
	type answer struct {
		kind int
		scheduler.Held
	}
	rows, err := store.Rows(tx, func(r store.Scanner) (a answer, err error) {
		a.Held, err = scanHeld(r, &a.kind, tx.Now)
		return a, err
	}, with+question, args...)
	if err != nil {
		return fmt.Errorf("agenda: what is held: %w", err)
	}
	for _, a := range rows {
		if a.kind != byLead {
			put(near.Held, a.Service, a.Held)
		}
		if a.kind != onService {
			put(near.Led, a.Lead, a.Held)
		}
	}
	return nil
}

// supplied asks of the table want for suppliers' maintenance. It may last for
// ever, and hardly any ends after the window begins.
const supplied = `
	SELECT DISTINCT s.service, s.impact, s.start_at, s.end_at, n.id, n.status, n.reference, n.supplier, n.title, coalesce(n.window_id, '')
	FROM want c CROSS JOIN notice_services s JOIN notices n ON n.id = s.notice_id
	WHERE s.service = c.what AND s.end_at > c.from_at AND s.start_at < c.to_at AND n.status NOT IN ('CANCELLED', 'COMPLETED')
	ORDER BY s.start_at, n.id`

// collectNotices finds the notices that touch the services in the stretches.
func collectNotices(tx *store.Tx, near *scheduler.Around, asked []want) error {
	for some := range slices.Chunk(asked, mostWants) {
		with, args := wanted(some)
		rows, err := store.Rows(tx, scanSupplied, with+supplied, args...)
		if err != nil {
			return fmt.Errorf("agenda: notices near: %w", err)
		}
		for _, n := range rows {
			if have := near.Notices[n.Service]; !slices.ContainsFunc(have, func(o scheduler.Supplied) bool { return o.Notice == n.Notice }) {
				near.Notices[n.Service] = append(have, n)
			}
		}
	}
	return nil
}

// put adds h to what is held of one thing, each window once, from when it began.
func put(into map[string][]scheduler.Held, what string, h scheduler.Held) {
	all := into[what]
	at, there := slices.BinarySearchFunc(all, h, func(a, b scheduler.Held) int { return strings.Compare(a.Window, b.Window) })
	switch {
	case !there:
		into[what] = slices.Insert(all, at, h)
	case h.Start.Before(all[at].Start):
		all[at].Start = h.Start
	}
}

// wanted is the stretches as a table of a query, and its arguments.
func wanted(asked []want) (with string, args []any) {
	if len(asked) == 0 {
		asked = []want{{kind: goingOn}} // which is not asked for
	}
	b := []byte(`WITH want (kind, what, from_at, to_at) AS (VALUES (CAST($1 AS BIGINT), CAST($2 AS TEXT), CAST($3 AS BIGINT), CAST($4 AS BIGINT))`)
	args = make([]any, 0, 4*len(asked))
	for i, w := range asked {
		if i > 0 {
			b = append(b, ", ("...)
			b = append(b, holes(4*i+1, 4)...)
			b = append(b, ')')
		}
		args = append(args, w.kind, w.what, store.At(w.Start), store.At(w.End))
	}
	return string(append(b, ") "...)), args
}

func scanHeld(r store.Scanner, kind *int, now time.Time) (h scheduler.Held, err error) {
	var start, end, planned, plannedEnd store.Time
	var state scheduler.State
	err = r.Scan(kind, &h.Service, &start, &end, &h.Window, &h.Number, &h.Title, &h.Lead, &state, &planned, &plannedEnd)
	h.Planned = scheduler.Interval{Start: planned.Time, End: plannedEnd.Time}
	h.Interval = scheduler.Interval{Start: start.Time, End: end.Time}.Beyond(state, h.Planned.End, now)
	return h, err
}
