//go:build ordered

package main

import (
	"cmp"
	"slices"
	"time"

	"github.com/awslabs/operatorpkg/status"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	v1 "sigs.k8s.io/karpenter/pkg/apis/v1"
	"sigs.k8s.io/karpenter/pkg/cloudprovider"
	"sigs.k8s.io/karpenter/pkg/controllers/state"
	"sigs.k8s.io/karpenter/pkg/scheduling"
	podutils "sigs.k8s.io/karpenter/pkg/utils/pod"
	"sigs.k8s.io/karpenter/pkg/utils/resources"
)

// CarryOut says how long machines take, in seconds. They are as simple as can be: the cheapest
// offering is launched, everything is initialized together, and the pods of a machine that goes are
// bound to the first node by name with room for them. What conformance/disruption/carry-out.ts does is
// the same.
type CarryOut struct {
	Launch     int `json:"launchSeconds"`
	Initialize int `json:"initializeSeconds"`
	Terminate  int `json:"terminateSeconds"`
}

// progress of a machine; zero times are those of machines that were there before.
type progress struct {
	createdAt, launchedAt, deletedAt time.Time
	isInitialized                    bool
}

func (w *world) progressOf(name string) *progress {
	if w.machines[name] == nil {
		w.machines[name] = &progress{}
	}
	return w.machines[name]
}

// dueAt is when something becomes of the machine; zero when nothing does.
func (p *progress) dueAt(times *CarryOut) time.Time {
	switch {
	case !p.deletedAt.IsZero():
		return p.deletedAt.Add(time.Duration(times.Terminate) * time.Second)
	case p.createdAt.IsZero() || p.isInitialized:
		return time.Time{}
	case p.launchedAt.IsZero():
		return p.createdAt.Add(time.Duration(times.Launch) * time.Second)
	default:
		return p.launchedAt.Add(time.Duration(times.Initialize) * time.Second)
	}
}

func (w *world) nextToCarryOut() time.Time {
	var next time.Time
	if w.input.CarryOut == nil {
		return next
	}
	for _, it := range w.machines {
		if at := it.dueAt(w.input.CarryOut); !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next
}

// carryOut does what is due, machine by machine in order of their names.
func (w *world) carryOut() {
	if w.input.CarryOut == nil {
		return
	}
	names := []string{}
	for name, it := range w.machines {
		if at := it.dueAt(w.input.CarryOut); !at.IsZero() && !at.After(w.clock.Now()) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		nodeClaim := &v1.NodeClaim{}
		must(w.client.Get(w.ctx, client.ObjectKey{Name: name}, nodeClaim))
		switch it := w.machines[name]; {
		case !it.deletedAt.IsZero():
			w.terminate(nodeClaim)
		case it.launchedAt.IsZero():
			w.launch(nodeClaim, it)
		default:
			w.initialize(nodeClaim, it)
		}
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

type choice struct {
	instanceType *cloudprovider.InstanceType
	offering     *cloudprovider.Offering
}

// launch takes the cheapest offering; without one, the NodeClaim goes.
func (w *world) launch(nodeClaim *v1.NodeClaim, it *progress) {
	requirements := scheduling.NewNodeSelectorRequirementsWithMinValues(nodeClaim.Spec.Requirements...)
	nodePool := &v1.NodePool{}
	must(w.client.Get(w.ctx, client.ObjectKey{Name: nodeClaim.Labels[v1.NodePoolLabelKey]}, nodePool))
	instanceTypes, err := w.provider.GetInstanceTypes(w.ctx, nodePool)
	must(err)
	choices := []choice{}
	for _, instanceType := range instanceTypes {
		if !requirements.IsCompatible(instanceType.Requirements, scheduling.AllowUndefinedWellKnownLabels) ||
			!resources.Fits(nodeClaim.Spec.Resources.Requests, instanceType.Allocatable()) {
			continue
		}
		for _, offering := range instanceType.Offerings.Available().Compatible(requirements) {
			choices = append(choices, choice{instanceType, offering})
		}
	}
	if len(choices) == 0 {
		must(w.client.Delete(w.ctx, nodeClaim))
		return
	}
	chosen := slices.MinFunc(choices, func(a, b choice) int {
		return cmp.Or(
			cmp.Compare(a.offering.Price, b.offering.Price),
			cmp.Compare(a.instanceType.Name, b.instanceType.Name),
			cmp.Compare(a.offering.Zone(), b.offering.Zone()),
			cmp.Compare(a.offering.CapacityType(), b.offering.CapacityType()),
		)
	})
	it.launchedAt = w.clock.Now()
	nodeClaim.Labels = labelsOf(chosen, nodeClaim.Labels)
	nodeClaim.Finalizers = []string{v1.TerminationFinalizer}
	nodeClaim.Status.ProviderID = "fake:///" + nodeClaim.Name
	nodeClaim.Status.Capacity = chosen.instanceType.Capacity
	nodeClaim.Status.Allocatable = chosen.instanceType.Allocatable()
	w.setTrue(nodeClaim, v1.ConditionTypeLaunched)
	must(w.put(nodeClaim))
}

// labelsOf the machine; those of the NodeClaim prevail.
func labelsOf(it choice, own map[string]string) map[string]string {
	labels := map[string]string{}
	for key, requirement := range it.instanceType.Requirements {
		if requirement.Operator() == corev1.NodeSelectorOpIn && requirement.Len() == 1 {
			labels[key] = requirement.Values()[0]
		}
	}
	labels[corev1.LabelTopologyZone] = it.offering.Zone()
	labels[v1.CapacityTypeLabelKey] = it.offering.CapacityType()
	if it.offering.CapacityType() == v1.CapacityTypeReserved {
		labels[labelReservationID] = it.offering.Requirements.Get(labelReservationID).Values()[0]
	}
	for key, value := range own {
		labels[key] = value
	}
	return labels
}

func (w *world) setTrue(nodeClaim *v1.NodeClaim, conditions ...string) {
	for _, it := range conditions {
		nodeClaim.StatusConditions(status.WithClock(w.clock)).SetTrue(it)
	}
}

// initialize lets the node join and be ready, with everything that Karpenter waits for.
func (w *world) initialize(nodeClaim *v1.NodeClaim, it *progress) {
	it.isInitialized = true
	nodeClaim.Status.NodeName = nodeClaim.Name
	w.setTrue(nodeClaim, v1.ConditionTypeRegistered, v1.ConditionTypeInitialized, v1.ConditionTypeConsolidatable)
	labels := map[string]string{
		corev1.LabelHostname: nodeClaim.Name, v1.NodeRegisteredLabelKey: "true", v1.NodeInitializedLabelKey: "true",
	}
	for key, value := range nodeClaim.Labels {
		labels[key] = value
	}
	node := &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{
			Name: nodeClaim.Name, UID: types.UID("node-" + nodeClaim.Name), Labels: labels,
			CreationTimestamp: metav1.NewTime(w.clock.Now()), Finalizers: []string{v1.TerminationFinalizer},
		},
		Spec: corev1.NodeSpec{ProviderID: nodeClaim.Status.ProviderID, Taints: nodeClaim.Spec.Taints},
		Status: corev1.NodeStatus{
			Capacity: nodeClaim.Status.Capacity, Allocatable: nodeClaim.Status.Allocatable,
			Conditions: []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionTrue}},
		},
	}
	must(w.put(nodeClaim))
	must(w.put(node))
}

