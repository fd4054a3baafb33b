package web

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
)

// funcs is the wording and the formatting that templates use.
func (p *Pages) funcs() template.FuncMap {
	return template.FuncMap{
		"asset":    p.asset,
		"icon":     p.icon,
		"meter":    func(i scheduler.Impact) (template.HTML, error) { return p.icon(meters[i]) },
		"level":    func(i scheduler.Impact) string { return strings.TrimPrefix(meters[i], "impact-") },
		"iso":      func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"at":       at,
		"span":     span,
		"clock":    func(t time.Time, zone string) string { return scheduler.InZone(t, zone).Format("15:04") },
		"day":      func(t time.Time, zone string) string { return scheduler.InZone(t, zone).Format("Mon 2 Jan 2006") },
		"said":     scheduler.Said,
		"dur":      scheduler.InWords,
		"until":    func(t, now time.Time) string { return scheduler.InWords(max(t.Sub(now), now.Sub(t))) },
		"join":     func(s []string) string { return strings.Join(s, ", ") },
		"lines":    func(s []string) string { return strings.Join(s, "\n") },
		"words":    words,
		"class":    func(s scheduler.State) string { return looks[s].class },
		"look":     func(s scheduler.State) (template.HTML, error) { return p.icon(looks[s].icon) },
		"may":      func(who scheduler.Person, least string) bool { return who.Role.May(scheduler.Role(least)) },
		"dict":     dict,
		"sentence": sentence,
		"seconds":  seconds,
		"telling":  func(k scheduler.Announcement) string { return tellings[k] },
		"most":     func() int { return agenda.MostCounted },
		"texts":    texts,
		"inc":      func(i int) int { return i + 1 },
		"mins":     func(d time.Duration) int { return int(d / time.Minute) },

		"noticeclass": noticeClass,
		"noticeword":  noticeWord,
	}
}

// icon shows one symbol of the sprite.
func (p *Pages) icon(name string) (template.HTML, error) {
	sprite, err := p.asset("icons.svg")
	return template.HTML(`<svg class="i" aria-hidden="true"><use href="` + sprite + "#" + template.HTMLEscapeString(name) + `"/></svg>`), err //nolint:gosec // both parts are ours
}

// tellings says of each kind of announcement what has happened to the work.
var tellings = map[scheduler.Announcement]string{
	scheduler.AnnounceScheduled: "scheduled", scheduler.AnnounceUpdated: "changed, at the same time",
	scheduler.AnnounceRescheduled: "moved to another time", scheduler.AnnounceReminder: "near (a reminder)",
	scheduler.AnnounceStarted: "started", scheduler.AnnounceExtended: "extended", scheduler.AnnounceProgress: "going on (an update)",
	scheduler.AnnounceCompleted: "completed", scheduler.AnnounceCancelled: "cancelled",
}

var meters = map[scheduler.Impact]string{
	scheduler.NoImpact: "impact-0", scheduler.ReducedRedundancy: "impact-1",
	scheduler.Degraded: "impact-2", scheduler.Outage: "impact-3",
}

var looks = map[scheduler.State]struct{ class, icon string }{
	scheduler.Draft:      {"s-draft", "circle-dashed"},
	scheduler.Requested:  {"s-pending", "hourglass"},
	scheduler.Scheduled:  {"s-planned", "clock"},
	scheduler.InProgress: {"s-live", "radio"},
	scheduler.Verifying:  {"s-verify", "eye"},
	scheduler.Closed:     {"s-done", "circle-check"},
	scheduler.Cancelled:  {"s-canceled", "ban"},
}

// at is an instant on the wall clock of zone, with its zone's name.
func at(t time.Time, zone string) string {
	if t.IsZero() {
		return "no time yet"
	}
	return scheduler.InZone(t, zone).Format("Mon 2 Jan 2006, 15:04 MST")
}

// span is an interval on the wall clock of zone.
func span(i scheduler.Interval, zone string) string {
	if i.Start.IsZero() || i.End.IsZero() {
		return "no time yet"
	}
	a, b := scheduler.InZone(i.Start, zone), scheduler.InZone(i.End, zone)
	if a.Format(time.DateOnly) == b.Format(time.DateOnly) {
		return a.Format("Mon 2 Jan 2006, 15:04") + "–" + b.Format("15:04 MST")
	}
	return a.Format("Mon 2 Jan 2006, 15:04") + " – " + b.Format("Mon 2 Jan, 15:04 MST")
}

// seconds is a wait as people count it.
func seconds(d time.Duration) string {
	const minutes = 3 * time.Minute // and more are counted in
	if d < minutes {
		return fmt.Sprintf("%d s", (d+time.Second-1)/time.Second)
	}
	return scheduler.InWords(d)
}

// words says a value of the API as people say it.
func words(v any) string {
	s := fmt.Sprint(v)
	s = strings.ReplaceAll(strings.ReplaceAll(s, "_", " "), "-", " ")
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// sentence is what an error says, as a sentence.
func sentence(s string) string {
	if s == "" || strings.HasSuffix(s, ".") {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

// texts is what people wrote in a window but its title, and its services' names.
func texts(v agenda.View) []string {
	all := v.Texts()[1:]
	for _, s := range v.Affected {
		all = append(all, s.Name)
	}
	return all
}

// dict hands several values to a part of a page.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("dict wants names and values, got %d", len(pairs))
	}
	m := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("dict wants a name, got %v", pairs[i])
		}
		m[name] = pairs[i+1]
	}
	return m, nil
}
