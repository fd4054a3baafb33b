package web

import (
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
)

// nights is a series, approved or not.
func nights(state scheduler.SeriesState) agenda.SeriesView {
	start := time.Date(2026, 12, 13, 1, 0, 0, 0, time.UTC)
	v := agenda.SeriesView{Words: "Second Sunday of each month, 02:00–04:00", Next: start, Windows: 2, Series: scheduler.Series{
		ID: "s1", Version: 2, State: state, Requester: jonas.Email, RRule: "FREQ=MONTHLY;BYDAY=2SU", StartLocal: "2026-12-13T02:00", Duration: 2 * time.Hour,
		Plan: scheduler.Plan{
			Title: "Patch night", TimeZone: "Europe/Berlin", Lead: jonas.Email, Kind: scheduler.Normal, Risk: scheduler.LowRisk, Public: true,
			Services: []scheduler.Affected{{Service: "orders-db", Impact: scheduler.Degraded}},
		},
	}}
	for i, local := range []string{"2026-12-13T02:00", "2027-01-10T02:00"} {
		w := scheduler.Window{ID: local, Number: 40 + i, State: scheduler.Requested, Series: "s1", Occurrence: local, Plan: v.Plan}
		w.Interval = scheduler.Interval{Start: start.AddDate(0, 0, 28*i), End: start.AddDate(0, 0, 28*i).Add(2 * time.Hour)}
		if state == scheduler.SeriesApproved {
			w.State, w.Detached = scheduler.Scheduled, i == 1
		}
		v.Members = append(v.Members, w)
	}
	return v
}

// seriesStories are the pages of series.
func seriesStories() []story {
	asked, agreed := nights(scheduler.SeriesRequested), nights(scheduler.SeriesApproved)
	agreed.Approvals, agreed.ReviewBy = []scheduler.Approval{{By: mara.Email, At: now, Note: "Fine."}}, now.AddDate(1, 0, 0)
	later := asked.Series
	later.StartLocal = "2027-01-10T02:00"
	agreed.Notes = map[string]string{"2026-12-13T02:00": "A clock change, in words."}
	form, edit := SeriesFormOf(scheduler.Series{Plan: asked.Plan}, ""), SeriesFormOf(later, "2027-01-10T02:00")
	for _, f := range []*SeriesForm{&form, &edit} {
		f.Frame, f.Services, f.Zones = inside(jonas, "Series", "series"), []scheduler.Service{orders}, zones
		f.Repeat.Offer(f.Form.Date)
	}
	form.Refusal = refused("start_local", "Give the first day and the time, such as 2026-12-13 and 02:00.")
	edit.Dates = &agenda.SeriesPreview{Words: asked.Words, Windows: 1, Dates: []agenda.PreviewedDate{{Occurrence: scheduler.Occurrence{
		Local: "2027-01-10T02:00", Interval: asked.Members[1].Interval, Note: "A clock change, in words.",
	}}}}
	return []story{
		{"series-all", AllSeries{Frame: inside(jonas, "Series", "series"), Items: []agenda.SeriesView{agreed}}},
		{"series-all-empty", AllSeries{Frame: inside(tomas, "Series", "series")}},
		{"series-new-refused", form},
		{"series-edit", edit},
		{"series-requested", Series{Frame: inside(mara, "Patch night", "series"), View: asked, Ahead: asked.Members, MayBeSkipped: asked.Members}},
		{"series-approved", Series{Frame: inside(tomas, "Patch night", "series"), View: agreed, Ahead: agreed.Members}},
	}
}
