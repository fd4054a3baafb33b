// Package scheduler holds the nouns and the rules of maintenance: windows and
// their states, checks, gates, approvals, conflicts, the clock's facts and the
// chain of the log. It is pure: values and the present time go in, values come
// out; it knows no database, no network and no clock of its own.
//
// A verb on a [Window] answers a refusal the user can act on as one of the
// types of errors.go, or changes the window and returns the one [Event] that
// says so. Whoever calls it keeps both, in one transaction.
package scheduler
