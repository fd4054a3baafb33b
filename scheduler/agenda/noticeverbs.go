package agenda

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"lull/scheduler"
	"lull/scheduler/store"
)

// Mapping says which services of ours a supplier's maintenance touches; none:
// nothing of ours.
type Mapping struct {
	Services []string // slugs
	Remember scheduler.RememberFor
	Version  int // 0: any
}

// MapNotice says what a supplier's maintenance touches. Asked to remember, it
// leaves rules behind that also find the services of other notices, and of those
// still to come.
func (a *Agenda) MapNotice(ctx context.Context, id string, m Mapping, by scheduler.Person) (n scheduler.SupplierNotice, err error) {
	err = a.db.Update(ctx, func(tx *store.Tx) error {
		if n, err = notice(tx, id); err != nil {
			return err
		}
		if m.Version > 0 && m.Version != n.Version {
			return scheduler.ErrStale
		}
		services := slices.Compact(slices.Sorted(slices.Values(m.Services)))
		have, err := ServicesOf(tx, services)
		if err != nil {
			return err
		}
		if gone := missing(services, have); gone != "" {
			return scheduler.InvalidError{"services": gone}
		}
		var r reach
		r.add(n.Services, n.Interval)
		n.Services, n.ByHand = nil, true
		for _, slug := range services {
			n.Services = append(n.Services, scheduler.Affected{Service: slug, Impact: n.Impact})
		}
		words := fmt.Sprintf("%s mapped the supplier notice %s to %s.", by.Name, n.Name(), named(have))
		if m.Remember != "" {
			others, err := remember(tx, &n, m.Remember, services, &r)
			if err != nil {
				return err
			}
			words += " It is remembered"
			if others > 0 {
				words += fmt.Sprintf(", and maps %d more", others)
			}
			words += "."
		}
		if err := touch(tx, &n, &r); err != nil {
			return err
		}
		if err := Record(tx, scheduler.Event{
			Actor: by.Email, Via: by.Via, Kind: scheduler.NoticeMapped, Text: words,
			Data: scheduler.Facts{Subject: n.ID, More: map[string]any{"services": services, "remember": m.Remember}},
		}); err != nil {
			return err
		}
		return noticed(tx, r, by)
	})
	return n, err
}

// touch keeps a notice whose services changed.
func touch(tx *store.Tx, n *scheduler.SupplierNotice, r *reach) error {
	n.Version++
	n.Updated = tx.Now
	r.add(n.Services, n.Interval)
	return keepNotice(tx, *n)
}

func named(services []scheduler.Service) string {
	if len(services) == 0 {
		return "nothing of ours"
	}
	names := make([]string, len(services))
	for i, s := range services {
		names[i] = s.Name
	}
	return strings.Join(names, ", ")
}

// remember replaces the rules about the same as the mapping of n, and matches
// the notices that are not yet over and that nobody mapped by hand.
func remember(tx *store.Tx, n *scheduler.SupplierNotice, wide scheduler.RememberFor, services []string, r *reach) (others int, err error) {
	if !slices.Contains(scheduler.RememberFors, wide) {
		return 0, scheduler.InvalidError{"remember_for": fmt.Sprintf("%q is none of %v.", wide, scheduler.RememberFors)}
	}
	for _, about := range n.Remembered(wide, []string{""}) {
		if _, err := tx.Exec(`DELETE FROM notice_rules WHERE provider = $1 AND account = $2 AND object = $3`,
			strings.TrimSpace(about.Provider), strings.TrimSpace(about.Account), strings.TrimSpace(about.Object)); err != nil {
			return 0, fmt.Errorf("agenda: forget rules: %w", err)
		}
	}
	for _, rule := range n.Remembered(wide, services) {
		if err := rule.Check(); err != nil {
			return 0, err
		}
		if _, err := tx.Exec(`INSERT INTO notice_rules (id, provider, account, object, service) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
			tx.NewID(), rule.Provider, rule.Account, rule.Object, rule.Service); err != nil {
			return 0, fmt.Errorf("agenda: keep a rule: %w", err)
		}
	}
	rules, err := ruleBook(tx)
	if err != nil {
		return 0, err
	}
	byRule := *n
	byRule.ByHand = false
	if byRule.Match(rules, nil); slices.Equal(byRule.Slugs(), services) && len(services) > 0 { // else a closer rule says otherwise
		*n = byRule
	}
	return matchAll(tx, rules, n.ID, r)
}

// matchAll finds the services of the notices still to come by the rules as they
// are now, but of the one given.
func matchAll(tx *store.Tx, rules scheduler.RuleBook, except string, r *reach) (changed int, err error) {
	open, err := notices(tx, `
		WHERE n.id <> $1 AND n.by_hand = 0 AND n.end_at > $2 AND n.status NOT IN ('CANCELLED', 'COMPLETED')
		ORDER BY n.id`, except, store.At(tx.Now))
	if err != nil {
		return 0, err
	}
	for i := range open {
		n := &open[i]
		was := n.Services
		if n.Match(rules, n.Objects); slices.Equal(n.Services, was) {
			continue
		}
		changed++
		r.add(was, n.Interval)
		if err := touch(tx, n, r); err != nil {
			return changed, err
		}
	}
	return changed, nil
}

// DeleteNotice forgets a supplier's maintenance with its history; the log keeps
// that it was.
func (a *Agenda) DeleteNotice(ctx context.Context, id string, by scheduler.Person) error {
	return a.db.Update(ctx, func(tx *store.Tx) error {
		n, err := notice(tx, id)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM notices WHERE id = $1`, id); err != nil {
			return fmt.Errorf("agenda: delete notice %s: %w", id, err)
		}
		if err := Record(tx, scheduler.Event{
			Actor: by.Email, Via: by.Via, Kind: scheduler.NoticeDeleted,
			Text: fmt.Sprintf("%s deleted the supplier notice %s.", by.Name, n.Name()), Data: scheduler.Facts{Subject: id},
		}); err != nil {
			return err
		}
		if err := shake(tx); err != nil {
			return err
		}
		var r reach
		r.add(n.Services, n.Interval)
		return noticed(tx, r, by)
	})
}

