package web

import (
	"time"

	"lull/scheduler"
	"lull/scheduler/agenda"
)

// story is a page as somebody might meet it.
type story struct {
	name string
	page Page
}

// now is the moment at which the stories are told.
var now = time.Date(2026, 12, 12, 1, 30, 0, 0, time.UTC)

var (
	mara  = scheduler.Person{Email: "mara@example.org", Name: "Mara Lindqvist", Role: scheduler.Admin}
	jonas = scheduler.Person{Email: "jonas@example.org", Name: "Jonas Weber", Role: scheduler.Operator}
	tomas = scheduler.Person{Email: "tomas@example.org", Name: "Tomás Rey", Role: scheduler.Viewer}
	zones = []string{"UTC", "Europe/Berlin"}
)

func inside(who scheduler.Person, title, nav string) Frame {
	return Frame{Title: title, Nav: nav, Who: who, Zone: "Europe/Berlin", Organisation: "Northgate Systems", Now: now}
}

func outside(title string) Frame {
	return Frame{Title: title, Outside: true, Zone: "UTC", Organisation: "Northgate Systems", Now: now}
}

func refused(field, words string) Refusal {
	return Refusal{Wrong: scheduler.InvalidError{field: words}}
}

var orders = scheduler.Service{
	Slug: "orders-db", Name: "Orders database", Tier: 1, PrimaryOwner: "priya@example.org", BackupOwner: "jonas@example.org",
	Upstream: []string{"core-network"}, RollbackPlan: "Promote the old replica.",
}

// supplied is what a supplier announces, and which services of ours it touches.
func supplied(services ...string) scheduler.SupplierNotice {
	start := now.Add(20 * time.Hour)
	n := scheduler.SupplierNotice{ID: "n1", Received: now.Add(-time.Hour), Updated: now.Add(-time.Hour), Version: 1, NoticeUpdate: scheduler.NoticeUpdate{
		Provider: "lightpath.example", Account: "4711", MaintenanceID: "PW-20418", UID: "PW-20418@lightpath.example", Sequence: 1, Stamp: now.Add(-3 * time.Hour),
		Status: scheduler.NoticeConfirmed, Impact: scheduler.ReducedRedundancy, Interval: scheduler.Interval{Start: start, End: start.Add(6 * time.Hour)},
		Summary: "Splicing on the <northern> ring", Organizer: "noc@lightpath.example", Objects: []scheduler.NoticeObject{{ID: "LP/FRA/1187", Impact: scheduler.ReducedRedundancy}},
	}}
	for _, s := range services {
		n.Services = append(n.Services, scheduler.Affected{Service: s, Impact: scheduler.ReducedRedundancy})
	}
	return n
}

func upgrade(state scheduler.State) agenda.View {
	start := time.Date(2026, 12, 12, 1, 0, 0, 0, time.UTC)
	return agenda.View{
		Window: scheduler.Window{
			ID: "0193b0c4-0000-7000-8000-000000000042", Number: 42, State: state, Requester: jonas.Email, Version: 7, Published: true,
			Approvals: []scheduler.Approval{{By: "ruth@example.org", At: start.Add(-48 * time.Hour), Note: "Plan and rollback look sound."}},
			Plan: scheduler.Plan{
				Title: "Orders database: PostgreSQL 16 to 17", Summary: "Orders wait for a few minutes & are then confirmed.",
				Steps: "1. Drain.\n2. Upgrade.\n3. Bring back.", RollbackPlan: orders.RollbackPlan,
				RollbackDuration: 30 * time.Minute, VerificationDuration: 15 * time.Minute,
				Kind: scheduler.Normal, Risk: scheduler.MediumRisk, Public: true, TimeZone: "Europe/Berlin", Lead: jonas.Email,
				Services: []scheduler.Affected{{Service: "orders-db", Impact: scheduler.Outage}},
				Interval: scheduler.Interval{Start: start, End: start.Add(2 * time.Hour)},
				Links:    []scheduler.Link{{Label: "Dashboard", URL: "https://grafana.example.org/d/orders"}},
				Checks: []scheduler.Check{
					{ID: "c1", Phase: scheduler.Before, Text: "A backup is not older than a day", Required: true, Results: []scheduler.Result{
						{Answer: scheduler.Passed, By: jonas.Email, At: start.Add(-time.Hour), Note: "02:10", EvidenceURL: "https://backups.example.org/42"},
					}},
					{ID: "c2", Phase: scheduler.During, Text: "The replica has caught up", Required: true},
					{ID: "c3", Phase: scheduler.Verify, Text: "An order can be placed", How: "Use the test card.", Required: true},
					{ID: "c4", Phase: scheduler.Verify, Text: "Error rate is back to normal"},
				},
			},
		},
		Affected: []scheduler.Service{orders}, Now: now, DecideBy: start.Add(75 * time.Minute),
	}
}

