//go:build ordered

package main

import (
	"fmt"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/awslabs/operatorpkg/status"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	crmetrics "sigs.k8s.io/controller-runtime/pkg/metrics"
	v1 "sigs.k8s.io/karpenter/pkg/apis/v1"
	"sigs.k8s.io/karpenter/pkg/controllers/state"
	"sigs.k8s.io/karpenter/pkg/events"
)

// LifecycleFacts is what there is to see after a step; the fields are those of
// conformance/lifecycle/facts.ts. Times are whole seconds since the case began.
type LifecycleFacts struct {
	AtSeconds float64 `json:"atSeconds"`
	// Actions are calls of the cloud and of the eviction subresource since the step before.
	Actions []string `json:"actions"`
	// Events that were told since the step before, each once, sorted.
	Events     []string                      `json:"events"`
	NodeClaims map[string]LifecycleNodeClaim `json:"nodeClaims"`
	Nodes      map[string]LifecycleNode      `json:"nodes"`
	Pods       map[string]LifecyclePod       `json:"pods"`
	NodePools  map[string]LifecycleNodePool  `json:"nodePools"`
	State      LifecycleState                `json:"state"`
}

// LifecycleCondition is a condition; its type is the key.
type LifecycleCondition struct {
	Status             string `json:"status"`
	Reason             string `json:"reason"`
	Message            string `json:"message"`
	SinceSeconds       int64  `json:"sinceSeconds"`
	ObservedGeneration int64  `json:"observedGeneration"`
}

// LifecycleMeta is what all objects have.
type LifecycleMeta struct {
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	Finalizers  []string          `json:"finalizers"`
	Owners      []string          `json:"owners"`
	DeletedAt   *int64            `json:"deletedAtSeconds,omitempty"`
}

// LifecycleNodeClaim is a NodeClaim.
type LifecycleNodeClaim struct {
	LifecycleMeta
	ProviderID   string                        `json:"providerId"`
	ImageID      string                        `json:"imageId"`
	NodeName     string                        `json:"nodeName"`
	LastPodEvent *int64                        `json:"lastPodEventSeconds,omitempty"`
	Capacity     map[string]int64              `json:"capacity"`
	Allocatable  map[string]int64              `json:"allocatable"`
	Conditions   map[string]LifecycleCondition `json:"conditions"`
}

// LifecycleNode is a Node.
type LifecycleNode struct {
	LifecycleMeta
	Taints []string `json:"taints"`
}

// LifecyclePod is a pod.
type LifecyclePod struct {
	NodeName  string `json:"nodeName"`
	DeletedAt *int64 `json:"deletedAtSeconds,omitempty"`
}

// LifecycleNodePool is a NodePool.
type LifecycleNodePool struct {
	Annotations map[string]string             `json:"annotations"`
	Conditions  map[string]LifecycleCondition `json:"conditions"`
	// Usage is what the counter writes into the status every five seconds.
	Usage map[string]int64 `json:"usage"`
	// Active, deleting and pending NodeClaims.
	Counts [3]int  `json:"counts"`
	Cost   float64 `json:"costUsdPerHour"`
}

// LifecycleState is upstream's cluster state.
type LifecycleState struct {
	IsSynced           bool                          `json:"isSynced"`
	ConsolidatedAtSecs int64                         `json:"consolidatedAtSeconds"`
	Nodes              map[string]LifecycleStateNode `json:"nodes"`
}

// LifecycleStateNode is a state node, by provider id.
type LifecycleStateNode struct {
	Name          string           `json:"name"`
	IsRegistered  bool             `json:"isRegistered"`
	IsInitialized bool             `json:"isInitialized"`
	IsMarked      bool             `json:"isMarkedForDeletion"`
	IsNominated   bool             `json:"isNominated"`
	Taints        []string         `json:"taints"`
	Capacity      map[string]int64 `json:"capacity"`
	Allocatable   map[string]int64 `json:"allocatable"`
	PodRequests   map[string]int64 `json:"podRequests"`
	DaemonSets    map[string]int64 `json:"daemonSetRequests"`
}

