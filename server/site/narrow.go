package site

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"lull/scheduler"
	"lull/web"
)

// narrow checks what an address narrows a list to, by name, and says in words
// what there is not: a service may have gone since somebody kept the address.
func narrow(q url.Values, services []scheduler.Service, names ...string) web.Refusal {
	wrong := scheduler.InvalidError{}
	for _, name := range names {
		v := q.Get(name)
		if v == "" {
			continue
		}
		switch name {
		case "state":
			unknown(wrong, name, v, scheduler.States)
		case "kind":
			unknown(wrong, name, v, scheduler.Kinds)
		case "service":
			if !slices.ContainsFunc(services, func(s scheduler.Service) bool { return s.Slug == v }) {
				wrong[name] = fmt.Sprintf("There is no service %q.", v)
			}
		case "tier":
			if n, err := strconv.Atoi(v); err != nil || n < 1 || n > 4 {
				wrong[name] = "Tiers are 1, 2, 3 and 4."
			}
		case "from", "to", "date":
			if _, err := time.Parse(time.DateOnly, v); err != nil {
				wrong[name] = "Give a day such as 2026-12-12."
			}
		}
	}
	return web.Refusal{Wrong: wrong}
}

func unknown[T ~string](wrong scheduler.InvalidError, name, v string, all []T) {
	if !slices.Contains(all, T(v)) {
		wrong[name] = fmt.Sprintf("There is no %s %q.", name, v)
	}
}
