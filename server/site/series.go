package site

import (
	"cmp"
	"net/http"
	"strings"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/recur"
	"lull/server/access"
	"lull/web"
)

// AllSeries answers GET /series.
func (s *Site) AllSeries(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	frame, _, err := s.frame(r.Context(), who, "Series", "series")
	if err != nil {
		return err
	}
	items, next, err := s.Agenda.AllSeries(r.Context(), agenda.SeriesFilter{Cursor: r.URL.Query().Get("cursor")})
	if err != nil {
		return err
	}
	return s.show(w, http.StatusOK, web.AllSeries{Frame: frame, Items: items, More: more(r, next)})
}

// NewSeries answers GET /series/new.
func (s *Site) NewSeries(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	_, set, err := s.frame(r.Context(), who, "", "")
	if err != nil {
		return err
	}
	zone := who.TimeZone
	if zone == "" {
		zone = set.TimeZone
	}
	one := scheduler.Series{Plan: blank(zone, set)}
	one.Lead = who.Email
	if id := r.URL.Query().Get("template"); id != "" {
		m, err := s.Agenda.FromTemplate(r.Context(), id)
		if err != nil {
			return err
		}
		one = scheduler.Series{Plan: m.Plan, Duration: m.Lasts}
		one.Lead = cmp.Or(one.Lead, who.Email)
	}
	if ref := r.URL.Query().Get("window"); ref != "" {
		v, err := s.Agenda.Window(r.Context(), ref)
		if err != nil {
			return err
		}
		one = scheduler.Series{Plan: v.Again(), Duration: v.Interval.Duration()}
		if !v.Start.IsZero() {
			one.StartLocal = scheduler.InZone(v.Start, v.TimeZone).Format(recur.Local)
		}
	}
	page := web.SeriesFormOf(one, "")
	page.Form.Version = ""
	return s.seriesForm(w, r, who, http.StatusOK, page)
}

