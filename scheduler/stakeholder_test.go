package scheduler

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestTheAudienceIsEverybodyWhoMayHearAndHasNotLeft(t *testing.T) {
	t.Parallel()
	rows := []Stakeholder{
		{ID: "1", Email: "gone@example.net", All: true, Confirmed: true, Gone: true},
		{ID: "2", Email: "own@example.net", Services: []string{"shop"}, Confirmed: true, TimeZone: "Asia/Tokyo"},
		{ID: "3", Email: "asked@example.org", Services: []string{"shop"}, Outside: true},
		{ID: "4", Email: "inside@example.org", All: true, Confirmed: true, Outside: true},
		{ID: "5", Name: "Crew", Members: []string{"gone@example.net", "new@example.net", "own@example.net"}, Services: []string{"core-db"}, Confirmed: true, TimeZone: "UTC"},
	}
	people := []Stakeholder{{Email: "asked@example.org"}, {Email: "inside@example.org"}, {Email: "gone@example.net"}, {Email: "plain@example.org"}}
	var got []string
	for _, s := range Audience(rows, people) {
		words := s.Email + " " + s.ID + " " + s.Through
		if s.Confirmed && !s.Gone {
			words += " hears"
		}
		if s.Account {
			words += " by its account"
		}
		if s.Outside {
			words += " outside"
		}
		got = append(got, words)
	}
	want := []string{
		"gone@example.net 1 ",
		"own@example.net 2  hears",
		"asked@example.org 3 ",        // to be confirmed; the account below hears all the same
		"inside@example.org 4  hears", // who has an account is nobody outside
		"new@example.net " + AddressID("new@example.net") + " Crew hears",
		"own@example.net 2 Crew hears",
		"asked@example.org " + AddressID("asked@example.org") + "  hears by its account",
		"plain@example.org " + AddressID("plain@example.org") + "  hears by its account",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestWhoSubscribedOutsideHearsOfPublicServicesAlone(t *testing.T) {
	t.Parallel()
	public, internal := Service{Slug: "shop", Tier: 1, Public: true}, Service{Slug: "core-db", Tier: 1}
	for _, c := range []struct {
		name    string
		s       Stakeholder
		touched []Service
		want    bool
	}{
		{"all, a public one", Stakeholder{All: true, Outside: true}, []Service{internal, public}, true},
		{"all, an internal one", Stakeholder{All: true, Outside: true}, []Service{internal}, false},
		{"its tier, an internal one", Stakeholder{Tiers: []int{1}, Outside: true}, []Service{internal}, false},
		{"its name, an internal one", Stakeholder{Services: []string{"core-db"}, Outside: true}, []Service{internal}, false},
		{"all, nothing", Stakeholder{All: true, Outside: true}, nil, false},
		{"inside, an internal one", Stakeholder{Tiers: []int{1}}, []Service{internal}, true},
		{"inside, all", Stakeholder{All: true}, nil, true},
	} {
		if got := c.s.Concerned(c.touched); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func TestAnAddressChoosesAmongWhatItIsOffered(t *testing.T) {
	t.Parallel()
	all := []Service{{Slug: "shop", Tier: 2, Public: true}, {Slug: "core-db", Tier: 1}}
	for _, c := range []struct {
		name   string
		has    Stakeholder
		inside bool
		wants  Stakeholder
		words  string
	}{
		{"a stranger, a public one", Stakeholder{Outside: true}, false, Stakeholder{Services: []string{"shop"}}, ""},
		{"a stranger, all that is public", Stakeholder{Outside: true}, false, Stakeholder{All: true}, ""},
		{"a stranger, an internal one", Stakeholder{Outside: true}, false, Stakeholder{Services: []string{"core-db"}}, `There is no service "core-db" to choose.`},
		{"a stranger, one that there is not", Stakeholder{Outside: true}, false, Stakeholder{Services: []string{"<script>"}}, `There is no service "<script>" to choose.`},
		{"nothing", Stakeholder{Outside: true}, false, Stakeholder{}, "Choose all, or at least one service."},
		{"one that an admin added keeps what it has", Stakeholder{Services: []string{"core-db"}}, false, Stakeholder{Services: []string{"core-db", "shop"}}, ""},
		{"and takes no more", Stakeholder{Services: []string{"core-db"}}, false, Stakeholder{All: true}, "Choose services: all of them cannot be chosen here."},
		{"no tier either", Stakeholder{Services: []string{"core-db"}}, false, Stakeholder{Tiers: []int{1}}, "Choose among what is offered."},
		{"somebody inside", Stakeholder{}, true, Stakeholder{Services: []string{"core-db"}, Tiers: []int{1}}, ""},
	} {
		err := c.has.Offer(all, c.inside).Check(c.wants)
		var wrong InvalidError
		if errors.As(err, &wrong); wrong["services"] != c.words {
			t.Errorf("%s: got %v, want %q", c.name, err, c.words)
		}
	}
}

func TestAStakeholderIsRefusedInWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		s     Stakeholder
		field string
		words string
	}{
		{"no address", Stakeholder{}, "email", "This is not a mail address such as ada@example.org."},
		{"a header in the address", Stakeholder{Email: "a@example.org\r\nBcc: b@example.org"}, "email", "This is not a mail address such as ada@example.org."},
		{"a display name", Stakeholder{Email: "Ada <a@example.org>"}, "email", "This is not a mail address such as ada@example.org."},
		{"two addresses", Stakeholder{Email: "a@example.org,b@example.org"}, "email", "This is not a mail address such as ada@example.org."},
		{"a name that turns", Stakeholder{Email: "a@example.org", Name: "\u202egro"}, "name", "Characters that turn the reading direction are not allowed here."},
		{"a name of two lines", Stakeholder{Email: "a@example.org", Name: "A\nB"}, "name", "Write this in one line."},
		{"a group with an address", Stakeholder{Email: "a@example.org", Members: []string{"b@example.org"}}, "members", "A group has members and no address of its own."},
		{"a group without a name", Stakeholder{Members: []string{"b@example.org"}}, "name", "Give the group a name."},
		{"a member that is none", Stakeholder{Name: "Crew", Members: []string{"b"}}, "members", `"b" is not a mail address such as ada@example.org.`},
		{"half of the quiet hours", Stakeholder{Email: "a@example.org", Quiet: Quiet{From: "22:00"}}, "quiet", "Give both times as hours and minutes, such as 22:00 and 07:00, or neither."},
		{"an hour that there is not", Stakeholder{Email: "a@example.org", Quiet: Quiet{"24:00", "07:00"}}, "quiet", "Give both times as hours and minutes, such as 22:00 and 07:00, or neither."},
		{"no hours at all", Stakeholder{Email: "a@example.org", Quiet: Quiet{"07:00", "07:00"}}, "quiet", "These are no hours: they end when they begin."},
	} {
		err := c.s.Check()
		var wrong InvalidError
		if errors.As(err, &wrong); wrong[c.field] != c.words {
			t.Errorf("%s: got %v, want %s: %s", c.name, err, c.field, c.words)
		}
	}
	crew := Stakeholder{Name: " Crew ", Members: []string{"B@Example.org", "a@example.org", "b@example.org"}, List: true}
	if err := crew.Check(); err != nil || !reflect.DeepEqual(crew.Members, []string{"a@example.org", "b@example.org"}) || crew.List || crew.Key() != "group:crew" {
		t.Errorf("got %+v, %v", crew, err)
	}
}
