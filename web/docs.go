package web

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Manual is a description of the API (OpenAPI 3.1), in the order people read.
type Manual struct {
	Intro, Base string
	Refusals    []Refusing
	Groups      []CallGroup
	Shapes      []Shape
}

// CallGroup is the calls about one thing.
type CallGroup struct {
	Name  string // the first part of their paths
	Calls []Call
}

// Call is one call of the API.
type Call struct {
	Name, Method, Path, Role, Summary string // Role: empty for everybody
	Parameters                        []Parameter
	Body                              *Kind // nil: none
	BodyOptional                      bool
	Answers                           []Answered
	Refuses                           []string // statuses, as Manual explains them
}

// Parameter is what a call takes beside its body.
type Parameter struct {
	Name, In string
	Kind     Kind
}

// Answered is one way in which a call answers.
type Answered struct {
	Status string
	Kind   *Kind // nil: nothing
	CSV    bool  // also as text/csv
}

// Refusing is what a status means, whichever call it refuses.
type Refusing struct{ Status, Words string }

// Shape is a JSON object that has a name.
type Shape struct {
	Name   string
	Fields []ShapeField
}

// ShapeField is one field of it.
type ShapeField struct {
	Name string
	Kind Kind
}

// Kind is what a value can be: words, with the name of a shape among them
// where there is one, or the fields of an object without a name.
type Kind struct {
	Before, Shape, After string
	Fields               []ShapeField
}

// The parts of an OpenAPI description that are shown.
type (
	openAPI struct {
		Info struct {
			Description string `json:"description"`
		} `json:"info"`
		Servers []struct {
			URL string `json:"url"`
		} `json:"servers"`
		Paths      map[string]map[string]operation `json:"paths"`
		Components struct {
			Schemas map[string]schema `json:"schemas"`
		} `json:"components"`
	}
	operation struct {
		ID         string `json:"operationId"`
		Summary    string `json:"summary"`
		Role       string `json:"x-role"`
		Parameters []struct {
			Name   string `json:"name"`
			In     string `json:"in"`
			Schema schema `json:"schema"`
		} `json:"parameters"`
		Body *struct {
			Required bool `json:"required"`
			media
		} `json:"requestBody"`
		Responses map[string]struct {
			Description string `json:"description"`
			media
		} `json:"responses"`
	}
	media struct {
		Content map[string]struct {
			Schema schema `json:"schema"`
		} `json:"content"`
	}
	schema struct {
		Type       any               `json:"type"` // a word, or several
		Format     string            `json:"format"`
		Enum       []string          `json:"enum"`
		Examples   []string          `json:"examples"`
		Items      *schema           `json:"items"`
		Properties map[string]schema `json:"properties"`
		Additional any               `json:"additionalProperties"`
		AnyOf      []schema          `json:"anyOf"`
		Ref        string            `json:"$ref"`
	}
)

// ManualOf reads an OpenAPI description, as the API makes it.
func ManualOf(description map[string]any) (m Manual, err error) {
	text, err := json.Marshal(description)
	if err != nil {
		return m, fmt.Errorf("web: description of the API: %w", err)
	}
	var d openAPI
	if err := json.Unmarshal(text, &d); err != nil {
		return m, fmt.Errorf("web: description of the API: %w", err)
	}
	m.Intro = d.Info.Description
	if len(d.Servers) > 0 {
		m.Base = d.Servers[0].URL
	}
	groups, refusals := map[string][]Call{}, map[string]string{}
	for path, methods := range d.Paths {
		name, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
		for method, o := range methods {
			groups[name] = append(groups[name], o.call(strings.ToUpper(method), path))
			for status, r := range o.Responses {
				if status != "default" && !success(status) {
					refusals[status] = r.Description
				}
			}
		}
	}
	for _, status := range slices.Sorted(maps.Keys(refusals)) {
		m.Refusals = append(m.Refusals, Refusing{status, refusals[status]})
	}
	order := []string{"GET", "POST", "PUT", "PATCH", "DELETE"}
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		slices.SortFunc(groups[name], func(a, b Call) int {
			return cmp.Or(strings.Compare(a.Path, b.Path), slices.Index(order, a.Method)-slices.Index(order, b.Method))
		})
		m.Groups = append(m.Groups, CallGroup{name, groups[name]})
	}
	for _, name := range slices.Sorted(maps.Keys(d.Components.Schemas)) {
		m.Shapes = append(m.Shapes, Shape{name, d.Components.Schemas[name].fields()})
	}
	return m, nil
}

func success(status string) bool { return strings.HasPrefix(status, "2") }

func (o operation) call(method, path string) Call {
	c := Call{Name: o.ID, Method: method, Path: path, Role: o.Role, Summary: o.Summary}
	for _, p := range o.Parameters {
		c.Parameters = append(c.Parameters, Parameter{p.Name, p.In, p.Schema.kind()})
	}
	if o.Body != nil {
		c.Body, c.BodyOptional = o.Body.kind(), !o.Body.Required
	}
	for _, status := range slices.Sorted(maps.Keys(o.Responses)) {
		r := o.Responses[status]
		if !success(status) {
			if status != "default" {
				c.Refuses = append(c.Refuses, status)
			}
			continue
		}
		_, csv := r.Content["text/csv"]
		c.Answers = append(c.Answers, Answered{status, r.kind(), csv})
	}
	return c
}

func (m media) kind() *Kind {
	one, ok := m.Content["application/json"]
	if !ok {
		return nil
	}
	k := one.Schema.kind()
	return &k
}

func (s schema) fields() (all []ShapeField) {
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		all = append(all, ShapeField{name, s.Properties[name].kind()})
	}
	return all
}

func (s schema) kind() Kind {
	if s.Ref != "" {
		return Kind{Shape: s.Ref[strings.LastIndex(s.Ref, "/")+1:]}
	}
	if len(s.AnyOf) > 0 {
		k := s.AnyOf[0].kind()
		k.After += " or null"
		return k
	}
	words := typeWords(s.Type)
	switch {
	case len(s.Enum) > 0:
		words = "one of " + strings.Join(s.Enum, ", ")
	case s.Format == "date-time":
		words = strings.Replace(words, "string", "time", 1)
	case len(s.Examples) > 0:
		words = strings.Replace(words, "string", "length of time", 1) + ", such as " + strings.Join(s.Examples, ", ")
	case s.Items != nil:
		k := s.Items.kind()
		k.Before = "list of " + k.Before
		if strings.Contains(words, "null") {
			k.After += ", or null"
		}
		return k
	case s.Properties != nil:
		return Kind{Before: "object", Fields: s.fields()}
	case words == "":
		words = "any JSON"
	}
	if of, ok := s.Additional.(map[string]any); ok {
		words += " from names to " + cmp.Or(typeWords(of["type"]), "any JSON")
	}
	return Kind{Before: words}
}

func typeWords(t any) string {
	switch t := t.(type) {
	case string:
		return t
	case []any:
		words := make([]string, len(t))
		for i, one := range t {
			words[i] = fmt.Sprint(one)
		}
		return strings.Join(words, " or ")
	}
	return ""
}
