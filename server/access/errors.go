package access

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"
)

// UnauthenticatedError says that nobody is known to ask.
type UnauthenticatedError struct{ Detail string }

func (e *UnauthenticatedError) Error() string { return e.Detail }

// HTTPStatus is 401.
func (e *UnauthenticatedError) HTTPStatus() int { return http.StatusUnauthorized }

// SetHeaders says how to authenticate.
func (e *UnauthenticatedError) SetHeaders(h http.Header) {
	h.Set("WWW-Authenticate", `Bearer realm="lull"`)
}

// RefusedError is a log-in with a wrong address or password. It never says
// which of the two.
type RefusedError struct{}

func (e *RefusedError) Error() string {
	return "The e-mail address or the password is not right."
}

// HTTPStatus is 401.
func (e *RefusedError) HTTPStatus() int { return http.StatusUnauthorized }

// TooMany is a log-in after too many that failed.
type TooMany struct{ RetryAfter time.Duration }

func (e *TooMany) Error() string {
	minutes := int(math.Ceil(e.RetryAfter.Minutes()))
	if minutes == 1 {
		return "Too many log-ins failed. Try again in a minute."
	}
	return fmt.Sprintf("Too many log-ins failed. Try again in %d minutes.", minutes)
}

// HTTPStatus is 429.
func (e *TooMany) HTTPStatus() int { return http.StatusTooManyRequests }

// SetHeaders says when to try again.
func (e *TooMany) SetHeaders(h http.Header) {
	h.Set("Retry-After", strconv.Itoa(int(math.Ceil(e.RetryAfter.Seconds()))))
}

// BusyError is a log-in while too many others wait.
type BusyError struct{}

func (e *BusyError) Error() string {
	return "Too many people log in at this moment. Try again in a few seconds."
}

// HTTPStatus is 503.
func (e *BusyError) HTTPStatus() int { return http.StatusServiceUnavailable }

// SetHeaders says when to try again.
func (e *BusyError) SetHeaders(h http.Header) { h.Set("Retry-After", "5") }

// LinkError is a one-time link that is no longer good, or never was.
type LinkError struct{}

func (e *LinkError) Error() string {
	return "This link was used already, has expired, or was replaced by a newer one. Ask for a new one."
}

// HTTPStatus is 404.
func (e *LinkError) HTTPStatus() int { return http.StatusNotFound }

// LastAdminError refuses to leave nobody who could administer.
type LastAdminError struct{}

func (e *LastAdminError) Error() string {
	return "This is the only admin who can log in. Make somebody else an admin first."
}

// HTTPStatus is 409.
func (e *LastAdminError) HTTPStatus() int { return http.StatusConflict }

// KeyReusedError is an Idempotency-Key that belongs to another request.
type KeyReusedError struct{}

func (e *KeyReusedError) Error() string {
	return "This Idempotency-Key was used for another request within the last 24 hours. Use a new key for a new request."
}

// HTTPStatus is 422.
func (e *KeyReusedError) HTTPStatus() int { return http.StatusUnprocessableEntity }

// UnansweredError is a repeated request whose first one was carried out, while
// its answer is not known: another server works on it, or stopped before it
// could answer.
type UnansweredError struct{}

func (e *UnansweredError) Error() string {
	return "The first request with this Idempotency-Key was carried out, but its answer is not known. Look at the present state."
}

// HTTPStatus is 409.
func (e *UnansweredError) HTTPStatus() int { return http.StatusConflict }
