package feed

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/ical"
	"lull/scheduler/store"
)

// How far a public feed looks, and how long a cancelled window stays to say so.
const (
	pastDays      = 90
	tombstoneDays = 30
	futureMonths  = 18
)

// How far a feed of the people inside looks for freezes, in days.
const (
	pastFreezeDays   = 30
	futureFreezeDays = 400
)

// view is what an address asks for.
type view struct {
	key      string // names it, for what is kept of it
	window   string // the id or name of the only window
	token    string // the digest of a token of a person's own; empty: what the public may see
	services []string
	tiers    []int
	narrowed bool // to these, of which none may be there

	kind   string                       // the content type; empty: a calendar
	encode func(status) ([]byte, error) // writes the public page; nil: a calendar
	dated  bool                         // it says since when it is as it is
}

// publicView is the view that a query of the public calendar asks for.
func publicView(services, tiers []string) view {
	v := view{narrowed: len(services)+len(tiers) > 0}
	v.services = slices.Compact(slices.Sorted(slices.Values(services)))
	for _, t := range tiers {
		if n, err := strconv.Atoi(t); err == nil {
			v.tiers = append(v.tiers, n)
		}
	}
	slices.Sort(v.tiers)
	v.tiers = slices.Compact(v.tiers)
	v.key = "public"
	if v.narrowed {
		v.key += " of " + strings.Join(v.services, " ")
		for _, t := range v.tiers {
			v.key += " tier-" + strconv.Itoa(t)
		}
	}
	return v
}

// scene is all that decides what a view shows, as it stands in one transaction.
type scene struct {
	view
	edition  int64
	day      time.Time // in UTC
	own      Feed      // zero: a public view
	hears    scheduler.Stakeholder
	set      scheduler.Settings
	all      []scheduler.Service
	graph    scheduler.Graph
	asked    []string // the slugs it is narrowed to
	from, to time.Time
	frozen   []scheduler.Frozen
}

// sceneOf reads the scene of v on that day. A view that shows nothing, since
// nobody has that token or the organisation tells the public nothing, is
// scheduler.ErrNotFound.
func sceneOf(tx *store.Tx, v view, today time.Time) (s scene, err error) {
	s = scene{view: v, day: today, from: today.AddDate(0, 0, -pastDays), to: today.AddDate(0, futureMonths, 1)}
	if s.edition, err = agenda.EditionIn(tx); err != nil {
		return s, err
	}
	if s.set, err = agenda.SettingsIn(tx); err != nil {
		return s, err
	}
	if v.token == "" && !s.set.StatusOpen {
		return s, scheduler.ErrNotFound
	}
	if v.token != "" {
		if s.own, err = ownIn(tx, v.token); err != nil {
			return s, err
		}
		if s.hears, err = agenda.StakeholderIn(tx, s.own.Owner); err != nil {
			return s, err
		}
		s.services, s.tiers = s.own.Services, s.own.Tiers
		s.narrowed = len(s.services)+len(s.tiers) > 0
		s.from, s.to = today.Add(-s.own.Past), today.Add(s.own.Future+day)
	}
	if s.all, err = agenda.ServicesIn(tx); err != nil {
		return s, err
	}
	s.graph = scheduler.NewGraph(s.all)
	for _, one := range s.all {
		if slices.Contains(s.services, one.Slug) || slices.Contains(s.tiers, one.Tier) {
			s.asked = append(s.asked, one.Slug)
		}
	}
	return s, nil
}

// private reports whether the view is a person's own.
func (s scene) private() bool { return s.token != "" }

// windows reads those of the windows with these ids that s shows, with nothing
// in them that it may not show; of all windows without ids.
func (s scene) windows(tx *store.Tx, ids ...string) (shown []scheduler.Window, err error) {
	if s.narrowed && len(s.asked) == 0 {
		return nil, nil
	}
	filter := agenda.CalendarFilter{Public: !s.private(), From: s.from, To: s.to, IDs: ids}
	if s.window != "" {
		w, err := agenda.WindowIn(tx, s.window)
		if err != nil {
			return nil, err
		}
		filter = agenda.CalendarFilter{Public: true, IDs: []string{w.ID}}
	}
	found, err := agenda.ShownIn(tx, filter)
	if err != nil {
		return nil, err
	}
	for _, w := range found {
		if w, ok := s.part(w); ok {
			shown = append(shown, w)
		}
	}
	if s.window != "" && len(shown) == 0 {
		return nil, scheduler.ErrNotFound
	}
	return shown, nil
}

