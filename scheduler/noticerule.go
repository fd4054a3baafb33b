package scheduler

import (
	"slices"
	"strings"
)

// NoticeRule says which service of ours a supplier's object stands for. An empty
// part is any.
type NoticeRule struct {
	ID       string
	Provider string
	Account  string
	Object   string
	Service  string
}

// Check refuses a rule that would match every notice, as an InvalidError.
func (r *NoticeRule) Check() error {
	wrong := InvalidError{}
	for field, part := range map[string]*string{"provider": &r.Provider, "account": &r.Account, "object": &r.Object} {
		*part = strings.TrimSpace(*part)
		if words := badText(*part, longPart, false); words != "" {
			wrong[field] = words
		}
	}
	if r.Provider+r.Account+r.Object == "" {
		wrong["provider"] = "Name a provider, an account or an object."
	}
	return wrong.Err()
}

// longPart is how long the name of a supplier, an account or an object may be.
const longPart = 500

// rank is how closely the rule names what it is about.
func (r NoticeRule) rank() int {
	rank := 0
	for i, part := range []string{r.Provider, r.Account, r.Object} {
		if part != "" {
			rank += 1 << i
		}
	}
	return rank
}

func (r NoticeRule) fits(provider, account, object string) bool {
	return (r.Provider == "" || folded(r.Provider) == provider) &&
		(r.Account == "" || folded(r.Account) == account) &&
		(r.Object == "" || folded(r.Object) == object)
}

// RuleBook finds rules by the object that they name, so that a notice of many
// objects under many rules costs no more than its length.
type RuleBook map[string][]NoticeRule

// NewRuleBook is the book of the rules.
func NewRuleBook(all []NoticeRule) RuleBook {
	b := RuleBook{}
	for _, r := range all {
		b[folded(r.Object)] = append(b[folded(r.Object)], r)
	}
	return b
}

// Services lists by their slugs the services that u touches: of each of its
// objects those that the closest rules name, or of u itself where it names no
// object. The impact is the worst on any object.
func (b RuleBook) Services(u NoticeUpdate) []Affected {
	objects := u.Objects
	if len(objects) == 0 {
		objects = []NoticeObject{{Impact: u.Impact}}
	}
	provider, account := folded(u.Provider), folded(u.Account)
	worst := map[string]Impact{}
	for _, o := range objects {
		closest, named := 0, []string(nil)
		id := folded(o.ID)
		look := func(rules []NoticeRule) {
			for _, r := range rules {
				switch rank := r.rank(); {
				case rank < closest || !r.fits(provider, account, id):
				case rank > closest:
					closest, named = rank, []string{r.Service}
				default:
					named = append(named, r.Service)
				}
			}
		}
		look(b[""])
		if id != "" {
			look(b[id])
		}
		for _, slug := range named {
			if have, ok := worst[slug]; !ok || o.Impact.Worse(have) {
				worst[slug] = o.Impact
			}
		}
	}
	found := make([]Affected, 0, len(worst))
	for slug, impact := range worst {
		found = append(found, Affected{slug, impact})
	}
	slices.SortFunc(found, func(a, b Affected) int { return strings.Compare(a.Service, b.Service) })
	return found
}

// RememberFor says how wide a rule is that somebody's mapping leaves behind.
type RememberFor string

// The widths of a rule.
const (
	RememberObjects  RememberFor = "objects"  // each object of the notice, or its account where there is none
	RememberAccount  RememberFor = "account"  // all that the provider sends for the account
	RememberProvider RememberFor = "provider" // all that the provider sends
)

// RememberFors lists the widths, the default first.
var RememberFors = []RememberFor{RememberObjects, RememberAccount, RememberProvider}

// Remembered is the rules that mapping n to the services leaves behind.
func (n SupplierNotice) Remembered(wide RememberFor, services []string) (rules []NoticeRule) {
	whole := NoticeRule{Provider: n.Provider}
	if wide != RememberProvider {
		whole.Account = n.Account
	}
	each := []NoticeRule{whole}
	if wide == RememberObjects && len(n.Objects) > 0 {
		each = nil
		for _, o := range n.Objects { // an object keeps its name when the account changes
			each = append(each, NoticeRule{Provider: n.Provider, Object: o.ID})
		}
	}
	for _, r := range each {
		for _, r.Service = range services {
			rules = append(rules, r)
		}
	}
	return rules
}

// Words says what the rule is about.
func (r NoticeRule) Words() string {
	var words []string
	for _, part := range []struct{ what, name string }{{"", r.Object}, {"account ", r.Account}, {"", r.Provider}} {
		if part.name != "" {
			words = append(words, part.what+oneLine(part.name))
		}
	}
	return strings.Join(words, " of ")
}
