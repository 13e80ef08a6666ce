//go:build ordered

package main

import (
	"context"
	"fmt"
	"maps"
	"sort"
	"time"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	v1 "sigs.k8s.io/karpenter/pkg/apis/v1"
	"sigs.k8s.io/karpenter/pkg/controllers/disruption"
	"sigs.k8s.io/karpenter/pkg/controllers/provisioning/scheduling"
)

// MethodDecision is what one method decides on its own. Candidates and events are sorted, commands
// and evaluations are in upstream's order.
type MethodDecision struct {
	Method     string            `json:"method"`
	Error      string            `json:"error,omitempty"`
	Candidates []Candidate       `json:"candidates"`
	Budgets    map[string]int    `json:"budgets"`
	Totals     map[string]Totals `json:"totals"`
	Commands   []Command         `json:"commands"`
	Scored     []Evaluation      `json:"scored"`
	Events     []Event           `json:"events"`
	// PodEvents are those about pods with a do-not-disrupt annotation.
	PodEvents []Event `json:"podEvents"`
}

// Candidate is a node that passed the method's filter.
type Candidate struct {
	Name                     string  `json:"name"`
	Price                    float64 `json:"price"`
	RescheduleDisruptionCost float64 `json:"rescheduleDisruptionCost"`
}

// Totals of a NodePool, as scores rest on them.
type Totals struct {
	Cost           float64 `json:"cost"`
	DisruptionCost float64 `json:"disruptionCost"`
}

// Command is what a method wants done, before anybody has looked at it again.
type Command struct {
	Decision     string        `json:"decision"`
	Candidates   []string      `json:"candidates"`
	Replacements []Replacement `json:"replacements"`
	Savings      float64       `json:"savings"`
	Text         string        `json:"text"`
}

// Replacement is a NodeClaim to be launched first. One for a static NodePool has no instance types.
type Replacement struct {
	NodeClaim
	IsStatic bool `json:"isStatic"`
}

// Evaluation is the verdict on one move; scores by NodePool.
type Evaluation struct {
	Candidates []string         `json:"candidates"`
	IsApproved bool             `json:"isApproved"`
	Scores     map[string]Score `json:"scores"`
}

// Score as text, since it may be infinite.
type Score struct {
	Score              string  `json:"score"`
	SavingsFraction    float64 `json:"savingsFraction"`
	DisruptionFraction float64 `json:"disruptionFraction"`
	IsApproved         bool    `json:"isApproved"`
}

