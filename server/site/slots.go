package site

import (
	"net/http"
	"net/url"
	"time"

	"lull/server/access"
	"lull/web"
)

// slotsOffered is how many free times the form offers.
const slotsOffered = 6

// slots shows the form with the next free times beside it, from the day in it
// on, or with why there are none.
func (s *Site) slots(w http.ResponseWriter, r *http.Request, who access.Visitor, page web.Book) error {
	q, wrong := page.Form.Search()
	q.Count, q.Window = slotsOffered, page.Ref
	err := wrong.Err()
	if err == nil {
		found := web.Slots{Zone: page.Form.Zone}
		if found.Items, found.Reasons, err = s.Agenda.Slots(r.Context(), q); err == nil {
			page.Slots = &found
			return s.book(w, r, who, http.StatusOK, page)
		}
	}
	no, status, ok := refusal("slots", err)
	if !ok {
		return err
	}
	page.Refusal = no
	return s.book(w, r, who, status, page)
}

// take puts the slot that was chosen into the form, if one was.
func take(v url.Values, form *web.BookForm) {
	if start, err := time.Parse(time.RFC3339, v.Get("slot")); err == nil {
		form.Take(start)
	}
}
