package site

import (
	"net/http"
	"strings"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/server/access"
	"lull/web"
)

// Window answers GET /windows/{id}.
func (s *Site) Window(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	return s.window(w, r, who, http.StatusOK, web.Window{})
}

// Print answers GET /windows/{id}/print.
func (s *Site) Print(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	return s.window(w, r, who, http.StatusOK, web.Window{Print: true})
}

// window shows the page of a window, with a refusal where there was one.
func (s *Site) window(w http.ResponseWriter, r *http.Request, who access.Visitor, status int, page web.Window) error {
	ctx := r.Context()
	v, err := s.Agenda.Window(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	if page.Frame, _, err = s.frame(ctx, who, v.Name()+" "+v.Title, "windows"); err != nil {
		return err
	}
	page.View, page.Outside = v, page.Print
	if page.Log, _, err = s.Agenda.Log(ctx, agenda.LogFilter{Window: v.ID, Limit: 200, Newest: !page.Print}); err != nil {
		return err
	}
	made, err := s.Notifier.Announcements(ctx, v.ID)
	if err != nil {
		return err
	}
	all, err := s.Notifier.Deliveries(ctx, v.ID)
	if err != nil {
		return err
	}
	page.Announcements, page.Deliveries = announcements(made, all, page.Now), deliveries(all)
	if page.People, err = s.people(ctx); err != nil {
		return err
	}
	return s.show(w, status, page)
}

// Verb answers POST /windows/{id}/{verb}.
func (s *Site) Verb(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	v, err := values(r)
	if err != nil {
		return err
	}
	verb := r.PathValue("verb")
	if verb == "" {
		verb = r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	}
	do, ok := verbs[verb]
	if !ok {
		return scheduler.ErrNotFound
	}
	if err := do(s, r, sent{v, r.PathValue("id"), version(v)}, who.Person); err != nil {
		return s.refuseVerb(w, r, who, verb, err)
	}
	if verb == "delete" {
		return to(w, r, "/windows")
	}
	return to(w, r, "/windows/"+r.PathValue("id"))
}

// refuseVerb shows the window's page with the refusal beside the button.
func (s *Site) refuseVerb(w http.ResponseWriter, r *http.Request, who access.Visitor, gate string, err error) error {
	no, status, ok := refusal(gate, err)
	if !ok {
		return err
	}
	return s.window(w, r, who, status, web.Window{Refusal: no, Form: typed(r.PostForm)})
}

// Check answers POST /windows/{id}/checks/{check}.
func (s *Site) Check(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	v, err := values(r)
	if err != nil {
		return err
	}
	id, check := r.PathValue("id"), r.PathValue("check")
	_, err = s.Agenda.Answer(r.Context(), id, check, scheduler.Result{
		Answer: scheduler.Answer(v.Get("result")), Note: v.Get("note"), EvidenceURL: v.Get("evidence_url"),
	}, who.Person)
	if err != nil {
		return s.refuseVerb(w, r, who, check, err)
	}
	return to(w, r, "/windows/"+id+"#check-"+check)
}

var verbs = map[string]func(s *Site, r *http.Request, f sent, by scheduler.Person) error{
	"submit": func(s *Site, r *http.Request, f sent, by scheduler.Person) error {
		_, err := s.Agenda.Submit(r.Context(), f.ref, f.version, f.Get("reason"), by)
		return err
	},
	"approve": func(s *Site, r *http.Request, f sent, by scheduler.Person) error {
		yes := scheduler.Yes{Note: f.Get("note"), Reason: f.Get("reason")}
		for _, kind := range f.Values["override"] {
			yes.Override = append(yes.Override, scheduler.ConflictKind(kind))
		}
		_, err := s.Agenda.Approve(r.Context(), f.ref, f.version, yes, by)
		return err
	},
	"send": func(s *Site, r *http.Request, f sent, by scheduler.Person) error {
		return s.Notifier.Hurry(r.Context(), f.ref, r.PathValue("announcement"), by)
	},
	"discard": func(s *Site, r *http.Request, f sent, by scheduler.Person) error {
		return s.Notifier.Discard(r.Context(), f.ref, r.PathValue("announcement"), by)
	},
	"reject": func(s *Site, r *http.Request, f sent, by scheduler.Person) error {
		_, err := s.Agenda.Reject(r.Context(), f.ref, f.version, f.Get("reason"), by)
		return err
	},
	"start": func(s *Site, r *http.Request, f sent, by scheduler.Person) error {
		at, err := s.stated(r, f)
		if err != nil {
			return err
		}
		_, err = s.Agenda.Start(r.Context(), f.ref, f.version, scheduler.Go{Override: f.Get("override") != "", Reason: f.Get("reason"), At: at}, by)
		return err
	},
	"advance": func(s *Site, r *http.Request, f sent, by scheduler.Person) error {
		next := scheduler.Next{Note: f.Get("note"), Override: f.Get("override") != "", Reason: f.Get("reason")}
		_, err := s.Agenda.Advance(r.Context(), f.ref, f.version, next, by)
		return err
	},
	"finish": func(s *Site, r *http.Request, f sent, by scheduler.Person) error {
		at, err := s.stated(r, f)
		if err != nil {
			return err
		}
		if f.Get("turn_back") != "" {
			_, err = s.Agenda.TurnBack(r.Context(), f.ref, f.version, f.Get("note"), at, by)
			return err
		}
		_, err = s.Agenda.Finish(r.Context(), f.ref, f.version, f.Get("note"), at, by)
		return err
	},
	"resume": func(s *Site, r *http.Request, f sent, by scheduler.Person) error {
		_, err := s.Agenda.Resume(r.Context(), f.ref, f.version, f.Get("reason"), by)
		return err
	},
	"close": func(s *Site, r *http.Request, f sent, by scheduler.Person) error {
		at, err := s.stated(r, f)
		if err != nil {
			return err
		}
		_, err = s.Agenda.Close(r.Context(), f.ref, f.version, scheduler.End{
			Outcome: scheduler.Outcome(f.Get("outcome")), Notes: f.Get("notes"), FollowUp: f.Get("follow_up"), At: at,
		}, by)
		return err
	},
	"cancel": func(s *Site, r *http.Request, f sent, by scheduler.Person) error {
		_, err := s.Agenda.Cancel(r.Context(), f.ref, f.version, f.Get("reason"), by)
		return err
	},
	"delete": func(s *Site, r *http.Request, f sent, by scheduler.Person) error {
		return s.Agenda.Delete(r.Context(), f.ref, f.version, by)
	},
	"extend": func(s *Site, r *http.Request, f sent, by scheduler.Person) error {
		longer, err := scheduler.ParseDuration(f.Get("by"))
		if err != nil || longer <= 0 {
			return scheduler.InvalidError{"by": "Give a length of time such as 30m or 1h."}
		}
		v, err := s.Agenda.Window(r.Context(), f.ref)
		if err != nil {
			return err
		}
		_, err = s.Agenda.Extend(r.Context(), f.ref, f.version, v.End.Add(longer), f.Get("reason"), by)
		return err
	},
	"reschedule": func(s *Site, r *http.Request, f sent, by scheduler.Person) error {
		return s.reschedule(r, f, by)
	},
	"progress": func(s *Site, r *http.Request, f sent, by scheduler.Person) error {
		_, err := s.Agenda.Progress(r.Context(), f.ref, f.version, f.Get("text"), f.Get("public") != "", by)
		return err
	},
	"handover": func(s *Site, r *http.Request, f sent, by scheduler.Person) error {
		_, err := s.Agenda.Handover(r.Context(), f.ref, f.version, f.Get("lead"), by)
		return err
	},
	"acknowledge": func(s *Site, r *http.Request, f sent, by scheduler.Person) error {
		_, err := s.Agenda.Acknowledge(r.Context(), f.ref, f.version, f.Get("note"), by)
		return err
	},
	"escalate": func(s *Site, r *http.Request, f sent, by scheduler.Person) error {
		_, err := s.Agenda.Escalate(r.Context(), f.ref, f.version, f.Get("reason"), by)
		return err
	},
	"log": func(s *Site, r *http.Request, f sent, by scheduler.Person) error {
		_, err := s.Agenda.Note(r.Context(), f.ref, f.Get("text"), by)
		return err
	},
}

// stated is the earlier moment that a form states, zero without one. It is on
// the wall clock of the page.
func (s *Site) stated(r *http.Request, f sent) (time.Time, error) {
	if strings.TrimSpace(f.Get("time")) == "" {
		return time.Time{}, nil
	}
	who, err := s.Access.Visitor(r)
	if err != nil {
		return time.Time{}, err
	}
	frame, _, err := s.frame(r.Context(), who, "", "")
	if err != nil {
		return time.Time{}, err
	}
	day := f.Get("date")
	if day == "" {
		day = scheduler.InZone(frame.Now, frame.Zone).Format(time.DateOnly)
	}
	at, wrong := scheduler.Local(day, f.Get("time"), scheduler.InZone(frame.Now, frame.Zone).Location())
	if wrong != "" {
		return time.Time{}, scheduler.InvalidError{"time": wrong}
	}
	return at, nil
}

func (s *Site) reschedule(r *http.Request, f sent, by scheduler.Person) error {
	v, err := s.Agenda.Window(r.Context(), f.ref)
	if err != nil {
		return err
	}
	long := v.Interval.Duration()
	if text := strings.TrimSpace(f.Get("length")); text != "" {
		if long, err = scheduler.ParseDuration(text); err != nil {
			return scheduler.InvalidError{"length": "Give a length of time such as 30m or 2h."}
		}
	}
	start, wrong := scheduler.Local(f.Get("date"), f.Get("time"), scheduler.InZone(v.Start, v.TimeZone).Location())
	if wrong != "" {
		return scheduler.InvalidError{"start": wrong}
	}
	_, err = s.Agenda.Change(r.Context(), f.ref, f.version, agenda.Edit{
		Apply: func(p *scheduler.Plan) error {
			p.Move(scheduler.Interval{Start: start, End: start.Add(long)})
			return nil
		},
		Reason: f.Get("reason"),
	}, by)
	return err
}
