package notifier

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
)

// warn records, once for each window and address, who could not be told of a
// window, so that those responsible hear of all of them in one notice. What is
// still to be attempted for the first time is waited for.
func (n *Notifier) warn(ctx context.Context) error {
	var waiting []string
	err := n.db.View(ctx, func(tx *store.Tx) (err error) {
		waiting, err = store.Rows(tx, scanText, `
			SELECT DISTINCT d.window_id FROM deliveries d
			WHERE d.state IN ('failed', 'expired') AND NOT d.warned AND d.window_id IS NOT NULL
				AND NOT EXISTS (
					SELECT 1 FROM deliveries q WHERE q.window_id = d.window_id AND q.carrier = 'mail'
						AND (q.state = 'sending' OR q.state = 'queued' AND q.next_at <= $1))
			ORDER BY d.window_id`, store.At(n.db.Now()))
		return err
	})
	if err != nil {
		return err
	}
	for _, window := range waiting {
		if err := n.db.Update(ctx, func(tx *store.Tx) error { return warnOf(tx, window) }); err != nil {
			return err
		}
	}
	return nil
}

func warnOf(tx *store.Tx, window string) error {
	failed, err := store.Rows(tx, scanFailed, `
		SELECT d.address, d.state, d.code, d.reply FROM deliveries d JOIN announcements a ON a.id = d.announcement_id
		WHERE d.window_id = $1 AND d.state IN ('failed', 'expired') AND NOT d.warned AND a.inside = $2
			AND NOT EXISTS (SELECT 1 FROM deliveries e WHERE e.window_id = $1 AND e.address = d.address AND e.warned)
		ORDER BY d.address, d.position`, window, false)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(`
		UPDATE deliveries SET warned = $2 WHERE window_id = $1 AND state IN ('failed', 'expired') AND NOT warned`, window, true); err != nil {
		return err
	}
	failed = slices.CompactFunc(failed, func(a, b scheduler.Undelivered) bool { return a.Address == b.Address })
	if len(failed) == 0 {
		return nil
	}
	text := make([]string, len(failed))
	for i, f := range failed {
		text[i] = f.Address + " (" + f.Why + ")"
	}
	return agenda.Record(tx, scheduler.Event{
		WindowID: window, Actor: scheduler.Clock.Email, Via: scheduler.Clock.Via, Kind: scheduler.NotDelivered,
		Text: fmt.Sprintf("Could not be told: %s.", strings.Join(text, "; ")),
		Data: scheduler.Facts{Inside: true, Failed: failed},
	})
}

func scanFailed(r store.Scanner) (f scheduler.Undelivered, err error) {
	var state State
	var code int
	var reply string
	err = r.Scan(&f.Address, &state, &code, &reply)
	f.Why = Clean(reply)
	if code > 0 && !strings.HasPrefix(f.Why, fmt.Sprint(code)) {
		f.Why = strings.TrimSpace(fmt.Sprint(code, " ", f.Why))
	}
	if state == Expired {
		f.Why = "given up: " + cmp.Or(f.Why, "it could not be delivered while it was of use")
	}
	return f, err
}
