// Package ical writes windows as calendar text (RFC 5545, RFC 7986) that is at
// the same time a maintenance notice (MAINTNOTE). It is the only door to
// golang-ical, since that library lets line breaks through in addresses and
// parameters, and escapes parameters in a way no reader undoes: every text is
// cleaned here first, and nothing a person typed becomes a parameter but the
// organizer's name, which is quoted here.
//
// Every window is an entry of its own, in UTC; not a rule of repetition and no
// time zone, since calendar programs disagree about both where clocks change.
// The same windows give the same bytes at any time, so that a reader who has
// them need not take them again.
//
// What suppliers send is read by [Read] and [ReadMail], behind a guard and with a
// reader of our own.
package ical

import (
	"bytes"
	"errors"
	"fmt"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"lull/scheduler"
)

// The methods of a calendar (RFC 5546).
const (
	Publish = "PUBLISH" // what a calendar shows; nobody is asked to answer
	Request = "REQUEST" // an invitation
	Cancel  = "CANCEL"  // takes an invitation back
)

// often is how often a subscriber is asked to look again.
const often = "PT1H"

// Calendar is what is written: windows, and on whose behalf.
type Calendar struct {
	Name      string // what a subscriber's list shows; none in mails
	About     string // what is in it, in a sentence; only beside a name
	Provider  string // MAINTNOTE's provider, a domain; the base URL's host when empty
	Account   string // MAINTNOTE's account: the organisation
	Organizer string // a mail address, with a name or without
	Attendee  string // the one recipient of an invitation, a mail address
	BaseURL   string // how the world reaches the pages
	Method    string // Publish when empty
	Windows   []scheduler.Window
	Freezes   []scheduler.Frozen
	Names     map[string]string // the names of services by slug
	Private   bool              // links lead to the inside pages, not to the public one
	Alarm     time.Duration     // whole minutes before the start of what is still to come; none when zero
}

// Encode is the calendar as bytes. A window without a start or an end has no
// place in a calendar and is left out.
func (c Calendar) Encode() ([]byte, error) {
	pieces, err := c.Pieces()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.Write(pieces.Head)
	for _, w := range c.Windows {
		entry, err := pieces.Entry(w)
		if err != nil {
			return nil, err
		}
		b.Write(entry)
	}
	b.Write(pieces.Foot)
	return b.Bytes(), nil
}

// Pieces are what a calendar is joined from: a head, an entry for each window,
// and a foot with the freezes. An entry depends on its window and on what the calendar says of
// itself, never on the other windows, so who keeps one need not have it written
// again.
type Pieces struct {
	Head, Foot []byte
	of         Calendar
}

// foot ends a calendar.
const foot = "END:VCALENDAR\r\n"

// Pieces is the calendar taken apart. Its windows are left to Entry.
func (c Calendar) Pieces() (Pieces, error) {
	c, err := c.tidy()
	if err != nil {
		return Pieces{}, err
	}
	cal, err := ics.NewCalendarWithOptions(ics.WithVersion("2.0"), ics.WithProductId("-//Lull//Lull//EN"))
	if err != nil {
		return Pieces{}, fmt.Errorf("ical: %w", err)
	}
	cal.SetCalscale("GREGORIAN")
	cal.SetMethod(ics.Method(c.Method))
	if name := line(c.Name); name != "" {
		cal.SetName(name)
		if about := text(c.About); about != "" {
			cal.SetXWRCalDesc(about)
		}
		cal.SetRefreshInterval(often)
		cal.SetXPublishedTTL(often)
	}
	var b bytes.Buffer
	if err := cal.SerializeTo(&b, ics.WithNewLineWindows); err != nil {
		return Pieces{}, fmt.Errorf("ical: %w", err)
	}
	head, whole := bytes.CutSuffix(b.Bytes(), []byte(foot))
	if !whole {
		return Pieces{}, errors.New("ical: a calendar without an end")
	}
	p := Pieces{Head: head, of: c}
	for _, f := range c.Freezes {
		entry, err := written(c.freeze(f))
		if err != nil {
			return Pieces{}, err
		}
		p.Foot = append(p.Foot, entry...)
	}
	p.Foot = append(p.Foot, foot...)
	return p, nil
}

// widest is how many octets a line may have (RFC 5545, 3.1).
const widest = 75

// Entry is the window as an entry; nothing where it has no start or no end.
func (p Pieces) Entry(w scheduler.Window) ([]byte, error) {
	if w.Start.IsZero() || !w.End.After(w.Start) {
		return nil, nil
	}
	return written(p.of.event(w))
}

