package recur

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// changing are zones whose clocks change in ways of their own: at midnight, by
// half an hour, in Ramadan, or not at all.
var changing = []string{
	"America/Santiago", "Atlantic/Azores", "America/Havana", "Australia/Lord_Howe",
	"Africa/Casablanca", "Asia/Kathmandu", "Europe/Berlin",
}

func TestADailyRuleLosesAndDoublesNoDay(t *testing.T) {
	t.Parallel()
	for _, name := range changing {
		for _, clock := range []string{"00:00", "00:30", "01:30", "02:15", "10:00", "23:59"} {
			t.Run(name+" "+clock, func(t *testing.T) {
				t.Parallel()
				r := rule(t, Spec{RRule: "FREQ=DAILY", Start: "2024-01-01T" + clock, Zone: zone(t, name)})
				day := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
				all := r.From(time.Time{}, 5*366)
				if len(all) != 5*366 {
					t.Fatalf("%d days, want %d", len(all), 5*366)
				}
				for _, o := range all {
					if want := day.Format(Day) + "T" + clock; o.Local != want {
						t.Fatalf("got %s, want %s", o.Local, want)
					}
					if shown := o.At.In(zone(t, name)).Format(Local); (shown != o.Local) != strings.Contains(o.Note, "does not exist") {
						t.Fatalf("%s starts when the clock shows %s; the note is %q", o.Local, shown, o.Note)
					}
					day = day.AddDate(0, 0, 1)
				}
			})
		}
	}
}

// some draws a list as a part of a rule, or no such part.
func some(name string, values *rapid.Generator[string]) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		list := rapid.SliceOfN(values, 0, 4).Draw(t, name)
		if len(list) == 0 {
			return ""
		}
		return ";" + name + "=" + strings.Join(list, ",")
	})
}

