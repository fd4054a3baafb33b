package api

import (
	"net/http"
	"reflect"

	"lull/scheduler"
)

// Public is the role of a call that anybody may make.
const Public scheduler.Role = ""

// Operation is one call of the API.
type Operation struct {
	Method  string
	Path    string         // below /api/v1, with {id}
	Role    scheduler.Role // the least that may call it; Public: anybody
	Name    string         // of the handler, and the operationId
	Summary string
	Handler Handler

	status   int          // of success
	query    []string     // what can be asked besides
	body     reflect.Type // nil: none
	optional bool         // the body may be left out
	answer   reflect.Type // nil: nothing
}

// Once reports whether the call may be repeated under an Idempotency-Key, which
// its Handler sees to.
func (o Operation) Once() bool { return o.Method == http.MethodPost }

func of[T any]() reflect.Type { return reflect.TypeFor[T]() }

var (
	listQuery        = []string{"limit", "cursor"}
	logQuery         = []string{"actor", "from", "to", "q", "limit", "cursor"}
	stakeholderQuery = []string{"q", "state", "service", "limit", "cursor"}
	windowQuery      = []string{"from", "to", "service", "state", "kind", "lead", "series", "q", "limit", "cursor"}
)

// Operations is every call of the API.
func (a *API) Operations() []Operation {
	ops := a.windowOperations()
	ops = append(ops, a.verbOperations()...)
	ops = append(ops, a.seriesOperations()...)
	ops = append(ops, a.outboxOperations()...)
	ops = append(ops, a.serviceOperations()...)
	ops = append(ops, a.freezeOperations()...)
	ops = append(ops, a.slotOperations()...)
	ops = append(ops, a.templateOperations()...)
	ops = append(ops, a.webhookOperations()...)
	ops = append(ops, a.noticeOperations()...)
	ops = append(ops, a.peopleOperations()...)
	ops = append(ops, Operation{
		Method: "GET", Path: "/openapi.json", Role: Public, Name: "openAPI", Summary: "This description.",
		Handler: a.openAPI, status: 200, answer: of[map[string]any](),
	})
	for i := range ops {
		if ops[i].Once() {
			ops[i].Handler = a.once(ops[i].Handler)
		}
	}
	return ops
}

func (a *API) windowOperations() []Operation {
	return []Operation{
		{"GET", "/windows", scheduler.Viewer, "listWindows", "Windows by their start; text/csv for a table.", a.listWindows, 200, windowQuery, nil, false, of[page[window]]()},
		{"POST", "/windows", scheduler.Operator, "createWindow", "Make a draft, and submit it if asked.", a.createWindow, 201, nil, of[createInput](), false, of[window]()},
		{"POST", "/windows/preview", scheduler.Operator, "previewWindow", "What booking a draft would give.", a.previewWindow, 200, nil, of[createInput](), false, of[preview]()},
		{"GET", "/windows/{id}", scheduler.Viewer, "getWindow", "A window by its id or its name.", a.getWindow, 200, nil, nil, false, of[window]()},
		{"PATCH", "/windows/{id}", scheduler.Operator, "changeWindow", "Change what is given of a window.", a.changeWindow, 200, nil, of[patchInput](), false, of[window]()},
		{"DELETE", "/windows/{id}", scheduler.Operator, "deleteWindow", "Delete a draft.", a.deleteWindow, 204, nil, nil, false, nil},
		{"POST", "/windows/{id}/checks/{check}", scheduler.Operator, "answerCheck", "Answer a check.", a.answerCheck, 200, nil, of[answerInput](), false, of[window]()},
		{"GET", "/windows/{id}/log", scheduler.Viewer, "windowLog", "What happened to a window.", a.windowLog, 200, logQuery, nil, false, of[page[entry]]()},
		{"POST", "/windows/{id}/log", scheduler.Operator, "addToLog", "Add an entry to the log.", a.addToLog, 201, nil, of[textInput](), false, of[entry]()},
		{"GET", "/log", scheduler.Viewer, "wholeLog", "What happened.", a.wholeLog, 200, append([]string{"window"}, logQuery...), nil, false, of[page[entry]]()},
	}
}

// verbOperations are the verbs: each answers the window.
func (a *API) verbOperations() []Operation {
	verb := func(name string, role scheduler.Role, body reflect.Type, summary string, h Handler) Operation {
		return Operation{"POST", "/windows/{id}/" + name, role, name + "Window", summary, h, 200, nil, body, true, of[window]()}
	}
	return []Operation{
		verb("submit", scheduler.Operator, of[reasonInput](), "Ask for approval; a reason where conflicts block.", a.submit()),
		verb("approve", scheduler.Approver, of[approveInput](), "Approve, overriding the conflicts named.", a.approve()),
		verb("reject", scheduler.Approver, of[reasonInput](), "Reject, with a reason.", a.reject()),
		verb("start", scheduler.Operator, of[startInput](), "Start the work, through the start gate.", a.start()),
		verb("finish", scheduler.Operator, of[finishInput](), "End the work; verification follows.", a.finish()),
		verb("advance", scheduler.Operator, of[advanceInput](), "Begin the next stage, through its gate.", a.advance()),
		verb("resume", scheduler.Operator, of[reasonInput](), "Go back to work.", a.resume()),
		verb("close", scheduler.Operator, of[closeInput](), "Close for ever, through the close gate.", a.close()),
		verb("cancel", scheduler.Operator, of[reasonInput](), "Cancel for ever, with a reason.", a.cancel()),
		verb("extend", scheduler.Operator, of[extendInput](), "Move the end of running work.", a.extend()),
		verb("reschedule", scheduler.Operator, of[moveInput](), "Move a window; without an end it keeps its length.", a.rescheduleWindow),
		verb("progress", scheduler.Operator, of[progressInput](), "Say how the work goes, to stakeholders if public.", a.progress()),
		verb("handover", scheduler.Operator, of[handoverInput](), "Give the window another lead.", a.handover()),
		verb("acknowledge", scheduler.Operator, of[noteInput](), "Take care of a late or overrunning window.", a.acknowledge()),
		verb("escalate", scheduler.Operator, of[reasonInput](), "Call the next people.", a.escalate()),
	}
}

