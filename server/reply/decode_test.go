package reply

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"lull/scheduler"
)

type plan struct {
	common
	Title  string          `json:"title"`
	Start  time.Time       `json:"start"`
	Tier   *int            `json:"tier"`
	Public bool            `json:"public"`
	Checks []check         `json:"checks"`
	Notice map[string]int  `json:"notice"`
	Probe  json.RawMessage `json:"probe"`
	Hidden string          `json:"-"`
}

type common struct {
	Version int `json:"version"`
}

type check struct {
	Text string `json:"text"`
}

func request(kind, body string) *http.Request {
	r := httptest.NewRequest("POST", "/", strings.NewReader(body))
	r.Header.Set("Content-Type", kind)
	return r
}

const jsonKind = "application/json"

func TestAWholePlanIsRead(t *testing.T) {
	t.Parallel()
	var got plan
	body := `{"version": 3, "title":"Größe","start":"2026-12-12T02:00:00+01:00","tier":null,"public":true,
		"checks":[{"text":"a"},{}],"notice":{"normal":24},"probe":{"kind":"http"}}`
	if err := Decode(request("application/json; charset=UTF-8", body), &got); err != nil {
		t.Fatal(err)
	}
	if !got.Start.Equal(time.Date(2026, 12, 12, 1, 0, 0, 0, time.UTC)) {
		t.Errorf("got start %v", got.Start)
	}
	got.Start = time.Time{}
	want := plan{common: common{3}, Title: "Größe", Public: true, Checks: []check{{"a"}, {}},
		Notice: map[string]int{"normal": 24}, Probe: json.RawMessage(`{"kind":"http"}`)}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestWhatCannotBeMeantIsNamed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, body string
		want       scheduler.InvalidError
	}{
		{"an unknown field", `{"titel":"x"}`, scheduler.InvalidError{"titel": "is not a field here"}},
		{"other case", `{"Title":"x"}`, scheduler.InvalidError{"Title": "is not a field here"}},
		{"a field that is not for JSON", `{"Hidden":"x","-":"y"}`, scheduler.InvalidError{"Hidden": "is not a field here", "-": "is not a field here"}},
		{"an unknown field further in", `{"checks":[{"text":"a"},{"txt":"b"}]}`, scheduler.InvalidError{"checks[1].txt": "is not a field here"}},
		{"a field given twice", `{"title":"a","title":"b"}`, scheduler.InvalidError{"title": "is given twice"}},
		{"twice inside of what is kept raw", `{"probe":{"url":1,"url":2}}`, scheduler.InvalidError{"probe.url": "is given twice"}},
		{"a number for a text", `{"title":5}`, scheduler.InvalidError{"title": "This must be a text in quotation marks."}},
		{"a text for a number", `{"tier":"1"}`, scheduler.InvalidError{"tier": "This must be a number."}},
		{"a fraction", `{"tier":1.5}`, scheduler.InvalidError{"tier": "This must be a whole number, and not so large."}},
		{"a text for yes or no", `{"public":"yes"}`, scheduler.InvalidError{"public": "This must be true or false."}},
		{"one for many", `{"checks":{"text":"a"}}`, scheduler.InvalidError{"checks": "This must be a list."}},
		{"a list for an object", `{"notice":[]}`, scheduler.InvalidError{"notice": "This must be an object."}},
		{"a day for a time", `{"start":"2026-12-12"}`, scheduler.InvalidError{"start": `This must be a time such as "2026-12-12T01:00:00Z".`}},
		{"all at once", `{"title":5,"x":1}`, scheduler.InvalidError{"title": "This must be a text in quotation marks.", "x": "is not a field here"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got scheduler.InvalidError
			if err := Decode(request(jsonKind, c.body), &plan{}); !errors.As(err, &got) || !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestWhatIsNotAJSONObjectIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, kind, body string
		want             int
	}{
		{"another kind", "text/plain", `{}`, 415},
		{"a form", "application/x-www-form-urlencoded", `a=b`, 415},
		{"no kind", "", `{}`, 415},
		{"another alphabet", "application/json; charset=latin1", `{}`, 415},
		{"nothing", jsonKind, "", 400},
		{"blanks", jsonKind, " \n", 400},
		{"a list", jsonKind, `[]`, 400},
		{"half an object", jsonKind, `{"title":`, 400},
		{"two objects", jsonKind, `{}{}`, 400},
		{"text behind it", jsonKind, `{} x`, 400},
		{"broken UTF-8", jsonKind, "{\"title\":\"\xff\"}", 400},
		{"too much", jsonKind, `{"title":"` + strings.Repeat("x", longestBody) + `"}`, 413},
		{"too deep", jsonKind, `{"probe":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}`, 422},
		{"far too deep", jsonKind, `{"probe":` + strings.Repeat("[", 500_000), 400},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if err := Decode(request(c.kind, c.body), &plan{}); Status(err) != c.want {
				t.Errorf("got %v (%d), want %d", err, Status(err), c.want)
			}
		})
	}
	zipped := request(jsonKind, "{}")
	zipped.Header.Set("Content-Encoding", "gzip")
	if err := Decode(zipped, &plan{}); Status(err) != 415 {
		t.Errorf("a packed body: got %v, want 415", err)
	}
}

func TestAnOptionalBodyMayBeMissing(t *testing.T) {
	t.Parallel()
	var got plan
	if err := DecodeOptional(request("", ""), &got); err != nil || !reflect.DeepEqual(got, plan{}) {
		t.Errorf("got %+v, %v", got, err)
	}
	if err := DecodeOptional(request(jsonKind, `{"nope":1}`), &got); Status(err) != 422 {
		t.Errorf("got %v, want 422", err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(`{"title":"a","checks":[{"text":"b"}],"notice":{"x":1}}`)
	f.Add(`{"start":"2026-12-12T02:00:00Z","probe":[1,{"a":null}]}`)
	f.Fuzz(func(t *testing.T, body string) {
		if Status(Decode(request(jsonKind, body), &plan{})) == 500 {
			t.Errorf("%q passed the inspection and could not be read", body)
		}
	})
}
