package site

import (
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"lull/scheduler"
	"lull/server/access"
	"lull/server/reply"
	"lull/server/sheet"
	"lull/web"
)

// ServicesTable answers GET /services.csv: the list as a table.
func (s *Site) ServicesTable(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	all, err := s.Agenda.Services(r.Context())
	if err != nil {
		return err
	}
	return sheet.Write(w, "services", sheet.ServiceRows(wanted(all, r.URL.Query())))
}

// ImportPage answers GET /services/import.
func (s *Site) ImportPage(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	return s.importing(w, r, who, http.StatusOK, web.ServiceImport{})
}

// Import answers POST /services/import: it says what the table would change, or
// changes it.
func (s *Site) Import(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	v, err := uploadedTable(r)
	if err != nil {
		return err
	}
	page := web.ServiceImport{Text: v.Get("table")}
	if v.Get("do") == "apply" {
		_, err = s.Agenda.ImportServices(r.Context(), func(have []scheduler.Service) ([]scheduler.Service, error) {
			rows, err := sheet.Services(page.Text, have)
			if err != nil {
				return nil, err
			}
			return sheet.Changed(rows)
		}, who.Person)
		if err == nil {
			return to(w, r, "/services")
		}
	}
	status := http.StatusOK
	if err != nil {
		no, refused, ok := refusal("import", err)
		if !ok {
			return err
		}
		page.Refusal, status = no, refused
	}
	have, err := s.Agenda.Services(r.Context())
	if err != nil {
		return err
	}
	rows, err := sheet.Services(page.Text, have)
	if err != nil {
		page.Refusal, status, _ = refusal("import", err)
		return s.importing(w, r, who, status, page)
	}
	page.Looked = true
	for _, row := range rows {
		one := web.ImportRow{Number: row.Number, Slug: row.Service.Slug, Name: row.Service.Name, New: row.New, Wrong: row.Wrong}
		for _, c := range row.Changes {
			one.Changes = append(one.Changes, web.ImportChange(c))
		}
		if len(row.Wrong) > 0 {
			status = http.StatusUnprocessableEntity
		}
		page.Rows = append(page.Rows, one)
	}
	return s.importing(w, r, who, status, page)
}

func (s *Site) importing(w http.ResponseWriter, r *http.Request, who access.Visitor, status int, page web.ServiceImport) error {
	frame, _, err := s.frame(r.Context(), who, "Import services", "services")
	if err != nil {
		return err
	}
	page.Frame, page.Columns = frame, sheet.ServiceRows(nil)[0]
	return s.show(w, status, page)
}

// uploadedTable reads a form with a table in it, as a file or as text; the file wins.
func uploadedTable(r *http.Request) (url.Values, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return values(r)
	}
	const inMemory = 1 << 20
	if err := r.ParseMultipartForm(inMemory); err != nil {
		return nil, &reply.BadRequest{Detail: "The form cannot be read, or the file is larger than 1 MiB."}
	}
	defer r.MultipartForm.RemoveAll() //nolint:errcheck // a file that stays goes with the machine's own
	v := url.Values(r.MultipartForm.Value)
	file, _, err := r.FormFile("file")
	if err != nil {
		return v, nil //nolint:nilerr // without a file the text counts
	}
	defer file.Close()
	text, err := io.ReadAll(file)
	if err != nil {
		return nil, &reply.BadRequest{Detail: "The file cannot be read."}
	}
	if table := strings.ToValidUTF8(string(text), "\uFFFD"); strings.TrimSpace(table) != "" {
		v.Set("table", table)
	}
	return v, nil
}
