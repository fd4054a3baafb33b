package api

import (
	"encoding/json"
	"net/http"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"lull/scheduler"
	"lull/server/access"
	"lull/server/reply"
)

type object = map[string]any

// openAPI answers with the description of the API.
func (a *API) openAPI(w http.ResponseWriter, _ *http.Request, _ access.Visitor) error {
	return reply.JSON(w, http.StatusOK, a.Describe())
}

// Describe is the OpenAPI description of the API, made from its operations.
func (a *API) Describe() map[string]any {
	paths, named := object{}, shapes{}
	for _, op := range a.Operations() {
		at, ok := paths[op.Path].(object)
		if !ok {
			at = object{}
			paths[op.Path] = at
		}
		at[strings.ToLower(op.Method)] = named.operation(op)
	}
	named["problem"] = named.problem()
	told := named.webhookCalls()
	return object{
		"openapi": "3.1.0",
		"info": object{
			"title": "Lull", "version": "1",
			"description": "Times are RFC 3339, durations as 72h, 90m or 45s. Errors are application/problem+json. " +
				"A webhook of the format standard is sent a notifierPayload, signed as Standard Webhooks 1.0 has it: webhook-signature holds v1, and the " +
				"base64 HMAC-SHA256, under the key that follows whsec_ in the secret, of webhook-id, webhook-timestamp and the body, joined by full stops.",
		},
		"servers":    []object{{"url": a.BaseURL + "/api/v1"}},
		"security":   []object{{"token": []string{}}},
		"paths":      paths,
		"webhooks":   told,
		"components": object{"securitySchemes": object{"token": object{"type": "http", "scheme": "bearer"}}, "schemas": named},
	}
}

func (s shapes) operation(op Operation) object {
	success := object{"description": http.StatusText(op.status)}
	if op.answer != nil {
		content := object{"application/json": object{"schema": s.schema(op.answer)}}
		if slices.Contains([]string{"listWindows", "listServices", "listStakeholders"}, op.Name) {
			content["text/csv"] = object{"schema": object{"type": "string"}}
		}
		success["content"] = content
	}
	responses := object{strconv.Itoa(op.status): success, "default": refusal("Another refusal, or a failure.")}
	for status, words := range op.refusals() {
		responses[strconv.Itoa(status)] = refusal(words)
	}
	d := object{"operationId": op.Name, "summary": op.Summary, "parameters": parameters(op), "responses": responses}
	if op.Role == Public {
		d["security"] = []object{}
	} else {
		d["x-role"] = op.Role
	}
	if op.body != nil {
		d["requestBody"] = object{
			"required": !op.optional, "content": object{"application/json": object{"schema": s.schema(op.body)}},
		}
	}
	return d
}

func refusal(words string) object {
	return object{"description": words, "content": object{"application/problem+json": object{"schema": reference("problem")}}}
}

// refusals are the statuses with which the call refuses, and what each means.
func (o Operation) refusals() map[int]string {
	all := map[int]string{}
	if o.Role != Public {
		all[http.StatusUnauthorized] = "No token, or not a good one."
		all[http.StatusForbidden] = "The role or the token's scope does not allow it."
	}
	if strings.Contains(o.Path, "{") {
		all[http.StatusNotFound] = "Not there, or not yours to see."
	}
	if o.Method != http.MethodGet {
		all[http.StatusConflict] = "The rules do not allow it now; the reasons say why."
	}
	if o.takesVersion() {
		all[http.StatusPreconditionFailed] = "The window has changed since that version."
	}
	if o.body != nil || o.query != nil {
		all[http.StatusUnprocessableEntity] = "Something given cannot be taken; the fields say what."
	}
	return all
}

func parameters(op Operation) []object {
	found := []object{}
	add := func(name, in string, kind object) {
		found = append(found, object{"name": name, "in": in, "required": in == "path", "schema": kind})
	}
	text := object{"type": "string"}
	for part := range strings.SplitSeq(op.Path, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			add(strings.TrimSuffix(name, "}"), "path", text)
		}
	}
	for _, name := range op.query {
		switch name {
		case "limit":
			add(name, "query", object{"type": "integer", "minimum": 1, "maximum": mostRows})
		case "service", "state", "status":
			add(name, "query", object{"type": "array", "items": text})
		default:
			add(name, "query", text)
		}
	}
	if op.Once() {
		add("Idempotency-Key", "header", text)
	}
	if op.takesVersion() {
		add("If-Match", "header", text)
	}
	return found
}

