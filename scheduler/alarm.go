package scheduler

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Alarm is the call for help about a window that is late or over time, or for
// which somebody asked for help. It is about one moment: a window that moves
// leaves it behind.
type Alarm struct {
	About EventKind // WentLate, Overran, or Escalated where a person asked
	Since time.Time // the planned start or end that passed, or when it was asked
	Calls []Call    // in order
	Next  time.Time // when the next ones are called; zero: nobody is left, or a person calls them
}

// Call is one step of an escalation.
type Call struct {
	At time.Time
	To []string // addresses
	By string   // a person's address, or the clock
}

// Duty is who is called for a window, and how long each has to answer.
type Duty struct {
	Ladder [][]string    // step by step, each address once
	After  time.Duration // until the next step; zero: all at once
}

// DutyFor is the duty for a window: its lead and the primary owners of its
// services first, then the backup owners, then the escalation paths side by
// side, one step after the other.
func DutyFor(w Window, services []Service, after time.Duration) Duty {
	steps := make([][]string, 2)
	steps[0] = []string{w.Lead}
	for _, s := range services {
		steps[0] = append(steps[0], s.PrimaryOwner)
		steps[1] = append(steps[1], s.BackupOwner)
		for i, to := range s.Escalation {
			if len(steps) < i+3 {
				steps = append(steps, nil)
			}
			steps[i+2] = append(steps[i+2], to)
		}
	}
	d := Duty{After: after}
	seen := map[string]bool{}
	for _, step := range steps {
		var fresh []string
		for _, to := range step {
			address, wrong := ParseAddress(to)
			if wrong == "" && !seen[address] {
				seen[address] = true
				fresh = append(fresh, address)
			}
		}
		if len(fresh) > 0 {
			d.Ladder = append(d.Ladder, fresh)
		}
	}
	return d
}

// next is whom the next step calls, given who was called: nobody when none is
// left. Who came onto the ladder late is called before those above.
func (d Duty) next(called []string) (to []string) {
	for _, step := range d.Ladder {
		for _, address := range step {
			if !has(called, address) {
				to = append(to, address)
			}
		}
		if len(to) > 0 && d.After > 0 {
			return to
		}
	}
	return to
}

// called lists who was called, in order.
func (a Alarm) called() (all []string) {
	for _, c := range a.Calls {
		all = append(all, c.To...)
	}
	return all
}

// passed is the moment that passed without what was planned for it; ok is false
// where nothing is amiss.
func (w Window) passed(now time.Time) (about EventKind, at time.Time, ok bool) {
	switch {
	case w.State == Scheduled && w.Late(now):
		return WentLate, w.Start, true
	case w.Overrun(now):
		return Overran, w.End, true
	}
	return "", time.Time{}, false
}

// about reports whether the alarm is about that moment.
func (a Alarm) about(kind EventKind, at time.Time) bool { return a.About == kind && a.Since.Equal(at) }

// TakenUp reports whether somebody acknowledged that the window is late or over time.
func (w Window) TakenUp(now time.Time) bool {
	_, at, amiss := w.passed(now)
	return amiss && !w.Acknowledged.IsZero() && !w.Acknowledged.Before(at)
}

// Ringing reports whether the window is late or over time and nobody took it up.
func (w Window) Ringing(now time.Time) bool {
	_, _, amiss := w.passed(now)
	return amiss && !w.TakenUp(now)
}

// Called is who was called about what is amiss now, or else as a person asked.
func (w Window) Called(now time.Time) []Call {
	kind, at, amiss := w.passed(now)
	if amiss && w.Alarm.about(kind, at) || !amiss && w.Alarm.About == Escalated && w.State.Holds() {
		return w.Alarm.Calls
	}
	return nil
}

// NextCall is whom the clock calls next, and when, if nobody takes it up.
func (w Window) NextCall(d Duty, now time.Time) (to []string, at time.Time) {
	kind, since, _ := w.passed(now)
	if !w.Ringing(now) || !w.Alarm.about(kind, since) || w.Alarm.Next.IsZero() {
		return nil, time.Time{}
	}
	return d.next(w.Alarm.called()), w.Alarm.Next
}