func running() agenda.View {
	v := upgrade(scheduler.InProgress)
	v.ActualStart, v.Next = v.Start.Add(2*time.Minute), "finish"
	return v
}

func requested() agenda.View {
	v := upgrade(scheduler.Requested)
	v.Number, v.Title, v.Approvals, v.Published, v.Next = 43, "Search index rebuild", nil, false, "approve"
	v.Start, v.End = v.Start.AddDate(0, 0, 3), v.End.AddDate(0, 0, 3)
	v.Conflicts = []scheduler.Conflict{{Kind: scheduler.SameService, Blocking: true, Detail: "MW-44 holds Orders database from 02:00 to 04:00.", Window: "MW-44"}}
	v.Reasons = []scheduler.Reason{{Code: "not-approved", Detail: "One approval is missing."}}
	return v
}

func closed() agenda.View {
	v := upgrade(scheduler.Closed)
	v.Outcome, v.ClosingNotes = scheduler.SuccessfulWithIssues, "One index had to be rebuilt."
	v.ActualStart, v.ActualEnd = v.Start, v.Start.Add(time.Hour)
	return v
}

func draft() agenda.View {
	return agenda.View{Window: scheduler.Window{ID: "0193b0c4-0000-7000-8000-000000000045", Number: 45, State: scheduler.Draft, Requester: jonas.Email, Plan: scheduler.Plan{Title: "Wiki: storage move", Kind: scheduler.Normal, Risk: scheduler.LowRisk, TimeZone: "UTC"}}, Next: "submit", Now: now,
		Reasons: []scheduler.Reason{{Code: "incomplete", Detail: "Name at least one service.", Field: "services"}}}
}

// staged is work in two stages, at the second.
func staged() agenda.View {
	v := running()
	half := v.Start.Add(time.Hour)
	v.Stages = []scheduler.Stage{
		{Name: "the replica", Interval: scheduler.Interval{Start: v.Start, End: half}},
		{Name: "the primary", Services: []string{"orders-db"}, Interval: scheduler.Interval{Start: half, End: v.End}},
	}
	v.Stage = 2
	v.Checks[2].Stage, v.Checks[3].Stage = "the replica", "the primary"
	v.Checks[2].Results = []scheduler.Result{{Answer: scheduler.Passed, By: jonas.Email, At: half, Note: "Twenty orders."}}
	return v
}

// patching is a template that is pre-approved.
func patching() agenda.TemplateView {
	return agenda.TemplateView{Template: scheduler.Template{
		ID: "t1", Name: "Weekly patches", Plan: upgrade(scheduler.Draft).Again(), Duration: time.Hour, Editor: jonas.Email,
		ApprovedBy: "ruth@example.org", ApprovedAt: now.Add(-240 * time.Hour), ReviewBy: now.AddDate(0, 6, 0), Version: 3,
	}, PreApproved: true}
}

// found is what somebody looked for.
func found() agenda.Found {
	q, err := scheduler.ParseQuery("upgrade orders")
	if err != nil {
		panic(err)
	}
	return agenda.Found{Query: q, Windows: []agenda.View{running(), closed()}, Entries: events, WindowCount: 2, EntryCount: 1000}
}

var events = []scheduler.Event{
	{Seq: 2, At: now, Actor: "the clock", Text: `Announcement "started": told 41 of 41.`},
	{Seq: 1, WindowID: "MW-42", At: now.Add(-time.Hour), Actor: jonas.Email, Text: "Jonas Weber started the work."},
}

var sent = Delivery{
	ID: "d1", Window: "MW-42", Kind: "scheduled", Subject: "[Scheduled] Orders database: Sat 12 Dec 02:00–04:00 CET (MW-42)", Address: "shop@example.net",
	State: "sent", Attempts: 1, Reply: "250 2.0.0 Ok: queued as 4F1", MessageID: "<d1@lull.example.org>", At: now.Add(-72 * time.Hour), Sent: now.Add(-72 * time.Hour),
}

var failed = Delivery{ID: "d2", Window: "MW-42", Kind: "scheduled", Address: "gone@example.net", State: "failed", Attempts: 1, Reply: "550 5.1.1 No such user", At: now.Add(-72 * time.Hour), Retry: true}

