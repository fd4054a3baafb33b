package site

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"lull/notifier"
	"lull/scheduler"
	"lull/server/access"
	"lull/server/reply"
	"lull/server/sheet"
	"lull/web"
)

// stakeholdersShown is how many stakeholders a page shows.
const stakeholdersShown = 100

// Stakeholders answers GET /stakeholders.
func (s *Site) Stakeholders(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	ctx, q := r.Context(), r.URL.Query()
	frame, _, err := s.frame(ctx, who, "Stakeholders", "stakeholders")
	if err != nil {
		return err
	}
	all, dead, err := s.pickedStakeholders(r)
	if err != nil {
		return err
	}
	services, err := s.Agenda.Services(ctx)
	if err != nil {
		return err
	}
	page := web.Stakeholders{Frame: frame, Form: typed(q), Total: len(all), Services: services, States: scheduler.StakeholderStates}
	if at := q.Get("cursor"); at != "" {
		all = slices.DeleteFunc(all, func(one scheduler.Stakeholder) bool { return one.Key() <= at })
	}
	if len(all) > stakeholdersShown {
		all = all[:stakeholdersShown]
		page.More = more(r, all[len(all)-1].Key())
	}
	for _, one := range all {
		page.Items = append(page.Items, web.Hearer{Stakeholder: one, Suppressed: dead[one.Email].Words()})
	}
	for _, address := range slices.Sorted(maps.Keys(dead)) {
		page.Dead = append(page.Dead, web.Dead{Address: address, Words: dead[address].Words(), Since: dead[address].Since})
	}
	q.Del("cursor")
	page.Query = q.Encode()
	return s.show(w, http.StatusOK, page)
}

// pickedStakeholders is what the filter of the address picks, and to whom no
// mail goes.
func (s *Site) pickedStakeholders(r *http.Request) ([]scheduler.Stakeholder, map[string]notifier.Suppression, error) {
	q := r.URL.Query()
	f := scheduler.StakeholderFilter{Q: q.Get("q"), State: q.Get("state"), Service: q.Get("service")}
	all, err := s.Agenda.Stakeholders(r.Context())
	if err != nil {
		return nil, nil, err
	}
	dead, err := s.Notifier.Suppressions(r.Context())
	all = slices.DeleteFunc(all, func(one scheduler.Stakeholder) bool { return !f.Picks(one, dead[one.Email].Address != "") })
	return all, dead, err
}

// Lift answers POST /stakeholders/lift: mail goes to an address again.
func (s *Site) Lift(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	v, err := values(r)
	if err != nil {
		return err
	}
	if err := s.Notifier.Lift(r.Context(), v.Get("address"), who.Person); err != nil {
		return err
	}
	return to(w, r, "/stakeholders")
}

// StakeholdersTable answers GET /stakeholders.csv: all that the filter picks.
func (s *Site) StakeholdersTable(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	all, _, err := s.pickedStakeholders(r)
	if err != nil {
		return err
	}
	rows := [][]string{scheduler.StakeholderColumns}
	for _, one := range all {
		rows = append(rows, one.Row())
	}
	return sheet.Write(w, "stakeholders", rows)
}

// StakeholderImportPage answers GET /stakeholders/import.
func (s *Site) StakeholderImportPage(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	return s.imported(w, r, who, http.StatusOK, web.StakeholderImport{})
}

func (s *Site) imported(w http.ResponseWriter, r *http.Request, who access.Visitor, status int, page web.StakeholderImport) error {
	frame, _, err := s.frame(r.Context(), who, "Import stakeholders", "stakeholders")
	if err != nil {
		return err
	}
	page.Frame, page.Columns = frame, scheduler.StakeholderColumns
	return s.show(w, status, page)
}

// ImportStakeholders answers POST /stakeholders/import: it tries a table, and imports it
// when it is asked to and no row is wrong.
func (s *Site) ImportStakeholders(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	text, do, err := readTable(r)
	if err != nil {
		return err
	}
	page := web.StakeholderImport{Text: text}
	rows, err := scheduler.ReadSheet([]byte(text))
	if err == nil {
		act := s.Agenda.TryImport
		if do == "apply" {
			act = s.Agenda.ImportStakeholders
		}
		page.Report, err = act(r.Context(), rows, who.Person)
		page.Tried = true
	}
	if err != nil {
		no, status, ok := refusal("import", err)
		if !ok {
			return err
		}
		page.Refusal = no
		return s.imported(w, r, who, status, page)
	}
	page.Applied = do == "apply"
	return s.imported(w, r, who, http.StatusOK, page)
}

// readTable is the table that was sent, as a file or as text.
func readTable(r *http.Request) (text, do string, err error) {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		v, err := values(r)
		return v.Get("csv"), v.Get("do"), err
	}
	const inMemory = 1 << 20 // as much as a request may bring
	if err := r.ParseMultipartForm(inMemory); err != nil {
		var long *http.MaxBytesError
		if errors.As(err, &long) {
			return "", "", long
		}
		return "", "", &reply.BadRequest{Detail: "The form cannot be read."}
	}
	text, do = r.PostFormValue("csv"), r.PostFormValue("do")
	file, head, err := r.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) || err == nil && head.Size == 0 {
		return text, do, nil
	}
	if err != nil {
		return "", "", &reply.BadRequest{Detail: "The file cannot be read."}
	}
	defer file.Close()
	raw, err := io.ReadAll(file)
	return string(raw), do, err
}