// CallOut lets the clock call for help. What has just become late or over time,
// as evs tell, calls the first step; as long as nobody takes it up, the next one
// follows each time the delay has passed since the last. After a sleep only one
// step is called, since those on it have had no time yet to answer.
func (w *Window) CallOut(evs []Event, d Duty, now time.Time) []Event {
	kind, since, _ := w.passed(now)
	if !w.Ringing(now) {
		return evs
	}
	s := Scene{By: Clock, Now: now}
	if !w.Alarm.about(kind, since) {
		w.Alarm = Alarm{About: kind, Since: since}
		to := w.call(s, d, d.next(nil))
		for i, ev := range evs {
			if ev.Kind == kind {
				evs[i].Data.Called = to
				evs[i].Text += calledWords(to)
				return evs
			}
		}
		return evs // it became so under a version that called nobody in steps
	}
	if w.Alarm.Next.IsZero() || now.Before(w.Alarm.Next) {
		return evs
	}
	to := w.call(s, d, d.next(w.Alarm.called()))
	if len(to) == 0 {
		return evs
	}
	ev := w.happened(s, Escalated, "Nobody has taken it up."+calledWords(to))
	ev.Data.Inside, ev.Data.Called = true, to
	return append(evs, ev)
}

// call notes a step of the escalation, and when the next one is due.
func (w *Window) call(s Scene, d Duty, to []string) []string {
	w.Alarm.Next = time.Time{}
	if len(to) == 0 {
		return nil
	}
	w.Alarm.Calls = append(slices.Clone(w.Alarm.Calls), Call{At: s.Now, To: to, By: s.By.Email})
	if w.Ringing(s.Now) && len(d.next(w.Alarm.called())) > 0 {
		w.Alarm.Next = s.Now.Add(d.After)
	}
	return to
}

func calledWords(to []string) string {
	if len(to) == 0 {
		return " There is nobody to call."
	}
	return " Called " + strings.Join(to, ", ") + "."
}

// Escalate calls the next step at once. Where nobody is left, everybody but who
// asks is called once more.
func (w *Window) Escalate(s Scene, reason string) (Event, error) {
	reason, err := needReason(reason, "Say what help is needed.")
	if err != nil {
		return Event{}, err
	}
	if w.State.Final() || w.State == Draft {
		return Event{}, &MoveError{"escalate", w.State}
	}
	d := DutyFor(*w, s.Services, s.EscalateAfter)
	alarm := w.Alarm
	if kind, since, amiss := w.passed(s.Now); amiss && !alarm.about(kind, since) {
		alarm = Alarm{About: kind, Since: since}
	} else if !amiss && alarm.About != Escalated {
		alarm = Alarm{About: Escalated, Since: s.Now}
	}
	to := d.next(append(alarm.called(), s.By.Email))
	if len(to) == 0 {
		to = Duty{Ladder: d.Ladder}.next([]string{s.By.Email})
	}
	if len(to) == 0 {
		return Event{}, shut("escalate", CodeState, "There is nobody else to call: the services name no owner and no escalation path.")
	}
	w.Alarm = alarm
	w.call(s, d, to)
	ev := w.happened(s, Escalated, fmt.Sprintf("%s escalated: %s%s", s.By.Name, reason, calledWords(to)))
	ev.Data.Inside, ev.Data.Reason, ev.Data.Called = true, reason, to
	return ev, nil
}

// Acknowledge says that somebody takes care of a late or overrunning window:
// nobody more is called.
func (w *Window) Acknowledge(s Scene, note string) (Event, error) {
	if _, _, amiss := w.passed(s.Now); !amiss {
		return Event{}, shut("acknowledge", CodeState, "The window is neither late nor over time.")
	}
	if bad := badText(note, longText, true); bad != "" {
		return Event{}, InvalidError{"note": bad}
	}
	w.Acknowledged = s.Now
	return w.happened(s, Acknowledged, strings.TrimSpace(fmt.Sprintf("%s takes care of it. %s", s.By.Name, tidy(note)))), nil
}
