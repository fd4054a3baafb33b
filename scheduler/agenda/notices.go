package agenda

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"lull/scheduler"
	"lull/scheduler/store"
)

// Imported is what became of one event of a supplier's file.
type Imported struct {
	scheduler.NoticeUpdate          // as the file says it
	ID                     string   // of the notice; empty where the event is not enough to keep one
	Services               []string // slugs
	Applied                bool     // false: a newer update is known, or nothing could be kept
	Changed                bool     // something is known now that was not
}

// errDry ends a transaction whose outcome was only asked for.
var errDry = errors.New("agenda: nothing is kept")

// ImportNotices takes what suppliers say of their maintenances, in one
// transaction: an update that is older than what is known is kept in the history
// and not applied, and the same file twice changes nothing. The people of windows
// that something is now in the way of are told.
func (a *Agenda) ImportNotices(ctx context.Context, us []scheduler.NoticeUpdate, by scheduler.Person) (all []Imported, err error) {
	err = a.db.Update(ctx, func(tx *store.Tx) error {
		all, err = importNotices(tx, us, by)
		return err
	})
	return all, err
}

// TryNotices says what ImportNotices would make of the file, and keeps nothing.
func (a *Agenda) TryNotices(ctx context.Context, us []scheduler.NoticeUpdate, by scheduler.Person) (all []Imported, err error) {
	err = a.db.Update(ctx, func(tx *store.Tx) error {
		if all, err = importNotices(tx, us, by); err != nil {
			return err
		}
		return errDry
	})
	for i := range all { // named in a transaction that never was
		if all[i].Changed {
			all[i].ID = ""
		}
	}
	if errors.Is(err, errDry) {
		err = nil
	}
	return all, err
}

func importNotices(tx *store.Tx, us []scheduler.NoticeUpdate, by scheduler.Person) ([]Imported, error) {
	rules, err := ruleBook(tx)
	if err != nil {
		return nil, err
	}
	desk, err := openDesk(tx, us)
	if err != nil {
		return nil, err
	}
	all := make([]Imported, len(us))
	var took tally
	for i, u := range us {
		all[i] = Imported{NoticeUpdate: u}
		digest, err := digestOf(u)
		if err != nil {
			return nil, err
		}
		f := desk.find(u)
		switch {
		case f == nil && u.Usable() != "":
			all[i].Problems = append(slices.Clone(u.Problems), u.Usable())
			continue
		case f == nil:
			f = desk.open(tx.NewID(), u)
			f.take(u, digest, rules, tx)
			took.fresh++
			all[i].Changed, all[i].Applied = true, true
		case f.digests[digest]:
			all[i].Applied = !u.Older(f.NoticeUpdate)
		case u.Older(f.NoticeUpdate):
			f.file(u, digest, false)
			took.older++
			all[i].Changed = true
		default:
			f.take(u, digest, rules, tx)
			took.updated++
			all[i].Changed, all[i].Applied = true, true
		}
		all[i].ID, all[i].Services = f.ID, f.Slugs()
	}
	if took == (tally{}) {
		return all, nil
	}
	reach, err := desk.keep(tx, by)
	if err != nil {
		return nil, err
	}
	if err := Record(tx, scheduler.Event{
		Actor: by.Email, Via: by.Via, Kind: scheduler.NoticesImported, Text: fmt.Sprintf("%s imported supplier notices: %s.", by.Name, took.words()),
		Data: scheduler.Facts{More: map[string]any{"notices": desk.names(), "new": took.fresh, "updated": took.updated, "older": took.older}},
	}); err != nil {
		return nil, err
	}
	return all, noticed(tx, reach, by)
}

// tally counts what an import changed.
type tally struct{ fresh, updated, older int }

func (t tally) words() string {
	var words []string
	for _, one := range []struct {
		n    int
		what string
	}{{t.fresh, "new"}, {t.updated, "updated"}, {t.older, "older than what is known"}} {
		if one.n > 0 {
			words = append(words, fmt.Sprintf("%d %s", one.n, one.what))
		}
	}
	return strings.Join(words, ", ")
}

// reach is what of ours changed notices touch, before and after.
type reach struct {
	services map[string]bool
	scheduler.Interval
}

func (r *reach) add(services []scheduler.Affected, i scheduler.Interval) {
	if len(services) == 0 || i.Start.IsZero() {
		return
	}
	if r.services == nil {
		r.services, r.Interval = map[string]bool{}, i
	}
	for _, s := range services {
		r.services[s.Service] = true
	}
	if i.Start.Before(r.Start) {
		r.Start = i.Start
	}
	if i.End.After(r.End) {
		r.End = i.End
	}
}

// noticed looks again at the windows on what changed notices touch, or on what
// depends on that.
func noticed(tx *store.Tx, r reach, by scheduler.Person) error {
	if len(r.services) == 0 {
		return nil
	}
	under, err := groundOf(tx)
	if err != nil {
		return err
	}
	slugs := slices.Sorted(maps.Keys(r.services))
	return recheckAll(tx, touched{append(slugs, under.graph.Downstream(slugs...)...), r.Interval}, by)
}
