package site

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"lull/scheduler"
	"lull/server/access"
	"lull/web"
)

var tiers = []int{1, 2, 3, 4}

// Settings answers GET /settings.
func (s *Site) Settings(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	return s.settings(w, r, who, http.StatusOK, web.Settings{})
}

func (s *Site) settings(w http.ResponseWriter, r *http.Request, who access.Visitor, status int, page web.Settings) error {
	frame, set, err := s.frame(r.Context(), who, "Settings", "settings")
	if err != nil {
		return err
	}
	page.Frame, page.Tiers, page.Zones = frame, tiers, zones
	if page.Quorum, err = s.quorum(r.Context(), set); err != nil {
		return err
	}
	page.Kinds, page.Limits = scheduler.Kinds, []string{"notice", "longest"}
	if page.Form == nil {
		page.Form, page.On = settingsForm(set)
	}
	for name, value := range page.Form {
		page.Tiered = page.Tiered || strings.HasPrefix(name, "tier_") && value != ""
	}
	return s.show(w, status, page)
}

// limitField begins the names of the fields for what a tier asks.
func limitField(tier int, what string) string { return fmt.Sprintf("tier_%d_%s_", tier, what) }

func settingsForm(set scheduler.Settings) (map[string]string, map[string]bool) {
	p := set.Policy
	form := map[string]string{
		"organisation": set.Organisation, "time_zone": set.TimeZone, "preset": string(p.Preset), "settle": scheduler.Duration(set.Settle),
		"escalate_after": scheduler.Duration(set.EscalateAfter),
	}
	var offsets []string
	for _, d := range set.Reminders {
		offsets = append(offsets, scheduler.Duration(d))
	}
	form["reminders"] = strings.Join(offsets, ", ")
	lengths := func(prefix string, of map[scheduler.Kind]time.Duration) {
		for kind, d := range of {
			if d > 0 {
				form[prefix+string(kind)] = scheduler.Duration(d)
			}
		}
	}
	lengths("notice_", p.Notice)
	lengths("longest_", p.Longest)
	for _, tier := range tiers {
		form[fmt.Sprint("approvals_", tier)] = strconv.Itoa(p.Approvals[tier])
		lengths(limitField(tier, "notice"), p.Tiers[tier].Notice)
		lengths(limitField(tier, "longest"), p.Tiers[tier].Longest)
	}
	return form, map[string]bool{
		"status_open": set.StatusOpen, "self_waiver": p.SelfWaiver, "verifier_is_lead": p.VerifierIsLead,
		"wording_keeps": p.WordingKeeps, "owners_required": p.OwnersRequired, "tell_somebody": p.TellSomebody,
	}
}

// KeepSettings answers POST /settings.
func (s *Site) KeepSettings(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	v, err := values(r)
	if err != nil {
		return err
	}
	_, err = s.Agenda.KeepSettings(r.Context(), func(set *scheduler.Settings) error { return readSettings(v, set) }, who.Person)
	if err != nil {
		no, status, ok := refusal("settings", err)
		if !ok {
			return err
		}
		on := map[string]bool{}
		for name := range v {
			on[name] = true
		}
		return s.settings(w, r, who, status, web.Settings{Refusal: no, Form: typed(v), On: on})
	}
	return to(w, r, "/settings")
}

// readSettings reads the form into set. Another preset than the present one
// brings its own values; those typed beside it are not meant for it.
func readSettings(v url.Values, set *scheduler.Settings) error {
	wrong := scheduler.InvalidError{}
	length := func(field string) time.Duration {
		if strings.TrimSpace(v.Get(field)) == "" {
			return 0
		}
		d, err := scheduler.ParseDuration(v.Get(field))
		if err != nil {
			wrong[field] = "Give a length of time such as 24h or 90s."
		}
		return d
	}
	set.Organisation, set.TimeZone = strings.TrimSpace(v.Get("organisation")), strings.TrimSpace(v.Get("time_zone"))
	set.StatusOpen, set.Settle = v.Get("status_open") != "", length("settle")
	if v.Has("escalate_after") {
		set.EscalateAfter = length("escalate_after")
	}
	set.Reminders = nil
	for _, text := range web.List(v.Get("reminders")) {
		d, err := scheduler.ParseDuration(text)
		if err != nil {
			wrong["reminders"] = "Give lengths of time such as 72h, 24h."
		}
		set.Reminders = append(set.Reminders, d)
	}
	if preset := scheduler.Preset(v.Get("preset")); preset != set.Policy.Preset {
		set.Policy = scheduler.PolicyOf(preset)
		if set.Policy.Preset != preset {
			wrong["preset"] = "Choose one of the three."
		}
		return wrong.Err()
	}
	p := &set.Policy
	lengths := func(prefix string) map[scheduler.Kind]time.Duration {
		of := map[scheduler.Kind]time.Duration{}
		for _, kind := range scheduler.Kinds {
			if d := length(prefix + string(kind)); d > 0 {
				of[kind] = d
			}
		}
		return of
	}
	p.Notice, p.Longest = lengths("notice_"), lengths("longest_")
	p.Tiers, p.Approvals = map[int]scheduler.Limits{}, map[int]int{}
	for _, tier := range tiers {
		if l := (scheduler.Limits{Notice: lengths(limitField(tier, "notice")), Longest: lengths(limitField(tier, "longest"))}); len(l.Notice)+len(l.Longest) > 0 {
			p.Tiers[tier] = l
		}
		n, err := strconv.Atoi(v.Get(fmt.Sprint("approvals_", tier)))
		if err != nil || n < 0 {
			wrong["approvals"] = "Give whole numbers, 0 for none."
		}
		if n > 0 {
			p.Approvals[tier] = n
		}
	}
	p.SelfWaiver, p.VerifierIsLead, p.WordingKeeps = v.Get("self_waiver") != "", v.Get("verifier_is_lead") != "", v.Get("wording_keeps") != ""
	p.OwnersRequired, p.TellSomebody = v.Get("owners_required") != "", v.Get("tell_somebody") != ""
	return wrong.Err()
}

// TestMail answers POST /settings/test-mail with what the mail server said.
func (s *Site) TestMail(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	said, out := s.Notifier.TestMail(r.Context(), who.Email)
	answer := string(out.State)
	if out.Fault != nil {
		answer = "It could not be sent: " + out.Fault.Error()
	}
	return s.settings(w, r, who, http.StatusOK, web.Settings{Reply: strings.TrimSpace(answer + ". " + out.Reply + "\n" + said)})
}
