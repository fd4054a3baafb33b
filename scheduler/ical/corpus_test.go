package ical

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"lull/scheduler"
)

// expected is a notice as the corpus tells its facts.
type expected struct {
	Account       string    `json:"account"`
	MaintenanceID string    `json:"maintenance_id"`
	Organizer     string    `json:"organizer"`
	Provider      string    `json:"provider"`
	Sequence      int       `json:"sequence"`
	Stamp         int64     `json:"stamp"`
	Start         int64     `json:"start"`
	End           int64     `json:"end"`
	Status        string    `json:"status"`
	Summary       string    `json:"summary"`
	UID           string    `json:"uid"`
	Circuits      []circuit `json:"circuits"`
}

type circuit struct {
	ID     string `json:"circuit_id"`
	Impact string `json:"impact"`
}

func facts(u scheduler.NoticeUpdate) (e expected) {
	e = expected{
		Account: u.Account, MaintenanceID: u.MaintenanceID, Organizer: u.Organizer, Provider: u.Provider, Sequence: u.Sequence,
		Stamp: u.Stamp.Unix(), Start: u.Start.Unix(), End: u.End.Unix(), Status: string(u.Status), Summary: u.Summary, UID: u.UID,
	}
	for _, o := range u.Objects {
		e.Circuits = append(e.Circuits, circuit{o.ID, impact(o.Impact)})
	}
	return e
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "corpus", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestThePublicNoticesOfSuppliersAreReadToTheirFacts(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("testdata", "corpus", "*.expected.json"))
	if err != nil || len(files) != 13 {
		t.Fatalf("got %d files, %v; want the thirteen of the corpus that say their facts", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".expected.json")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var want []expected
			if err := json.Unmarshal(read(t, name+".expected.json"), &want); err != nil {
				t.Fatal(err)
			}
			for i := range want {
				if len(want[i].Circuits) == 0 {
					want[i].Circuits = nil
				}
			}
			source := name + ".ics"
			if name == "eunetworks_cancel" {
				source = name + ".eml"
			}
			r, err := ReadAny(read(t, source))
			if err != nil {
				t.Fatal(err)
			}
			var got []expected
			for _, u := range r.Updates {
				got = append(got, facts(u))
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got\n%+v\nwant\n%+v", got, want)
			}
		})
	}
}

func TestAPlainCalendarIsANoticeToo(t *testing.T) {
	t.Parallel()
	r, err := Read(read(t, "colt1_not_maintnote.ics"))
	if err != nil || len(r.Updates) != 1 {
		t.Fatalf("got %d events, %v, want one", len(r.Updates), err)
	}
	u := r.Updates[0]
	at := func(day, hour int) time.Time { return time.Date(2021, 8, day, hour, 0, 0, 0, time.UTC) }
	got := []any{u.Provider, u.Account, u.UID, u.Sequence, u.Status, u.Impact, u.Start, u.End, len(u.Objects), u.Problems}
	want := []any{
		"colt.net", "", "MS00NDE1Mjc5NDc3NTM4ODE4MTFJbXBhY3RlZA==", 0, scheduler.NoticeNoChange, scheduler.Outage, at(6, 21), at(7, 5), 0, []string(nil),
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%v\nwant\n%v", got, want)
	}
}
