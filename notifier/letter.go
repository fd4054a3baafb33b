package notifier

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"lull/scheduler"
	"lull/scheduler/ical"
	"lull/scheduler/store"
)

// draft is what the mail of a delivery is written from.
type draft struct {
	facts
	delivery delivery
	digest   []telling // what is left of one; none: it tells of one window
	date     time.Time
	answers  string // the id of the mail before it in the thread, if any
}

// draft loads what the mail of d is to say, as things stand now.
func (sc *scene) draft(d delivery) (draft, error) {
	on, err := sc.subject(d)
	if err != nil {
		return draft{}, err
	}
	a := on.announcement
	f, err := sc.fill(facts{Kind: d.Kind, Inside: a.Inside, Window: on.window, Notice: a.Notice, Detail: a.Detail, To: d.To, Leave: a.leave()})
	if err != nil || on.first {
		return draft{facts: f, delivery: d, digest: on.left, date: sc.tx.Now}, err
	}
	last, found, err := lastDelivered(sc.tx, d)
	if found {
		f.Was = &last.notice
	}
	return draft{facts: f, delivery: d, digest: on.left, date: sc.tx.Now, answers: last.messageID}, err
}

// letter writes a mail about a window, or about what is left of a digest.
func (n *Notifier) letter(dr draft) (l Letter, err error) {
	d, f := dr.delivery, dr.facts
	if len(dr.digest) > 0 {
		l, err = n.compiledDigest(&f, dr.digest)
	} else {
		l, err = n.compiled(&f)
	}
	if err != nil {
		return Letter{}, err
	}
	l.Date, l.MessageID = dr.date, n.messageID(d.ID)
	l.References = []string{n.threadRoot(d.Window, d.To.Email)}
	if dr.answers != "" {
		l.References = append(l.References, dr.answers)
	}
	l.InReplyTo = l.References[len(l.References)-1]
	return l, nil
}

// compiled is everything of a letter but its place in a thread.
func (n *Notifier) compiled(f *facts) (Letter, error) {
	n.suit(f)
	w, text, html, err := n.compose(*f)
	if err != nil {
		return Letter{}, err
	}
	l := n.sheet(*f, w.Subject, text, html)
	l.Calendar, l.CalendarMethod, err = n.calendar(*f)
	return l, err
}

// suit leaves in the facts what the recipient may know, and gives who can end
// a subscription by one click the address to do so.
func (n *Notifier) suit(f *facts) {
	if f.To.Outside {
		*f = outside(*f)
	}
	if !f.Inside && !f.To.List && f.To.ID != "" {
		f.Unsubscribe = n.SubscriptionURL(f.To.ID)
	}
}

// sheet is a letter with its header.
func (n *Notifier) sheet(f facts, subject, text, html string) Letter {
	l := Letter{
		From: n.opts.From, ReplyTo: n.opts.ReplyTo, To: Address{f.To.Name, f.To.Email},
		Subject: subject, Text: text, HTML: html,
		Headers: map[string]string{"X-Maintenance-ID": f.Window.Name(), "X-Maintenance-Event": f.Kind},
	}
	if !f.Inside {
		c := in(f.To.Language)
		l.ListID, l.ListName = "maintenance."+n.opts.Domain, c.Say("list", f.Settings.Organisation)
		l.Headers["Content-Language"] = c.Say("lang")
	}
	if f.Unsubscribe != "" {
		l.UnsubscribeURL = f.Unsubscribe + "/unsubscribe"
	}
	return l
}

// calendar is the calendar part that the recipient asked for; none in progress
// updates, which change nothing that a calendar shows.
func (n *Notifier) calendar(f facts) (text []byte, method string, err error) {
	part := f.To.Calendar
	if f.Inside || part == scheduler.NoPart || f.Kind == string(scheduler.AnnounceProgress) || f.Window.Start.IsZero() {
		return nil, "", nil
	}
	method = ical.Publish
	if part == scheduler.InvitePart {
		method = ical.Request
		if f.Leave || f.Window.State == scheduler.Cancelled {
			method = ical.Cancel
		}
	}
	w := f.Window
	if f.Leave { // the entry is taken back from who is no longer invited: RFC 5546, section 3.2.5
		w.State = scheduler.Cancelled
		if f.Was != nil {
			w.Interval, w.Services = scheduler.Interval{Start: f.Was.Start, End: f.Was.End}, f.Was.Services
		}
	}
	text, err = n.entries(f, method, w)
	return text, method, err
}

// entries is the windows as calendar text, with the services that concern the recipient.
func (n *Notifier) entries(f facts, method string, ws ...scheduler.Window) ([]byte, error) {
	c := ical.Calendar{
		Account: f.Settings.Organisation, Organizer: organizer(n.opts.From), BaseURL: n.opts.BaseURL,
		Method: method, Windows: ws, Private: f.Insider || !f.Window.Public,
	}
	if method != ical.Publish {
		c.Attendee = f.To.Email
	}
	var key strings.Builder // all in which calendars that are written in one transaction can differ
	fmt.Fprintln(&key, c.Method, c.Private, c.Attendee)
	for i := range ws {
		ws[i].Services = slices.DeleteFunc(slices.Clone(ws[i].Services), func(a scheduler.Affected) bool { return !concerns(f, a.Service) })
		fmt.Fprintln(&key, ws[i].ID, ws[i].State, ws[i].Start, ws[i].End, ws[i].Services)
	}
	return f.calendars.of(key.String(), func() ([]byte, error) {
		c.Names = make(map[string]string, len(f.All))
		for _, s := range f.All {
			c.Names[s.Slug] = s.Name
		}
		return c.Encode()
	})
}

// calendars keeps calendar texts by what sets them apart: most recipients of an
// announcement get the same.
type calendars struct {
	mu  sync.Mutex
	all map[string][]byte
}

func (c *calendars) of(key string, encode func() ([]byte, error)) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if text, known := c.all[key]; known {
		return text, nil
	}
	text, err := encode()
	if err == nil {
		c.all[key] = text
	}
	return text, err
}

func organizer(a Address) string {
	if a.Name == "" {
		return a.Email
	}
	return a.Name + " <" + a.Email + ">"
}

// concerns reports whether the mail names the service.
func concerns(f facts, slug string) bool {
	name := named(f.All, slug).Name
	return slices.ContainsFunc(in(f.To.Language).concerning(f), func(s serviceWords) bool { return s.Name == name })
}

// past is what an address was last told of a window.
type past struct {
	notice    scheduler.Notice
	messageID string
}

// lastDelivered is what the recipient of d was last told of the window. What is
// in doubt counts, since it may have arrived.
func lastDelivered(tx *store.Tx, d delivery) (h past, found bool, err error) {
	var start, stop store.Time
	err = tx.Row(`
		SELECT a.notice, t.start_at, t.end_at, e.message_id
		FROM announcement_windows t JOIN announcements a ON a.id = t.announcement_id JOIN deliveries e ON e.announcement_id = a.id
		WHERE t.window_id = $1 AND e.address = $2 AND e.position < $3 AND a.inside = $4
			AND e.state IN ('sent', 'captured', 'in_doubt')
		ORDER BY e.position DESC LIMIT 1`, d.Window, d.To.Email, d.Position, false).Scan(store.JSON(&h.notice), &start, &stop, &h.messageID)
	if !start.IsZero() {
		h.notice.Start, h.notice.End = start.Time, stop.Time
	}
	if errors.Is(err, sql.ErrNoRows) {
		return h, false, nil
	}
	return h, err == nil, err
}