// part is what s shows of w, if it shows it at all.
func (s scene) part(w scheduler.Window) (scheduler.Window, bool) {
	if s.window == "" && w.State == scheduler.Cancelled && w.End.Before(s.day.AddDate(0, 0, -tombstoneDays)) {
		return w, false
	}
	if s.narrowed && !slices.ContainsFunc(s.asked, w.Touches) {
		return w, false
	}
	if s.private() {
		return w, s.shows(w)
	}
	if !w.Published || !w.Public {
		return w, false
	}
	w.Services = slices.DeleteFunc(slices.Clone(w.Services), func(a scheduler.Affected) bool {
		one, there := s.graph.Service(a.Service)
		return !there || !one.Public
	})
	wanted := !s.narrowed || slices.ContainsFunc(s.asked, w.Touches)
	return w, wanted && len(w.Services) > 0
}

// shows reports whether a person's own view shows w: what was asked for or
// more, and of that what concerns its owner if it is narrowed so. A draft that
// was called off before anybody was asked was never shown.
func (s scene) shows(w scheduler.Window) bool {
	switch {
	case w.State == scheduler.Draft && !w.Published,
		w.State == scheduler.Cancelled && !w.Published && w.Sequence < 2,
		s.own.Confirmed && (!w.Published || w.State == scheduler.Draft || w.State == scheduler.Requested):
		return false
	}
	return s.own.Scope == All || s.concerns(w)
}

// concerns reports whether w concerns the owner: who leads it, asked for it or
// approved it, owns one of its services, or hears of it as a stakeholder.
func (s scene) concerns(w scheduler.Window) bool {
	who := s.own.Owner
	if w.Lead == who || w.Requester == who || slices.Contains(w.Recipients, who) ||
		slices.ContainsFunc(w.Approvals, func(a scheduler.Approval) bool { return a.By == who }) {
		return true
	}
	slugs := w.Slugs()
	if slices.ContainsFunc(s.graph.Of(slugs), s.own.owns) {
		return true
	}
	if s.hears.Email == "" || s.hears.Gone || !s.hears.Confirmed {
		return false
	}
	return s.hears.Concerned(s.graph.Of(append(slugs, s.graph.Downstream(slugs...)...)))
}

// freezes lists the periods of freezes that a view of the people inside shows:
// those that cover a service it is narrowed to, or one of its owner's own.
// Nobody else hears of freezes.
func (s scene) freezes(tx *store.Tx) ([]scheduler.Frozen, error) {
	if !s.private() {
		return nil, nil
	}
	frozen, err := agenda.FrozenIn(tx, scheduler.Interval{Start: s.day.AddDate(0, 0, -pastFreezeDays), End: s.day.AddDate(0, 0, futureFreezeDays)})
	if err != nil || s.own.Scope == All && !s.narrowed {
		return frozen, err
	}
	return slices.DeleteFunc(frozen, func(z scheduler.Frozen) bool {
		return !slices.ContainsFunc(s.all, func(one scheduler.Service) bool {
			return z.Covers(one) && (!s.narrowed || slices.Contains(s.asked, one.Slug)) && (s.own.Scope == All || s.own.owns(one))
		})
	}), nil
}

// owns reports whether the service is its owner's.
func (f Feed) owns(s scheduler.Service) bool {
	return s.PrimaryOwner == f.Owner || s.BackupOwner == f.Owner
}

// names are the names of services by their slugs.
func (s scene) names() map[string]string {
	names := make(map[string]string, len(s.all))
	for _, one := range s.all {
		names[one.Slug] = one.Name
	}
	return names
}

// organisation is on whose behalf the view is written.
func (s scene) organisation() string {
	if s.set.Organisation == "" {
		return "Maintenance"
	}
	return s.set.Organisation
}

// calendar is what the view's calendar says of itself.
func (f *Feeds) calendar(s scene) ical.Calendar {
	organisation := s.organisation()
	c := ical.Calendar{
		Name: organisation, About: "Planned work: " + organisation + ".", Provider: f.opts.Provider, Account: organisation,
		Organizer: f.opts.From, BaseURL: f.opts.BaseURL, Names: s.names(), Private: s.private(), Alarm: s.own.Alarm,
		Freezes: s.frozen,
	}
	if c.Name == "Maintenance" {
		c.About = "Planned maintenance."
	} else {
		c.Name += " maintenance"
	}
	if s.private() {
		c.Name = s.own.Name
	}
	return c
}
