package reply

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"lull/scheduler"
)

// How many bytes a request may bring: where notices come in, a file of 2 MiB in
// base64 or escaped, and elsewhere.
const (
	longestBody   = 1 << 20
	longestNotice = 4 << 20
)

// LongestBody is how many bytes a request to the path may bring.
func LongestBody(path string) int64 {
	if path == "/notices" || path == "/api/v1/notices" {
		return longestNotice
	}
	return longestBody
}

// Decode reads the JSON object that a request brings into the struct that into
// points to. It is strict, since what is silently dropped is what somebody
// relied on: a field that is not one here, a field given twice or in other
// case, and a value of another kind are answered with a scheduler.InvalidError
// that names each.
func Decode(r *http.Request, into any) error {
	body, err := read(r)
	if err != nil {
		return err
	}
	if len(body) == 0 {
		return &BadRequest{"This request needs a JSON object as its body."}
	}
	return decode(r, body, into)
}

// DecodeOptional is Decode for a request that may bring nothing, which is then
// the empty object.
func DecodeOptional(r *http.Request, into any) error {
	body, err := read(r)
	if err != nil || len(body) == 0 {
		return err
	}
	return decode(r, body, into)
}

func read(r *http.Request) ([]byte, error) {
	if coding := r.Header.Get("Content-Encoding"); coding != "" && coding != "identity" {
		return nil, &Unsupported{"Send the body as it is, without a Content-Encoding."}
	}
	if r.Body == nil {
		return nil, nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, LongestBody(r.URL.Path)))
	var tooLong *http.MaxBytesError
	if errors.As(err, &tooLong) || err == nil {
		return bytes.TrimSpace(body), err
	}
	return nil, &BadRequest{"The body of the request did not arrive as a whole."}
}

func decode(r *http.Request, body []byte, into any) error {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if charset := params["charset"]; err != nil || kind != "application/json" || charset != "" && !strings.EqualFold(charset, "utf-8") {
		return &Unsupported{"Send JSON, with Content-Type: application/json."}
	}
	if !utf8.Valid(body) {
		return &BadRequest{"The body is not valid UTF-8."}
	}
	var whole json.RawMessage
	if err := json.Unmarshal(body, &whole); err != nil {
		return notJSON(err)
	}
	if whole[0] != '{' {
		return &BadRequest{"The body must be a JSON object."}
	}
	wrong := scheduler.InvalidError{}
	inspect(wrong, whole, into)
	if err := wrong.Err(); err != nil {
		return err
	}
	if err := json.Unmarshal(whole, into); err != nil {
		return fmt.Errorf("reply: read a body that was inspected: %w", err)
	}
	return nil
}

func notJSON(err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return &BadRequest{fmt.Sprintf("The body is not one JSON object: there is a mistake at byte %d.", syntax.Offset)}
	}
	return &BadRequest{"The body is not JSON."}
}
