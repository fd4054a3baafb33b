package web

import (
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
)

type (
	// Services lists what people depend on.
	Services struct {
		Frame
		Form  map[string]string
		Items []ServiceRow
		All   int    // how many there are, whatever was asked for
		Gaps  int    // of all, how many nobody is named for
		Table string // the address of the list as a table
	}
	// Service is one of them, and its form.
	Service struct {
		Frame
		Refusal
		Form         map[string]string
		Public       bool
		Slug         string // empty: a new one
		Kept         scheduler.Service
		Checks       []CheckRow
		Upcoming     []agenda.View
		Dependencies Dependencies
		Week         []HoursDay
	}
	// ServiceImport changes services by a table: first it says what would change.
	ServiceImport struct {
		Frame
		Refusal
		Text    string // the table
		Looked  bool   // it was read, and Rows say what it would change
		Rows    []ImportRow
		Columns []string
	}
)

func (ServiceImport) template() string { return "serviceimport.html" }

// ServiceRow is one line of the list of services.
type ServiceRow struct {
	scheduler.Service
	Next time.Time // when it is next worked on; zero: nothing is planned
}

// Gaps are what nobody is named for.
func (r ServiceRow) Gaps() []string { return Gaps(r.Service) }

// Gaps are what nobody is named for.
func (p Service) Gaps() []string { return Gaps(p.Kept) }

// Hours say when maintenance is allowed.
func (p Service) Hours() []string { return HoursWords(p.Kept.Hours) }

// ImportRow is one row of a table of services that was read.
type ImportRow struct {
	Number     int
	Slug, Name string
	New        bool
	Changes    []ImportChange
	Wrong      scheduler.InvalidError
}

// ImportChange is what a row changes in one column.
type ImportChange struct{ Column, Was, Now string }

// Counts is how many rows add a service, change one, change nothing, or are wrong.
func (p ServiceImport) Counts() (c struct{ New, Changed, Same, Wrong int }) {
	for _, r := range p.Rows {
		switch {
		case len(r.Wrong) > 0:
			c.Wrong++
		case r.New:
			c.New++
		case len(r.Changes) > 0:
			c.Changed++
		default:
			c.Same++
		}
	}
	return c
}
