package ical

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	ics "github.com/arran4/golang-ical"

	"lull/scheduler"
)

// freeze is one period of a freeze as an entry: nobody is busy in it. Its UID
// is that of the freeze and the period's start on the freeze's own clock, which
// stays whatever else of the freeze changes. It carries the properties of a
// maintenance notice, as work without impact, since readers of those refuse a
// whole file for one entry without.
func (c Calendar) freeze(f scheduler.Frozen) *ics.VEvent {
	local := scheduler.InZone(f.Period.Start, f.TimeZone)
	name := line(f.ID) + "-" + local.Format("20060102T150405")
	ev := ics.NewEvent(name)
	put := func(name, value string, params ...ics.PropertyParameter) {
		ev.AddProperty(ics.ComponentProperty(name), value, params...)
	}
	put("DTSTAMP", utc(f.Updated))
	put("LAST-MODIFIED", utc(f.Updated))
	put("CREATED", utc(f.Created))
	put("SEQUENCE", strconv.Itoa(f.Version))
	put("DTSTART", utc(f.Period.Start))
	put("DTEND", utc(f.Period.End))
	put("SUMMARY", "Freeze: "+line(f.Title))
	put("DESCRIPTION", c.freezeDescription(f))
	put("URL", c.BaseURL+"/freezes/"+url.PathEscape(line(f.ID)))
	put("CATEGORIES", "FREEZE")
	put("STATUS", "CONFIRMED")
	put("TRANSP", "TRANSPARENT")
	put("X-MICROSOFT-CDO-BUSYSTATUS", "FREE")
	if property, address := c.organizer(); address != "" {
		put(property, address)
	}
	put("X-MAINTNOTE-PROVIDER", c.Provider)
	put("X-MAINTNOTE-ACCOUNT", c.Account)
	put("X-MAINTNOTE-MAINTENANCE-ID", "FREEZE-"+name)
	put("X-MAINTNOTE-OBJECT-ID", "FREEZE-"+line(f.ID))
	put("X-MAINTNOTE-IMPACT", impact(scheduler.NoImpact))
	put("X-MAINTNOTE-STATUS", "CONFIRMED")
	return ev
}

// freezeDescription is what a person reads of the freeze in a calendar.
func (c Calendar) freezeDescription(f scheduler.Frozen) string {
	var b strings.Builder
	var of []string
	for _, t := range f.Tiers {
		of = append(of, fmt.Sprintf("tier %d", t))
	}
	for _, slug := range f.Services {
		name := line(c.Names[slug])
		if name == "" {
			name = line(slug)
		}
		of = append(of, name)
	}
	if f.All {
		of = []string{"all services"}
	}
	fmt.Fprintf(&b, "No maintenance of %s.\n", strings.Join(of, ", "))
	local, inUTC := span(f.Period, f.TimeZone), span(f.Period, "UTC")
	if local != inUTC {
		fmt.Fprintf(&b, "When: %s (%s)\n", local, line(f.TimeZone))
	}
	fmt.Fprintf(&b, "UTC: %s\n", inUTC)
	if reason := text(f.Reason); reason != "" {
		b.WriteString("\n" + reason + "\n")
	}
	b.WriteString("\n" + c.BaseURL + "/freezes/" + url.PathEscape(line(f.ID)))
	return b.String()
}
