package feed

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/ical"
)

// How far a feed looks, in whole days and months, and how long a cancelled
// window stays to say so.
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

// view is what one feed shows.
type view struct {
	key      string   // names it, for what is kept of it
	window   string   // the id of the only window
	own      *Feed    // nil: what the public may see
	narrowed bool     // to services, of which there may be none
	services []string // the slugs of those

	kind   string                       // the content type; empty: a calendar
	encode func(status) ([]byte, error) // writes the public page; nil: a calendar
}

// rendered is a feed's calendar at one edition of the log, on one day.
type rendered struct {
	edition int64
	day     time.Time
	plain   []byte
	zipped  []byte
	etag    string    // without quotes
	changed time.Time // whole seconds; since when the calendar is this one
}

// rendered is the calendar of v as it is now: the kept one if it still holds.
func (f *Feeds) rendered(ctx context.Context, v view) (*rendered, error) {
	// The edition is read first: what changes meanwhile makes the bytes newer
	// than they say, never older.
	edition, err := f.agenda.Edition(ctx)
	if err != nil {
		return nil, err
	}
	day := f.today()
	return f.cache.get(v.key, func(was *rendered) (*rendered, error) {
		if was != nil && was.edition >= edition && was.day.Equal(day) {
			return was, nil
		}
		plain, err := f.encode(ctx, v, day)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(plain)
		now := &rendered{edition: edition, day: day, etag: base64.RawURLEncoding.EncodeToString(sum[:18])}
		if was != nil && was.etag == now.etag {
			now.plain, now.zipped, now.changed = was.plain, was.zipped, was.changed
			return now, nil
		}
		now.plain = plain
		if now.zipped, err = zipped(plain); err != nil {
			return nil, err
		}
		now.changed, err = f.changed(ctx, v.key, now.etag)
		return now, err
	})
}

func zipped(plain []byte) ([]byte, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(plain); err != nil {
		return nil, fmt.Errorf("feed: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("feed: %w", err)
	}
	return b.Bytes(), nil
}

// encode writes the calendar of v on that day.
func (f *Feeds) encode(ctx context.Context, v view, day time.Time) ([]byte, error) {
	all, err := f.agenda.Services(ctx)
	if err != nil {
		return nil, err
	}
	windows, err := f.windows(ctx, v, day, all)
	if err != nil {
		return nil, err
	}
	organisation, names := f.organisation(), make(map[string]string, len(all))
	for _, s := range all {
		names[s.Slug] = s.Name
	}
	if v.encode != nil {
		return v.encode(f.status(windows, names, day))
	}
	c := ical.Calendar{
		Name: organisation, Provider: f.opts.Provider, Account: organisation, Organizer: f.opts.From, BaseURL: f.opts.BaseURL,
		Windows: windows, Names: names, Private: v.own != nil,
	}
	if c.Name != "Maintenance" {
		c.Name += " maintenance"
	}
	if v.own != nil {
		c.Name = v.own.Name
		if c.Freezes, err = f.freezes(ctx, *v.own, day, all); err != nil {
			return nil, err
		}
	}
	return c.Encode()
}

// freezes lists the periods of freezes that a feed of the people inside shows:
// those that cover a service it is narrowed to, or one of its owner's own.
// Nobody else hears of freezes.
func (f *Feeds) freezes(ctx context.Context, own Feed, day time.Time, all []scheduler.Service) ([]scheduler.Frozen, error) {
	frozen, err := f.agenda.Frozen(ctx, scheduler.Interval{Start: day.AddDate(0, 0, -pastFreezeDays), End: day.AddDate(0, 0, futureFreezeDays)})
	if err != nil || own.Scope == All && len(own.Services) == 0 {
		return frozen, err
	}
	return slices.DeleteFunc(frozen, func(z scheduler.Frozen) bool {
		return !slices.ContainsFunc(all, func(s scheduler.Service) bool {
			return z.Covers(s) && (len(own.Services) == 0 || slices.Contains(own.Services, s.Slug)) && (own.Scope == All || own.owns(s))
		})
	}), nil
}

// owns reports whether the service is its owner's.
func (f Feed) owns(s scheduler.Service) bool {
	return s.PrimaryOwner == f.Owner || s.BackupOwner == f.Owner
}

// organisation is on whose behalf feeds are written.
func (f *Feeds) organisation() string {
	if f.opts.Organisation != nil {
		if name := f.opts.Organisation(); name != "" {
			return name
		}
	}
	return "Maintenance"
}

// windows loads the windows that v shows on that day, with nothing in them
// that v may not show.
func (f *Feeds) windows(ctx context.Context, v view, day time.Time, all []scheduler.Service) (shown []scheduler.Window, err error) {
	if v.narrowed && len(v.services) == 0 {
		return nil, nil
	}
	filter := agenda.CalendarFilter{Public: v.own == nil, ID: v.window, Services: v.services}
	if v.window == "" {
		filter.From, filter.To = day.AddDate(0, 0, -pastDays), day.AddDate(0, futureMonths, 1)
	}
	found, err := f.agenda.Calendar(ctx, filter)
	if errors.Is(err, scheduler.ErrNotFound) {
		return nil, nil // deleted since it was asked for
	}
	if err != nil {
		return nil, err
	}
	for _, one := range found {
		w := one.Window
		if v.window == "" && w.State == scheduler.Cancelled && w.End.Before(day.AddDate(0, 0, -tombstoneDays)) {
			continue
		}
		if v.own != nil {
			if v.own.shows(w, all) {
				shown = append(shown, w)
			}
			continue
		}
		if w, ok := publicPart(w, all, v.services); ok {
			shown = append(shown, w)
		}
	}
	return shown, nil
}

// publicPart is what everybody may see of w: its public services, and w not at all
// if it has none, or none of those asked for.
func publicPart(w scheduler.Window, all []scheduler.Service, asked []string) (scheduler.Window, bool) {
	if !w.Published || !w.Public {
		return w, false
	}
	hidden := func(a scheduler.Affected) bool {
		return !slices.ContainsFunc(all, func(s scheduler.Service) bool { return s.Public && s.Slug == a.Service })
	}
	w.Services = slices.DeleteFunc(slices.Clone(w.Services), hidden)
	wanted := len(asked) == 0 || slices.ContainsFunc(asked, w.Touches)
	return w, wanted && len(w.Services) > 0
}

// shows reports whether the feed shows w: what was asked for or more, and of
// that its owner's own if it is narrowed so. A draft that was called off before
// anybody was asked was never shown.
func (f Feed) shows(w scheduler.Window, all []scheduler.Service) bool {
	switch {
	case w.State == scheduler.Draft && !w.Published:
		return false
	case w.State == scheduler.Cancelled && !w.Published && w.Sequence < 2:
		return false
	case f.Scope == All, w.Lead == f.Owner, w.Requester == f.Owner:
		return true
	}
	return slices.ContainsFunc(all, func(s scheduler.Service) bool {
		return f.owns(s) && w.Touches(s.Slug)
	})
}