var posted = Delivery{
	ID: "d3", Window: "MW-42", Kind: "scheduled", Carrier: "webhook", Subject: sent.Subject, Address: "https://hooks.example.org/lull", State: "deferred", Attempts: 2,
	Reply: "503 Service Unavailable", MessageID: "msg_1", At: now.Add(-10 * time.Minute), Next: now.Add(5 * time.Minute), Retry: true,
}

func public(v agenda.View) Public {
	return Public{Ref: v.Name(), Title: v.Title, Summary: v.Summary, Zone: v.TimeZone, Interval: v.Interval, State: v.State, Outcome: v.Outcome, Impact: v.Impact(), Services: []string{"Orders database"}}
}

func stories() []story {
	var all []story
	all = append(all, doorStories()...)
	all = append(all, seriesStories()...)
	all = append(all, windowStories()...)
	all = append(all, setUpStories()...)
	all = append(all, calendarStories()...)
	return append(all, publicStories()...)
}

func doorStories() []story {
	founder := map[string]string{"name": "Mara Lindqvist", "email": "mara@example", "organisation": "Northgate Systems", "time_zone": "Europe/Berlin", "preset": "team"}
	return []story{
		{"error", Error{Frame: inside(jonas, "Not possible now", ""), Status: 409, Detail: "This is not possible yet.", Reasons: []scheduler.Reason{{Detail: "The verify check “An order can be placed” is open."}}}},
		{"error-own-fault", Error{Frame: outside("Something went wrong"), Status: 500, Detail: "Something went wrong in Lull.", ID: "K3Q7ZP2MX4TA"}},
		{"login", LogIn{Frame: outside("Log in"), Next: "/windows/MW-42"}},
		{"login-refused", LogIn{Frame: outside("Log in"), Email: jonas.Email, Detail: "The address or the password is wrong."}},
		{"notice", Notice{Frame: outside("Not set up yet")}},
		{"setup", SetUp{Frame: outside("Set up"), Form: map[string]string{"time_zone": "UTC", "preset": "team"}, Open: true, AsksName: true, Zones: zones}},
		{"setup-refused", SetUp{Frame: outside("Set up"), Refusal: refused("email", "This is not an e-mail address."), Form: founder, AsksName: true, Zones: zones}},
		{"password", Password{Frame: outside("Set a password"), Email: jonas.Email, Name: jonas.Name}},
		{"password-refused", Password{Frame: outside("Set a password"), Email: jonas.Email, Refusal: refused("password", "This is among the most common passwords.")}},
		{"forgot", Forgot{Frame: outside("Forgot the password")}},
		{"forgot-asked", Forgot{Frame: outside("Forgot the password"), Asked: true}},
	}
}

