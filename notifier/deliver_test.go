package notifier_test

import (
	"slices"
	"strings"
	"testing"
)

func TestAnApprovedWindowIsAnnouncedByMail(t *testing.T) {
	t.Parallel()
	office := newPostOffice(t, nil)
	d := newDesk(t, carrierTo(t, "smtp://"+office.Addr().String()))
	s := d.stakeholder("shop@example.net", "shop")
	w := d.scheduled(plan())
	d.round()
	got := mailTo(office.received(), "shop@example.net")
	if len(got) != 1 {
		t.Fatalf("%d mails, want 1: %v", len(got), d.told(w.ID))
	}
	m := parse(t, []byte(got[0].body))
	link := "https://maint.example.org/subscription/" + d.SubscriptionToken(s.ID) + "/unsubscribe"
	for name, want := range map[string]string{
		"Subject":               "[Scheduled] Core database upgrade: Wed 4 Nov 13:00–15:00 CET (MW-1)",
		"X-Maintenance-ID":      "MW-1",
		"X-Maintenance-Event":   "scheduled",
		"List-Unsubscribe":      "<" + link + ">",
		"List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
		"List-Id":               `"Maintenance: planned work" <maintenance.maint.example.org>`,
		"Auto-Submitted":        "auto-generated",
	} {
		if got := m.header(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	for _, body := range []string{"Shop depends on it", "Europe/Berlin", "12:00–14:00 UTC", "https://maint.example.org/status/" + w.ID} {
		if !strings.Contains(strings.ReplaceAll(got[0].body, "=\r\n", ""), strings.NewReplacer("–", "=E2=80=93").Replace(body)) {
			t.Errorf("the mail does not say %q:\n%s", body, got[0].body)
		}
	}
	if want := []string{"scheduled shop@example.net sent"}; !slices.Equal(d.told(w.ID), want) {
		t.Errorf("told %q, want %q", d.told(w.ID), want)
	}
}
