package site

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/ical"
	"lull/server/access"
	"lull/server/reply"
	"lull/web"
)

// Notices answers GET /notices.
func (s *Site) Notices(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	return s.notices(w, r, who, http.StatusOK, web.Notices{})
}

// notices shows the list, those first that wait for a mapping, with what there
// is to say of a file.
func (s *Site) notices(w http.ResponseWriter, r *http.Request, who access.Visitor, status int, page web.Notices) error {
	ctx, q := r.Context(), r.URL.Query()
	frame, _, err := s.frame(ctx, who, "Supplier notices", "notices")
	if err != nil {
		return err
	}
	page.Frame, page.Form = frame, typed(q)
	f := agenda.NoticeFilter{Q: q.Get("q"), Cursor: q.Get("cursor")}
	if slug := q.Get("service"); slug != "" {
		f.Services = []string{slug}
	}
	switch q.Get("show") {
	case "all":
		f.Backwards = true
	case "unmatched":
		f.Unmatched = true
	default:
		f.From = frame.Now
	}
	var next string
	if page.Items, next, err = s.Agenda.Notices(ctx, f); err != nil {
		return err
	}
	page.More = more(r, next)
	if page.Waiting, _, err = s.Agenda.Notices(ctx, agenda.NoticeFilter{Unmatched: true, Backwards: true}); err != nil {
		return err
	}
	if page.Services, err = s.Agenda.Services(ctx); err != nil {
		return err
	}
	if page.Rules, err = s.Agenda.NoticeRules(ctx); err != nil {
		return err
	}
	return s.show(w, status, page)
}

// ImportNotices answers POST /notices: it tries a file or imports it, and shows
// what became of it. The answer is a page and not a way to one, since the report
// is kept nowhere, and sending the same file again changes nothing.
func (s *Site) ImportNotices(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	v, file, err := upload(r)
	if err != nil {
		return err
	}
	page := web.Notices{}
	text, err := ical.CalendarText(file)
	page.Text = strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", "\uFFFD"), "\uFFFD")
	var reading ical.Reading
	if err == nil {
		reading, err = ical.ReadAny(file)
	}
	tried := v.Get("do") == "try"
	var found []agenda.Imported
	if err == nil {
		take := s.Agenda.ImportNotices
		if tried {
			take = s.Agenda.TryNotices
		}
		found, err = take(r.Context(), reading.Updates, who.Person)
	}
	if err != nil {
		no, status, ok := refusal("import", unread(err))
		if !ok {
			return err
		}
		page.Refusal = no
		return s.notices(w, r, who, status, page)
	}
	page.Report = web.NewReport(found, reading.Problems, tried)
	if !tried {
		page.Text = ""
	}
	return s.notices(w, r, who, http.StatusOK, page)
}

// unread is the refusal of a file as the form tells it.
func unread(err error) error {
	var no *ical.RefusedError
	switch {
	case !errors.As(err, &no):
		return err
	case no.TooLong:
		return &http.MaxBytesError{Limit: ical.MostBytes}
	}
	return scheduler.InvalidError{"ics": no.Words}
}

// upload is a form with a file, or with its text where no file was chosen.
func upload(r *http.Request) (v url.Values, file []byte, err error) {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		v, err = values(r)
		return v, []byte(v.Get("text")), err
	}
	limit := reply.LongestBody(r.URL.Path)
	if err := r.ParseMultipartForm(limit); err != nil {
		var long *http.MaxBytesError
		if errors.As(err, &long) {
			return nil, nil, err
		}
		return nil, nil, &reply.BadRequest{Detail: "The form cannot be read."}
	}
	v = url.Values(r.MultipartForm.Value)
	file = []byte(v.Get("text"))
	for _, head := range r.MultipartForm.File["file"] {
		if head.Size == 0 {
			continue
		}
		f, err := head.Open()
		if err != nil {
			return nil, nil, err
		}
		file, err = io.ReadAll(io.LimitReader(f, limit))
		return v, file, errors.Join(err, f.Close())
	}
	return v, file, nil
}

// Supplied answers GET /notices/{id}.
func (s *Site) Supplied(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	return s.supplied(w, r, who, http.StatusOK, web.SupplierNotice{Remember: string(scheduler.RememberObjects)})
}

func (s *Site) supplied(w http.ResponseWriter, r *http.Request, who access.Visitor, status int, page web.SupplierNotice) error {
	ctx := r.Context()
	n, history, err := s.Agenda.Notice(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	if page.Frame, _, err = s.frame(ctx, who, "Supplier notice "+n.Name(), "notices"); err != nil {
		return err
	}
	slices.Reverse(history)
	page.Notice, page.History = n, history
	if page.On == nil {
		page.On = map[string]bool{}
		for _, slug := range n.Slugs() {
			page.On[slug] = true
		}
	}
	if page.Services, err = s.Agenda.Services(ctx); err != nil {
		return err
	}
	return s.show(w, status, page)
}

// MapNotice answers POST /notices/{id}/map.
func (s *Site) MapNotice(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	v, err := values(r)
	if err != nil {
		return err
	}
	id := r.PathValue("id")
	m := agenda.Mapping{Services: v["service"], Remember: scheduler.RememberFor(v.Get("remember")), Version: version(v)}
	if _, err := s.Agenda.MapNotice(r.Context(), id, m, who.Person); err != nil {
		on := map[string]bool{}
		for _, slug := range m.Services {
			on[slug] = true
		}
		return s.refuseSupplied(w, r, who, web.SupplierNotice{On: on, Remember: v.Get("remember")}, err)
	}
	return to(w, r, "/notices")
}

func (s *Site) refuseSupplied(w http.ResponseWriter, r *http.Request, who access.Visitor, page web.SupplierNotice, err error) error {
	no, status, ok := refusal("notice", err)
	if !ok {
		return err
	}
	page.Refusal = no
	return s.supplied(w, r, who, status, page)
}

// WindowOfNotice answers POST /notices/{id}/window.
func (s *Site) WindowOfNotice(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	id := r.PathValue("id")
	v, err := s.Agenda.WindowOfNotice(r.Context(), id, s.BaseURL+"/notices/"+url.PathEscape(id), who.Person)
	if err != nil {
		return s.refuseSupplied(w, r, who, web.SupplierNotice{Remember: string(scheduler.RememberObjects)}, err)
	}
	return to(w, r, "/windows/"+v.Name()+"/edit")
}

// DeleteNotice answers POST /notices/{id}/delete.
func (s *Site) DeleteNotice(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	return forgotten(w, r, who, s.Agenda.DeleteNotice)
}

// DeleteNoticeRule answers POST /notice-rules/{id}/delete.
func (s *Site) DeleteNoticeRule(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	return forgotten(w, r, who, s.Agenda.DeleteNoticeRule)
}

func forgotten(w http.ResponseWriter, r *http.Request, who access.Visitor, forget func(context.Context, string, scheduler.Person) error) error {
	if err := forget(r.Context(), r.PathValue("id"), who.Person); err != nil {
		return err
	}
	return to(w, r, "/notices")
}