// NoticeRules lists what mappings were remembered, by whom they are about.
func (a *Agenda) NoticeRules(ctx context.Context) (rules []scheduler.NoticeRule, err error) {
	err = a.db.View(ctx, func(tx *store.Tx) error {
		rules, err = noticeRules(tx, `ORDER BY r.provider, r.account, r.object, r.service, r.id`)
		return err
	})
	return rules, err
}

// DeleteNoticeRule forgets a remembered mapping. Notices still to come lose the
// services that it alone gave them.
func (a *Agenda) DeleteNoticeRule(ctx context.Context, id string, by scheduler.Person) error {
	return a.db.Update(ctx, func(tx *store.Tx) error {
		found, err := noticeRules(tx, `WHERE r.id = $1`, id)
		if err == nil && len(found) == 0 {
			err = scheduler.ErrNotFound
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM notice_rules WHERE id = $1`, id); err != nil {
			return fmt.Errorf("agenda: delete a rule of notices: %w", err)
		}
		rules, err := ruleBook(tx)
		if err != nil {
			return err
		}
		var r reach
		if _, err := matchAll(tx, rules, "", &r); err != nil {
			return err
		}
		if err := Record(tx, scheduler.Event{
			Actor: by.Email, Via: by.Via, Kind: scheduler.NoticeRuleDeleted,
			Text: fmt.Sprintf("%s deleted the rule that %s stands for %s.", by.Name, found[0].Words(), found[0].Service), Data: scheduler.Facts{Subject: id},
		}); err != nil {
			return err
		}
		return noticed(tx, r, by)
	})
}

// WindowOfNotice makes a draft of ours for the time of a supplier's maintenance,
// with a link to the page where the notice is. Where one was made that is not over yet, it is a
// GateError.
func (a *Agenda) WindowOfNotice(ctx context.Context, id, page string, by scheduler.Person) (v View, err error) {
	err = a.db.Update(ctx, func(tx *store.Tx) error {
		n, err := notice(tx, id)
		if err != nil {
			return err
		}
		if n.Window != "" {
			made, err := window(tx, n.Window)
			if err != nil {
				return err
			}
			if !made.State.Final() {
				return n.Taken()
			}
		}
		plan, err := planOf(tx, n, page, by)
		if err != nil {
			return err
		}
		w, ev, err := draft(tx, plan, by)
		if err != nil {
			return err
		}
		if err := keep(tx, w, nil); err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE notices SET window_id = $2 WHERE id = $1`, id, w.ID); err != nil {
			return fmt.Errorf("agenda: window of notice %s: %w", id, err)
		}
		if err := Record(tx, ev); err != nil {
			return err
		}
		v, err = settled(tx, w, by)
		return err
	})
	return v, err
}

// planOf is the plan for a notice with what the organisation and its services
// offer to every window.
func planOf(tx *store.Tx, n scheduler.SupplierNotice, page string, by scheduler.Person) (scheduler.Plan, error) {
	p := n.Plan()
	set, err := SettingsIn(tx)
	if err != nil {
		return p, err
	}
	services, err := ServicesOf(tx, n.Slugs())
	if err != nil {
		return p, err
	}
	p.TimeZone, p.Reminders, p.Links = set.TimeZone, slices.Clone(set.Reminders), []scheduler.Link{{Label: "Supplier notice", URL: page}}
	for _, s := range services {
		if p.RollbackPlan == "" {
			p.RollbackPlan = s.RollbackPlan
		}
		for _, c := range s.Checks {
			c.ID = ""
			p.Checks = append(p.Checks, c)
		}
	}
	p.Lead = by.Email
	if known(tx, scheduler.Plan{Lead: p.Lead}) != nil { // the command line leads nothing
		p.Lead = ""
	}
	return p, nil
}
