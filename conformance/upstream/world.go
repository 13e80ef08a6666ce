//go:build ordered

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"sort"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	testclock "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"
	v1 "sigs.k8s.io/karpenter/pkg/apis/v1"
	"sigs.k8s.io/karpenter/pkg/controllers/disruption"
	"sigs.k8s.io/karpenter/pkg/controllers/provisioning"
	"sigs.k8s.io/karpenter/pkg/controllers/state"
	"sigs.k8s.io/karpenter/pkg/events"
	"sigs.k8s.io/karpenter/pkg/operator/options"
	"sigs.k8s.io/karpenter/pkg/state/cost"
)

// world is a cluster in which upstream's disruption runs: an API server, Karpenter's memory of it,
// and a clock that goes on whenever somebody waits.
type world struct {
	ctx         context.Context
	cancel      context.CancelFunc
	input       *DisruptionCase
	sets        map[string][]InstanceType
	clock       *patientClock
	client      client.Client
	provider    *provider
	cluster     *state.Cluster
	costs       *cost.ClusterCost
	recorder    *recorder
	provisioner *provisioning.Provisioner
	queue       *disruption.Queue
	created     int
	// podsByNode is nil after a pod has changed.
	podsByNode map[string][]corev1.Pod
	// machines whose NodeClaims were created or deleted since the start, by name.
	machines map[string]*progress
	timeline *timeline
}

// patientClock lets time pass at once for whoever waits, with all that happens meanwhile.
type patientClock struct {
	*testclock.FakeClock
	pass func(time.Duration) bool
}

// After returns when the time has passed; its channel never fires once the run has ended.
func (c *patientClock) After(d time.Duration) <-chan time.Time {
	if !c.pass(d) {
		return nil
	}
	channel := make(chan time.Time, 1)
	channel <- c.Now()
	return channel
}

// recorder keeps every event, as often as it is published.
type recorder struct {
	clock  *patientClock
	events []publishedEvent
}

type publishedEvent struct {
	events.Event
	at time.Time
}

func (r *recorder) Publish(published ...events.Event) {
	for _, it := range published {
		r.events = append(r.events, publishedEvent{Event: it, at: r.clock.Now()})
	}
}

func newWorld(parent context.Context, input *DisruptionCase, sets map[string][]InstanceType) (*world, error) {
	ctx, cancel := context.WithCancel(options.ToContext(parent, disruptionOptions(input)))
	w := &world{ctx: ctx, cancel: cancel, input: input, sets: sets, machines: map[string]*progress{}}
	w.clock = &patientClock{FakeClock: testclock.NewFakeClock(input.Now), pass: func(time.Duration) bool { return false }}
	objects, err := decodeObjects(input.Objects.Items)
	if err != nil {
		return nil, err
	}
	sort.SliceStable(objects, func(i, j int) bool { return objects[i].GetName() < objects[j].GetName() })
	w.client = newWorldClient(w, objects)
	w.provider = &provider{instanceTypes: sets[input.InstanceTypeSet], byNodePool: map[string][]InstanceType{}}
	for nodePool, set := range input.SetByNodePool {
		w.provider.byNodePool[nodePool] = sets[set]
	}
	w.cluster = state.NewCluster(w.clock, w.client, w.provider)
	w.costs = cost.NewClusterCost(ctx, w.provider, w.client)
	if err := fillCluster(ctx, w.cluster, objects); err != nil {
		return nil, err
	}
	for _, object := range objects {
		if nodeClaim, ok := object.(*v1.NodeClaim); ok {
			// A NodeClaim of an unknown NodePool has no cost.
			if err := client.IgnoreNotFound(w.costs.UpdateNodeClaim(ctx, nodeClaim)); err != nil {
				return nil, err
			}
		}
	}
	w.cluster.MarkUnconsolidated()
	w.recorder = &recorder{clock: w.clock}
	buffers := newBuffers(w.client)
	if err := buffers.reconcile(ctx); err != nil {
		return nil, err
	}
	w.provisioner = provisioning.NewProvisioner(w.client, w.recorder, w.provider, w.cluster, w.clock, nil, buffers.cache)
	w.queue = disruption.NewQueue(w.client, w.recorder, w.cluster, w.clock, w.provisioner)
	return w, w.remember(input.Facts)
}

func disruptionOptions(input *DisruptionCase) *options.Options {
	return &options.Options{
		CPURequests:       oneWorker,
		BatchMaxDuration:  10 * time.Second,
		BatchIdleDuration: time.Second,
		PreferencePolicy:  options.PreferencePolicy(input.Options.PreferencePolicy),
		MinValuesPolicy:   options.MinValuesPolicy(input.Options.MinValuesPolicy),
		IgnoreDRARequests: true,
		FeatureGates:      featureGates(input.Options.FeatureGates),
	}
}

