package api

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/ical"
	"lull/server/access"
	"lull/server/reply"
)

// noticeFacts is what a supplier says of a maintenance: status and impacts in
// the words of MAINTNOTE.
type noticeFacts struct {
	Provider      string                 `json:"provider"`
	Account       string                 `json:"account"`
	MaintenanceID string                 `json:"maintenance_id"`
	UID           string                 `json:"uid"`
	Sequence      int                    `json:"sequence"`
	Stamp         moment                 `json:"stamp"`
	Status        scheduler.NoticeStatus `json:"status"`
	Impact        string                 `json:"impact"`
	Start         moment                 `json:"start"`
	End           moment                 `json:"end"`
	Summary       string                 `json:"summary"`
	Description   string                 `json:"description"`
	Organizer     string                 `json:"organizer"`
	Objects       []noticeObject         `json:"objects"`
	Problems      []string               `json:"problems"`
}

type noticeObject struct {
	ID     string `json:"id"`
	Impact string `json:"impact"`
}

// importedNotice is one event of a file; its id is null where nothing could be kept.
type importedNotice struct {
	ID *string `json:"id"`
	noticeFacts
	Services []string `json:"services"`
	Applied  bool     `json:"applied"`
	Changed  bool     `json:"changed"`
}

// importedNotices is a file, and what of it belongs to no event.
type importedNotices struct {
	Items    []importedNotice `json:"items"`
	Problems []string         `json:"problems"`
}

// notice is a supplier's maintenance as it is known.
type notice struct {
	ID string `json:"id"`
	noticeFacts
	Services  []string `json:"services"`
	Affected  []impact `json:"affected"`
	ByHand    bool     `json:"by_hand"`
	Unmatched bool     `json:"unmatched"`
	Window    *string  `json:"window"`
	Version   int      `json:"version"`
	Received  moment   `json:"received_at"`
	Updated   moment   `json:"updated_at"`
	URL       string   `json:"url"`
}

// impact is a service and what it suffers, in the words of MAINTNOTE.
type impact struct {
	Slug   string `json:"slug"`
	Impact string `json:"impact"`
}

// wholeNotice is a notice with its history.
type wholeNotice struct {
	notice
	History []noticeUpdate `json:"history"`
}

// noticeUpdate is one event of a file that was imported.
type noticeUpdate struct {
	noticeFacts
	Applied bool   `json:"applied"`
	By      string `json:"by"`
	At      moment `json:"at"`
}

type noticeInput struct {
	ICS    *string `json:"ics"`
	EML    *string `json:"eml"` // in base64
	DryRun *bool   `json:"dry_run"`
}

type mappingInput struct {
	Services *[]string              `json:"services"`
	Remember *bool                  `json:"remember"`
	For      *scheduler.RememberFor `json:"remember_for"`
	Version  *int                   `json:"version"`
}

// noticeRule is a mapping that was remembered; null is any.
type noticeRule struct {
	ID       string  `json:"id"`
	Provider *string `json:"provider"`
	Account  *string `json:"account"`
	Object   *string `json:"object"`
	Service  string  `json:"service"`
}

// maintnote is an impact in the words of MAINTNOTE.
func maintnote(i scheduler.Impact) string { return strings.ToUpper(string(i)) }

func factsOf(u scheduler.NoticeUpdate) noticeFacts {
	return noticeFacts{
		u.Provider, u.Account, u.MaintenanceID, u.UID, u.Sequence, moment{u.Stamp}, u.Status, maintnote(u.Impact),
		moment{u.Start}, moment{u.End}, u.Summary, u.Description, u.Organizer,
		each(u.Objects, func(o scheduler.NoticeObject) noticeObject { return noticeObject{o.ID, maintnote(o.Impact)} }), all(u.Problems),
	}
}

func (a *API) showNotice(n scheduler.SupplierNotice) notice {
	return notice{
		n.ID, factsOf(n.NoticeUpdate), n.Slugs(),
		each(n.Services, func(s scheduler.Affected) impact { return impact{s.Service, maintnote(s.Impact)} }),
		n.ByHand, n.Unmatched(), orNull(n.Window), n.Version, moment{n.Received}, moment{n.Updated}, a.noticeURL(n.ID),
	}
}

func (a *API) noticeURL(id string) string { return a.BaseURL + "/notices/" + id }

var noticeQuery = []string{"from", "to", "service", "status", "q", "unmatched", "limit", "cursor"}

func (a *API) noticeOperations() []Operation {
	return []Operation{
		{"GET", "/notices", scheduler.Viewer, "listNotices", "Supplier notices by their start; unmatched=true for those that nobody mapped.", a.listNotices, 200, noticeQuery, nil, false, of[page[notice]]()},
		{"POST", "/notices", scheduler.Operator, "importNotices", "Import a calendar file, or a mail that carries one.", a.importNotices, 200, nil, of[noticeInput](), false, of[importedNotices]()},
		{"GET", "/notices/{id}", scheduler.Viewer, "getNotice", "A supplier notice with its history.", a.getNotice, 200, nil, nil, false, of[wholeNotice]()},
		{"PATCH", "/notices/{id}", scheduler.Operator, "mapNotice", "Say which services a supplier notice touches.", a.mapNotice, 200, nil, of[mappingInput](), false, of[notice]()},
		{"DELETE", "/notices/{id}", scheduler.Admin, "deleteNotice", "Forget a supplier notice.", a.deleteNotice, 204, nil, nil, false, nil},
		{"POST", "/notices/{id}/window", scheduler.Operator, "windowOfNotice", "Make a draft of ours for the time of a supplier notice.", a.windowOfNotice, 201, nil, nil, false, of[window]()},
		{"GET", "/notice-rules", scheduler.Viewer, "listNoticeRules", "The mappings that were remembered.", a.listNoticeRules, 200, listQuery, nil, false, of[page[noticeRule]]()},
		{"DELETE", "/notice-rules/{id}", scheduler.Operator, "deleteNoticeRule", "Forget a remembered mapping.", a.deleteNoticeRule, 204, nil, nil, false, nil},
	}
}

