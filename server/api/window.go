package api

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/server/reply"
)

// window is a window as the API shows it.
type window struct {
	ID                   string               `json:"id"`
	Number               int                  `json:"number"`
	Name                 string               `json:"name"`
	Title                string               `json:"title"`
	Summary              string               `json:"summary"`
	Plan                 string               `json:"plan"`
	RollbackPlan         string               `json:"rollback_plan"`
	RollbackDuration     length               `json:"rollback_duration"`
	VerificationDuration length               `json:"verification_duration"`
	Kind                 scheduler.Kind       `json:"kind"`
	Risk                 scheduler.Risk       `json:"risk"`
	Public               bool                 `json:"public"`
	Services             []scheduler.Affected `json:"services"`
	Start                moment               `json:"start"`
	End                  moment               `json:"end"`
	TimeZone             string               `json:"time_zone"`
	Lead                 string               `json:"lead"`
	RunbookURL           string               `json:"runbook_url"`
	TicketURL            string               `json:"ticket_url"`
	ConferenceURL        string               `json:"conference_url"`
	Links                []scheduler.Link     `json:"links"`
	Reminders            []length             `json:"reminders"`
	Recipients           []string             `json:"recipients"`
	Checks               []check              `json:"checks"`
	Stages               []stage              `json:"stages"`
	Stage                int                  `json:"stage"` // the present one, counted from 1; 0: none has begun
	State                scheduler.State      `json:"state"`
	Late                 bool                 `json:"late"`
	Overrun              bool                 `json:"overrun"`
	DecideBy             moment               `json:"decide_by"`
	Requester            string               `json:"requester"`
	ConflictReason       *string              `json:"conflict_reason"`
	Approvals            []approval           `json:"approvals"`
	Rejected             *rejection           `json:"rejected"`
	Conflicts            []conflict           `json:"conflicts"`
	Gate                 gate                 `json:"gate"`
	Told                 told                 `json:"told"`
	ActualStart          moment               `json:"actual_start"`
	StatedStart          moment               `json:"stated_start"`
	ActualEnd            moment               `json:"actual_end"`
	StatedEnd            moment               `json:"stated_end"`
	Outcome              *string              `json:"outcome"`
	ClosingNotes         *string              `json:"closing_notes"`
	FollowUp             *string              `json:"follow_up"`
	Acknowledged         moment               `json:"acknowledged_at"`
	Calls                []call               `json:"calls"`     // for help with what is amiss now
	NextCall             *call                `json:"next_call"` // by the clock, if nobody takes it up
	Series               *seriesOf            `json:"series"`
	Template             *templateRef         `json:"template"`
	PreApproval          *preApproval         `json:"pre_approval"`
	Sequence             int                  `json:"sequence"`
	Version              int                  `json:"version"`
	Created              moment               `json:"created_at"`
	Updated              moment               `json:"updated_at"`
	URL                  string               `json:"url"`
}

type check struct {
	ID       string           `json:"id"`
	Phase    scheduler.Phase  `json:"phase"`
	Stage    string           `json:"stage"`
	Text     string           `json:"text"`
	How      string           `json:"how"`
	Required bool             `json:"required"`
	Probe    json.RawMessage  `json:"probe"`
	State    scheduler.Answer `json:"state"`
	Result   *result          `json:"result"`
	Results  []result         `json:"results"`
}

type result struct {
	ID          string           `json:"id"`
	Result      scheduler.Answer `json:"result"`
	Note        string           `json:"note"`
	EvidenceURL string           `json:"evidence_url"`
	By          string           `json:"by"`
	At          moment           `json:"at"`
}

type approval struct {
	By        string     `json:"by"`
	At        moment     `json:"at"`
	Note      string     `json:"note"`
	Overrides []conflict `json:"overrides"`
	Reason    string     `json:"reason"`
}

// call is one step of an escalation: who is called for help.
type call struct {
	At moment   `json:"at"`
	To []string `json:"to"`
	By string   `json:"by"`
}

type rejection struct {
	By     string `json:"by"`
	At     moment `json:"at"`
	Reason string `json:"reason"`
}

type conflict struct {
	Kind       scheduler.ConflictKind `json:"kind"`
	Blocking   bool                   `json:"blocking"`
	Detail     string                 `json:"detail"`
	Window     string                 `json:"window,omitempty"`
	Service    string                 `json:"service,omitempty"`
	Freeze     string                 `json:"freeze,omitempty"`
	Notice     string                 `json:"notice,omitempty"`
	Start      *moment                `json:"start,omitempty"` // of the other thing
	End        *moment                `json:"end,omitempty"`
	Override   scheduler.Role         `json:"override_role,omitempty"` // where it is more than an approver's
	Overridden *rejection             `json:"overridden"`
}

// gate is the gate before the next verb, and what holds it shut.
type gate struct {
	Next     *string            `json:"next"`
	Reasons  []scheduler.Reason `json:"reasons"`
	Approval []scheduler.Reason `json:"approval"` // why a standard window needs one
}

// templateRef is the template that a window was booked from.
type templateRef struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// preApproval is what a window was scheduled under instead of approvals.
type preApproval struct {
	Template templateRef `json:"template"`
	By       string      `json:"by"`
	Until    moment      `json:"until"`
}

