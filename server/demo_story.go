package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
)

// teller carries the story on, scene by scene. The first error ends it.
type teller struct {
	demo
	ids map[string]string // of the windows, by the word that the story has for them
	err error
}

// scene is what happened at one moment, counted from the hour of the demo.
type scene struct {
	at time.Duration
	do func(ctx context.Context, t *teller)
}

// story tells what happened, with the clock set back to when it did. After each
// scene the clock's round is made, so that reminders and mail come when they would.
func (d demo) story(ctx context.Context) error {
	defer d.from(begins)()
	t := &teller{demo: d, ids: map[string]string{}}
	scenes := slices.Concat(lastWeek, thisWeek, today, stages)
	slices.SortStableFunc(scenes, func(a, b scene) int { return cmp.Compare(a.at, b.at) })
	for _, s := range scenes {
		d.from(s.at)
		s.do(ctx, t)
		t.round(ctx)
		if t.err != nil {
			return fmt.Errorf("at %s: %w", s.at, t.err)
		}
	}
	return nil
}

func (t *teller) round(ctx context.Context) {
	for _, do := range []func(context.Context) (time.Time, error){t.agenda.Tick, t.notifier.Announce, t.notifier.Deliver} {
		if t.err == nil {
			_, t.err = do(ctx)
		}
	}
}

// did takes the answer of a verb.
func (t *teller) did(v agenda.View, err error) agenda.View {
	if t.err == nil {
		t.err = err
	}
	return v
}

// tale is what is particular about a window.
type tale struct {
	title, service           string
	impact                   scheduler.Impact
	kind                     scheduler.Kind
	risk                     scheduler.Risk
	in, length               time.Duration // from the hour of the demo
	summary, steps, rollback string
	before, during, back     string
	verify                   []string
	ticket, conference       string
}

func (t *teller) plan(s tale, lead scheduler.Person) scheduler.Plan {
	p := t.demo.plan(s.title, s.service, s.impact, s.in, s.length, lead)
	p.Kind, p.Risk, p.Summary, p.Steps, p.RollbackPlan = s.kind, s.risk, s.summary, s.steps, s.rollback
	if p.Kind == "" {
		p.Kind = scheduler.Normal
	}
	if p.Risk == "" {
		p.Risk = scheduler.MediumRisk
	}
	p.TicketURL, p.ConferenceURL = s.ticket, s.conference
	p.Checks = []scheduler.Check{
		{Phase: scheduler.Before, Text: s.before, Required: true},
		{Phase: scheduler.During, Text: s.during, Required: true},
	}
	for _, text := range s.verify {
		p.Checks = append(p.Checks, scheduler.Check{Phase: scheduler.Verify, Text: text, Required: true})
	}
	p.Checks = append(p.Checks, scheduler.Check{Phase: scheduler.Rollback, Text: s.back, Required: true})
	return p
}

// book submits a window under a word of the story.
func (t *teller) book(ctx context.Context, word string, s tale, lead scheduler.Person) {
	t.ids[word] = t.did(t.agenda.Book(ctx, t.plan(s, lead), agenda.Submission{Now: true}, lead)).ID
}

// approve says yes as Ruth, the approver.
func (t *teller) approve(ctx context.Context, word, note string) {
	t.did(t.agenda.Approve(ctx, t.ids[word], 0, scheduler.Yes{Note: note}, ruth))
}

// answer answers the nth check of a phase.
func (t *teller) answer(ctx context.Context, word string, phase scheduler.Phase, nth int, r scheduler.Result, by scheduler.Person) {
	if t.err != nil {
		return
	}
	w := t.did(t.agenda.Window(ctx, t.ids[word]))
	for _, c := range w.Checks {
		if c.Phase != phase {
			continue
		}
		if nth--; nth == 0 {
			t.did(t.agenda.Answer(ctx, w.ID, c.ID, r, by))
			return
		}
	}
	t.did(agenda.View{}, fmt.Errorf("%s has no such %s check: %w", word, phase, scheduler.ErrNotFound))
}

func (t *teller) start(ctx context.Context, word string, by scheduler.Person) {
	t.did(t.agenda.Start(ctx, t.ids[word], 0, scheduler.Go{}, by))
}

func (t *teller) finish(ctx context.Context, word, note string, by scheduler.Person) {
	t.did(t.agenda.Finish(ctx, t.ids[word], 0, note, time.Time{}, by))
}

func (t *teller) close(ctx context.Context, word string, e scheduler.End, by scheduler.Person) {
	t.did(t.agenda.Close(ctx, t.ids[word], 0, e, by))
}

func (t *teller) progress(ctx context.Context, word, text string, by scheduler.Person) {
	t.did(t.agenda.Progress(ctx, t.ids[word], 0, text, true, by))
}

func passed(note, evidence string) scheduler.Result {
	return scheduler.Result{Answer: scheduler.Passed, Note: note, EvidenceURL: evidence}
}

func failed(note, evidence string) scheduler.Result {
	return scheduler.Result{Answer: scheduler.CheckFailed, Note: note, EvidenceURL: evidence}
}