func (a *API) listNotices(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	q := queryOf(r)
	f := agenda.NoticeFilter{
		From: q.moment("from"), To: q.moment("to"), Services: q.words("service"), Q: q.Get("q"), Limit: q.limit(), Cursor: q.Get("cursor"),
		Statuses: oneOf(q, "status", q.words("status"), scheduler.NoticeStatuses),
	}
	switch q.Get("unmatched") {
	case "", "false":
	case "true":
		f.Unmatched = true
	default:
		q.wrong["unmatched"] = "Give true or false."
	}
	if err := q.wrong.Err(); err != nil {
		return err
	}
	found, next, err := a.Agenda.Notices(r.Context(), f)
	if err != nil {
		return err
	}
	return reply.JSON(w, http.StatusOK, list(each(found, a.showNotice), next))
}

func (a *API) importNotices(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	var in noticeInput
	if err := read(r, &in); err != nil {
		return err
	}
	reading, err := in.reading()
	if err != nil {
		return err
	}
	take := a.Agenda.ImportNotices
	if given(in.DryRun) {
		take = a.Agenda.TryNotices
	}
	found, err := take(r.Context(), reading.Updates, who.Person)
	if err != nil {
		return err
	}
	return reply.JSON(w, http.StatusOK, importedNotices{each(found, func(n agenda.Imported) importedNotice {
		return importedNotice{orNull(n.ID), factsOf(n.NoticeUpdate), all(n.Services), n.Applied, n.Changed}
	}), all(reading.Problems)})
}

// reading is what the file says that was sent.
func (in noticeInput) reading() (reading ical.Reading, err error) {
	field := "ics"
	switch {
	case (in.ICS == nil) == (in.EML == nil):
		return reading, scheduler.InvalidError{"ics": "Give either ics, a calendar as text, or eml, a mail in base64."}
	case in.ICS != nil:
		reading, err = ical.Read([]byte(*in.ICS))
	default:
		field = "eml"
		mail, bad := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(*in.EML), ""))
		if bad != nil {
			return reading, scheduler.InvalidError{"eml": "This is not base64."}
		}
		reading, err = ical.ReadMail(mail)
	}
	return reading, unread(err, field)
}

// unread is the refusal of a file as the field that brought it is told of it.
func unread(err error, field string) error {
	var no *ical.RefusedError
	switch {
	case !errors.As(err, &no):
		return err
	case no.TooLong:
		return &http.MaxBytesError{Limit: ical.MostBytes}
	}
	return scheduler.InvalidError{field: no.Words}
}

func (a *API) getNotice(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	n, history, err := a.Agenda.Notice(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	versioned(w, n.Version)
	return reply.JSON(w, http.StatusOK, wholeNotice{a.showNotice(n), each(history, func(u agenda.KnownUpdate) noticeUpdate {
		return noticeUpdate{factsOf(u.NoticeUpdate), u.Applied, u.By, moment{u.At}}
	})})
}

func versioned(w http.ResponseWriter, version int) {
	w.Header().Set("ETag", strconv.Quote(strconv.Itoa(version)))
}

func (a *API) mapNotice(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	var in mappingInput
	if err := read(r, &in); err != nil {
		return err
	}
	meant, err := version(r, in.Version)
	if err != nil {
		return err
	}
	if in.Services == nil {
		return scheduler.InvalidError{"services": "Name the services that it touches, or none with []."}
	}
	m := agenda.Mapping{Services: *in.Services, Version: meant}
	if given(in.Remember) {
		m.Remember = scheduler.RememberObjects
		set(&m.Remember, in.For)
	}
	n, err := a.Agenda.MapNotice(r.Context(), r.PathValue("id"), m, who.Person)
	if err != nil {
		return err
	}
	versioned(w, n.Version)
	return reply.JSON(w, http.StatusOK, a.showNotice(n))
}

func (a *API) deleteNotice(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	if err := a.Agenda.DeleteNotice(r.Context(), r.PathValue("id"), who.Person); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (a *API) windowOfNotice(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	id := r.PathValue("id")
	v, err := a.Agenda.WindowOfNotice(r.Context(), id, a.noticeURL(id), who.Person)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/v1/windows/"+v.ID)
	return a.answer(w, http.StatusCreated, v)
}

func (a *API) listNoticeRules(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	q := queryOf(r)
	limit, cursor := q.limit(), q.Get("cursor")
	if err := q.wrong.Err(); err != nil {
		return err
	}
	rules, err := a.Agenda.NoticeRules(r.Context())
	if err != nil {
		return err
	}
	items, next := cut(each(rules, func(n scheduler.NoticeRule) noticeRule {
		return noticeRule{n.ID, orNull(n.Provider), orNull(n.Account), orNull(n.Object), n.Service}
	}), limit, cursor, func(n noticeRule) string { return n.ID })
	return reply.JSON(w, http.StatusOK, list(items, next))
}

func (a *API) deleteNoticeRule(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	if err := a.Agenda.DeleteNoticeRule(r.Context(), r.PathValue("id"), who.Person); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