func windowStories() []story {
	quorum := Quorum{Asked: 2, Approvers: 1}
	form := BookFormOf(upgrade(scheduler.Draft).Window)
	form.More(1)
	typed := BookForm{Title: "", Date: "2026-12-12", Time: "02:00", Length: "soon", Zone: "Europe/Berlin", Impact: map[string]string{"orders-db": "degraded"}, Reason: "The supplier comes that night only."}
	typed.Bring([]scheduler.Service{orders})
	people := []Person{{Email: jonas.Email, Name: jonas.Name}, {Email: "priya@example.org"}}
	gone := upgrade(scheduler.Verifying)
	gone.Overrun, gone.Now, gone.Next = true, gone.End.Add(13*time.Minute), "close"
	gone.Reasons = []scheduler.Reason{{Code: "check-open", Detail: "The verify check “An order can be placed” is open.", Check: "c3"}}
	late := inside(jonas, gone.Title, "windows")
	late.Now = gone.Now
	gone.Alarm = scheduler.Alarm{About: scheduler.Overran, Since: gone.End, Next: gone.End.Add(15 * time.Minute), Calls: []scheduler.Call{
		{At: gone.End, To: []string{jonas.Email, "priya@example.org"}, By: scheduler.Clock.Email},
	}}
	gone.CallsNext, gone.CallsAt = []string{"ruth@example.org"}, gone.Alarm.Next
	taken := gone
	taken.Acknowledged, taken.CallsNext, taken.CallsAt = gone.End.Add(5*time.Minute), nil, time.Time{}
	waiting := Delivery{ID: "d9", Window: "MW-42", Kind: "scheduled", Address: "night@example.net", State: "queued", Carrier: "mail", Reason: "it waits for the end of their quiet hours", Next: now.Add(7 * time.Hour), Stop: true}
	told := []Announcement{{Kind: "scheduled", At: now.Add(-72 * time.Hour), Recipients: 42, Counts: "1 failed, 41 sent", Missing: []Missing{{Address: "shop@example.net", Why: "550 no such user", Delivery: "d2"}}}}
	settling := []Announcement{{ID: "a2", Kind: "rescheduled", State: "pending", Settling: true, Wait: 84 * time.Second}}
	return []story{
		{"overview", Overview{Frame: inside(mara, "Overview", "overview"), Running: []agenda.View{running()}, Next: []agenda.View{requested()}, Closed: []agenda.View{closed()}, Mine: []Task{{"Waits for your approval.", requested()}}, Week: weekOf(), Quorum: quorum}},
		{"overview-empty", Overview{Frame: inside(tomas, "Overview", "overview")}},
		{"windows", Windows{Frame: inside(jonas, "Windows", "windows"), Form: map[string]string{"state": "requested", "q": "index"}, Items: []agenda.View{requested(), running(), closed(), draft()}, Services: []scheduler.Service{orders}, More: "/windows?cursor=x"}},
		{"windows-empty", Windows{Frame: inside(tomas, "Windows", "windows")}},
		{"approvals", Approvals{Frame: inside(mara, "Approvals", "approvals"), Items: []agenda.View{requested()}}},
		{"approvals-empty", Approvals{Frame: inside(mara, "Approvals", "approvals")}},
		{"book", Book{Frame: inside(jonas, "Book a window", "windows"), Form: form, Services: []scheduler.Service{orders}, People: people, Zones: zones, Preview: &Preview{View: requested(), Recipients: 42, Zones: 3, Subject: sent.Subject, Text: "Orders wait for a few minutes."}}},
		{"book-refused", Book{Frame: inside(jonas, "Book a window", "windows"), Form: typed, Services: []scheduler.Service{orders}, People: people, Zones: zones, Refusal: Refusal{
			Wrong:  scheduler.InvalidError{"title": "Give the window a title.", "length": "Give a length of time such as 30m, 2h or 1h30m."},
			Reason: []scheduler.Reason{{Code: scheduler.CodeConflict, Detail: "MW-44 holds Orders database from 02:00 to 04:00.", Field: "reason"}},
		}}},
		{"book-slots", Book{Frame: inside(jonas, "Book a window", "windows"), Form: typed, Services: []scheduler.Service{orders}, People: people, Zones: zones, Slots: &Slots{Zone: "Europe/Berlin", Items: []scheduler.Slot{
			{Interval: requested().Interval}, {Interval: running().Interval, Warnings: []scheduler.Conflict{{Kind: scheduler.UpstreamBusy, Detail: "MW-44 works on Core network, which Orders database depends on."}}},
		}}}},
		{"book-no-slots", Book{Frame: inside(jonas, "Book a window", "windows"), Form: typed, Services: []scheduler.Service{orders}, People: people, Zones: zones, Slots: &Slots{Zone: "Europe/Berlin", Reasons: []scheduler.Reason{{Code: "freeze", Detail: "“Year end” freezes Orders database until Mon 4 Jan."}}}}},
		{"book-edit", Book{Frame: inside(mara, "Book a window", "windows"), Form: form, Ref: "MW-42", State: scheduler.Scheduled, MayAgree: true, Services: []scheduler.Service{orders}, People: people, Zones: zones}},
		{"window-draft", Window{Frame: inside(jonas, "Wiki: storage move", "windows"), View: draft()}},
		{"window-requested", Window{Frame: inside(mara, "Search index rebuild", "windows"), View: requested(), People: people}},
		{"window-running", Window{Frame: inside(jonas, running().Title, "windows"), View: running(), Log: events, Announcements: told, Deliveries: []Delivery{sent, failed}, People: people}},
		{"window-refused", Window{Frame: late, View: gone, Refusal: Refusal{Gate: "close", Reason: gone.Reasons}, Form: map[string]string{"outcome": "successful", "notes": "All is well."}, Log: events}},
		{"window-settling", Window{Frame: inside(jonas, running().Title, "windows"), View: running(), Announcements: settling}},
		{"window-taken-up", Window{Frame: late, View: taken, Log: events}},
		{"window-closed", Window{Frame: inside(tomas, closed().Title, "windows"), View: closed(), Log: events, Announcements: told}},
		{"window-print", Window{Frame: inside(jonas, running().Title, "windows"), View: running(), Log: events, Print: true}},
		{"window-staged", Window{Frame: inside(jonas, running().Title, "windows"), View: staged(), People: people}},
		{"book-staged", Book{Frame: inside(jonas, "Book a window", "windows"), Form: BookFormOf(staged().Window), Ref: "MW-42", State: scheduler.Scheduled, Services: []scheduler.Service{orders}, People: people, Zones: zones}},
		{"templates", Templates{Frame: inside(jonas, "Templates", "templates"), Items: []TemplateRow{{patching(), []string{"Orders database"}}}}},
		{"templates-empty", Templates{Frame: inside(tomas, "Templates", "templates")}},
		{"template", Template{Frame: inside(mara, "Template", "templates"), ID: "t1", View: patching(), Form: TemplateFormOf(patching().Template), ReviewBy: "2027-06-01", Services: []scheduler.Service{orders}, People: people, Zones: zones}},
		{"template-viewed", Template{Frame: inside(tomas, "Template", "templates"), ID: "t1", View: patching(), Form: TemplateFormOf(patching().Template)}},
		{"template-refused", Template{Frame: inside(mara, "Template", "templates"), Form: TemplateFormOf(scheduler.Template{}), Refusal: refused("name", "Give the template a name."), Services: []scheduler.Service{orders}, People: people, Zones: zones}},
		{"outbox", Outbox{Frame: inside(jonas, "Outbox", "outbox"), Form: map[string]string{"state": "failed"}, Query: "state=failed", States: []string{"sent", "failed"}, Kinds: []string{"scheduled", "late"}, Items: []Delivery{failed, posted, sent}}},
		{"outbox-refused", Outbox{Frame: inside(jonas, "Outbox", "outbox"), Refusal: refused("reason", "Say why."), Allow: []string{"example.org"}, Items: []Delivery{waiting}}},
		{"outbox-empty", Outbox{Frame: inside(jonas, "Outbox", "outbox"), States: []string{"sent", "failed"}}},
		{"message", Message{Frame: inside(jonas, "Message", "outbox"), Delivery: sent, Headers: "Subject: " + sent.Subject, Text: "Orders wait for a few minutes."}},
		{"message-waiting", Message{Frame: inside(jonas, "Message", "outbox"), Delivery: waiting, No: refused("reason", "Say why.")}},
		{"message-webhook", Message{Frame: inside(jonas, "Message", "outbox"), Delivery: posted, Headers: "Webhook-Id: msg_1", Text: "{\n  \"type\": \"window.scheduled\"\n}"}},
		{"log", Log{Frame: inside(jonas, "Log", "log"), Form: map[string]string{"window": "MW-42"}, Items: events, Sound: true}},
		{"search", Search{Frame: inside(jonas, "Search", "search"), Found: found()}},
		{"search-nothing", Search{Frame: inside(jonas, "Search", "search"), Found: agenda.Found{Query: found().Query, Reading: true}}},
		{"search-refused", Search{Frame: inside(jonas, "Search", "search"), Refusal: refused("q", "Write at least one letter or digit to look for.")}},
		{"log-broken", Log{Frame: inside(jonas, "Log", "log"), Broken: "Row 17 does not fit the one before it."}},
	}
}

