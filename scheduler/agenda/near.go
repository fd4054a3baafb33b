package agenda

import (
	"fmt"
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
	all, err := services(tx)
	if err != nil {
		return near, err
	}
	near.Graph = scheduler.NewGraph(all)
	var on, by []want
	var reach scheduler.Interval
	for _, w := range ws {
		if w.Start.IsZero() || w.State.Final() {
			continue
		}
		for _, s := range w.Services {
			i := w.Slot(s.Service).Beyond(w.State, tx.Now)
			for _, slug := range append(append(near.Graph.Upstream(s.Service), near.Graph.Downstream(s.Service)...), s.Service) {
				on = append(on, want{slug, i})
			}
		}
		if w.Lead != "" {
			by = append(by, want{w.Lead, w.Slot("").Beyond(w.State, tx.Now)})
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
	return near, fill(tx, &near, on, by, reach)
}

// fill loads what is held on the services and led by the leads, and the freezes
// within reach.
func fill(tx *store.Tx, near *scheduler.Around, on, by []want, reach scheduler.Interval) (err error) {
	if near.Held, err = held(tx, on); err != nil {
		return err
	}
	if near.Led, err = led(tx, by); err != nil {
		return err
	}
	near.Freezes, err = frozen(tx, reach)
	return err
}

// mostWants is how many stretches one statement asks for.
const mostWants = 5000

// wanted is the stretches as a table of a query, and its arguments.
func wanted(wants []want) (with string, args []any) {
	var b strings.Builder
	b.WriteString(`WITH want (what, from_at, to_at) AS (VALUES (CAST($1 AS TEXT), CAST($2 AS BIGINT), CAST($3 AS BIGINT))`)
	for i, w := range wants {
		if i > 0 {
			fmt.Fprintf(&b, ", ($%d, $%d, $%d)", 3*i+1, 3*i+2, 3*i+3)
		}
		args = append(args, w.what, store.At(w.Start), store.At(w.End))
	}
	b.WriteString(") ")
	return b.String(), args
}

// held is what windows hold that overlaps the stretches, by the service. A slot
// lasts 14 days at most, which keeps the range of the index short; of work that
// goes on past its end there is never much, so it is looked through whole.
func held(tx *store.Tx, wants []want) (map[string][]scheduler.Held, error) {
	return overlapping(tx, wants, `
		SELECT DISTINCT s.service, s.start_at, s.end_at, w.id, w.number, w.title, w.lead, w.state, w.start_at, w.end_at
		FROM want c CROSS JOIN slots s JOIN windows w ON w.id = s.window_id
		WHERE s.service = c.what AND s.start_at < c.to_at AND s.start_at > c.from_at - 1209600000 AND s.end_at > c.from_at
		UNION
		SELECT s.service, s.start_at, s.end_at, w.id, w.number, w.title, w.lead, w.state, w.start_at, w.end_at
		FROM windows w JOIN slots s ON s.window_id = w.id
		WHERE w.state IN ('in_progress', 'verifying') AND w.end_at <= `)
}

// led is what the leads lead that overlaps the stretches, by the lead.
func led(tx *store.Tx, wants []want) (map[string][]scheduler.Held, error) {
	return overlapping(tx, wants, `
		SELECT DISTINCT w.lead, w.start_at, w.end_at, w.id, w.number, w.title, w.lead, w.state, w.start_at, w.end_at
		FROM want c CROSS JOIN windows w
		WHERE w.lead = c.what AND w.start_at < c.to_at AND w.start_at > c.from_at - 1209600000 AND w.end_at > c.from_at
			AND w.state IN ('requested', 'scheduled', 'in_progress', 'verifying')
		UNION
		SELECT w.lead, w.start_at, w.end_at, w.id, w.number, w.title, w.lead, w.state, w.start_at, w.end_at
		FROM windows w
		WHERE w.state IN ('in_progress', 'verifying') AND w.end_at <= `)
}

// overlapping runs one of the two queries, whose last argument is the present.
func overlapping(tx *store.Tx, wants []want, query string) (map[string][]scheduler.Held, error) {
	found := map[string][]scheduler.Held{}
	seen := map[string]bool{} // of a window on a service, which two statements may both find
	for len(wants) > 0 {
		some := wants[:min(mostWants, len(wants))]
		wants = wants[len(some):]
		with, args := wanted(some)
		args = append(args, store.At(tx.Now))
		rows, err := store.Rows(tx, func(r store.Scanner) (part[scheduler.Held], error) { return scanHeld(r, tx.Now) },
			with+query+fmt.Sprintf("$%d", len(args)), args...)
		if err != nil {
			return nil, fmt.Errorf("agenda: what is held: %w", err)
		}
		for _, r := range rows {
			if name := r.of + " " + r.it.Window; !seen[name] {
				seen[name] = true
				found[r.of] = append(found[r.of], r.it)
			}
		}
	}
	return found, nil
}

func scanHeld(r store.Scanner, now time.Time) (p part[scheduler.Held], err error) {
	var start, end, planned, plannedEnd store.Time
	var state scheduler.State
	h := &p.it
	err = r.Scan(&p.of, &start, &end, &h.Window, &h.Number, &h.Title, &h.Lead, &state, &planned, &plannedEnd)
	h.Service = p.of
	h.Planned = scheduler.Interval{Start: planned.Time, End: plannedEnd.Time}
	h.Interval = scheduler.Interval{Start: start.Time, End: end.Time}.Beyond(state, now)
	return p, err
}
