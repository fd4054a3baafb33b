package main

import (
	"log/slog"
	"testing"

	"lull/scheduler"
	"lull/scheduler/store/storetest"
)

func TestTheEnvironmentNamesTheOrganisationUntilSomebodyDecides(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	wired := func(name string) *server {
		cfg, err := readConfig([]string{"--organisation", name, "--time-zone", "Europe/Berlin"}, func(string) string { return "" }, nil)
		if err != nil {
			t.Fatal(err)
		}
		s, err := wire(t.Context(), cfg, db, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := wired("Northgate")
	set, err := s.agenda.Settings(t.Context())
	if err != nil || set.Organisation != "Northgate" || set.TimeZone != "Europe/Berlin" {
		t.Fatalf("got %q in %q, %v; want Northgate in Europe/Berlin", set.Organisation, set.TimeZone, err)
	}
	if _, err := s.agenda.KeepSettings(t.Context(), func(set *scheduler.Settings) error {
		set.Organisation = "Southgate"
		return nil
	}, byCommand); err != nil {
		t.Fatal(err)
	}
	if set, err := wired("Westgate").agenda.Settings(t.Context()); err != nil || set.Organisation != "Southgate" {
		t.Fatalf("after somebody decided it is %q, %v, want Southgate", set.Organisation, err)
	}
}
