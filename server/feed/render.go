package feed

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/ical"
	"lull/scheduler/store"
)

// rendered is what a view shows at one edition of the log, on one day.
type rendered struct {
	mark    store.Mark // of the database when this was last seen to be right
	edition int64
	day     time.Time
	own     Feed          // zero: a public view
	noted   *atomic.Int64 // when its use was last noted, Unix seconds

	plain   []byte
	zipped  []byte
	file    *os.File // what is zipped once more, to be sent from; nil where that is not worth it
	entries []entry  // of a calendar, by their start
	etag    string   // without quotes
	changed time.Time
	head    head
}

// entry is where a window stands in the plain bytes.
type entry struct {
	start    int64 // Unix seconds
	id       string
	from, to int
}

func (e entry) compare(o entry) int {
	return cmp.Or(cmp.Compare(e.start, o.start), cmp.Compare(e.id, o.id))
}

// page is what v shows now: what is kept of it if nothing was committed since,
// or nothing that shows.
func (f *Feeds) page(ctx context.Context, v view) (*rendered, error) {
	// The mark is read first: what changes meanwhile makes the bytes newer than
	// they say, never older.
	mark, err := f.db.Mark(ctx)
	if err != nil {
		return nil, err
	}
	today := f.today()
	return f.cache.get(v.key, func(was *rendered) (*rendered, error) {
		if was != nil && was.mark == mark && was.day.Equal(today) {
			return was, nil
		}
		now, err := f.renew(ctx, v, was, today)
		if err != nil {
			return nil, err
		}
		now.mark = mark
		return now, nil
	})
}

// renew is what v shows on that day, by way of what it showed before.
func (f *Feeds) renew(ctx context.Context, v view, was *rendered, today time.Time) (*rendered, error) {
	var s scene
	var windows []scheduler.Window
	var changed []string
	var same, patch bool
	err := f.db.View(ctx, func(tx *store.Tx) (err error) {
		if s, err = sceneOf(tx, v, today); err != nil {
			return err
		}
		patch = was != nil && was.day.Equal(today) && was.own.chosen(s.own)
		if same = patch && was.edition == s.edition; same {
			return nil
		}
		if patch {
			var everything bool
			if changed, everything, err = agenda.ChangedIn(tx, was.edition); err != nil {
				return err
			}
			if same = !everything && len(changed) == 0; same {
				return nil
			}
			patch = !everything && v.encode == nil && v.window == ""
		}
		if !patch {
			changed = nil
		}
		if windows, err = s.windows(tx, changed...); err != nil {
			return err
		}
		s.frozen, err = s.freezes(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	now := &rendered{edition: s.edition, day: today, own: s.own}
	switch {
	case same:
		now.plain, now.entries = was.plain, was.entries
	case v.encode != nil:
		err = now.tell(ctx, f, f.status(s, windows), v)
	case patch:
		err = now.patch(f.calendar(s), was, changed, windows)
	default:
		err = now.write(f.calendar(s), windows)
	}
	if err != nil {
		return nil, err
	}
	return now, f.settle(ctx, v, was, now)
}

// tell writes the public page.
func (p *rendered) tell(ctx context.Context, f *Feeds, s status, v view) (err error) {
	if p.plain, err = v.encode(s); err != nil || !v.dated {
		return err
	}
	if p.changed, err = f.changed(ctx, v.key, tagOf(p.plain)); err != nil {
		return err
	}
	s.changed = p.changed
	p.plain, err = v.encode(s)
	return err
}

// tagOf names bytes.
func tagOf(b []byte) string {
	sum := sha256.Sum256(b)
	return base64.RawURLEncoding.EncodeToString(sum[:18])
}

// write writes the whole calendar.
func (p *rendered) write(c ical.Calendar, windows []scheduler.Window) error {
	pieces, err := c.Pieces()
	if err != nil {
		return err
	}
	fresh, err := written(pieces, windows)
	if err != nil {
		return err
	}
	p.join(pieces.Head, fresh, pieces.Foot)
	return nil
}

// patch takes from was what did not change, and writes the rest.
func (p *rendered) patch(c ical.Calendar, was *rendered, changed []string, windows []scheduler.Window) error {
	pieces, err := c.Pieces()
	if err != nil {
		return err
	}
	fresh, err := written(pieces, windows)
	if err != nil {
		return err
	}
	all := make([]piece, 0, len(was.entries)+len(fresh))
	for _, e := range was.entries {
		if !slices.Contains(changed, e.id) {
			all = append(all, piece{e, was.plain[e.from:e.to]})
		}
	}
	for _, one := range fresh {
		at, _ := slices.BinarySearchFunc(all, one.entry, func(a piece, e entry) int { return a.compare(e) })
		all = slices.Insert(all, at, one)
	}
	p.join(pieces.Head, all, pieces.Foot)
	return nil
}

// piece is an entry and its bytes.
type piece struct {
	entry
	text []byte
}

// written writes the entries of the windows in the order of a calendar, which
// is not for the database to say: it may sort letters its own way.
func written(pieces ical.Pieces, windows []scheduler.Window) ([]piece, error) {
	all := make([]piece, len(windows))
	for i, w := range windows {
		text, err := pieces.Entry(w)
		if err != nil {
			return nil, err
		}
		all[i] = piece{entry{start: w.Start.Unix(), id: w.ID}, text}
	}
	slices.SortFunc(all, func(a, b piece) int { return a.compare(b.entry) })
	return all, nil
}

// join is the calendar of these pieces.
func (p *rendered) join(before []byte, all []piece, after []byte) {
	size := len(before) + len(after)
	for _, one := range all {
		size += len(one.text)
	}
	b := append(make([]byte, 0, size), before...)
	p.entries = make([]entry, len(all))
	for i, one := range all {
		one.from = len(b)
		b = append(b, one.text...)
		one.to = len(b)
		p.entries[i] = one.entry
	}
	p.plain = append(b, after...)
}

// settle names what was rendered, and packs it if it is not what was there.
func (f *Feeds) settle(ctx context.Context, v view, was, now *rendered) (err error) {
	now.noted = new(atomic.Int64)
	now.noted.Store(now.own.LastFetched.Unix())
	if was != nil {
		now.noted = was.noted
		if bytes.Equal(was.plain, now.plain) {
			now.plain, now.zipped, now.file, now.etag, now.changed, now.head = was.plain, was.zipped, was.file, was.etag, was.changed, was.head
			return nil
		}
	}
	now.etag = tagOf(now.plain)
	if now.zipped, err = zipped(now.plain); err != nil {
		return err
	}
	now.file = filed(now.zipped)
	if now.changed.IsZero() {
		if now.changed, err = f.changed(ctx, v.key, now.etag); err != nil {
			return err
		}
	}
	now.head = head{
		etag: []string{strconv.Quote(now.etag)}, zippedETag: []string{strconv.Quote(now.etag + "-gz")},
		length: []string{strconv.Itoa(len(now.plain))}, zippedLength: []string{strconv.Itoa(len(now.zipped))},
		changed: []string{now.changed.UTC().Format(http.TimeFormat)},
	}
	return nil
}

// large is from how many bytes on a calendar is packed fast rather than small:
// someone waits for it.
const large = 2 << 20

func zipped(plain []byte) ([]byte, error) {
	level := gzip.DefaultCompression
	if len(plain) >= large {
		level = gzip.BestSpeed
	}
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, level)
	if err != nil {
		return nil, fmt.Errorf("feed: %w", err)
	}
	if _, err := z.Write(plain); err != nil {
		return nil, fmt.Errorf("feed: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("feed: %w", err)
	}
	return b.Bytes(), nil
}
