package main

import (
	"net/http"
	"strings"

	"lull/scheduler"
	"lull/server/access"
	"lull/server/api"
	"lull/server/feed"
	"lull/server/site"
	"lull/web"
)

// wireSites makes what answers requests, over what is wired already.
func (s *server) wireSites(pages *web.Pages) {
	s.feeds = feed.New(s.db, feed.Options{
		Provider: s.cfg.Provider, BaseURL: s.cfg.BaseURL, From: s.cfg.MailFrom.Email, Log: s.log,
	})
	s.api = api.New(api.Options{
		Agenda: s.agenda, Notifier: s.notifier, Access: s.access, Feeds: s.feeds, BaseURL: s.cfg.BaseURL, Log: s.log,
	})
	s.pages = pages
	s.site = site.New(site.Options{
		Agenda: s.agenda, Notifier: s.notifier, Access: s.access, Feeds: s.feeds, Pages: pages, BaseURL: s.cfg.BaseURL,
		Capturing: s.notifier.Capturing(), Manual: s.api.Describe, Log: s.log, Now: s.db.Now,
	})
}

// table is every route and the least role that it asks.
func (s *server) table() []route {
	rows := []route{
		{http.MethodGet, "/healthz", open, s.health},
		{http.MethodGet, "/readyz", open, s.ready},
		{http.MethodGet, "/calendar.ics", open, s.feeds.Public},
		{http.MethodGet, "/calendar/:token", open, s.feeds.Own},
		{http.MethodGet, windowFeeds + ":id", open, s.feeds.Window},
		{http.MethodGet, "/status.json", open, s.feeds.StatusJSON},
		{http.MethodGet, "/status.atom", open, s.feeds.StatusAtom},
	}
	rows = append(rows, s.pageTable()...)
	for _, op := range s.api.Operations() {
		need := op.Role
		if need == api.Public {
			need = open
		}
		rows = append(rows, route{op.Method, "/api/v1" + colons(op.Path), scheduler.Role(need), handler(op.Handler)})
	}
	return rows
}

