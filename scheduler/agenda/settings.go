package agenda

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"time"

	"lull/scheduler"
	"lull/scheduler/store"
)

// SettingsIn is what the organisation decided, or else the default.
func SettingsIn(tx *store.Tx) (scheduler.Settings, error) {
	set := scheduler.DefaultSettings()
	err := tx.Row(`SELECT doc FROM settings WHERE id = 1`).Scan(store.JSON(&set))
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return set, fmt.Errorf("agenda: settings: %w", err)
	}
	return set, nil
}

// NoticeIn is the notice that policy asks of the window before its start.
func NoticeIn(tx *store.Tx, w scheduler.Window) (time.Duration, error) {
	set, err := SettingsIn(tx)
	if err != nil {
		return 0, err
	}
	touched, err := ServicesOf(tx, w.Slugs())
	return w.PolicyUnder(set.Policy).NoticeOf(w.Kind, touched), err
}

// Settings is what the organisation decided.
func (a *Agenda) Settings(ctx context.Context) (set scheduler.Settings, err error) {
	err = a.db.View(ctx, func(tx *store.Tx) error {
		set, err = SettingsIn(tx)
		return err
	})
	return set, err
}

// KeepSettings changes what the organisation decided. Windows that are
// submitted already keep the policy they were submitted under.
func (a *Agenda) KeepSettings(ctx context.Context, apply func(*scheduler.Settings) error, by scheduler.Person) (set scheduler.Settings, err error) {
	err = a.db.Update(ctx, func(tx *store.Tx) error {
		if set, err = SettingsIn(tx); err != nil {
			return err
		}
		set.Policy.Notice, set.Policy.Approvals = maps.Clone(set.Policy.Notice), maps.Clone(set.Policy.Approvals)
		if err := apply(&set); err != nil {
			return err
		}
		if err := set.Check(); err != nil {
			return err
		}
		if _, err := tx.Exec(`
			INSERT INTO settings (id, doc) VALUES (1, $1)
			ON CONFLICT (id) DO UPDATE SET doc = excluded.doc`, store.JSON(&set)); err != nil {
			return fmt.Errorf("agenda: keep settings: %w", err)
		}
		return Record(tx, scheduler.Event{Actor: by.Email, Via: by.Via, Kind: scheduler.SettingsKept, Text: by.Name + " changed the settings."})
	})
	return set, err
}
