package web

import (
	"net/url"

	"lull/scheduler"
)

// TemplateForm is the form of a template as it was typed: the booking form
// with a name and without times, its length being the template's.
type TemplateForm struct {
	BookForm
	Name string
}

// ReadTemplate reads the form out of what the browser sent.
func ReadTemplate(v url.Values) TemplateForm {
	f := TemplateForm{ReadBook(v), v.Get("name")}
	f.Date, f.Time, f.Template = "", "", ""
	return f
}

// TemplateFormOf is the form that would make the template as it is.
func TemplateFormOf(t scheduler.Template) TemplateForm {
	f := TemplateForm{BookFormOf(scheduler.Window{Plan: t.Plan, Version: t.Version}), t.Name}
	if t.Duration > 0 {
		f.Length = scheduler.Duration(t.Duration)
	}
	return f
}

// Read is the template that the form asks for, and in words what in it cannot
// be read.
func (f TemplateForm) Read() (scheduler.Template, scheduler.InvalidError) {
	plan, wrong := f.BookForm.Read()
	return scheduler.Template{Name: f.Name, Plan: plan, Duration: length(f.Length, "duration", wrong)}, wrong
}
