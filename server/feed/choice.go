package feed

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
)

// The scopes of a feed.
const (
	Mine = "mine" // windows that concern its owner, see Feed.concerns
	All  = "all"
)

const day = 24 * time.Hour

// How far a feed may look and does unless told, how early it may ring, and what
// else there may be of it.
const (
	usualPast, mostPast     = 90 * day, 366 * day
	usualFuture, mostFuture = 548 * day, 732 * day
	earliestAlarm           = scheduler.LongestWindow

	longestName = 100 // characters
	mostOwn     = 100 // feeds of one person
	mostNamed   = 200 // services that a feed is narrowed to
)

// Feed is one calendar address of a person's own, without the secret in it, and
// what the person chose for it.
type Feed struct {
	ID           string
	Owner        string // a person's address
	Name         string // what a calendar program shows
	Scope        string
	Services     []string      // slugs it is narrowed to, and …
	Tiers        []int         // … tiers; neither: every service
	Alarm        time.Duration // how long before the start a calendar rings, whole minutes; zero: never
	Past, Future time.Duration // how far it looks, in whole days as the days turn
	Confirmed    bool          // nothing that is still to be approved
	CreatedAt    time.Time
	RevokedAt    time.Time // zero: it is good
	LastFetched  time.Time // zero: never
	FetchedBy    string    // as the program called itself
}

// Usual is a feed for which nothing was chosen yet but to be one's own.
func Usual() Feed { return Feed{Scope: Mine, Past: usualPast, Future: usualFuture} }

// tidy brings what was typed into the form that is kept.
func (f *Feed) tidy() {
	f.Name = strings.TrimSpace(f.Name)
	f.Services, f.Tiers = slices.Compact(slices.Sorted(slices.Values(f.Services))), slices.Compact(slices.Sorted(slices.Values(f.Tiers)))
}

// wrong says of each field what cannot be.
func (f Feed) wrong() scheduler.InvalidError {
	wrong := scheduler.InvalidError{}
	switch {
	case f.Name == "":
		wrong["name"] = "Give the feed a name."
	case !utf8.ValidString(f.Name) || strings.ContainsFunc(f.Name, unicode.IsControl):
		wrong["name"] = "Control characters are not allowed here."
	case utf8.RuneCountInString(f.Name) > longestName:
		wrong["name"] = fmt.Sprintf("Take at most %d characters.", longestName)
	}
	if f.Scope != Mine && f.Scope != All {
		wrong["scope"] = "Take mine or all."
	}
	if i := slices.IndexFunc(f.Services, func(slug string) bool { return !storable(slug) }); i >= 0 {
		wrong["services"] = fmt.Sprintf("There is no service %q.", f.Services[i])
	}
	if len(f.Services) > mostNamed {
		wrong["services"] = fmt.Sprintf("Name at most %d services.", mostNamed)
	}
	if slices.ContainsFunc(f.Tiers, func(t int) bool { return t < 1 || t > 4 }) {
		wrong["tiers"] = "Tiers are 1 to 4."
	}
	if f.Alarm < 0 || f.Alarm > earliestAlarm || f.Alarm%time.Minute != 0 {
		wrong["alarm"] = fmt.Sprintf("Give whole minutes, at most %s before the start; none for no alarm.", scheduler.Duration(earliestAlarm))
	}
	if f.Past < 0 || f.Past > mostPast {
		wrong["past"] = fmt.Sprintf("Look back at most %s.", scheduler.Duration(mostPast))
	}
	if f.Future < day || f.Future > mostFuture {
		wrong["future"] = fmt.Sprintf("Look ahead at least %s, at most %s.", scheduler.Duration(day), scheduler.Duration(mostFuture))
	}
	return wrong
}

// chosen reports whether o is the same feed with the same choices: what else
// there is of it no calendar shows.
func (f Feed) chosen(o Feed) bool {
	return f.ID == o.ID && f.Name == o.Name && f.Scope == o.Scope && slices.Equal(f.Services, o.Services) && slices.Equal(f.Tiers, o.Tiers) &&
		f.Alarm == o.Alarm && f.Past == o.Past && f.Future == o.Future && f.Confirmed == o.Confirmed
}

// known refuses slugs of no service.
func known(tx *store.Tx, slugs []string) error {
	if len(slugs) == 0 {
		return nil
	}
	found, err := agenda.ServicesOf(tx, slugs)
	if err != nil {
		return err
	}
	for _, slug := range slugs {
		if !slices.ContainsFunc(found, func(s scheduler.Service) bool { return s.Slug == slug }) {
			return scheduler.InvalidError{"services": fmt.Sprintf("There is no service %q.", slug)}
		}
	}
	return nil
}

const columns = `f.id, f.owner, f.name, f.scope, f.services, f.tiers, coalesce(f.alarm, 0), f.past, f.future, f.confirmed,
	f.created_at, f.revoked_at, f.last_fetched_at, f.fetched_by`

func scan(row store.Scanner) (f Feed, err error) {
	var created, revoked, fetched store.Time
	var alarm, past, future int64
	err = row.Scan(&f.ID, &f.Owner, &f.Name, &f.Scope, store.JSON(&f.Services), store.JSON(&f.Tiers), &alarm, &past, &future, &f.Confirmed,
		&created, &revoked, &fetched, &f.FetchedBy)
	f.Alarm, f.Past, f.Future = time.Duration(alarm)*time.Millisecond, time.Duration(past)*time.Millisecond, time.Duration(future)*time.Millisecond
	f.CreatedAt, f.RevokedAt, f.LastFetched = created.Time, revoked.Time, fetched.Time
	return f, err
}

// kept is what a feed's choices are as columns, in the order of the statements
// that keep them.
func (f *Feed) kept() []any {
	alarm := any(nil)
	if f.Alarm > 0 {
		alarm = f.Alarm.Milliseconds()
	}
	if f.Services == nil {
		f.Services = []string{}
	}
	if f.Tiers == nil {
		f.Tiers = []int{}
	}
	return []any{f.ID, f.Name, f.Scope, store.JSON(&f.Services), store.JSON(&f.Tiers), alarm, f.Past.Milliseconds(), f.Future.Milliseconds(), f.Confirmed}
}
