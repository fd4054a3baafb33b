package notifier

import (
	"context"
	"fmt"
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

// accessWords are the subject and the sentence of each kind.
var accessWords = map[string]accessLetter{
	Invitation: {
		"Your account for the maintenance of %s",
		"You have been given an account for planning maintenance. Set your password here:",
		"If you do not know what this is about, do nothing.",
	},
	Password: {
		"Set a new password for the maintenance of %s",
		"Somebody, probably you, asked to set a new password for your account. Set it here:",
		"If it was not you, do nothing: your password stays as it is.",
	},
	Subscription: {
		"Confirm your subscription to the maintenance of %s",
		"Somebody, probably you, asked that this address be told of maintenance. Confirm it here:",
		"If it was not you, do nothing: you will not hear from us again.",
	},
	Manage: {
		"Your subscription to the maintenance of %s",
		"Somebody, probably you, asked that this address be told of maintenance. We know it already. See and change here what it is told:",
		"If it was not you, do nothing: everything stays as it is.",
	},
	ListKnown: {
		"This list and the maintenance of %s",
		"Somebody asked that this list be told of maintenance. We know it already. Only an administrator changes what a list is told; what is planned stands here:",
		"You need not do anything: everything stays as it is.",
	},
}

// accessLetter is what a letter says beside its one link; the subject names the organisation.
type accessLetter struct{ subject, lede, ignore string }

// Post puts a letter of access into the outbox, as part of tx. It goes out at
// the next Deliver.
func (n *Notifier) Post(tx *store.Tx, kind, to, name, url string) error {
	words, known := accessWords[kind]
	if !known {
		return fmt.Errorf("notifier: there is no letter of kind %q", kind)
	}
	return n.post(tx, kind, to, name, url, words, true)
}

// post puts a letter about no window into the outbox; personal, if its link is
// for nobody else.
func (n *Notifier) post(tx *store.Tx, kind, to, name, url string, words accessLetter, personal bool) error {
	set, err := agenda.SettingsIn(tx)
	if err != nil {
		return fmt.Errorf("notifier: post: %w", err)
	}
	d := delivery{
		ID: tx.NewID(), Kind: kind, Personal: personal, State: Queued, Expires: tx.Now.Add(day),
		To: scheduler.Stakeholder{Email: to, Name: name},
	}
	w := struct{ Subject, Lede, URL, Ignore, Organisation string }{
		fmt.Sprintf(words.subject, set.Organisation), words.lede, url,
		words.ignore, set.Organisation,
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
		From: n.opts.From, ReplyTo: n.opts.ReplyTo, To: Address{Email: to}, Subject: "Test mail",
		Text: "This mail shows that maintenance can be announced from here.\n\n" + n.opts.BaseURL + "\n",
		Date: n.db.Now().UTC(), MessageID: n.messageID(id),
	})
}
