package agenda

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"lull/scheduler"
	"lull/scheduler/store"
)

// decide lets every window decide for itself.
func (t *turn) decide(tx *store.Tx) error {
	plans := map[string]scheduler.Plan{}
	var thought []scheduler.Window
	for i, w := range t.open {
		plan := cloned(t.next).Plan
		plan.Interval = t.to[i].Interval
		if t.was.Lead == t.next.Lead {
			plan.Lead = w.Lead // which may have been handed over
		}
		w.Series, w.Occurrence = t.next.ID, t.to[i].Local
		changes := w.Changes(plan)
		if !changes && !t.agrees(w) {
			if w.State == scheduler.Requested {
				t.waits++
			}
			if w.Series != t.open[i].Series || w.Occurrence != t.open[i].Occurrence {
				t.moved = append(t.moved, t.open[i])
			}
			continue
		}
		if changes {
			plans[w.ID] = plan
		}
		t.old, t.c.ws = append(t.old, t.open[i]), append(t.c.ws, w)
		w.Plan = plan
		thought = append(thought, w)
	}
	t.changed = len(t.c.ws)
	mine := make(map[string]bool, t.changed)
	for _, w := range t.c.ws {
		mine[w.ID] = true
	}
	fresh, made, err := occur(tx, t.next, t.fresh, t.now.By)
	if err != nil {
		return err
	}
	t.evs = made
	seen, err := grouped(tx, append(thought, fresh...), t.now.By, append(slices.Clone(t.open), t.dropped...)...)
	if err != nil {
		return err
	}
	t.c.ws, t.c.scenes = append(t.c.ws, fresh...), seen.scenes
	evs, err := t.c.each(func(w *scheduler.Window, sc scheduler.Scene) (scheduler.Event, error) {
		plan, changes := plans[w.ID]
		switch {
		case changes:
			return w.Change(sc, scheduler.Edit{Plan: plan, Reason: t.edit.Reason, Approve: t.edit.Approve})
		case mine[w.ID]:
			return w.Approve(sc, t.yes())
		}
		return t.join(w, sc)
	})
	if err != nil {
		return err
	}
	for _, ev := range evs {
		if ev.Kind != "" { // a draft stays what it is
			t.evs = append(t.evs, ev)
		}
	}
	if err := t.drop(); err != nil {
		return err
	}
	t.settle()
	return nil
}

// join makes a new draft what the others of its series are, or ask to be.
func (t *turn) join(w *scheduler.Window, sc scheduler.Scene) (scheduler.Event, error) {
	if t.next.State == scheduler.SeriesDraft {
		return scheduler.Event{}, nil
	}
	ev, err := w.Submit(sc, t.edit.Reason)
	if err != nil {
		return ev, err
	}
	w.Requester = t.next.Requester
	if !t.edit.Approve || w.State != scheduler.Requested {
		return ev, nil
	}
	t.evs = append(t.evs, ev)
	return w.Approve(sc, t.yes())
}

// agrees reports whether a window that does not change is approved in the same act.
func (t *turn) agrees(w scheduler.Window) bool {
	return t.edit.Approve && w.State == scheduler.Requested &&
		!slices.ContainsFunc(w.Approvals, func(a scheduler.Approval) bool { return a.By == t.now.By.Email })
}

// yes is the approval in the same act, which overrides conflicts with a reason.
func (t *turn) yes() scheduler.Yes {
	yes := scheduler.Yes{Reason: t.edit.Reason}
	if strings.TrimSpace(yes.Reason) != "" {
		yes.Override = scheduler.ConflictKinds
	}
	return yes
}

// drop calls off the windows whose date is no more; drafts nobody heard of go.
func (t *turn) drop() error {
	reason := strings.TrimSpace(t.edit.Reason)
	if reason == "" {
		reason = "The series no longer has this date."
	}
	var evs []scheduler.Event
	for _, w := range t.dropped {
		was := w
		if w.State == scheduler.Draft && !w.Published {
			ev, err := w.Forget(t.now)
			if err != nil {
				return err
			}
			t.forgot, t.evs = append(t.forgot, w), append(t.evs, ev)
			continue
		}
		ev, err := w.Cancel(t.now, reason)
		if err != nil {
			return err
		}
		w.Series = t.next.ID
		t.goneWere, t.gone, evs = append(t.goneWere, was), append(t.gone, w), append(evs, ev)
	}
	if len(evs) == 0 {
		return nil
	}
	t.said = gathered(&t.next, evs, t.now, scheduler.OccurrencesDropped, fmt.Sprintf("%s left the series.", windowsWords(len(evs))))
	t.evs = append(t.evs, evs...)
	return nil
}

