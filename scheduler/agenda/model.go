package agenda

import (
	"context"
	"errors"
	"time"

	"lull/scheduler"
	"lull/scheduler/store"
)

// Model is what a new window or template is made after: its plan without
// times, and how long it lasts, 0 when that is not known.
type Model struct {
	scheduler.Plan
	Lasts time.Duration
}

// AsTemplate is a template, not kept yet, that makes windows after the model.
func (m Model) AsTemplate() scheduler.Template {
	return scheduler.Template{Name: m.Title, Plan: m.Plan, Duration: m.Lasts}
}

// FromTemplate is the model of windows made from a template.
func (a *Agenda) FromTemplate(ctx context.Context, id string) (m Model, err error) {
	err = a.db.View(ctx, func(tx *store.Tx) error {
		t, err := template(tx, id)
		m = Model{t.Book(tx.Now), t.Duration}
		return err
	})
	return m, err
}

// FromWindow is the model of a clone of the window that ref names. It is of
// the same template, unless that is gone.
func (a *Agenda) FromWindow(ctx context.Context, ref string) (m Model, err error) {
	err = a.db.View(ctx, func(tx *store.Tx) error {
		w, err := window(tx, ref)
		if err != nil {
			return err
		}
		m = Model{w.Again(), w.Interval.Duration()}
		if _, err = template(tx, m.Template.ID); errors.Is(err, scheduler.ErrNotFound) {
			m.Template, err = scheduler.TemplateRef{}, nil
		}
		return err
	})
	return m, err
}

// nameTemplate writes into the plan the name of the template it is from, and
// refuses one that is not there.
func nameTemplate(tx *store.Tx, p *scheduler.Plan) error {
	if p.Template.ID == "" {
		return nil
	}
	t, err := template(tx, p.Template.ID)
	if errors.Is(err, scheduler.ErrNotFound) {
		return scheduler.InvalidError{"template": "There is no such template; it may have been deleted meanwhile."}
	}
	p.Template.Name = t.Name
	return err
}