func setUpStories() []story {
	service := map[string]string{"slug": "orders-db", "name": "Orders database", "tier": "1", "primary_owner": "priya@example.org", "hours": "sun 02:00-06:00 Europe/Berlin", "checks": "verify: An order can be placed"}
	shop := scheduler.Stakeholder{ID: "s1", Email: "shop@example.net", Name: "The shop", Services: []string{"orders-db"}, Tiers: []int{1}, Confirmed: true}
	guild := scheduler.Stakeholder{ID: "s3", Name: "Shopkeepers", Members: []string{"a@example.net", "b@example.net"}, All: true, Outside: true, Confirmed: true, Quiet: scheduler.Quiet{From: "22:00", To: "07:00"}}
	chosen := ChoicesOf(shop, scheduler.Offer{All: true, Services: []scheduler.Service{orders}, Tiers: []int{1, 2}}, zones)
	chat := scheduler.Webhook{ID: "w1", Name: "Deploy board", URL: "https://hooks.example.org/lull?token=x", Format: scheduler.StandardFormat, Services: []string{"orders-db"}, Kinds: []string{"overrun", "late"}, Tiers: []int{1}, Enabled: true, Version: 2, OldUntil: now.Add(time.Hour)}
	off := scheduler.Webhook{ID: "w2", Name: "Chat", URL: "https://hooks.slack.com/services/T0/B0/x", Format: scheduler.SlackFormat, Off: "Its receiver answered 410 Gone", Version: 3}
	staff := []Person{{Email: mara.Email, Name: mara.Name, Role: mara.Role}, {Email: "ruth@example.org", Name: "Ruth Adeyemi", Role: scheduler.Approver, Pending: true}, {Email: "old@example.org", Name: "Otto", Role: scheduler.Viewer, Disabled: true}}
	keys := []Key{{ID: "k1", Name: "ci", Scope: "all", Created: now.Add(-240 * time.Hour), Used: now}, {ID: "k2", Name: "old", Created: now.Add(-480 * time.Hour), Gone: true}}
	settings := map[string]string{"organisation": "Northgate Systems", "time_zone": "Europe/Berlin", "preset": "team", "notice_normal": "24h", "approvals_1": "2", "reminders": "24h", "settle": "90s", "escalate_after": "15m", "tier_1_notice_normal": "96h", "tier_1_longest_normal": "4h"}
	phone := FeedChoice{Scope: "mine", Tiers: []int{1}, Services: []string{"orders-db"}, Alarm: 30 * time.Minute, Confirmed: true}
	usual, everybody := FeedFormOf(FeedChoice{Scope: "mine", Past: 90 * oneDay, Future: 548 * oneDay}), AddressesOf("Northgate Systems", "https://lull.example.org/calendar.ics")
	handed := AddressesOf("phone", "https://lull.example.org/calendar/x.ics")
	return []story{
		{"services", Services{Frame: inside(mara, "Services", "services"), Items: []ServiceRow{{Service: orders, Next: requested().Start}}, All: 1}},
		{"services-empty", Services{Frame: inside(tomas, "Services", "services")}},
		{"service", Service{Frame: inside(mara, "Service", "services"), Slug: "orders-db", Form: service, Public: true, Upcoming: []agenda.View{requested()}}},
		{"service-viewed", Service{Frame: inside(tomas, "Service", "services"), Slug: "orders-db", Form: service}},
		{"service-refused", Service{Frame: inside(mara, "Service", "services"), Form: service, Refusal: refused("slug", "There is a service “orders-db” already.")}},
		{"stakeholders", Stakeholders{Frame: inside(mara, "Stakeholders", "stakeholders"), Form: map[string]string{"q": "example"}, Query: "q=example", Total: 3, States: []string{"confirmed"}, Services: []scheduler.Service{orders}, Items: []Hearer{
			{Stakeholder: shop, Suppressed: "550 no such user"}, {Stakeholder: scheduler.Stakeholder{ID: "s2", Email: "all@example.net", All: true, List: true}}, {Stakeholder: guild},
		}, Dead: []Dead{{Address: shop.Email, Words: "550 no such user", Since: now}}}},
		{"stakeholders-empty", Stakeholders{Frame: inside(mara, "Stakeholders", "stakeholders")}},
		{"stakeholder", Stakeholder{Frame: inside(mara, "Stakeholder", "stakeholders"), ID: "s1", Choices: chosen, Confirmed: true, Gone: true, Suppressed: "550 no such user", Since: now}},
		{"stakeholder-viewed", Stakeholder{Frame: inside(tomas, "Stakeholder", "stakeholders"), ID: "s1", Choices: chosen, Confirmed: true}},
		{"stakeholder-group", Stakeholder{Frame: inside(mara, "Stakeholder", "stakeholders"), ID: "s3", Choices: ChoicesOf(guild, chosen.Offer, zones), Group: true, Confirmed: true}},
		{"stakeholder-refused", Stakeholder{Frame: inside(mara, "Stakeholder", "stakeholders"), Choices: chosen, Refusal: refused("email", "This address is there already.")}},
		{"stakeholderimport", StakeholderImport{Frame: inside(mara, "Import stakeholders", "stakeholders"), Columns: scheduler.StakeholderColumns, Text: "email\nshop", Tried: true, Report: agenda.Import{Wrong: 1, Rows: []agenda.ImportedRow{{Line: 2, Title: "shop", Wrong: scheduler.InvalidError{"email": "This is not an e-mail address."}}}}}},
		{"stakeholderimport-done", StakeholderImport{Frame: inside(mara, "Import stakeholders", "stakeholders"), Columns: scheduler.StakeholderColumns, Tried: true, Applied: true, Report: agenda.Import{Added: 1, Rows: []agenda.ImportedRow{{Line: 2, Title: shop.Email, Did: "added"}}}}},
		{"webhooks", Webhooks{Frame: inside(mara, "Webhooks", "webhooks"), Items: []WebhookRow{{chat, []string{"Orders database"}}, {off, nil}}}},
		{"webhooks-empty", Webhooks{Frame: inside(mara, "Webhooks", "webhooks")}},
		{"webhook", Webhook{Frame: inside(mara, "Webhook", "webhooks"), ID: "w1", View: chat, Form: map[string]string{"name": chat.Name, "url": chat.URL}, On: map[string]bool{"enabled": true, "orders-db": true, "overrun": true}, Services: []scheduler.Service{orders}, Kinds: scheduler.WebhookKinds, Secret: "whsec_x", Reply: "< 204 No Content"}},
		{"webhook-off", Webhook{Frame: inside(mara, "Webhook", "webhooks"), ID: "w2", View: off, Form: map[string]string{"name": off.Name, "url": off.URL, "format": "slack"}, Services: []scheduler.Service{orders}, Kinds: scheduler.WebhookKinds}},
		{"webhook-refused", Webhook{Frame: inside(mara, "Webhook", "webhooks"), Form: map[string]string{"name": "Chat", "url": "ftp://x"}, On: map[string]bool{"enabled": true}, Refusal: refused("url", "Give an address such as https://hooks.example.org/lull."), Services: []scheduler.Service{orders}, Kinds: scheduler.WebhookKinds}},
		{"people", People{Frame: inside(mara, "People", "people"), Items: staff, Link: "https://lull.example.org/password/x"}},
		{"people-refused", People{Frame: inside(mara, "People", "people"), Items: staff, Form: map[string]string{"email": "ruth@example.org", "role": "approver"}, Refusal: refused("name", "Give a name.")}},
		{"account", Account{Frame: inside(jonas, "Account", "account"), Form: map[string]string{"name": jonas.Name, "time_zone": "Europe/Berlin"}, Told: true, Subscription: "/subscription/t", Zones: zones, Tokens: keys, Secret: "lull_x"}},
		{"account-refused", Account{Frame: inside(jonas, "Account", "account"), Form: map[string]string{"name": jonas.Name, "token": "ci\n"}, Zones: zones, Refusal: refused("token", "Write this in one line.")}},
		{"feeds", Feeds{Frame: inside(jonas, "Calendar feeds", "account"), Form: usual, Services: []scheduler.Service{orders}, Public: everybody, Handed: &handed, Items: []FeedRow{
			{ID: "f1", Name: "phone", Shows: phone.Words(), Created: now.Add(-240 * time.Hour), Used: now, By: "iOS/26.0 dataaccessd/1.0"}, {ID: "f2", Name: "old", Shows: "all windows", Created: now.Add(-480 * time.Hour)},
		}}},
		{"feeds-empty", Feeds{Frame: inside(tomas, "Calendar feeds", "account"), Form: usual, Public: everybody, Vicinity: ThisNetwork}},
		{"feeds-refused", Feeds{Frame: inside(jonas, "Calendar feeds", "account"), ID: "f1", Form: FeedForm{Name: "phone", Scope: "all", Alarm: "soon", Past: "90", Future: "90", On: map[string]bool{"orders-db": true, "tier-1": true}}, Services: []scheduler.Service{orders}, Refusal: refused("alarm", "Give a length of time such as 30m, 2h or 1h30m.")}},
		{"notices", Notices{Frame: inside(jonas, "Supplier notices", "notices"), Services: []scheduler.Service{orders}, Waiting: []scheduler.SupplierNotice{supplied()}, Items: []scheduler.SupplierNotice{supplied("orders-db"), supplied()}, Rules: []scheduler.NoticeRule{{ID: "r1", Provider: "lightpath.example", Account: "4711", Object: "LP/FRA/1187", Service: "orders-db"}}, More: "/notices?after=7",
			Report: &Report{All: 2, Changed: 1, Items: []agenda.Imported{{NoticeUpdate: supplied().NoticeUpdate, ID: "n1", Applied: true, Changed: true}, {NoticeUpdate: scheduler.NoticeUpdate{UID: "lost@lightpath.example", Problems: []string{"It says no end."}}}}, Problems: []string{"Line 7 cannot be read."}}}},
		{"notices-empty", Notices{Frame: inside(tomas, "Supplier notices", "notices")}},
		{"notices-refused", Notices{Frame: inside(jonas, "Supplier notices", "notices"), Text: "BEGIN:VCARD", Refusal: refused("ics", "This is no calendar.")}},
		{"suppliernotice", SupplierNotice{Frame: inside(mara, supplied().Title(), "notices"), Notice: supplied("orders-db"), Services: []scheduler.Service{orders}, On: map[string]bool{"orders-db": true}, Remember: string(scheduler.RememberObjects), History: []agenda.KnownUpdate{{NoticeUpdate: supplied().NoticeUpdate, At: now, By: "priya@example.org", Applied: true}}}},
		{"suppliernotice-refused", SupplierNotice{Frame: inside(jonas, supplied().Title(), "notices"), Notice: supplied(), Services: []scheduler.Service{orders}, Refusal: refused("provider", "It names no account.")}},
		{"settings", Settings{Frame: inside(mara, "Settings", "settings"), Form: settings, On: map[string]bool{"status_open": true}, Tiers: []int{1, 2, 3, 4}, Kinds: scheduler.Kinds, Limits: []string{"notice", "longest"}, Tiered: true, Zones: zones, Quorum: Quorum{Asked: 2, Approvers: 1}}},
		{"settings-refused", Settings{Frame: inside(mara, "Settings", "settings"), Form: settings, Tiers: []int{1, 2, 3, 4}, Kinds: scheduler.Kinds, Limits: []string{"notice", "longest"}, Tiered: true, Zones: zones, Refusal: refused("notice_normal", "Give a length of time such as 24h or 90s.")}},
	}
}

