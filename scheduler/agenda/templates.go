package agenda

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"lull/scheduler"
	"lull/scheduler/store"
)

// TemplateView is a template and what there is to say of it at one moment.
type TemplateView struct {
	scheduler.Template
	PreApproved bool // it is, now
	Expired     bool // it was, until its review date
}

func templateView(tx *store.Tx, t scheduler.Template) TemplateView {
	return TemplateView{t, t.PreApproved(tx.Now), t.Expired(tx.Now)}
}

// keptTemplate is a template as it is kept: a plan alone leaves its checks out.
type keptTemplate struct {
	scheduler.Template
	Checks []scheduler.Check
}

func scanTemplate(r store.Scanner) (scheduler.Template, error) {
	var doc keptTemplate
	err := r.Scan(store.JSON(&doc))
	doc.Template.Checks = doc.Checks
	return doc.Template, err
}

// Templates lists every template by its name.
func (a *Agenda) Templates(ctx context.Context) (vs []TemplateView, err error) {
	err = a.db.View(ctx, func(tx *store.Tx) error {
		all, err := store.Rows(tx, scanTemplate, `SELECT doc FROM templates ORDER BY name, id`)
		vs = make([]TemplateView, len(all))
		for i, t := range all {
			vs[i] = templateView(tx, t)
		}
		return err
	})
	return vs, err
}

// Template is the one with that id.
func (a *Agenda) Template(ctx context.Context, id string) (v TemplateView, err error) {
	err = a.db.View(ctx, func(tx *store.Tx) error {
		t, err := template(tx, id)
		v = templateView(tx, t)
		return err
	})
	return v, err
}

func template(tx *store.Tx, id string) (scheduler.Template, error) {
	found, err := templatesOf(tx, []string{id})
	if err == nil && found[id] == nil {
		err = scheduler.ErrNotFound
	}
	if err != nil {
		return scheduler.Template{}, err
	}
	return *found[id], nil
}

// templatesOf loads the templates of these ids that exist, by their id.
func templatesOf(tx *store.Tx, ids []string) (map[string]*scheduler.Template, error) {
	all, err := store.Rows(tx, scanTemplate, `SELECT doc FROM templates WHERE id IN (`+holes(1, len(ids))+`)`, anys(ids)...)
	if err != nil {
		return nil, fmt.Errorf("agenda: templates: %w", err)
	}
	found := make(map[string]*scheduler.Template, len(all))
	for i := range all {
		found[all[i].ID] = &all[i]
	}
	return found, nil
}

