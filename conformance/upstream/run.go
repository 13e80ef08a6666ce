//go:build ordered

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/go-logr/logr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	ctrllog "sigs.k8s.io/controller-runtime/pkg/log"
	v1 "sigs.k8s.io/karpenter/pkg/apis/v1"
	"sigs.k8s.io/karpenter/pkg/controllers/disruption"
	pscheduling "sigs.k8s.io/karpenter/pkg/controllers/provisioning/scheduling"
)

const passesMax = 10_000

type underway struct {
	command  *disruption.Command
	nextLook time.Time
}

// timeline is what the run has to remember.
type timeline struct {
	start, end time.Time
	facts      []Fact
	commands   []*underway
	known      map[*disruption.Command]bool
	script     []Change
	scores     map[string]Score
	errors     []error
}

// run lets upstream's controller and queue do what is due, from the start of the case on.
func (w *world) run(duration time.Duration) (Run, error) {
	if duration == 0 {
		return Run{Facts: []Fact{}, Events: []RunEvent{}, PodEvents: []RunEvent{}, End: []EndNode{}, Then: describe(pscheduling.Results{})}, nil
	}
	start := w.clock.Now()
	w.timeline = &timeline{
		start: start, end: start.Add(duration), facts: []Fact{},
		known: map[*disruption.Command]bool{}, script: w.input.Script,
	}
	w.ctx = ctrllog.IntoContext(w.ctx, logr.New(errorSink{&w.timeline.errors}))
	disruption.OnScored = func(_ disruption.Command, scores map[string]disruption.ScoreResult, approved bool) {
		if approved {
			w.timeline.scores = describeEvaluation(disruption.Command{}, scores, approved).Scores
		}
	}
	defer func() { disruption.OnScored = nil }()
	w.clock.pass = w.pass
	controller := disruption.NewController(w.clock, w.client, w.provisioner, w.provider, w.recorder, w.cluster,
		w.queue, w.costs, disruption.WithMethods(w.watchedMethods()...))
	w.happen()
	for passes := 0; ; passes++ {
		if passes > passesMax {
			return Run{}, fmt.Errorf("more than %d passes", passesMax)
		}
		result, err := controller.Reconcile(w.ctx)
		if w.ctx.Err() != nil {
			break
		}
		w.noteStarted()
		if err != nil {
			w.note(Fact{Kind: "failed", Text: err.Error()})
			break
		}
		w.lookAtQueue()
		if result.RequeueAfter > time.Nanosecond && !w.pass(result.RequeueAfter) {
			break
		}
	}
	run := w.describeRun()
	run.Then = w.provision()
	return run, nil
}

// provision decides on the cluster as it has become.
func (w *world) provision() Decision {
	// The run's own context may have ended.
	results, err := w.provisioner.Schedule(context.WithoutCancel(w.ctx))
	decision := describe(results)
	if err != nil {
		decision.Error = err.Error()
	}
	return decision
}

func (w *world) watchedMethods() []disruption.Method {
	c := disruption.MakeConsolidation(w.clock, w.cluster, w.client, w.provisioner, w.provider, w.recorder, w.queue)
	watched := func(name string, validator disruption.Validator) disruption.Validator {
		return watching{validator, w, name}
	}
	return []disruption.Method{
		disruption.NewEmptiness(c, disruption.WithValidator(watched(methodNames[0], disruption.NewEmptinessValidator(c)))),
		disruption.NewStaticDrift(w.cluster, w.provisioner, w.provider),
		disruption.NewDrift(w.client, w.cluster, w.provisioner, w.recorder, w.clock),
		disruption.NewMultiNodeConsolidation(c, disruption.WithValidator(watched(methodNames[3], disruption.NewMultiConsolidationValidator(c)))),
		disruption.NewSingleNodeConsolidation(c, disruption.WithValidator(watched(methodNames[4], disruption.NewSingleConsolidationValidator(c)))),
	}
}

// watching notes which commands upstream's validator turns down, and why.
type watching struct {
	disruption.Validator
	w      *world
	method string
}

func (v watching) Validate(ctx context.Context, cmd disruption.Command, delay time.Duration) (disruption.Command, error) {
	valid, err := v.Validator.Validate(ctx, cmd, delay)
	if disruption.IsValidationError(err) {
		v.w.note(Fact{Kind: "rejected", Method: v.method, Candidates: cmd.SourceNodeNames(), Failure: failureOf(err), Text: err.Error()})
	}
	return valid, err
}

func failureOf(err error) string {
	var budget *disruption.BudgetValidationError
	var scheduling *disruption.SchedulingValidationError
	var churn *disruption.ChurnValidationError
	switch {
	case errors.As(err, &budget):
		return "budget"
	case errors.As(err, &scheduling):
		return "scheduling"
	case errors.As(err, &churn):
		return "churn"
	default:
		return "unknown"
	}
}

func (w *world) note(fact Fact) {
	fact.AtMs = w.clock.Now().Sub(w.timeline.start).Milliseconds()
	w.timeline.facts = append(w.timeline.facts, fact)
}