// settle finds the state of the series, and says what was done.
func (t *turn) settle() {
	n := &t.next
	fell := len(t.c.ws) > t.changed
	for i, w := range t.c.ws[:t.changed] {
		fell = fell || len(t.old[i].Approvals) > 0 && len(w.Approvals) == 0 || t.old[i].State != w.State
	}
	asks := among(t.c.ws, scheduler.Requested) + t.waits
	switch {
	case n.State == scheduler.SeriesDraft:
	case asks > 0:
		n.State = scheduler.SeriesRequested
		if fell {
			n.Lapse()
		}
	case fell && t.edit.Approve && among(t.c.ws, scheduler.Scheduled) > 0:
		n.State = scheduler.SeriesApproved
		n.Approvals = []scheduler.Approval{{By: t.now.By.Email, At: t.now.Now, Reason: strings.TrimSpace(t.edit.Reason)}}
		n.ReviewBy = t.now.Now.AddDate(0, scheduler.LongestTrust, 0)
	}
	text := fmt.Sprintf("%s changed the series: %s changed, %d made, %d cancelled.", t.now.By.Name, windowsWords(t.changed), len(t.c.ws)-t.changed, len(t.gone)+len(t.forgot))
	if t.split {
		text = fmt.Sprintf("%s changed the series from %s on: %s changed, %d made, %d cancelled.", t.now.By.Name, t.from(), windowsWords(t.changed), len(t.c.ws)-t.changed, len(t.gone)+len(t.forgot))
	}
	if asks > 0 {
		text += " It needs approval again."
	}
	if len(t.left) > 0 {
		text += " Changed by themselves, and left alone: " + strings.Join(t.left, ", ") + "."
	}
	if reason := strings.TrimSpace(t.edit.Reason); reason != "" {
		text += " " + reason
	}
	t.said = append(t.said, gathered(n, t.evs, t.now, scheduler.SeriesEdited, text)...)
}

// keep writes all of it.
func (t *turn) keep(tx *store.Tx) error {
	had := t.was.Version
	if t.split {
		ev := t.was.Happened(t.now, scheduler.SeriesEdited, fmt.Sprintf("From %s on another series takes over: %q.", t.from(), t.next.Title))
		ev.Data.More = map[string]any{"next": t.next.ID}
		t.said = append(t.said, ev)
		if err := keepSeries(tx, t.was, had, time.Time{}); err != nil {
			return err
		}
		had = 0
	}
	if err := keepSeries(tx, t.next, had, dueAt(t.next, tx.Now)); err != nil {
		return err
	}
	moved := slices.Clone(t.moved)
	for i, w := range t.open {
		t.names[w.ID] = t.to[i].Local
	}
	for i := range moved {
		moved[i].Series = t.next.ID
		if name := t.names[moved[i].ID]; name != "" {
			moved[i].Occurrence = name
		}
	}
	for i := range moved { // nothing of them changes but whose they are
		if err := keepRow(tx, moved[i], &t.moved[i]); err != nil {
			return err
		}
	}
	if err := changeAll(tx, slices.Concat(t.c.ws[:t.changed], t.gone), slices.Concat(t.old, t.goneWere)); err != nil {
		return err
	}
	if err := forgetAll(tx, t.forgot); err != nil {
		return err
	}
	if err := addAll(tx, t.c.ws[t.changed:]); err != nil {
		return err
	}
	if err := recordSeries(tx, slices.Concat(t.evs, t.said)...); err != nil {
		return err
	}
	vs := t.c.views()
	for _, w := range t.gone {
		vs = append(vs, View{Window: w})
	}
	return recheck(tx, vs, t.now.By)
}
