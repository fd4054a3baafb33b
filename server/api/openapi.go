package api

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"lull/scheduler"
	"lull/server/access"
	"lull/server/reply"
)

type object = map[string]any

// openAPI answers with the description of the API, made from its operations.
func (a *API) openAPI(w http.ResponseWriter, _ *http.Request, _ access.Visitor) error {
	return reply.JSON(w, http.StatusOK, a.describe())
}

func (a *API) describe() object {
	paths := object{}
	for _, op := range a.Operations() {
		at, ok := paths[op.Path].(object)
		if !ok {
			at = object{}
			paths[op.Path] = at
		}
		at[strings.ToLower(op.Method)] = describeOperation(op)
	}
	return object{
		"openapi": "3.1.0",
		"info": object{
			"title": "Lull", "version": "1",
			"description": "Times are RFC 3339, durations as 72h, 90m or 45s. Errors are application/problem+json.",
		},
		"servers":    []object{{"url": a.BaseURL + "/api/v1"}},
		"security":   []object{{"token": []string{}}},
		"paths":      paths,
		"components": object{"securitySchemes": object{"token": object{"type": "http", "scheme": "bearer"}}, "schemas": object{"problem": problemSchema}},
	}
}

func describeOperation(op Operation) object {
	success := object{"description": http.StatusText(op.status)}
	if op.answer != nil {
		content := object{"application/json": object{"schema": schema(op.answer)}}
		if op.Name == "listWindows" {
			content["text/csv"] = object{"schema": object{"type": "string"}}
		}
		success["content"] = content
	}
	d := object{
		"operationId": op.Name, "summary": op.Summary, "parameters": parameters(op),
		"responses": object{
			strconv.Itoa(op.status): success,
			"default": object{
				"description": "A refusal or a failure.",
				"content":     object{"application/problem+json": object{"schema": object{"$ref": "#/components/schemas/problem"}}},
			},
		},
	}
	if op.Role == Public {
		d["security"] = []object{}
	} else {
		d["x-role"] = op.Role
	}
	if op.body != nil {
		d["requestBody"] = object{
			"required": !op.optional, "content": object{"application/json": object{"schema": schema(op.body)}},
		}
	}
	return d
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

// takesVersion reports whether the call is meant for one version of a window.
func (o Operation) takesVersion() bool {
	if o.Name == "deleteWindow" {
		return true
	}
	if o.body == nil {
		return false
	}
	_, ok := o.body.FieldByName("Version")
	return ok
}

var problemSchema = object{
	"type": "object",
	"properties": object{
		"type": object{"type": "string"}, "title": object{"type": "string"}, "status": object{"type": "integer"},
		"detail": object{"type": "string"}, "error_id": object{"type": "string"},
		"fields":    object{"type": "object", "additionalProperties": object{"type": "string"}},
		"conflicts": object{"type": "array", "items": object{"type": "object"}},
		"reasons":   object{"type": "array", "items": schema(reflect.TypeFor[scheduler.Reason]())},
	},
}

// values lists what the words of the scheduler can be.
var values = map[reflect.Type]any{
	of[scheduler.Kind](): scheduler.Kinds, of[scheduler.Risk](): scheduler.Risks, of[scheduler.Impact](): scheduler.Impacts,
	of[scheduler.Phase](): scheduler.Phases, of[scheduler.Outcome](): scheduler.Outcomes, of[scheduler.Role](): scheduler.Roles,
	of[scheduler.Announcement](): scheduler.Announcements, of[scheduler.State](): scheduler.States,
	of[scheduler.Preset](): scheduler.Presets, of[scheduler.NoticeStatus](): scheduler.NoticeStatuses,
	of[scheduler.RememberFor](): scheduler.RememberFors,
}

// schema is the JSON Schema of a type of this package.
func schema(t reflect.Type) object {
	switch t {
	case of[moment](), of[time.Time]():
		return object{"type": []string{"string", "null"}, "format": "date-time"}
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
		return schema(t.Elem())
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return object{"type": "integer"}
	case reflect.Slice:
		return object{"type": "array", "items": schema(t.Elem())}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": schema(t.Elem())}
	case reflect.Struct:
		return structSchema(t)
	default:
		return object{}
	}
}

func structSchema(t reflect.Type) object {
	properties := object{}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || name == "" || name == "-" {
			continue
		}
		kind := schema(f.Type)
		if word, ok := kind["type"].(string); ok && f.Type.Kind() == reflect.Pointer && kind["enum"] == nil {
			kind["type"] = []string{word, "null"}
		}
		properties[name] = kind
	}
	return object{"type": "object", "properties": properties, "additionalProperties": false}
}