// Event is told about an object.
type Event struct {
	Object  string `json:"object"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

// always believes a command.
type always struct{}

func (always) Validate(_ context.Context, cmd disruption.Command, _ time.Duration) (disruption.Command, error) {
	return cmd, nil
}

var methodNames = []string{"emptiness", "static-drift", "drift", "multi-node-consolidation", "single-node-consolidation"}

// inspect asks every method on the same cluster.
func (w *world) inspect() ([]MethodDecision, error) {
	validated := disruption.WithValidator(always{})
	consolidation := disruption.MakeConsolidation(w.clock, w.cluster, w.client, w.provisioner, w.provider, w.recorder, w.queue)
	decisions := []MethodDecision{}
	for i, method := range []disruption.Method{
		disruption.NewEmptiness(consolidation, validated),
		disruption.NewStaticDrift(w.cluster, w.provisioner, w.provider),
		disruption.NewDrift(w.client, w.cluster, w.provisioner, w.recorder, w.clock),
		disruption.NewMultiNodeConsolidation(consolidation, validated),
		disruption.NewSingleNodeConsolidation(consolidation, validated),
	} {
		decision, err := w.inspectMethod(method)
		if err != nil {
			decision.Error = err.Error()
		}
		decision.Method = methodNames[i]
		decisions = append(decisions, decision)
	}
	return decisions, nil
}

// inspectMethod takes the steps of the controller's disrupt up to the commands.
func (w *world) inspectMethod(method disruption.Method) (decision MethodDecision, err error) {
	decision = MethodDecision{
		Candidates: []Candidate{}, Budgets: map[string]int{}, Totals: map[string]Totals{},
		Commands: []Command{}, Scored: []Evaluation{},
	}
	w.recorder.events = nil
	defer func() {
		decision.Events = describeEvents(w.recorder.events, disruptionReasons)
		decision.PodEvents = describeEvents(w.recorder.events, podReasons)
	}()
	candidates, totals, err := disruption.GetCandidatesWithTotals(w.ctx, w.cluster, w.client, w.recorder, w.clock,
		w.provider, method.ShouldDisrupt, method.Class(), w.queue, w.costs)
	if err != nil {
		return decision, fmt.Errorf("determining candidates, %w", err)
	}
	for _, it := range candidates {
		decision.Candidates = append(decision.Candidates, Candidate{it.Name(), it.Price, it.RescheduleDisruptionCost})
	}
	if len(candidates) == 0 {
		return decision, nil
	}
	if setter, ok := method.(disruption.NodePoolTotalsSetter); ok {
		setter.SetNodePoolTotals(totals)
		if method.Reason() == v1.DisruptionReasonUnderutilized {
			for name, it := range totals {
				decision.Totals[name] = Totals{it.TotalCost, it.TotalDisruptionCost}
			}
		}
	}
	budgets, err := disruption.BuildDisruptionBudgetMapping(w.ctx, w.cluster, w.clock, w.client, w.provider, w.recorder, method.Reason())
	if err != nil {
		return decision, fmt.Errorf("building disruption budgets, %w", err)
	}
	decision.Budgets = maps.Clone(budgets)
	disruption.OnScored = func(cmd disruption.Command, scores map[string]disruption.ScoreResult, approved bool) {
		decision.Scored = append(decision.Scored, describeEvaluation(cmd, scores, approved))
	}
	defer func() { disruption.OnScored = nil }()
	commands, err := method.ComputeCommands(w.ctx, budgets, candidates...)
	if err != nil {
		return decision, fmt.Errorf("computing disruption decision, %w", err)
	}
	for _, cmd := range commands {
		if cmd.Decision() != disruption.NoOpDecision {
			decision.Commands = append(decision.Commands, describeCommand(cmd))
		}
		// Nodes that static drift has reserved are given back: nothing is launched.
		for _, it := range cmd.Replacements {
			if it.IsStaticNodeClaim {
				w.cluster.NodePoolState.ReleaseNodeCount(it.NodePoolName, 1)
			}
		}
	}
	return decision, nil
}

func describeCommand(cmd disruption.Command) Command {
	described := Command{
		Decision:     string(cmd.Decision()),
		Candidates:   cmd.SourceNodeNames(),
		Replacements: []Replacement{},
		Savings:      cmd.EstimatedSavings(),
		Text:         cmd.String(),
	}
	for _, it := range cmd.Replacements {
		described.Replacements = append(described.Replacements, describeReplacement(it.NodeClaim))
	}
	return described
}

func describeReplacement(nodeClaim *scheduling.NodeClaim) Replacement {
	if nodeClaim.IsStaticNodeClaim {
		return Replacement{IsStatic: true, NodeClaim: NodeClaim{
			NodePool: nodeClaim.NodePoolName, Pods: []string{}, InstanceTypes: []string{},
			Requirements: []Requirement{}, Requests: map[string]int64{},
		}}
	}
	return Replacement{NodeClaim: describeNodeClaim(nodeClaim)}
}

func describeEvaluation(cmd disruption.Command, scores map[string]disruption.ScoreResult, approved bool) Evaluation {
	evaluation := Evaluation{Candidates: cmd.SourceNodeNames(), IsApproved: approved, Scores: map[string]Score{}}
	for name, it := range scores {
		evaluation.Scores[name] = Score{fmt.Sprint(it.Score()), it.SavingsFraction, it.DisruptionFraction, it.Approved()}
	}
	return evaluation
}

// disruptionReasons are those of the events that are compared.
var disruptionReasons = map[string]bool{
	"DisruptionBlocked": true, "Unconsolidatable": true, "ConsolidationCandidate": true,
	"ConsolidationApproved": true, "ConsolidationRejected": true, "DisruptionLaunching": true,
	"DisruptionWaitingReadiness": true, "DisruptionTerminating": true, "Nominated": true, "FailedScheduling": true,
}

// podReasons are those of the events about pods with a do-not-disrupt annotation.
var podReasons = map[string]bool{
	"DoNotDisruptUntil": true, "DoNotDisruptGracePeriodElapsed": true, "InvalidDoNotDisruptAnnotation": true,
}

// describeEvents of these reasons, without repetitions.
func describeEvents(published []publishedEvent, reasons map[string]bool) []Event {
	seen := map[Event]bool{}
	described := []Event{}
	for _, it := range published {
		event := Event{Object: objectText(it.InvolvedObject.(client.Object)), Reason: it.Reason, Message: it.Message}
		if reasons[it.Reason] && !seen[event] {
			seen[event] = true
			described = append(described, event)
		}
	}
	sort.Slice(described, func(i, j int) bool { return described[i].text() < described[j].text() })
	return described
}

func (e Event) text() string { return e.Object + " " + e.Reason + " " + e.Message }

func objectText(object client.Object) string {
	switch object.(type) {
	case *corev1.Node:
		return "Node " + object.GetName()
	case *v1.NodeClaim:
		return "NodeClaim " + object.GetName()
	case *v1.NodePool:
		return "NodePool " + object.GetName()
	case *corev1.Pod:
		return "Pod " + podKey(object.(*corev1.Pod))
	default:
		return fmt.Sprintf("%T %s/%s", object, object.GetNamespace(), object.GetName())
	}
}
