package api

import (
	"net/http"
	"strconv"

	"lull/scheduler"
	"lull/server/access"
	"lull/server/reply"
)

// slot is time that a window could take.
type slot struct {
	Start    moment     `json:"start"`
	End      moment     `json:"end"`
	Warnings []conflict `json:"warnings"`
}

// slots is the next of them, or why there are none.
type slots struct {
	Items   []slot             `json:"items"`
	Reasons []scheduler.Reason `json:"reasons"`
}

var slotQuery = []string{"service", "duration", "from", "to", "count", "kind", "lead", "window"}

func (a *API) slotOperations() []Operation {
	return []Operation{{"GET", "/slots", scheduler.Viewer, "listSlots", "The next free times, or the reasons for none.", a.listSlots, 200, slotQuery, nil, false, of[slots]()}}
}

func (a *API) listSlots(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	q := queryOf(r)
	search := scheduler.Search{
		Services: q.words("service"), Within: scheduler.Interval{Start: q.moment("from"), End: q.moment("to")},
		Kind: scheduler.Kind(q.Get("kind")), Leads: q.words("lead"), Window: q.Get("window"),
	}
	var err error
	if search.Duration, err = scheduler.ParseDuration(q.Get("duration")); err != nil {
		q.wrong["duration"] = errLength.Error()
	}
	if text := q.Get("count"); text != "" {
		if search.Count, err = strconv.Atoi(text); err != nil || search.Count < 1 {
			q.wrong["count"] = "Give a whole number from 1 to " + strconv.Itoa(scheduler.MostSlots) + "."
		}
	}
	if err := q.wrong.Err(); err != nil {
		return err
	}
	found, reasons, err := a.Agenda.Slots(r.Context(), search)
	if err != nil {
		return err
	}
	return reply.JSON(w, http.StatusOK, slots{
		each(found, func(s scheduler.Slot) slot {
			return slot{moment{s.Start}, moment{s.Interval.End}, each(s.Warnings, showConflict)}
		}), all(reasons),
	})
}