func (a *API) serviceOperations() []Operation {
	return []Operation{
		{"GET", "/services", scheduler.Viewer, "listServices", "Services by their slug; text/csv for a table of all.", a.listServices, 200, listQuery, nil, false, of[page[service]]()},
		{"POST", "/services", scheduler.Admin, "createService", "Add a service.", a.createService, 201, nil, of[newServiceInput](), false, of[service]()},
		{"GET", "/services/{slug}", scheduler.Viewer, "getService", "A service.", a.getService, 200, nil, nil, false, of[service]()},
		{"PATCH", "/services/{slug}", scheduler.Admin, "changeService", "Change what is given of a service.", a.changeService, 200, nil, of[serviceInput](), false, of[service]()},
		{"DELETE", "/services/{slug}", scheduler.Admin, "deleteService", "Delete a service that nothing names.", a.deleteService, 204, nil, nil, false, nil},
		{"GET", "/stakeholders", scheduler.Viewer, "listStakeholders", "Stakeholders by their address; text/csv for a table.", a.listStakeholders, 200, stakeholderQuery, nil, false, of[page[stakeholder]]()},
		{"POST", "/stakeholders", scheduler.Admin, "createStakeholder", "Add a stakeholder.", a.createStakeholder, 201, nil, of[stakeholderInput](), false, of[stakeholder]()},
		{"GET", "/stakeholders/{id}", scheduler.Viewer, "getStakeholder", "A stakeholder.", a.getStakeholder, 200, nil, nil, false, of[stakeholder]()},
		{"PATCH", "/stakeholders/{id}", scheduler.Admin, "changeStakeholder", "Change what is given of a stakeholder.", a.changeStakeholder, 200, nil, of[stakeholderInput](), false, of[stakeholder]()},
		{"DELETE", "/stakeholders/{id}", scheduler.Admin, "deleteStakeholder", "Forget a stakeholder.", a.deleteStakeholder, 204, nil, nil, false, nil},
		{"POST", "/stakeholders/{id}/lift", scheduler.Admin, "liftStakeholder", "Let mail go to a suppressed address again.", a.liftStakeholder, 200, nil, nil, false, of[stakeholder]()},
		{"GET", "/settings", scheduler.Viewer, "getSettings", "What the organisation decided.", a.getSettings, 200, nil, nil, false, of[settings]()},
		{"PUT", "/settings", scheduler.Admin, "putSettings", "Change what is given of the settings.", a.putSettings, 200, nil, of[settingsInput](), false, of[settings]()},
	}
}

func (a *API) peopleOperations() []Operation {
	return []Operation{
		{"GET", "/users", scheduler.Viewer, "listUsers", "People with an account, by name.", a.listUsers, 200, listQuery, nil, false, of[page[user]]()},
		{"POST", "/users", scheduler.Admin, "createUser", "Add a person, invited by mail without a password.", a.createUser, 201, nil, of[newUserInput](), false, of[newUser]()},
		{"GET", "/users/{id}", scheduler.Viewer, "getUser", "A person by the address.", a.getUser, 200, nil, nil, false, of[user]()},
		{"PATCH", "/users/{id}", scheduler.Admin, "changeUser", "Change what is given of a person.", a.changeUser, 200, nil, of[userInput](), false, of[user]()},
		{"DELETE", "/users/{id}", scheduler.Admin, "disableUser", "Take a person's access away.", a.disableUser, 204, nil, nil, false, nil},
		{"GET", "/tokens", scheduler.Viewer, "listTokens", "One's own API tokens; everybody's for an admin.", a.listTokens, 200, listQuery, nil, false, of[page[token]]()},
		{"POST", "/tokens", scheduler.Viewer, "createToken", "Make an API token; its secret is shown once.", a.createToken, 201, nil, of[tokenInput](), false, of[newToken]()},
		{"GET", "/tokens/{id}", scheduler.Viewer, "getToken", "An API token, without its secret.", a.getToken, 200, nil, nil, false, of[token]()},
		{"DELETE", "/tokens/{id}", scheduler.Viewer, "revokeToken", "Revoke an API token.", a.revokeToken, 204, nil, nil, false, nil},
		{"GET", "/feeds", scheduler.Viewer, "listFeeds", "One's own calendar feeds.", a.listFeeds, 200, listQuery, nil, false, of[page[ownFeed]]()},
		{"POST", "/feeds", scheduler.Viewer, "createFeed", "Make a calendar feed; its address is shown once.", a.createFeed, 201, nil, of[feedInput](), false, of[newFeed]()},
		{"GET", "/feeds/{id}", scheduler.Viewer, "getFeed", "One of one's own calendar feeds.", a.getFeed, 200, nil, nil, false, of[ownFeed]()},
		{"PATCH", "/feeds/{id}", scheduler.Viewer, "changeFeed", "Change what is given of a calendar feed.", a.changeFeed, 200, nil, of[feedInput](), false, of[ownFeed]()},
		{"POST", "/feeds/{id}/rotate", scheduler.Viewer, "rotateFeed", "Give a calendar feed another address, shown once.", a.rotateFeed, 200, nil, nil, false, of[newFeed]()},
		{"DELETE", "/feeds/{id}", scheduler.Viewer, "revokeFeed", "Revoke a calendar feed.", a.revokeFeed, 204, nil, nil, false, nil},
	}
}