// takesVersion reports whether the call is meant for one version of a window
// or a template.
func (o Operation) takesVersion() bool {
	if o.Name == "deleteWindow" || o.Name == "deleteTemplate" {
		return true
	}
	if o.body == nil {
		return false
	}
	_, ok := o.body.FieldByName("Version")
	return ok
}

// shapes are the schemas that have a name, gathered while they are met.
type shapes object

func (s shapes) problem() object {
	text := object{"type": "string"}
	return object{
		"type": "object",
		"properties": object{
			"type": text, "title": text, "status": object{"type": "integer"}, "detail": text, "error_id": text,
			"fields":    object{"type": "object", "additionalProperties": text},
			"conflicts": s.schema(of[[]scheduler.Conflict]()),
			"reasons":   s.schema(of[[]scheduler.Reason]()),
		},
	}
}

func reference(name string) object { return object{"$ref": "#/components/schemas/" + name} }

// values lists what the words of the scheduler can be.
var values = map[reflect.Type]any{
	of[scheduler.Kind](): scheduler.Kinds, of[scheduler.Risk](): scheduler.Risks, of[scheduler.Impact](): scheduler.Impacts,
	of[scheduler.Phase](): scheduler.Phases, of[scheduler.Outcome](): scheduler.Outcomes, of[scheduler.Role](): scheduler.Roles,
	of[scheduler.Announcement](): scheduler.Announcements, of[scheduler.State](): scheduler.States,
	of[scheduler.Preset](): scheduler.Presets, of[scheduler.SeriesState](): scheduler.SeriesStates,
	of[scheduler.WebhookFormat](): scheduler.WebhookFormats, of[scheduler.NoticeStatus](): scheduler.NoticeStatuses,
	of[scheduler.RememberFor](): scheduler.RememberFors,
}

// schema is the JSON Schema of a type of this package. A struct with a name of
// its own is told once, and referred to.
func (s shapes) schema(t reflect.Type) object {
	switch t {
	case of[moment](), of[time.Time]():
		return object{"type": []string{"string", "null"}, "format": "date-time"}
	case of[date]():
		return object{"type": []string{"string", "null"}, "examples": []string{"2027-06-01", "2027-06-01T00:00:00Z"}}
	case of[length]():
		return object{"type": "string", "examples": []string{"72h", "90m", "45s"}}
	case of[json.RawMessage]():
		return object{}
	}
	if words, ok := values[t]; ok {
		return object{"type": "string", "enum": words}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return orNothing(s.schema(t.Elem()))
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return object{"type": "integer"}
	case reflect.Slice:
		return object{"type": "array", "items": s.schema(t.Elem())}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": s.schema(t.Elem())}
	case reflect.Struct:
		name := shapeName(t)
		if name == "" {
			return s.structure(t)
		}
		if s[name] == nil {
			s[name] = object{} // stands while the shape is being told
			s[name] = s.structure(t)
		}
		return reference(name)
	default:
		return object{}
	}
}

// orNothing is the schema of what may be null or left out.
func orNothing(kind object) object {
	if kind["$ref"] != nil {
		return object{"anyOf": []object{kind, {"type": "null"}}}
	}
	if word, ok := kind["type"].(string); ok && kind["enum"] == nil {
		kind["type"] = []string{word, "null"}
	}
	return kind
}

// shapeName is the name under which a struct is told, empty for a list's page.
func shapeName(t reflect.Type) string {
	name := t.Name()
	switch {
	case strings.Contains(name, "["):
		return ""
	case strings.HasSuffix(t.PkgPath(), "/api"):
		return name
	}
	return path.Base(t.PkgPath()) + name
}

func (s shapes) structure(t reflect.Type) object {
	properties := object{}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.IsExported() && name != "" && name != "-" {
			properties[name] = s.schema(f.Type)
		}
	}
	return object{"type": "object", "properties": properties, "additionalProperties": false}
}