// rules draws the text of a rule that is taken, endless and in UTC not empty.
func rules() *rapid.Generator[string] {
	signed := func(most int) *rapid.Generator[string] {
		return rapid.Map(rapid.IntRange(-most, most).Filter(func(n int) bool { return n != 0 }), func(n int) string { return fmt.Sprint(n) })
	}
	plain := rapid.SampledFrom(weekdayNames)
	numbered := rapid.Custom(func(t *rapid.T) string { return signed(5).Draw(t, "n") + plain.Draw(t, "day") })
	return rapid.Custom(func(t *rapid.T) string {
		freq := rapid.SampledFrom([]string{"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}).Draw(t, "FREQ")
		s := "FREQ=" + freq
		if rapid.Bool().Draw(t, "spaced") {
			s += fmt.Sprintf(";INTERVAL=%d", rapid.IntRange(1, 30).Draw(t, "INTERVAL"))
		}
		by := ""
		if rapid.IntRange(0, 3).Draw(t, "months") == 0 {
			by += some("BYMONTH", rapid.Map(rapid.IntRange(1, 12), func(n int) string { return fmt.Sprint(n) })).Draw(t, "BYMONTH")
		}
		if freq != "WEEKLY" && rapid.Bool().Draw(t, "days") {
			by += some("BYMONTHDAY", signed(31)).Draw(t, "BYMONTHDAY")
		}
		days := plain
		if (freq == "MONTHLY" || freq == "YEARLY") && rapid.Bool().Draw(t, "numbered") {
			days = rapid.OneOf(plain, numbered)
		}
		by += some("BYDAY", days).Draw(t, "BYDAY")
		if by != "" && rapid.IntRange(0, 3).Draw(t, "places") == 0 {
			by += some("BYSETPOS", signed(3)).Draw(t, "BYSETPOS")
		}
		return s + by + rapid.SampledFrom([]string{"", ";WKST=SU", ";WKST=WE"}).Draw(t, "WKST")
	})
}

// specs draws a rule in a zone that begins with one of its dates.
func specs(t *rapid.T) Spec {
	text := rules().Draw(t, "rule")
	p, wrong := parse(text)
	if wrong != "" {
		t.Fatalf("%s was refused: %s", text, wrong)
	}
	start := time.Date(2020, 1, 1, 0, rapid.IntRange(0, 8*366*24*60).Draw(t, "start"), 0, 0, time.UTC)
	_, first, ok := p.filled(start).around(start)
	if !ok || first.Year() > 2100 {
		t.Skip("never, or too seldom")
	}
	name := rapid.SampledFrom(changing).Draw(t, "zone")
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	s := Spec{RRule: text, Start: first.Format(Local), Zone: loc}
	switch rapid.IntRange(0, 3).Draw(t, "end") {
	case 0:
		s.RRule += fmt.Sprintf(";COUNT=%d", rapid.IntRange(1, 30).Draw(t, "COUNT"))
	case 1:
		s.Until = first.AddDate(0, 0, rapid.IntRange(0, 2000).Draw(t, "until")).Format(Day)
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "more") {
		moved := first.AddDate(0, 0, rapid.IntRange(0, 400).Draw(t, "day"))
		if i%2 == 0 {
			s.RDates = append(s.RDates, moved.Add(time.Duration(rapid.IntRange(0, 600).Draw(t, "later"))*time.Minute).Format(Local))
		} else {
			s.ExDates = append(s.ExDates, moved.Format(Day))
		}
	}
	return s
}

func TestEveryRuleKeepsItsPromises(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := specs(t)
		r, err := New(s)
		if err != nil {
			if e := err.(*Error); e.Field == "exdates" || strings.Contains(e.Words, "more than 100 years") {
				t.Skip(e.Words)
			}
			t.Fatalf("%+v: %v", s, err)
		}
		start := r.resolved(r.start).at
		from := start.Add(time.Duration(rapid.IntRange(-100, 30_000).Draw(t, "from")) * time.Hour)
		to := from.Add(time.Duration(rapid.IntRange(0, 20_000).Draw(t, "to")) * time.Hour)
		all := r.Between(from, to, 10_000)
		for i, o := range all {
			if o.At.Before(from) || !o.At.Before(to) {
				t.Fatalf("%v is not from %s to %s", o, from, to)
			}
			if i > 0 && !all[i-1].At.Before(o.At) {
				t.Fatalf("%v comes after %v", all[i-1], o)
			}
			if shown := o.At.In(s.Zone).Format(Local); (shown != o.Local) != strings.Contains(o.Note, "does not exist") {
				t.Fatalf("%s starts when the clock shows %s; the note is %q", o.Local, shown, o.Note)
			}
			if !r.Includes(o.Local) {
				t.Fatalf("%s is not included", o.Local)
			}
		}
		if got := r.From(from, len(all)); !slices.Equal(got, all) {
			t.Fatalf("From and Between differ:\ngot  %v\nwant %v", got, all)
		}
		middle := from.Add(to.Sub(from) / 2)
		if got := append(r.Between(from, middle, 10_000), r.Between(middle, to, 10_000)...); !slices.Equal(got, all) {
			t.Fatalf("the halves are not the whole:\ngot  %v\nwant %v", got, all)
		}
		if last, ok := r.Ends(); ok {
			if got := r.From(last, 2); len(got) != 1 || !got[0].At.Equal(last) {
				t.Fatalf("the last is %s, but from there on come %v", last, got)
			}
		} else if len(r.From(to, 1)) == 0 && to.Year() < 3000 {
			t.Fatalf("endless, but nothing comes after %s", to)
		}
		again := s
		again.RRule = r.String()
		if same, err := New(again); err != nil || !slices.Equal(same.Between(from, to, 10_000), all) || same.String() != r.String() {
			t.Fatalf("%s is not the same as %s: %v", r, s.RRule, err)
		}
		if r.Words(0) == "" || strings.Contains(r.Words(0), "  ") {
			t.Fatalf("no words for %s: %q", r, r.Words(0))
		}
	})
}