// written is an entry as bytes.
func written(ev *ics.VEvent) ([]byte, error) {
	var b bytes.Buffer
	// Every field is given: without a length golang-ical would write for ever.
	form := &ics.SerializationConfiguration{MaxLength: widest, PropertyMaxLength: widest, NewLine: "\r\n"}
	if err := ev.SerializeTo(&b, form); err != nil {
		return nil, fmt.Errorf("ical: write an entry: %w", err)
	}
	return b.Bytes(), nil
}

// tidy fills in what readers of maintenance notices insist on, and refuses a
// method that nobody knows.
func (c Calendar) tidy() (Calendar, error) {
	switch c.Method {
	case "":
		c.Method = Publish
	case Publish, Request, Cancel:
	default:
		return c, fmt.Errorf("ical: %q is no method of a calendar", c.Method)
	}
	base, err := url.Parse(c.BaseURL)
	if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" {
		return c, fmt.Errorf("ical: %q is no base URL", c.BaseURL)
	}
	c.BaseURL = strings.TrimSuffix(base.String(), "/")
	if c.Provider = line(c.Provider); c.Provider == "" {
		c.Provider = base.Hostname()
	}
	if c.Account = line(c.Account); c.Account == "" {
		c.Account = "Maintenance"
	}
	return c, nil
}

// event is one window as an entry.
func (c Calendar) event(w scheduler.Window) *ics.VEvent {
	ev := ics.NewEvent(line(w.ID))
	put := func(name, value string, params ...ics.PropertyParameter) {
		ev.AddProperty(ics.ComponentProperty(name), value, params...)
	}
	put("DTSTAMP", utc(w.Updated))
	put("LAST-MODIFIED", utc(w.Updated))
	put("CREATED", utc(w.Created))
	put("SEQUENCE", strconv.Itoa(w.Sequence))
	put("DTSTART", utc(w.Start))
	put("DTEND", utc(w.End))
	put("SUMMARY", c.summary(w))
	put("DESCRIPTION", c.description(w))
	put("URL", c.link(w))
	put("CATEGORIES", "Maintenance")
	put("STATUS", status(w.State))
	put("TRANSP", "TRANSPARENT")
	put("X-MICROSOFT-CDO-BUSYSTATUS", "FREE")
	if property, address := c.organizer(); address != "" {
		put(property, address)
	}
	if c.Method == Request || c.Method == Cancel {
		if to := bare(c.Attendee); to != "" {
			put("ATTENDEE;ROLE=NON-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE", "mailto:"+to)
		}
	}
	put("X-MAINTNOTE-PROVIDER", c.Provider)
	put("X-MAINTNOTE-ACCOUNT", c.Account)
	put("X-MAINTNOTE-MAINTENANCE-ID", w.Name())
	for _, s := range w.Services {
		put("X-MAINTNOTE-OBJECT-ID", line(s.Service), &ics.KeyValues{Key: "X-MAINTNOTE-OBJECT-IMPACT", Value: []string{impact(s.Impact)}})
	}
	if len(w.Services) == 0 { // readers refuse a whole file for one entry without
		put("X-MAINTNOTE-OBJECT-ID", w.Name())
	}
	put("X-MAINTNOTE-IMPACT", impact(w.Impact()))
	put("X-MAINTNOTE-STATUS", progress(w.State))
	if c.Alarm > 0 && (w.State == scheduler.Requested || w.State == scheduler.Scheduled) {
		ring := ev.AddAlarm()
		ring.SetAction(ics.ActionDisplay)
		ring.SetTrigger(fmt.Sprintf("-PT%dM", int(c.Alarm/time.Minute)))
		ring.SetDescription(c.summary(w))
	}
	return ev
}

// organizer is the property and the address of who stands behind the calendar.
// The quoted name is part of the property's name, which golang-ical leaves as
// it is.
func (c Calendar) organizer() (property, address string) {
	name, address, named := strings.Cut(c.Organizer, "<")
	if to, err := mail.ParseAddress(c.Organizer); err == nil {
		name, address = to.Name, to.Address
	} else if named { // a name that ought to stand in quotes, such as one with a comma
		address = strings.TrimSuffix(strings.TrimSpace(address), ">")
	}
	if name = line(name); name == "" {
		name = c.Account
	}
	if address = bare(address); address == "" {
		return "", ""
	}
	return `ORGANIZER;CN="` + quotable(name) + `"`, "mailto:" + address
}

// link is the page of the window.
func (c Calendar) link(w scheduler.Window) string {
	if c.Private {
		return c.BaseURL + "/windows/" + w.Name()
	}
	return c.BaseURL + "/status/" + url.PathEscape(line(w.ID))
}

func utc(t time.Time) string { return t.UTC().Format("20060102T150405Z") }