// pass lets time go on, with all that happens meanwhile; false when the run ends before it is over.
func (w *world) pass(d time.Duration) bool {
	target := w.clock.Now().Add(d)
	for {
		next := w.nextHappening()
		if next.IsZero() || next.After(target) || next.After(w.timeline.end) {
			break
		}
		w.clock.SetTime(next)
		w.happen()
	}
	if target.After(w.timeline.end) {
		w.clock.SetTime(w.timeline.end)
		w.cancel()
		return false
	}
	w.clock.SetTime(target)
	return true
}

// nextHappening is later than now, or zero.
func (w *world) nextHappening() time.Time {
	var next time.Time
	consider := func(at time.Time) {
		if !at.IsZero() && at.After(w.clock.Now()) && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	for _, change := range w.timeline.script {
		consider(w.timeline.start.Add(time.Duration(change.AtSeconds) * time.Second))
	}
	for _, it := range w.timeline.commands {
		consider(it.nextLook)
	}
	consider(w.nextToCarryOut())
	return next
}

// happen does what is due: first the script, then machines, then the queue.
func (w *world) happen() {
	for len(w.timeline.script) > 0 {
		change := w.timeline.script[0]
		if w.timeline.start.Add(time.Duration(change.AtSeconds) * time.Second).After(w.clock.Now()) {
			break
		}
		w.timeline.script = w.timeline.script[1:]
		if err := w.apply(change); err != nil {
			panic(err)
		}
	}
	w.carryOut()
	w.lookAtQueue()
}

// noteStarted finds new commands, in the order in which they were started.
func (w *world) noteStarted() {
	started := []*disruption.Command{}
	for _, cmd := range w.queue.ProviderIDToCommand {
		if cmd.Method != nil && !w.timeline.known[cmd] {
			w.timeline.known[cmd] = true
			started = append(started, cmd)
		}
	}
	slices.SortFunc(started, func(a, b *disruption.Command) int { return cmp.Compare(startedKey(a), startedKey(b)) })
	for _, cmd := range started {
		w.timeline.commands = append(w.timeline.commands, &underway{command: cmd, nextLook: w.clock.Now()})
		fact := Fact{
			Kind: "started", Method: methodName(cmd.Method), Candidates: cmd.SourceNodeNames(),
			Text: withoutID(cmd.String()), Savings: cmd.EstimatedSavings(), Created: w.describeCreated(cmd),
		}
		if strings.HasSuffix(fact.Method, "consolidation") {
			fact.Scores = w.timeline.scores
		}
		w.note(fact)
	}
}

// Only static drift starts several commands at once, each with a replacement.
func startedKey(cmd *disruption.Command) string {
	if len(cmd.Replacements) > 0 {
		// Names count up.
		name := cmd.Replacements[0].Name
		return name[strings.LastIndex(name, "-")+1:]
	}
	return cmd.Candidates[0].Name()
}

func methodName(method disruption.Method) string {
	switch method.(type) {
	case *disruption.Emptiness:
		return methodNames[0]
	case *disruption.StaticDrift:
		return methodNames[1]
	case *disruption.Drift:
		return methodNames[2]
	case *disruption.MultiNodeConsolidation:
		return methodNames[3]
	default:
		return methodNames[4]
	}
}

var commandID = regexp.MustCompile(`/[0-9a-f]{8}-[0-9a-f-]{27}: `)

func withoutID(text string) string { return commandID.ReplaceAllString(text, "/ID: ") }

// lookAtQueue has upstream's queue look at the commands that are due. One whose first NodeClaim is
// gone is never looked at again.
func (w *world) lookAtQueue() {
	rest := []*underway{}
	for _, it := range w.timeline.commands {
		if it.nextLook.After(w.clock.Now()) || w.look(it) {
			rest = append(rest, it)
		}
	}
	w.timeline.commands = rest
}

func (w *world) look(it *underway) bool {
	nodeClaim := &v1.NodeClaim{}
	if err := w.client.Get(w.ctx, client.ObjectKeyFromObject(it.command.Candidates[0].NodeClaim), nodeClaim); err != nil {
		return false
	}
	w.timeline.errors = nil
	result, err := w.queue.Reconcile(w.ctx, nodeClaim)
	if err != nil {
		panic(err)
	}
	if result.RequeueAfter > 0 {
		it.nextLook = w.clock.Now().Add(result.RequeueAfter)
		return true
	}
	fact := Fact{Kind: "ended", Candidates: it.command.SourceNodeNames(), Outcome: "failed"}
	if it.command.Succeeded {
		fact.Outcome = "succeeded"
	} else {
		fact.Text = errors.Join(w.timeline.errors...).Error()
	}
	w.note(fact)
	return false
}

// errorSink keeps what is logged as an error: upstream tells nowhere else why a command failed.
type errorSink struct{ errors *[]error }

func (s errorSink) Init(logr.RuntimeInfo)               {}
func (s errorSink) Enabled(int) bool                    { return false }
func (s errorSink) Info(int, string, ...any)            {}
func (s errorSink) Error(err error, _ string, _ ...any) { *s.errors = append(*s.errors, err) }
func (s errorSink) WithValues(...any) logr.LogSink      { return s }
func (s errorSink) WithName(string) logr.LogSink        { return s }
