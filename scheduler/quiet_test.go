package scheduler

import (
	"testing"
	"time"
)

func TestWhatCanWaitWaitsForTheEndOfTheQuietHours(t *testing.T) {
	t.Parallel()
	utc := func(s string) time.Time {
		at, err := time.Parse("2006-01-02 15:04", s)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	night, noon, short := Quiet{"22:00", "07:00"}, Quiet{"12:00", "14:00"}, Quiet{"01:00", "02:30"}
	for _, c := range []struct {
		name   string
		quiet  Quiet
		zone   string
		kind   Announcement
		now    string
		start  string
		notice time.Duration
		want   string // empty: at once
	}{
		{"an update in the evening", night, "Europe/Berlin", AnnounceUpdated, "2026-11-02 22:30", "2026-11-09 12:00", 0, "2026-11-03 06:00"},
		{"an update after midnight", night, "Europe/Berlin", AnnounceUpdated, "2026-11-03 02:00", "2026-11-09 12:00", 0, "2026-11-03 06:00"},
		{"the moment they begin is quiet", night, "UTC", AnnounceUpdated, "2026-11-02 22:00", "2026-11-09 12:00", 0, "2026-11-03 07:00"},
		{"the moment they end is not", night, "UTC", AnnounceUpdated, "2026-11-03 07:00", "2026-11-09 12:00", 0, ""},
		{"hours of one day", noon, "UTC", AnnounceRescheduled, "2026-11-02 13:00", "2026-11-09 12:00", 0, "2026-11-02 14:00"},
		{"outside of them", noon, "UTC", AnnounceRescheduled, "2026-11-02 14:30", "2026-11-09 12:00", 0, ""},
		{"without quiet hours", Quiet{}, "UTC", AnnounceUpdated, "2026-11-02 23:00", "2026-11-09 12:00", 0, ""},
		{"an early reminder", night, "UTC", AnnounceReminder, "2026-11-02 23:00", "2026-11-05 23:00", 0, "2026-11-03 07:00"},
		{"a reminder of what starts in a day", night, "UTC", AnnounceReminder, "2026-11-02 23:00", "2026-11-03 23:00", 0, ""},
		{"a new window", night, "UTC", AnnounceScheduled, "2026-11-02 23:00", "2026-11-09 12:00", 24 * time.Hour, "2026-11-03 07:00"},
		{"whose notice would not be kept", night, "UTC", AnnounceScheduled, "2026-11-02 23:00", "2026-11-05 23:00", 72 * time.Hour, ""},
		{"notice holds up no reminder", night, "UTC", AnnounceReminder, "2026-11-02 23:00", "2026-11-05 23:00", 72 * time.Hour, "2026-11-03 07:00"},
		{"a start", night, "UTC", AnnounceStarted, "2026-11-02 23:00", "2026-11-05 23:00", 0, ""},
		{"an extension", night, "UTC", AnnounceExtended, "2026-11-02 23:00", "2026-11-05 23:00", 0, ""},
		{"an end", night, "UTC", AnnounceCompleted, "2026-11-02 23:00", "2026-11-05 23:00", 0, ""},
		{"a cancellation", night, "UTC", AnnounceCancelled, "2026-11-02 23:00", "2026-11-09 23:00", 0, ""},
		{"progress", night, "UTC", AnnounceProgress, "2026-11-02 23:00", "2026-11-09 23:00", 0, ""},
		{"the night the clocks go forward is shorter", night, "Europe/Berlin", AnnounceUpdated, "2027-03-27 21:30", "2027-04-09 12:00", 0, "2027-03-28 05:00"},
		{"the night they go back is longer", night, "Europe/Berlin", AnnounceUpdated, "2026-10-24 20:30", "2026-11-09 12:00", 0, "2026-10-25 06:00"},
		{"an end that the clocks skip moves on", short, "Europe/Berlin", AnnounceUpdated, "2027-03-28 00:30", "2027-04-09 12:00", 0, "2027-03-28 01:30"},
		{"an end that comes twice is the earlier", short, "Europe/Berlin", AnnounceUpdated, "2026-10-25 00:10", "2026-11-09 12:00", 0, "2026-10-25 00:30"},
		{"and not a day later", short, "Europe/Berlin", AnnounceUpdated, "2026-10-25 01:10", "2026-11-09 12:00", 0, ""},
		{"a zone far east", night, "Pacific/Kiritimati", AnnounceUpdated, "2026-11-02 10:00", "2026-11-09 12:00", 0, "2026-11-02 17:00"},
	} {
		s := Stakeholder{Quiet: c.quiet, TimeZone: c.zone}
		var want time.Time
		if c.want != "" {
			want = utc(c.want)
		}
		if got := s.WaitsUntil(c.kind, utc(c.start), utc(c.now), c.notice); !got.Equal(want) {
			t.Errorf("%s: got %v, want %v", c.name, got, want)
		}
	}
}

func FuzzQuietHoursEnd(f *testing.F) {
	f.Add("22:00", "07:00", "Europe/Berlin", int64(1792890000), int64(400000))
	f.Add("01:00", "02:30", "Australia/Lord_Howe", int64(1775300000), int64(90000))
	f.Add("7", "", "Nowhere", int64(0), int64(0))
	f.Fuzz(func(t *testing.T, from, to, zone string, now, ahead int64) {
		at := time.Unix(now%4e9, 0).UTC()
		start := at.Add(time.Duration(ahead%1e7) * time.Second)
		until := Stakeholder{Quiet: Quiet{from, to}, TimeZone: zone}.WaitsUntil(AnnounceReminder, start, at, 0)
		if until.IsZero() {
			return
		}
		if !until.After(at) || !until.Before(start) || until.Sub(at) > 26*time.Hour {
			t.Errorf("at %v, before %v, it waits until %v", at, start, until)
		}
		if again := (Stakeholder{Quiet: Quiet{from, to}, TimeZone: zone}).WaitsUntil(AnnounceReminder, start, until, 0); again.Equal(until) {
			t.Errorf("at %v it still waits", until)
		}
	})
}
