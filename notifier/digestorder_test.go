package notifier_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
)

// TestWhateverHappensToASeriesWhatIsScheduledIsAnnounced changes a series and
// its windows in no order, with the mail going out at any time between, and
// then looks whether the start gate of each window knows its announcement.
func TestWhateverHappensToASeriesWhatIsScheduledIsAnnounced(t *testing.T) {
	t.Parallel()
	for seed := range uint64(5) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			o := &office{}
			d := newDesk(t, o.carry())
			d.stakeholder("all@example.net")
			r := rand.New(rand.NewPCG(seed, 11))
			ids := []string{d.repeated(nights()).ID}
			for range 60 {
				d.anything(r, &ids)
			}
			for _, id := range ids { // the last word: what waits is approved
				v, err := d.agenda.Series(t.Context(), id)
				d.must(err)
				for _, one := range v.Members {
					_, _ = d.agenda.Approve(t.Context(), one.ID, 0, scheduler.Yes{}, bob)
				}
			}
			for range 3 { // what waits for the next edit, and what was held
				d.later(11 * time.Minute)
				d.round()
			}
			for _, id := range ids {
				v, err := d.agenda.Series(t.Context(), id)
				d.must(err)
				for _, m := range v.Members {
					w, err := d.agenda.Window(t.Context(), m.ID)
					d.must(err)
					if w.State == scheduler.Scheduled && w.Start.After(d.db.Now()) && (!w.Told.Announced || w.Told.Pending || w.Told.Waiting > 0) {
						t.Errorf("%s, %s, is told %+v", w.Name(), w.Occurrence, w.Told)
					}
				}
			}
		})
	}
}

// anything does one thing to a series, or lets mail go out. What is refused is
// of no interest here.
func (d *desk) anything(r *rand.Rand, ids *[]string) {
	ctx, id := d.Context(), (*ids)[r.IntN(len(*ids))]
	v, err := d.agenda.Series(ctx, id)
	d.must(err)
	if len(v.Members) == 0 {
		return
	}
	m := v.Members[r.IntN(len(v.Members))]
	change := []func(*scheduler.Series) error{
		func(s *scheduler.Series) error {
			s.StartLocal = fmt.Sprintf("%sT%02d:00", scheduler.Day(s.StartLocal), r.IntN(20))
			return nil
		},
		func(s *scheduler.Series) error { s.Title = fmt.Sprint("Title ", r.IntN(3)); return nil },
		func(s *scheduler.Series) error { s.Steps = fmt.Sprint("Steps ", r.IntN(3)); return nil },
	}[r.IntN(3)]
	hour := agenda.Edit{Approve: true, Apply: func(p *scheduler.Plan) error {
		p.Start, p.End = p.Start.Add(time.Hour), p.End.Add(time.Hour)
		return nil
	}}
	switch r.IntN(13) {
	case 10, 11:
		_, _ = d.agenda.Change(ctx, m.ID, 0, agenda.Edit{Apply: func(p *scheduler.Plan) error { p.Steps = fmt.Sprint("Own ", r.IntN(9)); return nil }}, ada)
	case 12:
		for _, one := range v.Members {
			_, _ = d.agenda.Approve(ctx, one.ID, 0, scheduler.Yes{}, bob)
		}
	case 0, 1:
		_, _ = d.agenda.ApproveSeries(ctx, id, 0, scheduler.Yes{}, time.Time{}, bob)
	case 2:
		_, _ = d.agenda.ChangeSeries(ctx, id, 0, agenda.SeriesEdit{Apply: change, Approve: true}, bob)
	case 3:
		_, _ = d.agenda.ChangeSeries(ctx, id, 0, agenda.SeriesEdit{Apply: change}, ada)
	case 4:
		if next, err := d.agenda.ChangeSeries(ctx, id, 0, agenda.SeriesEdit{Apply: change, From: m.Occurrence, Approve: true}, bob); err == nil && next.ID != id {
			*ids = append(*ids, next.ID)
		}
	case 5:
		_, _ = d.agenda.Change(ctx, m.ID, 0, hour, bob)
	case 6:
		_, _ = d.agenda.SkipOccurrence(ctx, id, 0, m.Occurrence, "Not then.", ada)
	case 7:
		d.later(time.Duration(r.IntN(100)) * time.Second)
	case 8:
		_, err := d.Announce(ctx)
		d.must(err)
	default:
		d.tick()
	}
}