// remember puts facts into Karpenter's memory.
func (w *world) remember(facts Facts) error {
	ids := map[string]string{}
	for _, node := range w.cluster.DeepCopyNodes() {
		ids[node.Name()] = node.ProviderID()
		// Until it is registered, it goes by its NodeClaim's name; a Node without its instance type's
		// label isn't known yet.
		if node.Node != nil {
			ids[node.Node.Name] = node.ProviderID()
		}
		if node.NodeClaim != nil && node.NodeClaim.Status.NodeName != "" {
			ids[node.NodeClaim.Status.NodeName] = node.ProviderID()
		}
	}
	providerID := func(name string) string {
		if ids[name] == "" {
			panic(fmt.Sprintf("no node %s", name))
		}
		return ids[name]
	}
	for _, name := range facts.MarkedForDeletion {
		w.cluster.MarkForDeletion(providerID(name))
	}
	now := w.clock.FakeClock.Now()
	for name, seconds := range facts.NominatedSecondsAgo {
		w.clock.SetTime(now.Add(-time.Duration(seconds) * time.Second))
		w.cluster.NominateNodeForPod(w.ctx, providerID(name))
		w.clock.SetTime(now)
	}
	if facts.BufferPods != nil {
		counts := map[string]int{}
		for name, count := range facts.BufferPods {
			counts[providerID(name)] = count
		}
		w.cluster.UpdateBufferPodCounts(counts)
	}
	for _, name := range facts.Queued {
		w.queue.ProviderIDToCommand[providerID(name)] = &disruption.Command{}
	}
	return nil
}

// observe does what the informers do once they have all seen the change.
func (w *world) observe(object client.Object) error {
	key := client.ObjectKeyFromObject(object)
	switch object.(type) {
	case *v1.NodeClaim:
		return w.observeNodeClaim(key)
	case *corev1.Node:
		node := &corev1.Node{}
		if err := w.client.Get(w.ctx, key, node); err != nil {
			w.cluster.DeleteNode(key.Name)
			return client.IgnoreNotFound(err)
		}
		return w.cluster.UpdateNode(w.ctx, node)
	case *corev1.Pod:
		pod := &corev1.Pod{}
		if err := w.client.Get(w.ctx, key, pod); err != nil {
			w.cluster.DeletePod(key)
			return client.IgnoreNotFound(err)
		}
		return client.IgnoreNotFound(w.cluster.UpdatePod(w.ctx, pod))
	case *v1.NodePool:
		// Generations are not kept here: every change of a NodePool counts as one of its specification.
		w.cluster.MarkUnconsolidated()
	}
	return nil
}

func (w *world) observeNodeClaim(key client.ObjectKey) error {
	nodeClaim := &v1.NodeClaim{}
	if err := w.client.Get(w.ctx, key, nodeClaim); err != nil {
		if !errors.IsNotFound(err) {
			return err
		}
		w.cluster.DeleteNodeClaim(key.Name)
		return w.costs.DeleteNodeClaim(w.ctx, key)
	}
	w.cluster.UpdateNodeClaim(nodeClaim)
	if err := client.IgnoreNotFound(w.costs.UpdateNodeClaim(w.ctx, nodeClaim)); err != nil {
		return err
	}
	node := &corev1.Node{}
	if err := w.client.Get(w.ctx, client.ObjectKey{Name: nodeClaim.Status.NodeName}, node); err != nil {
		return client.IgnoreNotFound(err)
	}
	// An event of the NodeClaim forgets what the node's pods cost to disrupt, until they are listed again.
	return w.cluster.UpdateNode(w.ctx, node)
}

// apply makes a change of the script happen.
func (w *world) apply(change Change) error {
	for _, name := range change.Delete {
		object, err := decodeObjects([]json.RawMessage{name.manifest()})
		if err != nil {
			return err
		}
		if err := w.client.Delete(w.ctx, object[0]); err != nil {
			return fmt.Errorf("deleting %s %s: %w", name.Kind, name.Name, err)
		}
	}
	objects, err := decodeObjects(change.Put)
	if err != nil {
		return err
	}
	for _, object := range objects {
		if err := w.put(object); err != nil {
			return err
		}
	}
	if change.InstanceTypeSet != "" {
		w.provider.offer(w.sets[change.InstanceTypeSet])
	}
	return w.remember(change.Facts)
}

// put adds or replaces an object, status included.
func (w *world) put(object client.Object) error {
	existing := object.DeepCopyObject().(client.Object)
	err := w.client.Get(w.ctx, client.ObjectKeyFromObject(object), existing)
	if errors.IsNotFound(err) {
		status := object.DeepCopyObject().(client.Object)
		if err := w.client.Create(w.ctx, object); err != nil {
			return err
		}
		status.SetResourceVersion(object.GetResourceVersion())
		return w.client.Status().Update(w.ctx, status)
	}
	if err != nil {
		return err
	}
	status := object.DeepCopyObject().(client.Object)
	object.SetResourceVersion(existing.GetResourceVersion())
	if err := w.client.Update(w.ctx, object); err != nil {
		return err
	}
	status.SetResourceVersion(object.GetResourceVersion())
	return w.client.Status().Update(w.ctx, status)
}

func (n ObjectName) manifest() json.RawMessage {
	versions := map[string]string{
		"NodeClaim": "karpenter.sh/v1", "NodePool": "karpenter.sh/v1", "Node": "v1", "Pod": "v1",
		"PodDisruptionBudget": "policy/v1", "DaemonSet": "apps/v1",
	}
	metadata := map[string]string{"name": n.Name, "namespace": n.Namespace}
	manifest, err := json.Marshal(map[string]any{"apiVersion": versions[n.Kind], "kind": n.Kind, "metadata": metadata})
	if err != nil {
		panic(err)
	}
	return manifest
}