// terminate takes the machine away, and binds its pods anew.
func (w *world) terminate(nodeClaim *v1.NodeClaim) {
	pods := &corev1.PodList{}
	if name := nodeClaim.Status.NodeName; name != "" {
		must(w.client.List(w.ctx, pods, client.MatchingFields{"spec.nodeName": name}))
		node := &corev1.Node{}
		if err := w.client.Get(w.ctx, client.ObjectKey{Name: name}, node); client.IgnoreNotFound(err) != nil {
			panic(err)
		} else if err == nil {
			w.remove(node)
		}
	}
	w.remove(nodeClaim)
	delete(w.machines, nodeClaim.Name)
	moved := []*corev1.Pod{}
	for i := range pods.Items {
		pod := &pods.Items[i]
		if podutils.IsActive(pod) && podutils.IsReschedulable(pod) {
			moved = append(moved, pod.DeepCopy())
		}
		w.remove(pod)
	}
	for _, pod := range moved {
		must(w.put(w.moved(pod)))
	}
}

// remove takes an object away, whatever holds it.
func (w *world) remove(object client.Object) {
	isDeleting := !object.GetDeletionTimestamp().IsZero()
	if len(object.GetFinalizers()) > 0 {
		object.SetFinalizers(nil)
		must(w.client.Update(w.ctx, object))
	}
	if !isDeleting {
		must(w.client.Delete(w.ctx, object))
	}
}

// moved is the pod as its controller makes it anew, bound if there is room.
func (w *world) moved(pod *corev1.Pod) *corev1.Pod {
	now := metav1.NewTime(w.clock.Now())
	meta := pod.ObjectMeta
	anew := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name: meta.Name, Namespace: meta.Namespace, UID: meta.UID + "-moved", Labels: meta.Labels,
			Annotations: meta.Annotations, OwnerReferences: meta.OwnerReferences, CreationTimestamp: now,
		},
		Spec: pod.Spec,
	}
	anew.Spec.NodeName = w.nodeWithRoom(pod)
	if anew.Spec.NodeName != "" {
		anew.Status = corev1.PodStatus{Phase: corev1.PodRunning, StartTime: &now}
		return anew
	}
	anew.Status = corev1.PodStatus{Phase: corev1.PodPending, Conditions: []corev1.PodCondition{
		{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: corev1.PodReasonUnschedulable},
	}}
	return anew
}

func (w *world) nodeWithRoom(pod *corev1.Pod) string {
	requests := resources.RequestsForPods(pod)
	for _, node := range w.cluster.DeepCopyNodes() {
		if isOpen(node) && resources.Fits(requests, node.Available()) {
			return node.Node.Name
		}
	}
	return ""
}

// isOpen to any pod; tolerations are not looked at.
func isOpen(node *state.StateNode) bool {
	if node.Node == nil || !node.Initialized() || node.MarkedForDeletion() {
		return false
	}
	isReady := slices.ContainsFunc(node.Node.Status.Conditions, func(it corev1.NodeCondition) bool {
		return it.Type == corev1.NodeReady && it.Status == corev1.ConditionTrue
	})
	return isReady && !slices.ContainsFunc(node.Node.Spec.Taints, func(it corev1.Taint) bool {
		return it.Effect != corev1.TaintEffectPreferNoSchedule
	})
}