// lifecycleLog notes what happens between steps; it is the recorder of events, too.
type lifecycleLog struct {
	mu      sync.Mutex
	start   time.Time
	actions []string
	events  map[string]bool
}

func (l *lifecycleLog) action(format string, values ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.actions = append(l.actions, fmt.Sprintf("%6ds ", secondsFrom(l.start, time.Now()))+fmt.Sprintf(format, values...))
}

func (l *lifecycleLog) Publish(published ...events.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, it := range published {
		object := it.InvolvedObject.(metav1.Object)
		kind := serverKind(it.InvolvedObject).Kind
		key := strings.TrimPrefix(object.GetNamespace()+"/"+object.GetName(), "/")
		l.events[fmt.Sprintf("%s %s %s/%s: %s", it.Type, it.Reason, kind, key, it.Message)] = true
	}
}

func (l *lifecycleLog) take() (actions, told []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	actions, told = l.actions, []string{}
	for it := range l.events {
		told = append(told, it)
	}
	l.actions, l.events = []string{}, map[string]bool{}
	sort.Strings(actions)
	sort.Strings(told)
	return actions, told
}

// facts describes everything as it is now.
func (w *lifecycleWorld) facts(atSeconds float64) LifecycleFacts {
	facts := LifecycleFacts{
		AtSeconds:  atSeconds,
		NodeClaims: map[string]LifecycleNodeClaim{},
		Nodes:      map[string]LifecycleNode{},
		Pods:       map[string]LifecyclePod{},
		NodePools:  map[string]LifecycleNodePool{},
	}
	facts.Actions, facts.Events = w.log.take()
	for _, object := range w.server.sorted(karpenterKind("NodeClaim")) {
		facts.NodeClaims[object.GetName()] = w.describeNodeClaim(object.(*v1.NodeClaim))
	}
	for _, object := range w.server.sorted(corev1.SchemeGroupVersion.WithKind("Node")) {
		node := object.(*corev1.Node)
		facts.Nodes[node.Name] = LifecycleNode{w.metaOf(node), taintStrings(node.Spec.Taints)}
	}
	for _, object := range w.server.sorted(corev1.SchemeGroupVersion.WithKind("Pod")) {
		pod := object.(*corev1.Pod)
		facts.Pods[podKey(pod)] = LifecyclePod{pod.Spec.NodeName, w.seconds(pod.DeletionTimestamp)}
	}
	for _, object := range w.server.sorted(karpenterKind("NodePool")) {
		facts.NodePools[object.GetName()] = describeNodePool(w, object.(*v1.NodePool))
	}
	facts.State = w.describeState()
	return facts
}

func (w *lifecycleWorld) seconds(at *metav1.Time) *int64 {
	if at.IsZero() {
		return nil
	}
	seconds := secondsFrom(w.log.start, at.Time)
	return &seconds
}

func (w *lifecycleWorld) metaOf(object metav1.Object) LifecycleMeta {
	owners := []string{}
	for _, it := range object.GetOwnerReferences() {
		owners = append(owners, fmt.Sprintf("%s %s %s", it.Kind, it.Name, it.UID))
	}
	return LifecycleMeta{
		Labels:      orEmpty(object.GetLabels()),
		Annotations: orEmpty(object.GetAnnotations()),
		Finalizers:  append([]string{}, object.GetFinalizers()...),
		Owners:      owners,
		DeletedAt:   w.seconds(object.GetDeletionTimestamp()),
	}
}

func orEmpty(values map[string]string) map[string]string {
	if values == nil {
		return map[string]string{}
	}
	return values
}

func (w *lifecycleWorld) describeNodeClaim(nodeClaim *v1.NodeClaim) LifecycleNodeClaim {
	claimed := nodeClaim.Status
	return LifecycleNodeClaim{
		LifecycleMeta: w.metaOf(nodeClaim),
		ProviderID:    claimed.ProviderID,
		ImageID:       claimed.ImageID,
		NodeName:      claimed.NodeName,
		LastPodEvent:  w.seconds(&claimed.LastPodEventTime),
		Capacity:      resourceAmounts(claimed.Capacity),
		Allocatable:   resourceAmounts(claimed.Allocatable),
		Conditions:    w.describeConditions(nodeClaim),
	}
}

