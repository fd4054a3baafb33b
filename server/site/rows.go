package site

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"lull/notifier"
	"lull/scheduler"
	"lull/web"
)

// zones are offered in forms; any other IANA name can be typed.
var zones = strings.Fields(`UTC Europe/London Europe/Lisbon Europe/Dublin Europe/Berlin Europe/Paris Europe/Madrid Europe/Rome Europe/Vienna Europe/Zurich
	Europe/Amsterdam Europe/Brussels Europe/Stockholm Europe/Oslo Europe/Copenhagen Europe/Helsinki Europe/Warsaw Europe/Prague Europe/Athens Europe/Istanbul
	Africa/Cairo Africa/Johannesburg Africa/Lagos Africa/Nairobi Asia/Dubai Asia/Kolkata Asia/Bangkok Asia/Singapore Asia/Hong_Kong Asia/Shanghai Asia/Tokyo
	Asia/Seoul Australia/Perth Australia/Adelaide Australia/Sydney Pacific/Auckland America/Sao_Paulo America/Argentina/Buenos_Aires America/Halifax
	America/New_York America/Toronto America/Chicago America/Mexico_City America/Denver America/Phoenix America/Los_Angeles America/Anchorage Pacific/Honolulu`)

// people lists who can lead a window.
func (s *Site) people(ctx context.Context) ([]web.Person, error) {
	all, err := s.Access.People(ctx)
	if err != nil {
		return nil, err
	}
	var rows []web.Person
	for _, p := range all {
		if !p.Disabled {
			rows = append(rows, web.Person{Email: p.Email, Name: p.Name, TimeZone: p.TimeZone, Role: p.Role, Pending: !p.HasPassword})
		}
	}
	return rows, nil
}

// quorum is how many people a window can ask for its approval.
func (s *Site) quorum(ctx context.Context, set scheduler.Settings) (web.Quorum, error) {
	people, err := s.people(ctx)
	return web.QuorumOf(set.Policy, people), err
}

// announcements lists what stakeholders are told and will be, and whom it did not reach.
func announcements(all []notifier.Announcement, ds []notifier.Delivery, now time.Time) (rows []web.Announcement) {
	for _, a := range all {
		if a.Inside {
			continue
		}
		var counts []string
		for _, state := range slices.Sorted(maps.Keys(a.Deliveries)) {
			counts = append(counts, fmt.Sprintf("%d %s", a.Deliveries[state], strings.ReplaceAll(string(state), "_", " ")))
		}
		row := web.Announcement{
			ID: a.ID, Kind: fmt.Sprint(a.Kind), At: a.At, State: a.State, Reason: a.Reason, Recipients: a.Recipients,
			Counts: strings.Join(counts, ", "), Settling: a.Settling(), Wait: max(0, a.Due.Sub(now)),
		}
		if row.Counts == "" {
			row.Counts = "nobody to tell"
		}
		for _, d := range ds {
			if d.AnnouncementID == a.ID && d.Missed() {
				row.Missing = append(row.Missing, web.Missing{Address: d.Address, Why: cmp.Or(d.Reason, d.Reply, string(d.State)), Delivery: d.ID})
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func delivery(d notifier.Delivery) web.Delivery {
	row := web.Delivery{
		ID: d.ID, Window: d.Window, Kind: d.Kind, Subject: d.Subject, Address: d.Address, State: string(d.State), Carrier: d.Carrier,
		Attempts: d.Attempts, Reply: d.Reply, Reason: d.Reason, MessageID: d.MessageID,
		At: d.Created, Sent: d.Sent, Next: d.Next, Private: d.Personal,
	}
	row.Retry, row.Stop = d.Retriable(), d.Cancellable()
	return row
}

func deliveries(all []notifier.Delivery) (rows []web.Delivery) {
	for _, d := range all {
		rows = append(rows, delivery(d))
	}
	return rows
}
