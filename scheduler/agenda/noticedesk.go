package agenda

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"lull/scheduler"
	"lull/scheduler/store"
)

// folder is a notice on the desk: what is known of it, and what is to be kept.
type folder struct {
	scheduler.SupplierNotice
	was      []scheduler.Affected // the services before
	span     scheduler.Interval   // the time before
	digests  map[string]bool
	position int
	dirty    bool
	filed    []filed
}

// filed is an update that is new in a folder.
type filed struct {
	scheduler.NoticeUpdate
	digest  string
	applied bool
}

// desk is the notices that the events of a file are about, loaded in a number of
// queries that does not grow with each event.
type desk struct {
	by    map[string][]*folder // by the supplier's maintenance
	order []*folder            // as the file comes to them
}

// digestOf is the same for the same words of a supplier.
func digestOf(u scheduler.NoticeUpdate) (string, error) {
	u.Problems = nil
	b, err := json.Marshal(u)
	if err != nil {
		return "", fmt.Errorf("agenda: digest of notice %q: %w", u.UID, err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16]), nil
}

func openDesk(tx *store.Tx, us []scheduler.NoticeUpdate) (*desk, error) {
	var names []string
	seen := map[string]bool{}
	for _, u := range us {
		if name, _ := u.Identity(); !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	d := &desk{by: map[string][]*folder{}}
	for some := range slices.Chunk(names, 500) {
		known, err := notices(tx, `WHERE n.maintenance IN (`+holes(1, len(some))+`) ORDER BY n.id`, anys(some)...)
		if err != nil {
			return nil, err
		}
		at := map[string]*folder{}
		ids := make([]any, len(known))
		for i, n := range known {
			f := &folder{SupplierNotice: n, was: slices.Clone(n.Services), span: n.Interval, digests: map[string]bool{}}
			name, _ := n.Identity()
			d.by[name] = append(d.by[name], f)
			at[n.ID], ids[i] = f, n.ID
		}
		digests, err := store.Rows(tx, func(r store.Scanner) (p part[string], err error) {
			err = r.Scan(&p.of, &p.it)
			return p, err
		}, `SELECT notice_id, digest FROM notice_updates WHERE notice_id IN (`+holes(1, len(ids))+`)`, ids...)
		if err != nil {
			return nil, fmt.Errorf("agenda: updates of notices: %w", err)
		}
		for _, p := range digests {
			at[p.of].digests[p.it] = true
			at[p.of].position++
		}
	}
	return d, nil
}

// find is the folder that an update belongs into, nil for none: that of its
// account or, where one of the two names none, the only one there is.
func (d *desk) find(u scheduler.NoticeUpdate) *folder {
	name, account := u.Identity()
	here := d.by[name]
	for _, f := range here {
		if _, its := f.Identity(); its == account {
			return f
		}
	}
	if len(here) == 1 {
		if _, its := here[0].Identity(); its == "" || account == "" {
			return here[0]
		}
	}
	return nil
}

// open begins a folder.
func (d *desk) open(id string, u scheduler.NoticeUpdate) *folder {
	f := &folder{SupplierNotice: scheduler.SupplierNotice{ID: id}, digests: map[string]bool{}}
	name, _ := u.Identity()
	d.by[name] = append(d.by[name], f)
	return f
}

// take applies an update that is news.
func (f *folder) take(u scheduler.NoticeUpdate, digest string, rules scheduler.RuleBook, tx *store.Tx) {
	before := f.Objects
	f.Apply(u, tx.Now)
	f.Match(rules, before)
	f.dirty = true
	f.file(u, digest, true)
}

// file puts an update into the history.
func (f *folder) file(u scheduler.NoticeUpdate, digest string, applied bool) {
	f.filed = append(f.filed, filed{u, digest, applied})
	f.digests[digest] = true
}

// changed lists the folders that something is to be kept of, by their name.
func (d *desk) changed() []*folder {
	if d.order == nil {
		for _, here := range d.by {
			for _, f := range here {
				if len(f.filed) > 0 {
					d.order = append(d.order, f)
				}
			}
		}
		slices.SortFunc(d.order, func(a, b *folder) int { return strings.Compare(a.ID, b.ID) })
	}
	return d.order
}

// names lists the ids of what changed, for the log, which need not hold thousands.
func (d *desk) names() []string {
	const most = 100
	var ids []string
	for _, f := range d.changed()[:min(most, len(d.changed()))] {
		ids = append(ids, f.ID)
	}
	return ids
}

// keep writes the changed folders, and says what of ours they touch.
func (d *desk) keep(tx *store.Tx, by scheduler.Person) (r reach, err error) {
	for _, f := range d.changed() {
		if f.dirty {
			r.add(f.was, f.span)
			r.add(f.Services, f.Interval)
			if err := keepNotice(tx, f.SupplierNotice); err != nil {
				return r, err
			}
		}
		for _, u := range f.filed {
			f.position++
			if _, err := tx.Exec(`
				INSERT INTO notice_updates (notice_id, digest, position, applied, by_person, at, doc)
				VALUES ($1, $2, $3, $4, $5, $6, $7)`,
				f.ID, u.digest, f.position, bit(u.applied), by.Email, store.At(tx.Now), store.JSON(&u.NoticeUpdate)); err != nil {
				return r, fmt.Errorf("agenda: keep an update of notice %s: %w", f.ID, err)
			}
		}
	}
	return r, nil
}

// bit is a yes or no as a number, which both engines compare alike.
func bit(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// keepNotice writes n whole, with the services it touches.
func keepNotice(tx *store.Tx, n scheduler.SupplierNotice) error {
	maintenance, account := n.Identity()
	if _, err := tx.Exec(`
		INSERT INTO notices (id, maintenance, account, supplier, reference, title, status, by_hand, start_at, end_at, version, doc)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (id) DO UPDATE SET maintenance = excluded.maintenance, account = excluded.account, supplier = excluded.supplier,
			reference = excluded.reference, title = excluded.title, status = excluded.status, by_hand = excluded.by_hand,
			start_at = excluded.start_at, end_at = excluded.end_at, version = excluded.version, doc = excluded.doc`,
		n.ID, maintenance, account, n.Supplier(), n.Name(), n.Title(), n.Status, bit(n.ByHand),
		store.At(n.Start), store.At(n.End), n.Version, store.JSON(&n)); err != nil {
		return fmt.Errorf("agenda: keep notice %s: %w", n.ID, err)
	}
	if n.Version > 1 {
		if _, err := tx.Exec(`DELETE FROM notice_services WHERE notice_id = $1`, n.ID); err != nil {
			return fmt.Errorf("agenda: keep notice %s: %w", n.ID, err)
		}
	}
	for _, s := range n.Services {
		if _, err := tx.Exec(`INSERT INTO notice_services (notice_id, service, impact, start_at, end_at) VALUES ($1, $2, $3, $4, $5)`,
			n.ID, s.Service, s.Impact, store.At(n.Start), store.At(n.End)); err != nil {
			return fmt.Errorf("agenda: keep notice %s: %w", n.ID, err)
		}
	}
	return shake(tx)
}

// notices reads the notices that where selects, with their services: two
// queries, however many they are.
func notices(tx *store.Tx, where string, args ...any) ([]scheduler.SupplierNotice, error) {
	ns, err := store.Rows(tx, scanNotice, `
		SELECT n.id, n.version, coalesce(w.number, 0), n.doc
		FROM notices n LEFT JOIN windows w ON w.id = n.window_id `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("agenda: notices: %w", err)
	}
	at := make(map[string]*scheduler.SupplierNotice, len(ns))
	ids := make([]any, len(ns))
	for i := range ns {
		at[ns[i].ID], ids[i] = &ns[i], ns[i].ID
	}
	for some := range slices.Chunk(ids, 500) {
		rows, err := store.Rows(tx, func(r store.Scanner) (p part[scheduler.Affected], err error) {
			err = r.Scan(&p.of, &p.it.Service, &p.it.Impact)
			return p, err
		}, `SELECT notice_id, service, impact FROM notice_services WHERE notice_id IN (`+holes(1, len(some))+`) ORDER BY service`, some...)
		if err != nil {
			return nil, fmt.Errorf("agenda: services of notices: %w", err)
		}
		for _, p := range rows {
			at[p.of].Services = append(at[p.of].Services, p.it)
		}
	}
	return ns, nil
}

func scanNotice(r store.Scanner) (n scheduler.SupplierNotice, err error) {
	var id string
	var version, number int
	if err = r.Scan(&id, &version, &number, store.JSON(&n)); err != nil {
		return n, err
	}
	n.ID, n.Version = id, version
	if number > 0 {
		n.Window = scheduler.Window{Number: number}.Name()
	}
	return n, nil
}

func scanSupplied(r store.Scanner) (s scheduler.Supplied, err error) {
	var start, end store.Time
	err = r.Scan(&s.Service, &s.Impact, &start, &end, &s.Notice, &s.Status, &s.Name, &s.Supplier, &s.Title, &s.Window)
	s.Interval = scheduler.Interval{Start: start.Time, End: end.Time}
	return s, err
}

// notice finds one by its id.
func notice(tx *store.Tx, id string) (scheduler.SupplierNotice, error) {
	ns, err := notices(tx, `WHERE n.id = $1`, id)
	if err == nil && len(ns) == 0 {
		err = scheduler.ErrNotFound
	}
	if err != nil {
		return scheduler.SupplierNotice{}, err
	}
	return ns[0], nil
}

func scanRule(r store.Scanner) (rule scheduler.NoticeRule, err error) {
	err = r.Scan(&rule.ID, &rule.Provider, &rule.Account, &rule.Object, &rule.Service)
	return rule, err
}

func noticeRules(tx *store.Tx, where string, args ...any) ([]scheduler.NoticeRule, error) {
	rules, err := store.Rows(tx, scanRule, `SELECT r.id, r.provider, r.account, r.object, r.service FROM notice_rules r `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("agenda: rules of notices: %w", err)
	}
	return rules, nil
}

func ruleBook(tx *store.Tx) (scheduler.RuleBook, error) {
	rules, err := noticeRules(tx, `ORDER BY r.id`)
	return scheduler.NewRuleBook(rules), err
}
