package site

import (
	"net/http"

	"lull/server/access"
	"lull/web"
)

// foundAtOnce is how many windows and entries the page of a search shows; its
// links lead to the lists of them all.
const foundAtOnce = 20

// Search answers GET /search.
func (s *Site) Search(w http.ResponseWriter, r *http.Request, who access.Visitor) error {
	ctx, q := r.Context(), r.URL.Query().Get("q")
	frame, _, err := s.frame(ctx, who, "Search", "search")
	if err != nil {
		return err
	}
	frame.Typed = q
	page := web.Search{Frame: frame}
	found, err := s.Agenda.Search(ctx, q, foundAtOnce)
	if status := 0; err != nil {
		if page.Refusal, status = unfit(err); status == 0 {
			return err
		}
		return s.show(w, status, page)
	}
	page.Found = found
	return s.show(w, http.StatusOK, page)
}

// unfit is what is wrong with a filter that somebody typed, and the status of
// the answer; 0 for an error that no form can show.
func unfit(err error) (web.Refusal, int) {
	no, status, ok := refusal("", err)
	if !ok || no.Wrong["q"] == "" {
		return no, 0
	}
	return no, status
}
