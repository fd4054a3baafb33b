package web

import (
	"reflect"
	"testing"
	"time"
)

func TestABaseURLSaysHowFarItReaches(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]Vicinity{
		"https://lull.example.org": Everywhere, "http://203.0.113.7": Everywhere, "https://[2001:db8::1]:8443": Everywhere,
		"http://127.0.0.1:8080": ThisMachine, "http://localhost": ThisMachine, "http://[::1]:80": ThisMachine, "http://lull.localhost.": ThisMachine, "http://[::ffff:127.0.0.1]": ThisMachine,
		"http://10.1.2.3": ThisNetwork, "https://192.168.0.9:8443": ThisNetwork, "http://[fd00::1]": ThisNetwork, "http://169.254.1.1": ThisNetwork,
		"https://lull.corp": ThisNetwork, "https://lull.Internal": ThisNetwork, "http://lull:8080": ThisNetwork, "http://0.0.0.0:8080": ThisNetwork,
	} {
		if got := VicinityOf(base); got != want {
			t.Errorf("%s reaches %q, want %q", base, got, want)
		}
	}
}

func TestAFeedsFormGivesBackWhatItShows(t *testing.T) {
	t.Parallel()
	for _, want := range []FeedChoice{
		{Name: "phone", Scope: "mine", Past: 0, Future: 90 * oneDay},
		{Name: "all", Scope: "all", Services: []string{"core-db", "tier-x"}, Tiers: []int{1, 4}, Alarm: 90 * time.Minute, Past: 36 * time.Hour, Future: 548 * oneDay, Confirmed: true},
	} {
		if got, wrong := FeedFormOf(want).Read(); len(wrong) > 0 || !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, %v, want %+v", got, wrong, want)
		}
	}
}

func TestACalendarsAddressIsQuotedInOthers(t *testing.T) {
	t.Parallel()
	got := AddressesOf("A & B", "https://lull.example.org/calendar/x.ics")
	want := Addresses{
		Name: "A & B", URL: "https://lull.example.org/calendar/x.ics", Webcal: "webcal://lull.example.org/calendar/x.ics",
		Google:  "https://calendar.google.com/calendar/r?cid=webcal%3A%2F%2Flull.example.org%2Fcalendar%2Fx.ics",
		Outlook: "https://outlook.office.com/calendar/0/addfromweb?url=https%3A%2F%2Flull.example.org%2Fcalendar%2Fx.ics&name=A+%26+B",
	}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
