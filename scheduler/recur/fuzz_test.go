package recur

import (
	"testing"
	"time"
	"unicode/utf8"
)

// FuzzRuleOccurrences writes rules as strangers do: they are refused, or they
// occur in order, within the asked range, and at once.
func FuzzRuleOccurrences(f *testing.F) {
	for _, seed := range []string{
		"FREQ=DAILY", "FREQ=MONTHLY;BYDAY=2SU", "FREQ=WEEKLY;INTERVAL=1000;BYDAY=MO,TU;BYSETPOS=-1;WKST=SU",
		"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO", "FREQ=DAILY;INTERVAL=7;BYMONTHDAY=-1;BYDAY=SU;BYMONTH=2",
		"FREQ=MONTHLY;BYDAY=MO,-5TU;COUNT=10000", "FREQ=YEARLY;BYDAY=53FR,-53MO;UNTIL=99991231T235959Z", "RRULE:FREQ=YEARLY;BYSETPOS=366;BYDAY=MO,TU",
	} {
		f.Add(seed, "2026-12-13T02:30", "2027-03-28", "2027-01-10", "2030-12-31", int64(1_800_000_000), uint8(2))
	}
	var zones []*time.Location
	for _, name := range append(changing, "Pacific/Apia", "UTC") {
		zones = append(zones, zone(f, name))
	}
	f.Fuzz(func(t *testing.T, text, start, exdate, rdate, until string, from int64, z uint8) {
		began := time.Now()
		s := Spec{RRule: text, Start: start, Zone: zones[int(z)%len(zones)], Until: until}
		if p, wrong := parse(text); wrong == "" {
			if local, ok := readLocal(start); ok && local.Year() < 2100 { // begin with a date of the rule, so that more is tried
				if _, first, ok := p.filled(local).around(local); ok {
					s.Start = first.Format(Local)
				}
			}
		}
		if exdate != "" {
			s.ExDates = append(s.ExDates, exdate)
		}
		if rdate != "" {
			s.RDates = append(s.RDates, rdate)
		}
		r, err := New(s)
		if err != nil {
			if e := err.(*Error); e.Field == "" || e.Words == "" || !utf8.ValidString(e.Words) {
				t.Errorf("refused without words: %+v", e)
			}
		}
		a := time.Unix(from, 0).UTC()
		b := a.AddDate(0, 0, 400)
		all := r.Between(a, b, 500)
		for i, o := range all {
			if o.At.Before(a) || !o.At.Before(b) || i > 0 && !all[i-1].At.Before(o.At) {
				t.Errorf("%v in %v is out of order or out of %s to %s", o, all, a, b)
			}
		}
		r.From(a, 3)
		r.Ends()
		if r.Words(0) == "" || len(all) > 0 && !r.Includes(all[0].Local) {
			t.Errorf("%q: words %q, occurrences %v", text, r.Words(0), all)
		}
		if simple, ok := SimpleOf(text); ok {
			if _, err := simple.RRule("2026-12-13T02:30"); err != nil {
				t.Errorf("%q was read as %+v, which is refused: %v", text, simple, err)
			}
		}
		if took := time.Since(began); took > 3*time.Second { // also on a busy machine, under the race detector
			t.Errorf("%q took %s", text, took)
		}
	})
}
