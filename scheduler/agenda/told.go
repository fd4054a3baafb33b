package agenda

import (
	"fmt"
	"time"

	"lull/scheduler"
	"lull/scheduler/store"
)

// counted is an announcement that states times, and how its deliveries stand.
type counted struct {
	window                             string
	state                              string
	at, start, end, accepted           store.Time
	total, waiting, captured, rejected int
}

// toldOf is what is known of each window's announcement that the start gate
// counts. The tables are the notifier's; the gate only reads them. What went to
// a few, who joined later or are concerned no more, states no times there and
// is not counted.
func toldOf(tx *store.Tx, ws []scheduler.Window) (map[string]scheduler.Told, error) {
	told := make(map[string]scheduler.Told, len(ws))
	var ids []any
	at := map[string]scheduler.Window{}
	for _, w := range ws {
		if !w.State.Final() && w.State != scheduler.Draft {
			ids = append(ids, w.ID)
			at[w.ID] = w
		}
	}
	if len(ids) == 0 {
		return told, nil
	}
	in := holes(1, len(ids))
	rows, err := store.Rows(tx, scanCounted, `
		SELECT a.window_id, a.state, a.at, a.start_at, a.end_at, max(d.sent_at),
			count(d.id),
			count(d.id) FILTER (WHERE d.state IN ('queued', 'sending', 'deferred', 'in_doubt')),
			count(d.id) FILTER (WHERE d.state = 'captured'),
			count(d.id) FILTER (WHERE d.state IN ('failed', 'expired', 'suppressed'))
		FROM announcements a LEFT JOIN deliveries d ON d.announcement_id = a.id
		WHERE a.window_id IN (`+in+`) AND a.kind IN ('scheduled', 'updated', 'rescheduled') AND a.state <> 'dropped'
			AND a.start_at IS NOT NULL
		GROUP BY a.id, a.window_id, a.state, a.at, a.start_at, a.end_at, a.event_seq
		ORDER BY a.event_seq`, ids...)
	if err != nil {
		return nil, fmt.Errorf("agenda: told: %w", err)
	}
	for _, r := range rows {
		w, t := at[r.window], told[r.window]
		switch {
		case r.state == "pending":
			t.Pending = true
		case r.start.Equal(w.Start) && r.end.Equal(w.End):
			t = scheduler.Told{
				Announced: true, Recipients: r.total, Waiting: r.waiting, Captured: r.captured, Failed: r.rejected,
				Accepted: r.accepted.Time, At: r.at.Time, Pending: t.Pending,
			}
		}
		told[r.window] = t
	}
	seq, err := toldUpTo(tx)
	if err != nil {
		return nil, fmt.Errorf("agenda: told: %w", err)
	}
	pending, err := store.Rows(tx, scanEvent, eventColumns+`WHERE e.seq > $`+fmt.Sprint(len(ids)+1)+` AND e.window_id IN (`+in+`)`, append(ids, seq)...)
	if err != nil {
		return nil, fmt.Errorf("agenda: told: %w", err)
	}
	for _, ev := range pending {
		if ev.Data.Announce.StatesTimes() {
			t := told[ev.WindowID]
			t.Pending = true
			told[ev.WindowID] = t
		}
	}
	return told, nil
}

func scanCounted(r store.Scanner) (c counted, err error) {
	err = r.Scan(&c.window, &c.state, &c.at, &c.start, &c.end, &c.accepted, &c.total, &c.waiting, &c.captured, &c.rejected)
	return c, err
}

// lastMail is when stakeholders last heard of the window's present facts.
func lastMail(tx *store.Tx, w scheduler.Window) (time.Time, error) {
	var at store.Time
	err := tx.Row(`
		SELECT max(at) FROM announcements
		WHERE window_id = $1 AND state = 'made' AND inside = $4 AND start_at = $2 AND end_at = $3`,
		w.ID, store.At(w.Start), store.At(w.End), false).Scan(&at)
	return at.Time, err
}
