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
func (w wants) list() (all []want) {
	for _, what := range slices.Sorted(maps.Keys(w)) {
		for _, i := range scheduler.Merged(w[what]) {
			all = append(all, want{what, i})
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
	scan := func(r store.Scanner) (scheduler.Held, error) { return scanHeld(r, tx.Now) }
	of := func(h scheduler.Held) (string, string) { return h.Service, h.Window }
	if err := collect(tx, near.Held, held, on.list(), scan, of); err != nil {
		return err
	}
	if err := collect(tx, near.Led, led, by.list(), scan, of); err != nil {
		return err
	}
	if err := collect(tx, near.Notices, supplied, on.list(), scanSupplied, func(n scheduler.Supplied) (string, string) { return n.Service, n.Notice }); err != nil {
		return err
	}
	return beyond(tx, near)
}

// mostWants is how many stretches one statement asks for.
const mostWants = 5000

// The three questions, of the table want (what, from_at, to_at). A window lasts
// 14 days at most, which keeps the range of the index short; a supplier's
// maintenance may last for ever, and hardly any ends after the window begins.
const (
	held = `
		SELECT s.service, s.start_at, s.end_at, w.id, w.number, w.title, w.lead, w.state, w.start_at, w.end_at
		FROM want c CROSS JOIN slots s JOIN windows w ON w.id = s.window_id
		WHERE s.service = c.what AND s.start_at < c.to_at AND s.start_at > c.from_at - 1209600000 AND s.end_at > c.from_at`
	led = `
		SELECT w.lead, w.start_at, w.end_at, w.id, w.number, w.title, w.lead, w.state, w.start_at, w.end_at
		FROM want c CROSS JOIN windows w
		WHERE w.lead = c.what AND w.start_at < c.to_at AND w.start_at > c.from_at - 1209600000 AND w.end_at > c.from_at
			AND w.state IN ('requested', 'scheduled', 'in_progress', 'verifying')`
	supplied = `
		SELECT s.service, s.impact, s.start_at, s.end_at, n.id, n.status, n.reference, n.supplier, n.title
		FROM want c CROSS JOIN notice_services s JOIN notices n ON n.id = s.notice_id
		WHERE s.service = c.what AND s.end_at > c.from_at AND s.start_at < c.to_at AND n.status NOT IN ('CANCELLED', 'COMPLETED')
		ORDER BY s.start_at, n.id`
)

// collect asks one of the questions and sorts the answers by what they are of,
// which of says, with the id of what was found.
func collect[T any](tx *store.Tx, found map[string][]T, question string, asked []want, scan func(store.Scanner) (T, error), of func(T) (what, id string)) error {
	seen := map[string]bool{} // what two stretches may both find
	for len(asked) > 0 {
		some := asked[:min(mostWants, len(asked))]
		asked = asked[len(some):]
		with, args := wanted(some)
		rows, err := store.Rows(tx, scan, with+question, args...)
		if err != nil {
			return fmt.Errorf("agenda: what is near: %w", err)
		}
		for _, one := range rows {
			what, id := of(one)
			if name := what + " " + id; !seen[name] {
				seen[name] = true
				found[what] = append(found[what], one)
			}
		}
	}
	return nil
}

// wanted is the stretches as a table of a query, and its arguments.
func wanted(asked []want) (with string, args []any) {
	var b strings.Builder
	b.WriteString(`WITH want (what, from_at, to_at) AS (VALUES (CAST($1 AS TEXT), CAST($2 AS BIGINT), CAST($3 AS BIGINT))`)
	args = make([]any, 0, 3*len(asked))
	for i, w := range asked {
		if i > 0 {
			fmt.Fprintf(&b, ", ($%d, $%d, $%d)", 3*i+1, 3*i+2, 3*i+3)
		}
		args = append(args, w.what, store.At(w.Start), store.At(w.End))
	}
	b.WriteString(") ")
	return b.String(), args
}

// beyond adds the work that goes on past its planned end, which is never much
// and holds its services until it is over.
func beyond(tx *store.Tx, near *scheduler.Around) error {
	rows, err := store.Rows(tx, func(r store.Scanner) (scheduler.Held, error) { return scanHeld(r, tx.Now) }, `
		SELECT s.service, s.start_at, s.end_at, w.id, w.number, w.title, w.lead, w.state, w.start_at, w.end_at
		FROM windows w JOIN slots s ON s.window_id = w.id
		WHERE w.state IN ('in_progress', 'verifying') AND w.end_at <= $1`, store.At(tx.Now))
	if err != nil {
		return fmt.Errorf("agenda: what goes on: %w", err)
	}
	for _, h := range rows {
		for what, into := range map[string]map[string][]scheduler.Held{h.Service: near.Held, h.Lead: near.Led} {
			if !slices.ContainsFunc(into[what], func(o scheduler.Held) bool { return o.Window == h.Window }) {
				into[what] = append(into[what], h)
			}
		}
	}
	return nil
}

func scanHeld(r store.Scanner, now time.Time) (h scheduler.Held, err error) {
	var start, end, planned, plannedEnd store.Time
	var state scheduler.State
	err = r.Scan(&h.Service, &start, &end, &h.Window, &h.Number, &h.Title, &h.Lead, &state, &planned, &plannedEnd)
	h.Planned = scheduler.Interval{Start: planned.Time, End: plannedEnd.Time}
	h.Interval = scheduler.Interval{Start: start.Time, End: end.Time}.Beyond(state, h.Planned.End, now)
	return h, err
}
