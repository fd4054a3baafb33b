package scheduler

import "time"

// Told is what is known of the announcement that the start gate counts: the
// latest that states the window's times.
type Told struct {
	Pending    bool      // an event or an edit is still to be turned into deliveries
	Announced  bool      // there is such an announcement, with the present times
	Recipients int       // it was made for
	Waiting    int       // of them, still to be settled
	Captured   int       // of them, captured instead of sent
	Failed     int       // of them, settled without being accepted
	Stopped    int       // of them, cancelled by hand
	Accepted   time.Time // when the mail server accepted the last one; zero: none
	At         time.Time // when the announcement was made
}
