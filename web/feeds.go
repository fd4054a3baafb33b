package web

import (
	"fmt"
	"html/template"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"lull/scheduler"
)

// Feeds lists a person's own calendar feeds, with the form of a new one or of
// one of them.
type Feeds struct {
	Frame
	Refusal
	ID       string // of the one whose form this is; empty: the list
	Items    []FeedRow
	Form     FeedForm
	Services []scheduler.Service
	Handed   *Addresses // of a feed that was just given one, shown once
	Public   Addresses  // of the calendar that everybody may read
	Vicinity Vicinity
}

// Tiers are the tiers there are.
func (Feeds) Tiers() []int { return []int{1, 2, 3, 4} }

// Many reports whether there are too many services to look through.
func (p Feeds) Many() bool { return len(p.Services) > mostFlat }

// FeedRow is a feed in the list of them.
type FeedRow struct {
	ID, Name, Shows string
	Created, Used   time.Time
	By              string // the program that fetched it last
}

// FeedForm is the form of a feed as it was typed.
type FeedForm struct {
	Name, Scope, Alarm, Past, Future string // the last two in days
	Confirmed                        bool
	On                               map[string]bool // services, "tier-1"
}

// FeedChoice is what a person chose for a feed.
type FeedChoice struct {
	Name, Scope         string
	Services            []string
	Tiers               []int
	Alarm, Past, Future time.Duration
	Confirmed           bool
}

const oneDay = 24 * time.Hour

// ReadFeed reads the form out of what the browser sent.
func ReadFeed(v url.Values) FeedForm {
	f := FeedForm{
		Name: v.Get("name"), Scope: v.Get("scope"), Alarm: v.Get("alarm"), Past: v.Get("past"), Future: v.Get("future"),
		Confirmed: v.Get("confirmed") != "", On: map[string]bool{},
	}
	for _, slug := range v["service"] {
		f.On[slug] = true
	}
	for _, tier := range v["tier"] {
		f.On["tier-"+tier] = true
	}
	return f
}

// FeedFormOf is the form that would make the feed as it is.
func FeedFormOf(c FeedChoice) FeedForm {
	f := FeedForm{Name: c.Name, Scope: c.Scope, Past: inDays(c.Past), Future: inDays(c.Future), Confirmed: c.Confirmed, On: map[string]bool{}}
	if c.Alarm > 0 {
		f.Alarm = scheduler.Duration(c.Alarm)
	}
	for _, slug := range c.Services {
		f.On[slug] = true
	}
	for _, t := range c.Tiers {
		f.On["tier-"+strconv.Itoa(t)] = true
	}
	return f
}

// Read is what the form asks for, and in words what in it cannot be read.
func (f FeedForm) Read() (FeedChoice, scheduler.InvalidError) {
	wrong := scheduler.InvalidError{}
	c := FeedChoice{Name: f.Name, Scope: f.Scope, Confirmed: f.Confirmed, Alarm: length(f.Alarm, "alarm", wrong)}
	c.Past, c.Future = days(f.Past, "past", wrong), days(f.Future, "future", wrong)
	for name, on := range f.On {
		tier, is := strings.CutPrefix(name, "tier-")
		n, err := strconv.Atoi(tier)
		switch {
		case !on:
		case is && err == nil && n >= 1 && n <= 4:
			c.Tiers = append(c.Tiers, n)
		default:
			c.Services = append(c.Services, name)
		}
	}
	slices.Sort(c.Services)
	slices.Sort(c.Tiers)
	return c, wrong
}

// inDays is a length of time in days, or as it is written where it is no whole
// number of them.
func inDays(d time.Duration) string {
	if d%oneDay == 0 {
		return strconv.Itoa(int(d / oneDay))
	}
	return scheduler.Duration(d)
}

// days reads what inDays wrote, and what people write in its place.
func days(s, field string, wrong scheduler.InvalidError) time.Duration {
	s = strings.TrimSpace(s)
	if n, err := strconv.Atoi(s); err == nil && n >= 0 && n < 10_000 {
		return time.Duration(n) * oneDay
	}
	d, err := scheduler.ParseDuration(s)
	if err != nil {
		wrong[field] = "Give a number of days such as 90."
	}
	return d
}

// Words says in a line what the feed shows.
func (c FeedChoice) Words() string {
	said := map[string]string{"all": "all windows", "mine": "what concerns you"}[c.Scope]
	var of []string
	for _, t := range c.Tiers {
		of = append(of, fmt.Sprintf("tier %d", t))
	}
	if of = append(of, c.Services...); len(of) > 0 {
		said += " of " + strings.Join(of, ", ")
	}
	if c.Confirmed {
		said += ", once confirmed"
	}
	if c.Alarm > 0 {
		said += ", with an alarm " + scheduler.Duration(c.Alarm) + " before"
	}
	return said
}

// Addresses are the ways to one calendar.
type Addresses struct {
	Name            string
	URL             string
	Webcal          template.URL // opens the calendar program of the machine
	Google, Outlook string       // empty: these cannot reach it
}

// AddressesOf are the ways to the calendar at address, but those of programs
// that cannot reach it.
func AddressesOf(name, address string) Addresses {
	_, rest, _ := strings.Cut(address, "://")
	webcal := "webcal://" + rest
	to := Addresses{Name: name, URL: address, Webcal: template.URL(webcal)} //nolint:gosec // made of our own base URL
	if VicinityOf(address) == Everywhere {
		to.Google = "https://calendar.google.com/calendar/r?cid=" + url.QueryEscape(webcal)
		to.Outlook = "https://outlook.office.com/calendar/0/addfromweb?url=" + url.QueryEscape(address) + "&name=" + url.QueryEscape(name)
	}
	return to
}

// Vicinity is how far the base URL is known.
type Vicinity string

// How far a calendar program may be away to fetch what the base URL leads to.
const (
	Everywhere  Vicinity = ""
	ThisMachine Vicinity = "machine"
	ThisNetwork Vicinity = "network"
)

// VicinityOf judges a base URL by what stands in it; it asks nobody.
func VicinityOf(base string) Vicinity {
	u, err := url.Parse(base)
	if err != nil {
		return Everywhere
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if ip, err := netip.ParseAddr(host); err == nil {
		switch ip = ip.Unmap(); {
		case ip.IsLoopback():
			return ThisMachine
		case ip.IsPrivate(), ip.IsLinkLocalUnicast(), ip.IsUnspecified():
			return ThisNetwork
		}
		return Everywhere
	}
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return ThisMachine
	}
	for _, inside := range []string{".local", ".internal", ".lan", ".home.arpa", ".corp", ".intranet"} {
		if strings.HasSuffix(host, inside) {
			return ThisNetwork
		}
	}
	if !strings.Contains(host, ".") {
		return ThisNetwork
	}
	return Everywhere
}
