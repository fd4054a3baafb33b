package scheduler

import (
	"strings"
	"testing"
	"time"
)

func TestALengthOfTimeInWords(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "0 min", 59 * time.Second: "0 min", 90 * time.Minute: "1 h 30 min", 24 * time.Hour: "1 d",
		521110 * time.Second: "6 d 45 min", 72*time.Hour - time.Second: "2 d 23 h 59 min",
	} {
		if got := InWords(d); got != want {
			t.Errorf("%s: got %q, want %q", d, got, want)
		}
	}
}

// What is short of the notice by a second does not read as if it were enough.
func TestShortNoticeIsToldInDaysAndMinutes(t *testing.T) {
	t.Parallel()
	w := in(Draft)
	w.Interval = Interval{noon.Add(24*time.Hour - time.Second), noon.Add(25 * time.Hour)}
	for _, c := range w.Conflicts(Around{}, PolicyOf(Team), noon) {
		if c.Kind == ShortNotice {
			if !strings.HasPrefix(c.Detail, "The start is 23 h 59 min away;") {
				t.Error(c.Detail)
			}
			return
		}
	}
	t.Error("no conflict of short notice")
}