func publicStories() []story {
	now, next, past := public(running()), public(requested()), public(closed())
	now.Updates = []Update{{At: now.Start.Add(2 * time.Minute), Text: "The work has begun."}}
	described, err := ManualOf(map[string]any{
		"info": map[string]any{"description": "Times are RFC 3339."}, "servers": []any{map[string]any{"url": "https://lull.example.org/api/v1"}},
		"paths": map[string]any{"/windows/{id}/start": map[string]any{"post": map[string]any{
			"operationId": "startWindow", "summary": "Start the work, through the start gate.", "x-role": "operator",
			"parameters":  []any{map[string]any{"name": "id", "in": "path", "schema": map[string]any{"type": "string"}}},
			"requestBody": map[string]any{"content": map[string]any{"application/json": map[string]any{"schema": map[string]any{"$ref": "#/components/schemas/startInput"}}}},
			"responses":   map[string]any{"200": map[string]any{"description": "OK", "content": map[string]any{"application/json": map[string]any{"schema": map[string]any{"type": "object", "properties": map[string]any{"items": map[string]any{"type": "array", "items": map[string]any{"$ref": "#/components/schemas/startInput"}}}}}}}, "409": map[string]any{"description": "The rules do not allow it now."}},
		}}},
		"components": map[string]any{"schemas": map[string]any{"startInput": map[string]any{"properties": map[string]any{
			"at":       map[string]any{"type": []string{"string", "null"}, "format": "date-time"},
			"override": map[string]any{"type": "boolean"},
			"kind":     map[string]any{"type": "string", "enum": []string{"normal", "emergency"}},
		}}}},
	})
	if err != nil {
		panic(err)
	}
	offered := ChoicesOf(scheduler.Stakeholder{Services: []string{"orders-db"}}, scheduler.Offer{Services: []scheduler.Service{orders}}, zones)
	inParts := public(staged())
	inParts.Parts = PartsOf(staged(), []scheduler.Service{orders})
	return []story{
		{"docs", Docs{Frame: outside("API"), Manual: described}},
		{"status", Status{Frame: outside("Planned maintenance"), Running: []Public{now}, Upcoming: []Public{next}, Recent: []Public{past}, Base: "https://lull.example.org", Mailed: true, Services: []ServiceLine{{Name: "Orders database", Running: true}, {Name: "Wiki", Note: "None planned"}}}},
		{"status-empty", Status{Frame: outside("Planned maintenance"), Base: "https://lull.example.org"}},
		{"statuswindow", StatusWindow{Frame: outside(now.Title), Item: now}},
		{"statuswindow-staged", StatusWindow{Frame: outside(now.Title), Item: inParts}},
		{"subscribe", Subscribe{Frame: outside("Be told by mail"), Choices: offered}},
		{"subscribe-asked", Subscribe{Frame: outside("Be told by mail"), Asked: true}},
		{"subscribe-refused", Subscribe{Frame: outside("Be told by mail"), Choices: offered, Refusal: refused("email", "This is not an e-mail address.")}},
		{"subscription", Subscription{Frame: outside("Your subscription"), Token: "t", Email: "shop@example.net", Hears: []string{"Orders database"}}},
		{"subscription-confirmed", Subscription{Frame: outside("Your subscription"), Token: "t", Email: "shop@example.net", Confirmed: true, Hears: []string{"Orders database"}, Choices: offered}},
		{"subscription-gone", Subscription{Frame: outside("Your subscription"), Token: "t", Email: "shop@example.net", Gone: true}},
	}
}
