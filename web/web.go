// Package web is what the site looks like: templates and assets, embedded, and
// a typed value for every page.
//
// We take html/template, because it escapes by context and needs no generated
// code; not templ, since rendering is nowhere near the time that a request
// takes. Every page works without a script, because the one who is paged at
// three may hold a phone that blocks them.
package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"path"
)

//go:embed templates static
var files embed.FS

// Page is a value that knows which template shows it.
type Page interface{ template() string }

// Pages renders pages.
type Pages struct {
	byName map[string]*template.Template
	assets map[string]assetFile
}

// Parse parses every template, so that a bad one stops the program at start.
func Parse() (*Pages, error) {
	assets, err := readAssets()
	if err != nil {
		return nil, err
	}
	p := &Pages{byName: map[string]*template.Template{}, assets: assets}
	// The booking form lends its fields to the forms of templates.
	layout, err := template.New("layout.html").Funcs(p.funcs()).ParseFS(files, "templates/layout.html", "templates/parts.html", "templates/plan.html", "templates/stages.html", "templates/parts-alarm.html")
	if err != nil {
		return nil, fmt.Errorf("web: parse layout: %w", err)
	}
	names, err := fs.Glob(files, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("web: list templates: %w", err)
	}
	for _, name := range names {
		base := path.Base(name)
		if base == "layout.html" || base == "parts.html" || base == "stages.html" || base == "parts-alarm.html" {
			continue
		}
		t, err := template.Must(layout.Clone()).ParseFS(files, name)
		if err != nil {
			return nil, fmt.Errorf("web: parse %s: %w", base, err)
		}
		p.byName[base] = t
	}
	return p, nil
}

// Render renders a page whole, or not at all.
func (p *Pages) Render(page Page) ([]byte, error) {
	t := p.byName[page.template()]
	if t == nil {
		return nil, fmt.Errorf("web: there is no template %s", page.template())
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "layout.html", page); err != nil {
		return nil, fmt.Errorf("web: render %s: %w", page.template(), err)
	}
	return b.Bytes(), nil
}
