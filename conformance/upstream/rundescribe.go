//go:build ordered

package main

import (
	"slices"
	"sort"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	v1 "sigs.k8s.io/karpenter/pkg/apis/v1"
	"sigs.k8s.io/karpenter/pkg/controllers/disruption"
	"sigs.k8s.io/karpenter/pkg/controllers/state"
)

// Run is what the controller did in the time of the case.
type Run struct {
	Facts  []Fact     `json:"facts"`
	Events []RunEvent `json:"events"`
	// PodEvents are those about pods with a do-not-disrupt annotation.
	PodEvents []RunEvent `json:"podEvents"`
	End       []EndNode  `json:"end"`
	// Then is what provisioning would decide after all that.
	Then Decision `json:"then"`
}

// Fact is something that was done about a command: it was started, has ended, or was turned down at
// the second look; or a pass went wrong, which ends the run.
type Fact struct {
	AtMs       int64            `json:"atMs"`
	Kind       string           `json:"kind"`
	Method     string           `json:"method,omitempty"`
	Candidates []string         `json:"candidates,omitempty"`
	Text       string           `json:"text,omitempty"`
	Savings    float64          `json:"savings,omitempty"`
	Created    []CreatedClaim   `json:"created,omitempty"`
	Outcome    string           `json:"outcome,omitempty"`
	Failure    string           `json:"failure,omitempty"`
	Scores     map[string]Score `json:"scores,omitempty"`
}

// CreatedClaim is a NodeClaim as it was created; requirements sorted by key.
type CreatedClaim struct {
	Name         string             `json:"name"`
	NodePool     string             `json:"nodePool"`
	Requirements []ClaimRequirement `json:"requirements"`
}

// ClaimRequirement has its values sorted.
type ClaimRequirement struct {
	Key       string   `json:"key"`
	Operator  string   `json:"operator"`
	Values    []string `json:"values"`
	MinValues *int     `json:"minValues,omitempty"`
}

// RunEvent is an event with the time when it was published first.
type RunEvent struct {
	AtMs int64 `json:"atMs"`
	Event
}

// EndNode is a machine as Karpenter remembers it at the end.
type EndNode struct {
	Name              string `json:"name"`
	MarkedForDeletion bool   `json:"markedForDeletion"`
	Nominated         bool   `json:"nominated"`
	Tainted           bool   `json:"tainted"`
	// DisruptionReason of the NodeClaim's condition.
	DisruptionReason string `json:"disruptionReason,omitempty"`
	Deleting         bool   `json:"deleting"`
}

func (w *world) describeCreated(cmd *disruption.Command) []CreatedClaim {
	described := []CreatedClaim{}
	for _, replacement := range cmd.Replacements {
		nodeClaim := &v1.NodeClaim{}
		if err := w.client.Get(w.ctx, client.ObjectKey{Name: replacement.Name}, nodeClaim); err != nil {
			panic(err)
		}
		created := CreatedClaim{Name: nodeClaim.Name, NodePool: nodeClaim.Labels[v1.NodePoolLabelKey], Requirements: []ClaimRequirement{}}
		for _, it := range nodeClaim.Spec.Requirements {
			values := append([]string{}, it.Values...)
			sort.Strings(values)
			created.Requirements = append(created.Requirements, ClaimRequirement{it.Key, string(it.Operator), values, it.MinValues})
		}
		sort.SliceStable(created.Requirements, func(i, j int) bool { return created.Requirements[i].Key < created.Requirements[j].Key })
		described = append(described, created)
	}
	return described
}

func (w *world) describeRun() Run {
	run := Run{
		Facts: w.timeline.facts, End: []EndNode{},
		Events: w.firstEvents(disruptionReasons), PodEvents: w.firstEvents(podReasons),
	}
	for _, node := range w.cluster.DeepCopyNodes() {
		run.End = append(run.End, w.describeEnd(node))
	}
	return run
}

// firstEvents has each event once, when it was published first.
func (w *world) firstEvents(reasons map[string]bool) []RunEvent {
	events := []RunEvent{}
	told := map[Event]bool{}
	for _, it := range w.recorder.events {
		for _, event := range describeEvents([]publishedEvent{it}, reasons) {
			if !told[event] {
				told[event] = true
				events = append(events, RunEvent{it.at.Sub(w.timeline.start).Milliseconds(), event})
			}
		}
	}
	sort.SliceStable(events, func(i, j int) bool {
		a, b := events[i], events[j]
		return a.AtMs < b.AtMs || (a.AtMs == b.AtMs && a.text() < b.text())
	})
	return events
}

func (w *world) describeEnd(node *state.StateNode) EndNode {
	end := EndNode{Name: node.Name(), MarkedForDeletion: node.MarkedForDeletion(), Nominated: node.Nominated(w.clock)}
	if node.Node != nil {
		end.Tainted = slices.ContainsFunc(node.Node.Spec.Taints, func(it corev1.Taint) bool {
			return it.MatchTaint(&v1.DisruptedNoScheduleTaint)
		})
	}
	if node.NodeClaim != nil {
		end.Deleting = !node.NodeClaim.DeletionTimestamp.IsZero()
		if condition := node.NodeClaim.StatusConditions().Get(v1.ConditionTypeDisruptionReason); condition.IsTrue() {
			end.DisruptionReason = condition.Reason
		}
	}
	return end
}