// pageTable is every page and form.
func (s *server) pageTable() []route {
	return []route{
		{http.MethodGet, "/static/:file", open, s.asset},
		{http.MethodGet, "/", scheduler.Viewer, s.site.Overview},
		{http.MethodGet, "/calendar", scheduler.Viewer, s.site.Calendar},
		{http.MethodGet, "/timeline", scheduler.Viewer, s.site.Timeline},
		{http.MethodGet, "/freezes", scheduler.Viewer, s.site.Freezes},
		{http.MethodGet, "/freezes/new", scheduler.Approver, s.site.NewFreeze},
		{http.MethodPost, "/freezes", scheduler.Approver, s.site.AddFreeze},
		{http.MethodGet, "/freezes/:id", scheduler.Viewer, s.site.Freeze},
		{http.MethodPost, "/freezes/:id", scheduler.Approver, s.site.ChangeFreeze},
		{http.MethodPost, "/freezes/:id/delete", scheduler.Approver, s.site.DeleteFreeze},
		{http.MethodGet, "/windows", scheduler.Viewer, s.site.Windows},
		{http.MethodGet, "/windows/new", scheduler.Operator, s.site.New},
		{http.MethodPost, "/windows", scheduler.Operator, s.site.Book},
		{http.MethodGet, "/windows/:id", scheduler.Viewer, s.site.Window},
		{http.MethodGet, "/windows/:id/print", scheduler.Viewer, s.site.Print},
		{http.MethodGet, "/windows/:id/edit", scheduler.Operator, s.site.Edit},
		{http.MethodPost, "/windows/:id/edit", scheduler.Operator, s.site.Change},
		{http.MethodPost, "/windows/:id/checks/:check", scheduler.Operator, s.site.Check},
		{http.MethodPost, "/windows/:id/submit", scheduler.Operator, s.site.Verb},
		{http.MethodPost, "/windows/:id/approve", scheduler.Approver, s.site.Verb},
		{http.MethodPost, "/windows/:id/reject", scheduler.Approver, s.site.Verb},
		{http.MethodPost, "/windows/:id/start", scheduler.Operator, s.site.Verb},
		{http.MethodPost, "/windows/:id/finish", scheduler.Operator, s.site.Verb},
		{http.MethodPost, "/windows/:id/advance", scheduler.Operator, s.site.Verb},
		{http.MethodPost, "/windows/:id/resume", scheduler.Operator, s.site.Verb},
		{http.MethodPost, "/windows/:id/close", scheduler.Operator, s.site.Verb},
		{http.MethodPost, "/windows/:id/cancel", scheduler.Operator, s.site.Verb},
		{http.MethodPost, "/windows/:id/delete", scheduler.Operator, s.site.Verb},
		{http.MethodPost, "/windows/:id/extend", scheduler.Operator, s.site.Verb},
		{http.MethodPost, "/windows/:id/reschedule", scheduler.Operator, s.site.Verb},
		{http.MethodPost, "/windows/:id/progress", scheduler.Operator, s.site.Verb},
		{http.MethodPost, "/windows/:id/handover", scheduler.Operator, s.site.Verb},
		{http.MethodPost, "/windows/:id/acknowledge", scheduler.Operator, s.site.Verb},
		{http.MethodPost, "/windows/:id/escalate", scheduler.Operator, s.site.Verb},
		{http.MethodPost, "/windows/:id/log", scheduler.Operator, s.site.Verb},
		{http.MethodPost, "/windows/:id/announcements/:announcement/send", scheduler.Operator, s.site.Verb},
		{http.MethodPost, "/windows/:id/announcements/:announcement/discard", scheduler.Operator, s.site.Verb},
		{http.MethodGet, "/series", scheduler.Viewer, s.site.AllSeries},
		{http.MethodGet, "/series/new", scheduler.Operator, s.site.NewSeries},
		{http.MethodPost, "/series", scheduler.Operator, s.site.AddSeries},
		{http.MethodGet, "/series/:id", scheduler.Viewer, s.site.Series},
		{http.MethodGet, "/series/:id/edit", scheduler.Operator, s.site.EditSeries},
		{http.MethodPost, "/series/:id/edit", scheduler.Operator, s.site.ChangeSeries},
		{http.MethodPost, "/series/:id/submit", scheduler.Operator, s.site.SeriesVerb},
		{http.MethodPost, "/series/:id/approve", scheduler.Approver, s.site.SeriesVerb},
		{http.MethodPost, "/series/:id/reject", scheduler.Approver, s.site.SeriesVerb},
		{http.MethodPost, "/series/:id/skip", scheduler.Operator, s.site.SeriesVerb},
		{http.MethodPost, "/series/:id/end", scheduler.Operator, s.site.SeriesVerb},
		{http.MethodGet, "/approvals", scheduler.Viewer, s.site.Approvals},
		{http.MethodGet, "/log", scheduler.Viewer, s.site.Log},
		{http.MethodGet, "/search", scheduler.Viewer, s.site.Search},
		{http.MethodGet, "/login", open, s.site.LogInPage},
		{http.MethodPost, "/login", open, s.site.LogIn},
		{http.MethodPost, "/logout", scheduler.Viewer, s.site.LogOut},
		{http.MethodGet, "/setup", open, s.site.Notice},
		{http.MethodGet, "/setup/:token", open, s.site.SetUpPage},
		{http.MethodPost, "/setup/:token", open, s.site.SetUp},
		{http.MethodGet, "/password", open, s.site.ForgotPage},
		{http.MethodPost, "/password", open, s.site.Forgot},
		{http.MethodGet, "/password/:token", open, s.site.PasswordPage},
		{http.MethodPost, "/password/:token", open, s.site.Password},
		{http.MethodGet, "/api/docs", open, s.site.Docs}, // as openapi.json is
		{http.MethodGet, "/status", open, s.site.Status},
		{http.MethodGet, "/status/:id", open, s.site.StatusWindow},
		{http.MethodGet, "/subscribe", open, s.site.SubscribePage},
		{http.MethodPost, "/subscribe", open, s.site.Subscribe},
		{http.MethodGet, "/subscription/:token", open, s.site.SubscriptionPage},
		{http.MethodPost, "/subscription/:token", open, s.site.Confirm},
		{http.MethodGet, "/subscription/:token/unsubscribe", open, s.site.SubscriptionPage},
		{http.MethodPost, "/subscription/:token/unsubscribe", open, s.site.Unsubscribe},
		{http.MethodGet, "/services", scheduler.Viewer, s.site.Services},
		{http.MethodGet, "/services.csv", scheduler.Viewer, s.site.ServicesTable},
		{http.MethodGet, "/services/import", scheduler.Admin, s.site.ImportPage},
		{http.MethodPost, "/services/import", scheduler.Admin, s.site.Import},
		{http.MethodGet, "/services/new", scheduler.Admin, s.site.NewService},
		{http.MethodPost, "/services", scheduler.Admin, s.site.AddService},
		{http.MethodGet, "/services/:slug", scheduler.Viewer, s.site.Service},
		{http.MethodPost, "/services/:slug", scheduler.Admin, s.site.ChangeService},
		{http.MethodPost, "/services/:slug/delete", scheduler.Admin, s.site.DeleteService},
		{http.MethodGet, "/templates", scheduler.Viewer, s.site.Templates},
		{http.MethodGet, "/templates/new", scheduler.Approver, s.site.NewTemplate},
		{http.MethodPost, "/templates", scheduler.Approver, s.site.AddTemplate},
		{http.MethodGet, "/templates/:id", scheduler.Viewer, s.site.Template},
		{http.MethodPost, "/templates/:id", scheduler.Approver, s.site.ChangeTemplate},
		{http.MethodPost, "/templates/:id/approve", scheduler.Approver, s.site.PreApproveTemplate},
		{http.MethodPost, "/templates/:id/withdraw", scheduler.Approver, s.site.WithdrawTemplate},
		{http.MethodPost, "/templates/:id/delete", scheduler.Approver, s.site.DeleteTemplate},
		{http.MethodGet, "/stakeholders", scheduler.Viewer, s.site.Stakeholders},
		{http.MethodGet, "/stakeholders.csv", scheduler.Admin, s.site.StakeholdersTable},
		{http.MethodGet, "/stakeholders/import", scheduler.Admin, s.site.StakeholderImportPage},
		{http.MethodPost, "/stakeholders/import", scheduler.Admin, s.site.ImportStakeholders},
		{http.MethodPost, "/stakeholders/lift", scheduler.Admin, s.site.Lift},
		{http.MethodGet, "/stakeholders/new", scheduler.Admin, s.site.NewStakeholder},
		{http.MethodPost, "/stakeholders", scheduler.Admin, s.site.AddStakeholder},
		{http.MethodGet, "/stakeholders/:id", scheduler.Viewer, s.site.Stakeholder},
		{http.MethodPost, "/stakeholders/:id", scheduler.Admin, s.site.ChangeStakeholder},
		{http.MethodPost, "/stakeholders/:id/delete", scheduler.Admin, s.site.DeleteStakeholder},
		{http.MethodGet, "/webhooks", scheduler.Admin, s.site.Webhooks},
		{http.MethodGet, "/webhooks/new", scheduler.Admin, s.site.NewWebhook},
		{http.MethodPost, "/webhooks", scheduler.Admin, s.site.AddWebhook},
		{http.MethodGet, "/webhooks/:id", scheduler.Admin, s.site.Webhook},
		{http.MethodPost, "/webhooks/:id", scheduler.Admin, s.site.ChangeWebhook},
		{http.MethodPost, "/webhooks/:id/test", scheduler.Admin, s.site.TestWebhook},
		{http.MethodPost, "/webhooks/:id/rotate", scheduler.Admin, s.site.RotateWebhook},
		{http.MethodPost, "/webhooks/:id/delete", scheduler.Admin, s.site.DeleteWebhook},
		{http.MethodGet, "/notices", scheduler.Viewer, s.site.Notices},
		{http.MethodPost, "/notices", scheduler.Operator, s.site.ImportNotices},
		{http.MethodGet, "/notices/:id", scheduler.Viewer, s.site.Supplied},
		{http.MethodPost, "/notices/:id/map", scheduler.Operator, s.site.MapNotice},
		{http.MethodPost, "/notices/:id/window", scheduler.Operator, s.site.WindowOfNotice},
		{http.MethodPost, "/notices/:id/delete", scheduler.Admin, s.site.DeleteNotice},
		{http.MethodPost, "/notice-rules/:id/delete", scheduler.Operator, s.site.DeleteNoticeRule},
		{http.MethodGet, "/outbox", scheduler.Viewer, s.site.Outbox},
		{http.MethodGet, "/outbox.csv", scheduler.Viewer, s.site.OutboxTable},
		{http.MethodPost, "/outbox/retry", scheduler.Operator, s.site.RetryAll},
		{http.MethodPost, "/outbox/cancel", scheduler.Operator, s.site.CancelAll},
		{http.MethodGet, "/outbox/:id", scheduler.Viewer, s.site.Message},
		{http.MethodGet, "/outbox/:id/html", scheduler.Viewer, s.site.MessageHTML},
		{http.MethodGet, "/outbox/:id/raw", scheduler.Viewer, s.site.MessageRaw},
		{http.MethodPost, "/outbox/:id/retry", scheduler.Operator, s.site.Retry},
		{http.MethodPost, "/outbox/:id/cancel", scheduler.Operator, s.site.CancelMessage},
		{http.MethodGet, "/people", scheduler.Admin, s.site.People},
		{http.MethodPost, "/people", scheduler.Admin, s.site.Invite},
		{http.MethodPost, "/people/:email/role", scheduler.Admin, s.site.SetRole},
		{http.MethodPost, "/people/:email/disable", scheduler.Admin, s.site.Disable},
		{http.MethodPost, "/people/:email/enable", scheduler.Admin, s.site.Enable},
		{http.MethodPost, "/people/:email/link", scheduler.Admin, s.site.Relink},
		{http.MethodGet, "/account", scheduler.Viewer, s.site.Account},
		{http.MethodPost, "/account", scheduler.Viewer, s.site.KeepAccount},
		{http.MethodPost, "/account/password", scheduler.Viewer, s.site.ChangePassword},
		{http.MethodPost, "/account/tokens", scheduler.Viewer, s.site.AddToken},
		{http.MethodPost, "/account/tokens/:id/revoke", scheduler.Viewer, s.site.RevokeToken},
		{http.MethodGet, "/feeds", scheduler.Viewer, s.site.FeedsPage},
		{http.MethodPost, "/feeds", scheduler.Viewer, s.site.AddFeed},
		{http.MethodGet, "/feeds/:id", scheduler.Viewer, s.site.FeedPage},
		{http.MethodPost, "/feeds/:id", scheduler.Viewer, s.site.ChangeFeed},
		{http.MethodPost, "/feeds/:id/rotate", scheduler.Viewer, s.site.RotateFeed},
		{http.MethodPost, "/feeds/:id/revoke", scheduler.Viewer, s.site.RevokeFeed},
		{http.MethodGet, "/settings", scheduler.Admin, s.site.Settings},
		{http.MethodPost, "/settings", scheduler.Admin, s.site.KeepSettings},
		{http.MethodPost, "/settings/test-mail", scheduler.Admin, s.site.TestMail},
	}
}

// asset is a file that pages are made of.
func (s *server) asset(w http.ResponseWriter, r *http.Request, _ access.Visitor) error {
	s.pages.Asset(w, r)
	return nil
}

// windowFeeds is where the router finds /windows/{id}.ics, which it could not
// tell from the page /windows/{id}.
const windowFeeds = "/windows.ics/"

// apart sends the feeds of single windows where the router finds them.
func apart(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if id, ok := strings.CutPrefix(r.URL.Path, "/windows/"); ok {
			if id, ok = strings.CutSuffix(id, ".ics"); ok && !strings.Contains(id, "/") {
				r = r.Clone(r.Context())
				r.URL.Path, r.URL.RawPath = windowFeeds+id, ""
			}
		}
		next.ServeHTTP(w, r)
	})
}

// colons spells the parameters of a path as the router does: {id} as :id.
func colons(path string) string {
	return strings.NewReplacer("{", ":", "}", "").Replace(path)
}