// templatesFor loads the templates that say of the windows whether they need
// an approval; most windows ask for none.
func templatesFor(tx *store.Tx, ws []scheduler.Window) (map[string]*scheduler.Template, error) {
	var ids []string
	for _, w := range ws {
		if w.Template.ID != "" && w.Kind == scheduler.Standard && !w.State.Running() && !w.State.Final() {
			ids = append(ids, w.Template.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return templatesOf(tx, ids)
}

// AddTemplate adds a template.
func (a *Agenda) AddTemplate(ctx context.Context, t scheduler.Template, by scheduler.Person) (v TemplateView, err error) {
	err = a.db.Update(ctx, func(tx *store.Tx) error {
		made := t
		ev, err := made.Add(tx.NewID(), by, tx.Now)
		if err != nil {
			return err
		}
		if err := known(tx, made.Plan); err != nil {
			return err
		}
		if err := keepTemplate(tx, made, 0); err != nil {
			return err
		}
		v = templateView(tx, made)
		return Record(tx, ev)
	})
	return v, err
}

// TemplateEdit is what is to become of a template, in one act: what is left
// out stays as it is.
type TemplateEdit struct {
	Apply       func(*scheduler.Template) error // edits it; may run twice
	PreApproved *bool                           // pre-approves it, or withdraws that
	ReviewBy    time.Time                       // until when it is pre-approved
}

// ChangeTemplate edits, pre-approves or withdraws a template, all of it or
// nothing. A version of 0 is any.
func (a *Agenda) ChangeTemplate(ctx context.Context, id string, version int, e TemplateEdit, by scheduler.Person) (v TemplateView, err error) {
	err = a.db.Update(ctx, func(tx *store.Tx) error {
		t, err := template(tx, id)
		if err != nil {
			return err
		}
		if version > 0 && version != t.Version {
			return scheduler.ErrStale
		}
		was := t.Version
		evs, err := decideTemplate(tx, &t, e, by)
		if err != nil {
			return err
		}
		v = templateView(tx, t)
		if t.Version == was {
			return nil
		}
		if err := keepTemplate(tx, t, was); err != nil {
			return err
		}
		for _, ev := range evs {
			if err := Record(tx, ev); err != nil {
				return err
			}
		}
		return nil
	})
	return v, err
}

// decideTemplate lets the rules have their say on each part of the edit, and
// answers the events of what did happen.
func decideTemplate(tx *store.Tx, t *scheduler.Template, e TemplateEdit, by scheduler.Person) (evs []scheduler.Event, err error) {
	var ev scheduler.Event
	note := func() {
		if ev.Kind != "" {
			evs = append(evs, ev)
		}
	}
	if e.Apply != nil {
		to := *t
		to.Plan = t.Again()
		if err := e.Apply(&to); err != nil {
			return nil, err
		}
		if ev, err = t.Change(to, by, tx.Now); err != nil {
			return nil, err
		}
		if err := known(tx, t.Plan); err != nil {
			return nil, err
		}
		note()
	}
	switch {
	case e.PreApproved == nil:
		return evs, nil
	case *e.PreApproved:
		ev, err = t.PreApprove(by, tx.Now, e.ReviewBy)
	default:
		ev, err = t.Withdraw(by, tx.Now)
	}
	note()
	return evs, err
}

// keepTemplate writes t whole; was is the version that it replaces, 0 when it
// is new.
func keepTemplate(tx *store.Tx, t scheduler.Template, was int) error {
	n, err := tx.Exec(`
		INSERT INTO templates (id, name, editor, approved_by, version, doc) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, editor = excluded.editor, approved_by = excluded.approved_by,
			version = excluded.version, doc = excluded.doc
		WHERE templates.version = $7`,
		t.ID, t.Name, t.Editor, sql.NullString{String: t.ApprovedBy, Valid: t.ApprovedBy != ""}, t.Version,
		store.JSON(&keptTemplate{t, t.Checks}), was)
	if err != nil {
		return fmt.Errorf("agenda: keep template %s: %w", t.Name, err)
	}
	if n != 1 {
		return scheduler.ErrStale
	}
	if _, err := tx.Exec(`DELETE FROM template_services WHERE template_id = $1`, t.ID); err != nil {
		return fmt.Errorf("agenda: keep template %s: %w", t.Name, err)
	}
	for _, slug := range t.Slugs() {
		if _, err := tx.Exec(`INSERT INTO template_services (template_id, service) VALUES ($1, $2)`, t.ID, slug); err != nil {
			return fmt.Errorf("agenda: keep template %s: %w", t.Name, err)
		}
	}
	return nil
}

// DeleteTemplate forgets a template. A version of 0 is any.
func (a *Agenda) DeleteTemplate(ctx context.Context, id string, version int, by scheduler.Person) error {
	return a.db.Update(ctx, func(tx *store.Tx) error {
		t, err := template(tx, id)
		if err != nil {
			return err
		}
		if version > 0 && version != t.Version {
			return scheduler.ErrStale
		}
		if _, err := tx.Exec(`DELETE FROM templates WHERE id = $1`, id); err != nil {
			return fmt.Errorf("agenda: delete template %s: %w", t.Name, err)
		}
		return Record(tx, t.Forget(by, tx.Now))
	})
}
