package notifier

import "lull/scheduler"

// stageLines tells when which part of a roll-out concerns the recipient, in the
// mails that state the times of a window.
func (c *catalogue) stageLines(f facts, zone string) (lines []string) {
	if !scheduler.Announcement(f.Kind).StatesTimes() {
		return nil
	}
	var mine []string
	for _, a := range f.Notice.Services {
		if concerns(f, a.Service) {
			mine = append(mine, a.Service)
		}
	}
	for _, st := range (scheduler.Plan{Stages: f.Notice.Stages}).Touching(mine) {
		lines = append(lines, Clean(st.Name)+": "+c.span(st.Start, st.End, zone))
	}
	return lines
}
