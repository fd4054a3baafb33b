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
	stopped                            int
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
		SELECT t.window_id, a.state, a.at, t.start_at, t.end_at, d.accepted,
			coalesce(d.total, 0), coalesce(d.waiting, 0), coalesce(d.captured, 0), coalesce(d.rejected, 0), coalesce(d.stopped, 0)
		FROM announcement_windows t
		JOIN announcements a ON a.id = t.announcement_id
		LEFT JOIN (
			SELECT announcement_id, max(sent_at) AS accepted, count(*) AS total,
				count(*) FILTER (WHERE state IN ('queued', 'sending', 'deferred', 'in_doubt')) AS waiting,
				count(*) FILTER (WHERE state = 'captured') AS captured,
				count(*) FILTER (WHERE state IN ('failed', 'expired', 'suppressed')) AS rejected,
				count(*) FILTER (WHERE state = 'cancelled') AS stopped
			FROM deliveries
			WHERE announcement_id IN (SELECT announcement_id FROM announcement_windows WHERE window_id IN (`+in+`))
			GROUP BY announcement_id
		) d ON d.announcement_id = a.id
		WHERE t.window_id IN (`+in+`) AND a.kind IN ('scheduled', 'updated', 'rescheduled') AND a.state <> 'dropped'
			AND t.start_at IS NOT NULL
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
				Announced: true, Recipients: r.total, Waiting: r.waiting, Captured: r.captured, Failed: r.rejected, Stopped: r.stopped,
				Accepted: r.accepted.Time, At: r.at.Time, Pending: t.Pending,
			}
		}
		told[r.window] = t
	}
	seq, err := toldUpTo(tx)
	if err != nil {
		return nil, fmt.Errorf("agenda: told: %w", err)
	}
	pending, err := store.Rows(tx, scanEvent, eventColumns+`
		WHERE e.seq > $`+fmt.Sprint(len(ids)+1)+` AND (e.window_id IN (`+in+`) OR e.kind LIKE 'series-%')`, append(ids, seq)...)
	if err != nil {
		return nil, fmt.Errorf("agenda: told: %w", err)
	}
	for _, ev := range pending {
		if !ev.Data.Announce.StatesTimes() {
			continue
		}
		for _, id := range ev.Windows() {
			t := told[id]
			t.Pending = true
			told[id] = t
		}
	}
	return told, nil
}

func scanCounted(r store.Scanner) (c counted, err error) {
	err = r.Scan(&c.window, &c.state, &c.at, &c.start, &c.end, &c.accepted, &c.total, &c.waiting, &c.captured, &c.rejected, &c.stopped)
	return c, err
}

// lastMail is when stakeholders last heard of the window's present facts.
func lastMail(tx *store.Tx, w scheduler.Window) (time.Time, error) {
	var at store.Time
	err := tx.Row(`
		SELECT max(a.at) FROM announcement_windows t JOIN announcements a ON a.id = t.announcement_id
		WHERE t.window_id = $1 AND a.state = 'made' AND a.inside = $4 AND t.start_at = $2 AND t.end_at = $3`,
		w.ID, store.At(w.Start), store.At(w.End), false).Scan(&at)
	return at.Time, err
}
