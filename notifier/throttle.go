package notifier

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

const (
	mostPutOff  = 3 // recipients in a row that a domain puts off before all of it waits
	mostBarring = 3 // domains in a row that refuse us before we take the fault for ours
)

// manners are what the mail servers of recipients asked of us lately. They are
// forgotten when the server ends, and then learnt again.
type manners struct {
	domains map[string]putOff
	barring map[string]bool // domains that refused us by policy since the last message was taken
}

// putOff is a domain that takes nothing at the moment.
type putOff struct {
	misses int       // in a row
	until  time.Time // nothing more is tried before
	words  string
}

func domainOf(d delivery) string {
	return strings.ToLower(Address{Email: d.To.Email}.Domain())
}

// waits tells until when d is not tried because its whole domain asked for time,
// and in which words; zero: it may be tried.
func (m *manners) waits(d delivery, now time.Time) (until time.Time, words string) {
	of := m.domains[domainOf(d)]
	if of.misses < mostPutOff || !of.until.After(now) {
		return time.Time{}, ""
	}
	return of.until, of.words
}

// heed learns from how an attempt ended. A 4yz to RCPT is the domain's; several
// in a row make all that goes there wait, longer each time. A 5.7 to RCPT from
// one domain after the other is policy against us: the fault is ours or the
// relay's, and must not use up everybody's mail.
func (n *Notifier) heed(d delivery, out Outcome) Outcome {
	m, domain := &n.manners, domainOf(d)
	switch {
	case out.State == Sent || out.State == Captured:
		delete(m.domains, domain)
		m.barring = nil
	case out.State == Deferred && out.Stage == StageRcpt && out.Code >= 400:
		of := m.domains[domain]
		of.misses++
		of.until = n.db.Now().Add(n.backOff(of.misses-mostPutOff+1, domain))
		of.words = fmt.Sprintf("%s asks for time: %d %s", domain, out.Code, out.Reply)
		if m.domains == nil {
			m.domains = map[string]putOff{}
		}
		m.domains[domain] = of
	case out.State == Failed && out.Stage == StageRcpt && strings.HasPrefix(out.Enhanced, policyStatus):
		if m.barring == nil {
			m.barring = map[string]bool{}
		}
		m.barring[domain] = true
		if len(m.barring) >= mostBarring {
			out.State = Deferred // it is not about this recipient; the next attempt is another's
			n.pause(d.ID, errors.New(strings.TrimSpace(fmt.Sprintf("recipients of %d domains in a row are refused by policy, the last with %d %s", len(m.barring), out.Code, out.Reply))))
		}
	}
	return out
}
