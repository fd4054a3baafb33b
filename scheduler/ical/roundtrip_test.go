package ical

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"lull/scheduler"
)

// published is what a reader must find of a window that c publishes.
func published(c Calendar, w scheduler.Window) expected {
	c, err := c.tidy()
	if err != nil {
		panic(err)
	}
	_, organizer := c.organizer()
	e := expected{
		Account: c.Account, Provider: c.Provider, Organizer: organizer, MaintenanceID: w.Name(), UID: w.ID, Sequence: w.Sequence,
		Stamp: w.Updated.Unix(), Start: w.Start.Unix(), End: w.End.Unix(), Status: progress(w.State), Summary: c.summary(w),
	}
	for _, s := range w.Services {
		e.Circuits = append(e.Circuits, circuit{s.Service, impact(s.Impact)})
	}
	return e
}

func TestWhatIsPublishedIsReadBackToTheSameFacts(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(n int) int { return r.IntN(n) }
	texts := []string{"Plain", "a, b; c: d", `back\slash\nn`, "Grüße 維護 👩‍👩‍👧", `"quoted"`, strings.Repeat("long ", 30), "BEGIN:VEVENT", "x=y;z"}
	for round := range 200 {
		var ws []scheduler.Window
		for range pick(4) + 1 {
			w := upgrade()
			w.ID, w.Number, w.Sequence = fmt.Sprintf("00000000-0000-4000-8000-%012d", len(ws)+1), pick(1000)+1, pick(50)
			w.State, w.Title = scheduler.States[pick(len(scheduler.States))], texts[pick(len(texts))]
			w.Start = noon.Add(time.Duration(pick(20_000)) * time.Minute)
			w.End = w.Start.Add(time.Duration(pick(20_000)+1) * time.Minute)
			w.Updated = noon.Add(time.Duration(pick(1_000_000)) * time.Second)
			w.Services = nil
			for i := range pick(4) + 1 {
				w.Services = append(w.Services, scheduler.Affected{Service: fmt.Sprintf("service-%d", i), Impact: scheduler.Impacts[pick(4)]})
			}
			ws = append(ws, w)
		}
		c := shop(ws...)
		c.Account, c.Provider = texts[pick(3)], texts[pick(3)]
		read, err := Read(encode(t, c))
		if err != nil || len(read.Problems) > 0 || len(read.Updates) != len(ws) {
			t.Fatalf("round %d: got %d events, %q, %v; want %d", round, len(read.Updates), read.Problems, err, len(ws))
		}
		for i, u := range read.Updates {
			if got, want := facts(u), published(c, ws[i]); !reflect.DeepEqual(got, want) || u.Problems != nil || u.Impact != ws[i].Impact() {
				t.Fatalf("round %d: got\n%+v %q\nwant\n%+v", round, got, u.Problems, want)
			}
		}
	}
}

func TestASurveyFindsWhatALookAtEachByteFinds(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 20_000 {
		b := make([]byte, r.IntN(40))
		for i := range b {
			b[i] = byte(' ' + r.IntN(90))
			if r.IntN(20) == 0 {
				b[i] = byte(r.IntN(256))
			}
		}
		control, ascii := -1, true
		for i, c := range b {
			if c < ' ' && !strings.ContainsRune("\r\n\t", rune(c)) || c == 0x7f {
				control, ascii = i, false
				break
			}
			ascii = ascii && c < 0x80
		}
		if gotControl, gotASCII := survey(b); gotControl != control || gotASCII != ascii {
			t.Fatalf("%q: got %d %v, want %d %v", b, gotControl, gotASCII, control, ascii)
		}
	}
}
