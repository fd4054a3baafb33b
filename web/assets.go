package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"
)

type assetFile struct {
	name string // as it stands in static/
	body []byte
	tag  string
}

// readAssets reads every asset, each under its plain name and under the one
// that carries its hash.
func readAssets() (map[string]assetFile, error) {
	entries, err := fs.ReadDir(files, "static")
	if err != nil {
		return nil, fmt.Errorf("web: read assets: %w", err)
	}
	all := map[string]assetFile{}
	add := func(name string, body []byte) {
		sum := sha256.Sum256(body)
		a := assetFile{name, body, hex.EncodeToString(sum[:6])}
		all[a.name], all[a.hashed()] = a, a
	}
	for _, e := range entries {
		body, err := files.ReadFile("static/" + e.Name())
		if err != nil {
			return nil, fmt.Errorf("web: read asset %s: %w", e.Name(), err)
		}
		add(e.Name(), body)
	}
	add("grid.css", gridCSS())
	return all, nil
}

// hashed is the asset's name with its hash in it: app.3f2a….css.
func (a assetFile) hashed() string {
	ext := path.Ext(a.name)
	return strings.TrimSuffix(a.name, ext) + "." + a.tag + ext
}

// asset is the address of an asset, which changes when the asset does.
func (p *Pages) asset(name string) (string, error) {
	a, ok := p.assets[name]
	if !ok {
		return "", fmt.Errorf("there is no asset %s", name)
	}
	return "/static/" + a.hashed(), nil
}

// Asset answers GET /static/{file}. A name that carries the hash never changes
// what it stands for, so it may be kept for ever.
func (p *Pages) Asset(w http.ResponseWriter, r *http.Request) {
	file := r.PathValue("file")
	a, ok := p.assets[file]
	if !ok {
		http.NotFound(w, r)
		return
	}
	keep := "public, max-age=3600"
	if file != a.name {
		keep = "public, max-age=31536000, immutable"
	}
	kind := mime.TypeByExtension(path.Ext(a.name))
	if strings.HasSuffix(a.name, ".woff2") {
		kind = "font/woff2"
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", keep)
	h.Set("ETag", `"`+a.tag+`"`)
	http.ServeContent(w, r, a.name, time.Time{}, bytes.NewReader(a.body))
}
