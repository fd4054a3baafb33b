package scheduler

import (
	"encoding/binary"
	"testing"
	"time"
)

// clashes counts what of the kind stands in the way of w because of o, at now.
func clashes(w, o Window, kind ConflictKind, now time.Time) (n int) {
	around := aroundAt(now, nil, w, o)
	for _, c := range w.Conflicts(around, PolicyOf(Team), now) {
		if c.Kind == kind && c.Window == o.ID {
			n++
		}
	}
	return n
}

// fuzzed is a window on some of eight services, made of a few numbers.
func fuzzed(id string, state, lead, services byte, start, length uint16) Window {
	w := in(States[int(state)%len(States)])
	w.ID, w.Lead, w.Services = id, cast[int(lead)%len(cast)].Email, nil
	w.Start = noon.Add(time.Duration(start) * time.Second)
	w.End = w.Start.Add(time.Duration(length) * time.Second)
	w.ActualStart = w.Start
	for i := range 8 {
		if services>>i&1 == 1 {
			w.Services = append(w.Services, Affected{Service: string(rune('a' + i)), Impact: Outage})
		}
	}
	return w
}

func FuzzConflicts(f *testing.F) {
	f.Add([]byte{2, 0, 1, 0, 0, 14, 16, 2, 0, 1, 14, 16, 14, 16, 0, 0})  // back to back
	f.Add([]byte{2, 0, 1, 0, 0, 14, 17, 2, 0, 1, 14, 16, 14, 16, 0, 0})  // a second too long
	f.Add([]byte{3, 1, 3, 0, 0, 14, 16, 1, 1, 2, 14, 16, 14, 16, 56, 0}) // it overruns into the next
	f.Add([]byte{0, 1, 3, 0, 0, 14, 16, 1, 1, 2, 0, 0, 14, 16, 0, 0})    // a draft holds nothing
	f.Fuzz(func(t *testing.T, data []byte) {
		const size = 16
		if len(data) < size {
			return
		}
		at := func(i int) uint16 { return binary.BigEndian.Uint16(data[i:]) }
		a := fuzzed("a", data[0], data[1], data[2], at(3), at(5))
		b := fuzzed("b", data[7], data[8], data[9], at(10), at(12))
		now := noon.Add(time.Duration(at(14)) * time.Second)
		for _, kind := range []ConflictKind{SameService, LeadBusy} {
			ab, ba := clashes(a, b, kind, now), clashes(b, a, kind, now)
			if a.State.Holds() && b.State.Holds() && ab != ba {
				t.Fatalf("%s: %d one way, %d the other:\n%+v\n%+v at %v", kind, ab, ba, a, b, now)
			}
			if (a.State.Final() || !b.State.Holds()) && ab > 0 {
				t.Fatalf("a window that is %s conflicts with one that is %s", a.State, b.State)
			}
			over := func(w Window) bool { return w.State.Running() && !now.Before(w.End) } // holds time past its end
			if apart := !a.Start.Before(b.End) || !b.Start.Before(a.End); apart && !over(a) && !over(b) && ab > 0 {
				t.Fatalf("%s between [%v, %v) and [%v, %v)", kind, a.Start, a.End, b.Start, b.End)
			}
		}
		together := a.State.Holds() && b.State.Holds() && a.Overlaps(b.Interval)
		if shared := data[2]&data[9] != 0; together && shared != (clashes(a, b, SameService, now) > 0) {
			t.Fatalf("a service in common: %v, and the conflicts do not say so:\n%+v\n%+v", shared, a, b)
		}
		if together && (a.Lead == b.Lead) != (clashes(a, b, LeadBusy, now) > 0) {
			t.Fatalf("leads %s and %s, and the conflicts do not say so", a.Lead, b.Lead)
		}
	})
}