// EditSeries answers GET /series/{id}/edit, of all that is to come or, with
// ?from=, from an occurrence on.
func (s *Site) EditSeries(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	v, err := s.Agenda.Series(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	one, from := v.Series, strings.TrimSpace(r.URL.Query().Get("from"))
	if from != "" {
		if one, _, err = agenda.SeriesFrom(v.Series, from); err != nil {
			no, status, ok := refusal("", err)
			if !ok {
				return err
			}
			return s.series(w, r, who, status, web.Series{Refusal: no})
		}
	}
	page := web.SeriesFormOf(one, from)
	page.MayAgree = mayAgreeSeries(v, who)
	if series, wrong := page.Read(); len(wrong) == 0 {
		if p, err := s.Agenda.PreviewSeries(r.Context(), series, v.ID, 0, who.Person); err == nil {
			page.Dates = &p
		}
	}
	return s.seriesForm(w, r, who, http.StatusOK, page)
}

func mayAgreeSeries(v agenda.SeriesView, who access.Visitor) bool {
	return v.State != scheduler.SeriesDraft && who.Role.May(scheduler.Approver) && v.Requester != who.Email
}

// seriesForm shows the form with what it offers.
func (s *Site) seriesForm(w http.ResponseWriter, r *http.Request, who access.Visitor, status int, page web.SeriesForm) error {
	frame, _, err := s.frame(r.Context(), who, "Series", "series")
	if err != nil {
		return err
	}
	page.Frame = frame
	if err := s.offer(r, &page.Book); err != nil {
		return err
	}
	page.Repeat.Offer(page.Form.Date)
	return s.show(w, status, page)
}

// readSeries reads the form; keep is whether it is to be kept. The answer is
// written where it is not, or where the form cannot be read.
func (s *Site) readSeries(w http.ResponseWriter, r *http.Request, who access.Visitor, page *web.SeriesForm, do string) (series scheduler.Series, keep bool, err error) {
	series, wrong := page.Read()
	switch {
	case do == "more":
		return series, false, s.seriesForm(w, r, who, http.StatusOK, *page)
	case len(wrong) > 0:
		page.Wrong = all(series.Plan, wrong)
		return series, false, s.seriesForm(w, r, who, http.StatusUnprocessableEntity, *page)
	case do == "preview":
		return series, false, s.previewSeries(w, r, who, *page, series)
	}
	return series, true, nil
}

// AddSeries answers POST /series: it previews, keeps drafts, or submits.
func (s *Site) AddSeries(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	v, err := values(r)
	if err != nil {
		return err
	}
	page := web.SeriesForm{Repeat: web.ReadRepeat(v)}
	if err := s.form(r, v, &page.Book, nil); err != nil {
		return err
	}
	if v.Get("do") == "repeat" { // the form of one window, to be made one of a series
		page.Form.Repeat()
		page.Repeat = web.RepeatFormOf(scheduler.Series{})
		return s.seriesForm(w, r, who, http.StatusOK, page)
	}
	series, keep, err := s.readSeries(w, r, who, &page, v.Get("do"))
	if err != nil || !keep {
		return err
	}
	made, err := s.Agenda.AddSeries(r.Context(), series, agenda.Submission{Now: v.Get("do") == "submit", Reason: page.Form.Reason}, who.Person)
	if err != nil {
		return s.refuseSeriesForm(w, r, who, page, series, err)
	}
	return to(w, r, "/series/"+made.ID)
}

// ChangeSeries answers POST /series/{id}/edit.
func (s *Site) ChangeSeries(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	v, err := values(r)
	if err != nil {
		return err
	}
	was, err := s.Agenda.Series(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	page := web.SeriesForm{Repeat: web.ReadRepeat(v), ID: was.ID, From: v.Get("from"), Was: was.State}
	page.MayAgree = mayAgreeSeries(was, who)
	if err := s.form(r, v, &page.Book, was.Checks); err != nil {
		return err
	}
	series, keep, err := s.readSeries(w, r, who, &page, v.Get("do"))
	if err != nil || !keep {
		return err
	}
	kept, err := s.Agenda.ChangeSeries(r.Context(), was.ID, version(v), agenda.SeriesEdit{
		From: page.From, Reason: page.Form.Reason, Approve: page.Form.Approve,
		Apply: func(to *scheduler.Series) error {
			rule := to.RRule
			to.Plan, to.StartLocal, to.Duration = series.Plan, series.StartLocal, series.Duration
			to.ExDates, to.RDates, to.Until = series.ExDates, series.RDates, series.Until
			if series.RRule != was.RRule {
				rule = series.RRule
			}
			to.RRule = rule // as it was: of a number of times, those that are left
			return nil
		},
	}, who.Person)
	if err != nil {
		return s.refuseSeriesForm(w, r, who, page, series, err)
	}
	return to(w, r, "/series/"+kept.ID)
}

// refuseSeriesForm shows the form as it was typed, with why it was refused.
func (s *Site) refuseSeriesForm(w http.ResponseWriter, r *http.Request, who access.Visitor, page web.SeriesForm, series scheduler.Series, err error) error {
	no, status, ok := refusal("book", err)
	if !ok {
		return err
	}
	page.Refusal = no
	if p, err := s.Agenda.PreviewSeries(r.Context(), series, page.ID, 0, who.Person); err == nil {
		page.Dates = &p
	}
	return s.seriesForm(w, r, who, status, page)
}

func (s *Site) previewSeries(w http.ResponseWriter, r *http.Request, who access.Visitor, page web.SeriesForm, series scheduler.Series) error {
	p, err := s.Agenda.PreviewSeries(r.Context(), series, page.ID, 0, who.Person)
	if err != nil {
		no, status, ok := refusal("book", err)
		if !ok {
			return err
		}
		page.Refusal = no
		return s.seriesForm(w, r, who, status, page)
	}
	page.Dates = &p
	return s.seriesForm(w, r, who, http.StatusOK, page)
}

// Series answers GET /series/{id}.
func (s *Site) Series(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	return s.series(w, r, who, http.StatusOK, web.Series{})
}

// series shows the page of a series, with a refusal where there was one.
func (s *Site) series(w http.ResponseWriter, r *http.Request, who access.Visitor, status int, page web.Series) error {
	ctx := r.Context()
	v, err := s.Agenda.Series(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	if page.Frame, _, err = s.frame(ctx, who, v.Title, "series"); err != nil {
		return err
	}
	page.View = v
	for _, m := range v.Members {
		if m.State.Final() || m.State.Running() || !m.Start.After(page.Now) {
			page.Past = append(page.Past, m)
			continue
		}
		page.Ahead = append(page.Ahead, m)
	}
	page.MayBeSkipped = page.Ahead
	if v.State == scheduler.SeriesRequested {
		if page.Conflicts, err = s.Agenda.SeriesConflicts(ctx, v.ID); err != nil {
			return err
		}
	}
	if page.Log, err = s.Agenda.SeriesLog(ctx, v.ID); err != nil {
		return err
	}
	return s.show(w, status, page)
}

// SeriesVerb answers POST /series/{id}/{verb}.
func (s *Site) SeriesVerb(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	v, err := values(r)
	if err != nil {
		return err
	}
	verb := r.PathValue("verb")
	if verb == "" {
		verb = r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	}
	id := r.PathValue("id")
	if err := s.seriesVerb(r, verb, sent{v, id, version(v)}, who.Person); err != nil {
		no, status, ok := refusal(verb, err)
		if !ok {
			return err
		}
		return s.series(w, r, who, status, web.Series{Refusal: no, Form: typed(r.PostForm)})
	}
	return to(w, r, "/series/"+id)
}

func (s *Site) seriesVerb(r *http.Request, verb string, f sent, by scheduler.Person) (err error) {
	ctx := r.Context()
	switch verb {
	case "submit":
		_, err = s.Agenda.SubmitSeries(ctx, f.ref, f.version, f.Get("reason"), by)
	case "approve":
		yes := scheduler.Yes{Note: f.Get("note"), Reason: f.Get("reason")}
		for _, kind := range f.Values["override"] {
			yes.Override = append(yes.Override, scheduler.ConflictKind(kind))
		}
		var review time.Time
		if day := strings.TrimSpace(f.Get("review_by")); day != "" {
			if review, err = time.Parse(time.DateOnly, day); err != nil {
				return scheduler.InvalidError{"review_by": "Give a day, such as 2027-06-30."}
			}
		}
		_, err = s.Agenda.ApproveSeries(ctx, f.ref, f.version, yes, review, by)
	case "reject":
		_, err = s.Agenda.RejectSeries(ctx, f.ref, f.version, f.Get("reason"), by)
	case "skip":
		_, err = s.Agenda.SkipOccurrence(ctx, f.ref, f.version, f.Get("occurrence"), f.Get("reason"), by)
	case "end":
		_, err = s.Agenda.EndSeries(ctx, f.ref, f.version, f.Get("reason"), by)
	default:
		return scheduler.ErrNotFound
	}
	return err
}
