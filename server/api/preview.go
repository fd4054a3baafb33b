package api

import (
	"net/http"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/ical"
	"lull/server/access"
	"lull/server/reply"
)

// preview is what booking a draft would give.
type preview struct {
	Conflicts  []conflict `json:"conflicts"`
	Gates      []gate     `json:"gates"`
	Recipients int        `json:"recipients"`
	Zones      int        `json:"zones"` // that they live in
	DecideBy   moment     `json:"decide_by"`
	Mail       *letter    `json:"mail"`     // null until the draft has its times
	Calendar   *string    `json:"calendar"` // so too
}

type letter struct {
	Subject string `json:"subject"`
	Text    string `json:"text"`
	HTML    string `json:"html"`
}

func (a *API) previewWindow(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	var in createInput
	if err := read(r, &in); err != nil {
		return err
	}
	plan, err := a.newPlan(r, in)
	if err != nil {
		return err
	}
	v, to, err := a.Agenda.Preview(r.Context(), plan, who.Person)
	if err != nil {
		return err
	}
	p := preview{
		Conflicts: each(v.Conflicts, showConflict), Gates: []gate{{orNull(v.Next), all(v.Reasons), all(v.Approval)}},
		Recipients: len(to), Zones: agenda.Zones(to, v.TimeZone), DecideBy: moment{v.DecideBy},
	}
	if !v.Start.IsZero() {
		if err := a.previewMail(r, v, who, &p); err != nil {
			return err
		}
	}
	return reply.JSON(w, http.StatusOK, p)
}

// previewMail writes the mail and the calendar entry as they would go out once
// the window is approved, addressed to who asks.
func (a *API) previewMail(r *http.Request, v agenda.View, who access.Visitor, p *preview) error {
	v.State = scheduler.Scheduled
	zone := who.TimeZone
	if zone == "" {
		zone = v.TimeZone
	}
	to := scheduler.Stakeholder{
		Email: who.Email, Name: who.Name, TimeZone: zone, Language: "en", All: true, Calendar: scheduler.PublishPart, Confirmed: true,
	}
	subject, text, html, err := a.Notifier.Preview(r.Context(), v.Window, scheduler.AnnounceScheduled, to)
	if err != nil {
		return err
	}
	p.Mail = &letter{subject, text, html}
	settings, err := a.Agenda.Settings(r.Context())
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, s := range v.Affected {
		names[s.Slug] = s.Name
	}
	entry, err := ical.Calendar{
		Account: settings.Organisation, Organizer: a.Notifier.From().Email, BaseURL: a.BaseURL, Method: ical.Publish,
		Windows: []scheduler.Window{v.Window}, Names: names, Private: !v.Public,
	}.Encode()
	if err != nil {
		return err
	}
	written := string(entry)
	p.Calendar = &written
	return nil
}
