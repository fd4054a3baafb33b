package agenda

import (
	"fmt"
	"slices"

	"lull/scheduler"
	"lull/scheduler/store"
)

func stakeholders(tx *store.Tx) ([]scheduler.Stakeholder, error) {
	return store.Rows(tx, scanStakeholder, `SELECT doc FROM stakeholders ORDER BY email`)
}

// accounts lists the people who can log in, as stakeholders: the one of the
// address, or all when it is empty. The table is the people's own; here it is
// only read.
func accounts(tx *store.Tx, address string) ([]scheduler.Stakeholder, error) {
	return store.Rows(tx, func(r store.Scanner) (s scheduler.Stakeholder, err error) {
		s.Language, s.Calendar = "en", scheduler.PublishPart
		err = r.Scan(&s.Email, &s.Name, &s.TimeZone)
		return s, err
	}, `
		SELECT email, name, time_zone FROM people
		WHERE disabled = $1 AND ($2 = '' OR email = $2) ORDER BY email`, false, address)
}

// audience is everybody who may hear of windows, as often as there are reasons.
func audience(tx *store.Tx) (rows, all []scheduler.Stakeholder, err error) {
	if rows, err = stakeholders(tx); err != nil {
		return nil, nil, err
	}
	people, err := accounts(tx, "")
	return rows, scheduler.Audience(rows, people), err
}

// matter is the services that a window is about: its own and those that
// depend on them.
type matter struct{ all, public []scheduler.Service }

// touching sorts the services that w is about by who may know of it: a window
// is nobody's outside unless it is public and touches a public service.
func touching(all []scheduler.Service, w scheduler.Window) (t matter) {
	graph := scheduler.NewGraph(all)
	t.all = graph.Of(append(w.Slugs(), graph.Downstream(w.Slugs()...)...))
	if !w.Public {
		return t
	}
	var public []string
	for _, v := range graph.Of(w.Slugs()) {
		if v.Public {
			public = append(public, v.Slug)
		}
	}
	t.public = graph.Of(append(public, graph.Downstream(public...)...))
	return t
}

// of is what s may know of it.
func (t matter) of(s scheduler.Stakeholder) []scheduler.Service {
	if s.Outside {
		return t.public
	}
	return t.all
}

// Recipients lists who hears an announcement of kind about w: stakeholders of
// its services and of those that depend on them, singly or in groups, people
// with an account, and the one-off recipients it names; once per address.
func Recipients(tx *store.Tx, w scheduler.Window, kind scheduler.Announcement) ([]scheduler.Stakeholder, error) {
	all, err := services(tx)
	if err != nil {
		return nil, fmt.Errorf("agenda: recipients: %w", err)
	}
	rows, everyone, err := audience(tx)
	if err != nil {
		return nil, fmt.Errorf("agenda: recipients: %w", err)
	}
	about := touching(all, w)
	var to []scheduler.Stakeholder
	at := map[string]int{}
	for _, s := range everyone {
		if !s.Hears(kind, about.of(s)) {
			continue
		}
		if i, told := at[s.Email]; told {
			to[i] = to[i].Also(s)
			continue
		}
		at[s.Email] = len(to)
		to = append(to, s)
	}
	gone := map[string]bool{}
	for _, s := range rows {
		gone[s.Email] = s.Gone
	}
	for _, address := range w.Recipients {
		if _, told := at[address]; !told && !gone[address] {
			at[address] = len(to)
			to = append(to, scheduler.Stakeholder{Email: address, TimeZone: w.TimeZone, Language: "en", Calendar: scheduler.PublishPart, Confirmed: true})
		}
	}
	return to, nil
}

// Released picks, of those who were told of w, whom it concerns no more: the
// window let go of what they asked for, or no longer names them. Who asked for
// less, was deleted or wants no mail of kind hears nothing of it; for whom the
// window is off it is as good as cancelled, so wanting that will do.
func Released(tx *store.Tx, w scheduler.Window, kind scheduler.Announcement, told []scheduler.Stakeholder) (gone []scheduler.Stakeholder, err error) {
	if len(told) == 0 {
		return nil, nil
	}
	all, err := services(tx)
	if err != nil {
		return nil, fmt.Errorf("agenda: released: %w", err)
	}
	_, everyone, err := audience(tx)
	if err != nil {
		return nil, fmt.Errorf("agenda: released: %w", err)
	}
	now := make(map[string][]scheduler.Stakeholder, len(everyone))
	for _, s := range everyone {
		now[s.Email] = append(now[s.Email], s)
	}
	about := touching(all, w)
	concerned := func(s scheduler.Stakeholder) bool { return s.Concerned(about.of(s)) }
	wants := func(s scheduler.Stakeholder) bool { return s.Wants(kind) || s.Wants(scheduler.AnnounceCancelled) }
	for _, was := range told {
		is := now[was.Email]
		switch {
		case slices.Contains(w.Recipients, was.Email), concerned(was), slices.ContainsFunc(is, concerned):
		case len(is) == 0 && was.ID != "":
		case len(is) > 0 && !slices.ContainsFunc(is, wants):
		default:
			gone = append(gone, was)
		}
	}
	return gone, nil
}
