package notifier

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"lull/scheduler"
	"lull/scheduler/agenda"
	"lull/scheduler/store"
)

// The kinds of letter of access: each carries one link to one person.
const (
	Invitation   = "invitation"         // to set a first password
	Password     = "password"           // to set another one
	Subscription = "subscription"       // to confirm a subscription by mail
	Manage       = "subscription-known" // to manage one that is known already
	ListKnown    = "subscription-list"  // to nobody's: a list is told, and no reader of it decides for all
)

var accessKinds = []string{Invitation, Password, Subscription, Manage, ListKnown}

// Post puts a letter of access into the outbox, as part of tx. It goes out at
// the next Deliver.
func (n *Notifier) Post(tx *store.Tx, kind, to, name, url string) error {
	if !slices.Contains(accessKinds, kind) {
		return fmt.Errorf("notifier: there is no letter of kind %q", kind)
	}
	return n.post(tx, kind, to, name, url, true)
}

// accessWords are what a letter says beside its one link.
type accessWords struct {
	*catalogue
	Subject, Lede, URL, Ignore, Organisation string
}

// post puts a letter about no window into the outbox; personal, if its link is
// for nobody else. Its words take the organisation and what else is given.
func (n *Notifier) post(tx *store.Tx, kind, to, name, url string, personal bool, given ...any) error {
	set, err := agenda.SettingsIn(tx)
	if err != nil {
		return fmt.Errorf("notifier: post: %w", err)
	}
	d := delivery{
		ID: tx.NewID(), Kind: kind, Personal: personal, State: Queued, Expires: tx.Now.Add(day),
		To: scheduler.Stakeholder{Email: to, Name: name},
	}
	c, of := catalogues[ours], "access."+kind
	w := accessWords{catalogue: c, URL: url, Organisation: set.Organisation, Ignore: c.Say(of + ".ignore")}
	w.Subject = fmt.Sprintf(c.Say(of+".subject"), append([]any{set.Organisation}, given...)...)
	if w.Lede = c.Say(of + ".lede"); len(given) > 0 {
		w.Lede = fmt.Sprintf(w.Lede, append([]any{set.Organisation}, given...)...)
	}
	var text, html strings.Builder
	if err := textWords.ExecuteTemplate(&text, "access.txt", w); err != nil {
		return fmt.Errorf("notifier: post: %w", err)
	}
	if err := htmlWords.ExecuteTemplate(&html, "access.html", w); err != nil {
		return fmt.Errorf("notifier: post: %w", err)
	}
	l := Letter{
		From: n.opts.From, ReplyTo: n.opts.ReplyTo, To: Address{name, to}, Subject: w.Subject, Text: text.String(), HTML: html.String(),
		Date: tx.Now, MessageID: n.messageID(d.ID),
	}
	if d.Raw, err = l.Bytes(); err != nil {
		return err
	}
	d.MessageID, d.Subject = l.MessageID, l.Subject
	if err := put(tx, d); err != nil {
		return fmt.Errorf("notifier: post: %w", err)
	}
	return nil
}

// TestMail sends a mail to show that it can be done, and returns what was said.
func (n *Notifier) TestMail(ctx context.Context, to string) (transcript string, outcome Outcome) {
	id := n.db.NewID()
	if domain := (Address{Email: to}).Domain(); !n.allowed(domain) {
		return "Nothing was sent: LULL_MAIL_ALLOW does not name " + domain + ".\n", Outcome{State: Failed, Reply: "LULL_MAIL_ALLOW does not name " + domain}
	}
	return n.opts.Carrier.Dialogue(ctx, Letter{
		From: n.opts.From, ReplyTo: n.opts.ReplyTo, To: Address{Email: to}, Subject: catalogues[ours].Say("test.subject"),
		Text: catalogues[ours].Say("test.text") + "\n\n" + n.opts.BaseURL + "\n",
		Date: n.db.Now().UTC(), MessageID: n.messageID(id),
	})
}