// told is what is known of the announcement that the start gate counts.
type told struct {
	Announced  bool   `json:"announced"`
	Recipients int    `json:"recipients"`
	Waiting    int    `json:"waiting"`
	Captured   int    `json:"captured"`
	Failed     int    `json:"failed"`
	Accepted   moment `json:"accepted_at"`
}

// show is the window as the API shows it.
func (a *API) show(v agenda.View) window {
	w := window{
		ID: v.ID, Number: v.Number, Name: v.Name(), Title: v.Title, Summary: v.Summary, Plan: v.Steps,
		RollbackPlan: v.RollbackPlan, RollbackDuration: length(v.RollbackDuration),
		VerificationDuration: length(v.VerificationDuration), Kind: v.Kind, Risk: v.Risk, Public: v.Public,
		Services: all(v.Services), Start: moment{v.Start}, End: moment{v.End}, TimeZone: v.TimeZone,
		Lead: v.Lead, RunbookURL: v.RunbookURL, TicketURL: v.TicketURL, ConferenceURL: v.ConferenceURL,
		Links: all(v.Links), Recipients: all(v.Recipients),
		Reminders: each(v.Reminders, asLength),
		Checks:    each(v.Checks, showCheck), Stages: each(v.Stages, showStage), Stage: v.Stage, State: v.State, Late: v.Late, Overrun: v.Overrun,
		DecideBy: moment{v.DecideBy}, Requester: v.Requester, ConflictReason: orNull(v.ConflictReason),
		Approvals: each(v.Approvals, showApproval), Conflicts: each(v.Conflicts, showConflict),
		Gate: gate{orNull(v.Next), all(v.Reasons), all(v.Approval)},
		Told: told{
			v.Told.Announced, v.Told.Recipients, v.Told.Waiting, v.Told.Captured, v.Told.Failed, moment{v.Told.Accepted},
		},
		ActualStart: moment{v.ActualStart}, StatedStart: moment{v.StatedStart},
		ActualEnd: moment{v.ActualEnd}, StatedEnd: moment{v.StatedEnd},
		Outcome: orNull(v.Outcome), ClosingNotes: orNull(v.ClosingNotes), FollowUp: orNull(v.FollowUp),
		Acknowledged: moment{v.Acknowledged}, Calls: each(v.Called(v.Now), showCall), Series: ofSeries(v.Window),
		Sequence: v.Sequence, Version: v.Version,
		Created: moment{v.Created}, Updated: moment{v.Changed}, URL: a.BaseURL + "/windows/" + v.ID,
	}
	if w.Updated.IsZero() {
		w.Updated = moment{v.Window.Updated}
	}
	if v.Template.ID != "" {
		from := templateRef(v.Template)
		w.Template = &from
	}
	if p := v.PreApproved; p != nil {
		w.PreApproval = &preApproval{templateRef(p.Template), p.By, moment{p.Until}}
	}
	if !v.CallsAt.IsZero() {
		w.NextCall = &call{moment{v.CallsAt}, v.CallsNext, scheduler.Clock.Email}
	}
	if v.Rejected != nil {
		w.Rejected = &rejection{v.Rejected.By, moment{v.Rejected.At}, v.Rejected.Reason}
	}
	return w
}

func asLength(d time.Duration) length { return length(d) }

func showCheck(c scheduler.Check) check {
	shown := check{
		c.ID, c.Phase, c.Stage, c.Text, c.How, c.Required, c.Probe, c.State(), nil, each(c.Results, showResult),
	}
	if len(shown.Probe) == 0 {
		shown.Probe = json.RawMessage("null")
	}
	if last := c.Last(); last != nil {
		r := showResult(*last)
		shown.Result = &r
	}
	return shown
}

func showResult(r scheduler.Result) result {
	return result{r.ID, r.Answer, r.Note, r.EvidenceURL, r.By, moment{r.At}}
}

func showApproval(a scheduler.Approval) approval {
	return approval{a.By, moment{a.At}, a.Note, each(a.Overrides, showConflict), a.Reason}
}

func showCall(c scheduler.Call) call { return call{moment{c.At}, c.To, c.By} }

func showConflict(c scheduler.Conflict) conflict {
	shown := conflict{Kind: c.Kind, Blocking: c.Blocking, Detail: c.Detail, Window: c.Window, Service: c.Service, Freeze: c.Freeze, Notice: c.Notice}
	if !c.Start.IsZero() {
		shown.Start, shown.End = &moment{c.Start}, &moment{c.End}
	}
	if c.OverrideRole != scheduler.Approver {
		shown.Override = c.OverrideRole
	}
	if o := c.Overridden; o != nil {
		shown.Overridden = &rejection{o.By, moment{o.At}, o.Reason}
	}
	return shown
}

// answer answers with the window and with its version as the ETag.
func (a *API) answer(w http.ResponseWriter, status int, v agenda.View) error {
	w.Header().Set("ETag", strconv.Quote(strconv.Itoa(v.Version)))
	return reply.JSON(w, status, a.show(v))
}
