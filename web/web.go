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
	"sync"
)

//go:embed templates static
var files embed.FS

// Page is a value that knows which template shows it.
type Page interface{ template() string }

// Pages renders pages. A page's template is parsed when it is first shown: all of
// them at start would take longer than everything else that happens then.
type Pages struct {
	layout *template.Template
	assets map[string]assetFile

	mu     sync.Mutex
	byName map[string]*template.Template
}

// likes names the page whose parts another page is made of.
var likes = map[string]string{"series.html": "window.html"}

// Parse parses what all pages share.
func Parse() (*Pages, error) {
	assets, err := readAssets()
	if err != nil {
		return nil, err
	}
	p := &Pages{byName: map[string]*template.Template{}, assets: assets}
	p.layout, err = template.New("layout.html").Funcs(p.funcs()).Funcs(calendarFuncs).ParseFS(files, "templates/layout.html", "templates/parts*.html")
	if err != nil {
		return nil, fmt.Errorf("web: parse layout: %w", err)
	}
	return p, nil
}

// named is the template of a page within the layout.
func (p *Pages) named(name string) (*template.Template, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if t := p.byName[name]; t != nil {
		return t, nil
	}
	t, err := p.layout.Clone()
	if err != nil {
		return nil, fmt.Errorf("web: clone layout: %w", err)
	}
	shown := []string{"templates/" + name}
	if like := likes[name]; like != "" {
		shown = []string{"templates/" + like, "templates/" + name}
	}
	if t, err = t.ParseFS(files, shown...); err != nil {
		return nil, fmt.Errorf("web: parse %s: %w", name, err)
	}
	p.byName[name] = t
	return t, nil
}

// Render renders a page whole, or not at all.
func (p *Pages) Render(page Page) ([]byte, error) {
	t, err := p.named(page.template())
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "layout.html", page); err != nil {
		return nil, fmt.Errorf("web: render %s: %w", page.template(), err)
	}
	return b.Bytes(), nil
}