// describeConditions leaves out their order: conditions of one second come in that of finer times.
func (w *lifecycleWorld) describeConditions(object status.Object) map[string]LifecycleCondition {
	described := map[string]LifecycleCondition{}
	for _, it := range object.GetConditions() {
		since := secondsFrom(w.log.start, it.LastTransitionTime.Time)
		described[it.Type] = LifecycleCondition{string(it.Status), it.Reason, it.Message, since, it.ObservedGeneration}
	}
	return described
}

func describeNodePool(w *lifecycleWorld, nodePool *v1.NodePool) LifecycleNodePool {
	active, deleting, pending := w.cluster.NodePoolState.GetNodeCount(nodePool.Name)
	return LifecycleNodePool{
		Annotations: orEmpty(nodePool.Annotations),
		Conditions:  w.describeConditions(nodePool),
		Usage:       resourceAmounts(w.cluster.NodePoolResourcesFor(nodePool.Name)),
		Counts:      [3]int{active, deleting, pending},
		Cost:        w.cost.GetNodepoolCost(nodePool),
	}
}

func (w *lifecycleWorld) describeState() LifecycleState {
	described := LifecycleState{
		IsSynced:           w.cluster.Synced(w.ctx),
		ConsolidatedAtSecs: secondsFrom(w.log.start, w.cluster.ConsolidationState()),
		Nodes:              map[string]LifecycleStateNode{},
	}
	for node := range w.cluster.Nodes() {
		described.Nodes[node.ProviderID()] = describeStateNode(w, node)
	}
	return described
}

func describeStateNode(w *lifecycleWorld, node *state.StateNode) LifecycleStateNode {
	return LifecycleStateNode{
		Name:          node.Name(),
		IsRegistered:  node.Registered(),
		IsInitialized: node.Initialized(),
		IsMarked:      node.MarkedForDeletion(),
		IsNominated:   node.Nominated(w.clock),
		Taints:        taintStrings(node.Taints()),
		Capacity:      resourceAmounts(node.Capacity()),
		Allocatable:   resourceAmounts(node.Allocatable()),
		PodRequests:   resourceAmounts(node.PodRequests()),
		DaemonSets:    resourceAmounts(node.DaemonSetRequests()),
	}
}

// amounts are thousandths of a core for cpu, else whole units; zeros are left out.
func resourceAmounts(list corev1.ResourceList) map[string]int64 {
	result := map[string]int64{}
	for name, quantity := range list {
		amount := quantity.Value()
		if name == corev1.ResourceCPU {
			amount = quantity.MilliValue()
		}
		if amount != 0 {
			result[string(name)] = amount
		}
	}
	return result
}

func taintStrings(taints []corev1.Taint) []string {
	texts := []string{}
	for i := range taints {
		texts = append(texts, taints[i].ToString())
	}
	return texts
}

// counters are Karpenter's own metrics that count, as name and reason or condition.
func karpenterCounters() (map[string]float64, error) {
	families, err := crmetrics.Registry.Gather()
	if err != nil {
		return nil, err
	}
	counted := map[string]float64{}
	for _, family := range families {
		name := strings.TrimPrefix(family.GetName(), "karpenter_")
		if !countedMetrics[name] {
			continue
		}
		for _, metric := range family.GetMetric() {
			key := name
			for _, label := range metric.GetLabel() {
				if label.GetName() == "reason" || label.GetName() == "condition" {
					key += " " + label.GetValue()
				}
			}
			counted[key] += metric.GetCounter().GetValue()
		}
	}
	return counted, nil
}

var countedMetrics = map[string]bool{
	"nodeclaims_created_total": true, "nodeclaims_disrupted_total": true, "nodeclaims_terminated_total": true,
	"nodeclaims_unhealthy_disrupted_total": true, "nodes_created_total": true, "nodes_drained_total": true,
	"nodes_terminated_total": true, "pods_drained_total": true,
}
