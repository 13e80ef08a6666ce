//go:build ordered

package main

import (
	"context"
	"encoding/json"
	stderrors "errors"
	"fmt"
	"sort"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/client-go/kubernetes/scheme"
	testclock "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	autoscalingv1beta1 "sigs.k8s.io/karpenter/pkg/apis/autoscaling/v1beta1"
	v1 "sigs.k8s.io/karpenter/pkg/apis/v1"
	"sigs.k8s.io/karpenter/pkg/apis/v1alpha1"
	"sigs.k8s.io/karpenter/pkg/cloudprovider"
	"sigs.k8s.io/karpenter/pkg/cloudprovider/overlay"
	"sigs.k8s.io/karpenter/pkg/controllers/nodeoverlay"
	"sigs.k8s.io/karpenter/pkg/controllers/provisioning"
	"sigs.k8s.io/karpenter/pkg/controllers/provisioning/scheduling"
	"sigs.k8s.io/karpenter/pkg/controllers/state"
	"sigs.k8s.io/karpenter/pkg/operator/options"
	"sigs.k8s.io/karpenter/pkg/test"
)

// One core's worth of requests makes upstream probe candidates one after the other, so that the
// errors of all NodePools are recorded; which candidate wins does not depend on it.
const oneWorker = 1000

func decide(ctx context.Context, input *Case) (Decision, error) {
	ctx = options.ToContext(ctx, &options.Options{
		CPURequests:       oneWorker,
		PreferencePolicy:  options.PreferencePolicy(input.Options.PreferencePolicy),
		MinValuesPolicy:   options.MinValuesPolicy(input.Options.MinValuesPolicy),
		IgnoreDRARequests: true,
		FeatureGates:      featureGates(input.Options.FeatureGates),
	})
	objects, err := decodeObjects(input.Objects.Items)
	if err != nil {
		return Decision{}, err
	}
	nodeClasses, err := nodeClassNames(input.Objects.Items)
	if err != nil {
		return Decision{}, err
	}
	moment := newMoment(input, objects, nodeClasses)
	if err := fillCluster(ctx, moment.cluster, objects); err != nil {
		return Decision{}, err
	}
	moment.evaluateNodeOverlays(ctx)
	if err := moment.buffers.reconcile(ctx); err != nil {
		return Decision{}, err
	}
	results, err := moment.schedule(ctx, input.Options.ReservedOfferingMode == "Fallback")
	if err != nil {
		return Decision{}, err
	}
	decision := describe(results)
	if err := moment.buffers.settle(ctx, moment.provisioner, results, &decision); err != nil {
		return Decision{}, err
	}
	if input.InFull {
		decision.Consequences, err = moment.consequences(ctx, results)
	}
	return decision, err
}

// moment is a cluster at one instant, with the parts of Karpenter that decide on it.
type moment struct {
	kubeClient    client.Client
	cloudProvider cloudprovider.CloudProvider
	cluster       *state.Cluster
	clock         *testclock.FakeClock
	provisioner   *provisioning.Provisioner
	// overlays evaluates NodeOverlays, on instance types that have none applied.
	overlays *nodeoverlay.Controller
	buffers  *buffers
}

func newMoment(input *Case, objects []client.Object, nodeClasses map[string]bool) *moment {
	clock := testclock.NewFakeClock(input.Now)
	kubeClient := newClient(objects)
	plain := &provider{instanceTypes: input.InstanceTypes, nodeClasses: nodeClasses}
	store := nodeoverlay.NewInstanceTypeStore()
	cloudProvider := overlay.Decorate(plain, kubeClient, store)
	cluster := state.NewCluster(clock, kubeClient, cloudProvider)
	buffers := newBuffers(kubeClient)
	return &moment{
		kubeClient:    kubeClient,
		cloudProvider: cloudProvider,
		cluster:       cluster,
		clock:         clock,
		provisioner: provisioning.NewProvisioner(
			kubeClient, test.NewEventRecorder(), cloudProvider, cluster, clock, nil, buffers.cache,
		),
		overlays: nodeoverlay.NewController(clock, kubeClient, plain, store, cluster),
		buffers:  buffers,
	}
}

// schedule does what provisioning does, or, with fallback, what consolidation does to see where pods
// would go.
func (m *moment) schedule(ctx context.Context, fallback bool) (scheduling.Results, error) {
	if !fallback {
		return m.provisioner.Schedule(ctx)
	}
	nodes := m.cluster.DeepCopyNodes()
	pods, err := m.provisioner.GetPendingPods(ctx)
	if err != nil {
		return scheduling.Results{}, err
	}
	leaving, err := nodes.Deleting().CurrentlyReschedulablePods(ctx, m.kubeClient, m.clock, test.NewEventRecorder())
	if err != nil {
		return scheduling.Results{}, err
	}
	pods = append(pods, leaving...)
	uids := sets.New[types.UID]()
	for _, pod := range leaving {
		uids.Insert(pod.UID)
	}
	opts := []scheduling.Options{
		scheduling.NumConcurrentReconciles(1),
		scheduling.MinValuesPolicy(options.FromContext(ctx).MinValuesPolicy),
	}
	if options.FromContext(ctx).PreferencePolicy == options.PreferencePolicyIgnore {
		opts = append(opts, scheduling.IgnorePreferences)
	}
	scheduler, err := m.provisioner.NewScheduler(ctx, pods, nodes.Active(), uids, opts...)
	if stderrors.Is(err, provisioning.ErrNodePoolsNotFound) || len(pods) == 0 {
		return scheduling.Results{}, nil
	}
	if err != nil {
		return scheduling.Results{}, err
	}
	results, err := scheduler.Solve(ctx, pods)
	if err != nil {
		return scheduling.Results{}, err
	}
	return results.TruncateInstanceTypes(ctx, scheduling.MaxInstanceTypes), nil
}

// evaluateNodeOverlays says so by itself where the types of a NodePool cannot be resolved, which does
// not keep it from the others.
func (m *moment) evaluateNodeOverlays(ctx context.Context) {
	if options.FromContext(ctx).FeatureGates.NodeOverlay {
		_, _ = m.overlays.Reconcile(ctx, reconcile.Request{})
	}
}

func featureGates(given map[string]bool) options.FeatureGates {
	gates := options.DefaultFeatureGates()
	for name, isOn := range given {
		switch name {
		case "ReservedCapacity":
			gates.ReservedCapacity = isOn
		case "CapacityBuffer":
			gates.CapacityBuffer = isOn
		case "NodeOverlay":
			gates.NodeOverlay = isOn
		case "StaticCapacity":
			gates.StaticCapacity = isOn
		case "SpotToSpotConsolidation":
			gates.SpotToSpotConsolidation = isOn
		}
	}
	return gates
}

// decodeObjects leaves EC2NodeClasses out, of which Karpenter's core knows no more than the names.
func decodeObjects(items []json.RawMessage) ([]client.Object, error) {
	decoder := serializer.NewCodecFactory(scheme.Scheme).UniversalDeserializer()
	objects := []client.Object{}
	for _, item := range items {
		head, err := readHead(item)
		if err != nil {
			return nil, err
		}
		if head.Kind == nodeClassKind.Kind {
			continue
		}
		decoded, _, err := decoder.Decode(item, nil, nil)
		if err != nil {
			return nil, fmt.Errorf("reading an object: %w", err)
		}
		objects = append(objects, decoded.(client.Object))
	}
	return objects, nil
}

// nodeClassNames is nil when there are no EC2NodeClasses.
func nodeClassNames(items []json.RawMessage) (map[string]bool, error) {
	var names map[string]bool
	for _, item := range items {
		head, err := readHead(item)
		if err != nil {
			return nil, err
		}
		if head.Kind != nodeClassKind.Kind {
			continue
		}
		if names == nil {
			names = map[string]bool{}
		}
		names[head.Name] = true
	}
	return names, nil
}

func readHead(item json.RawMessage) (*metav1.PartialObjectMetadata, error) {
	head := &metav1.PartialObjectMetadata{}
	if err := json.Unmarshal(item, head); err != nil {
		return nil, fmt.Errorf("reading an object: %w", err)
	}
	return head, nil
}

// newClient lists pods by name: the fake client's own order is that of a hash map, while an API
// server's is by key.
func newClient(objects []client.Object) client.Client {
	return fake.NewClientBuilder().
		WithScheme(scheme.Scheme).
		WithObjects(objects...).
		WithStatusSubresource(&v1alpha1.NodeOverlay{}, &autoscalingv1beta1.CapacityBuffer{}).
		WithIndex(&corev1.Pod{}, "spec.nodeName", func(o client.Object) []string {
			return []string{o.(*corev1.Pod).Spec.NodeName}
		}).
		WithIndex(&storagev1.VolumeAttachment{}, "spec.nodeName", func(o client.Object) []string {
			return []string{o.(*storagev1.VolumeAttachment).Spec.NodeName}
		}).
		WithInterceptorFuncs(interceptor.Funcs{List: listSorted, Get: getByScope}).
		Build()
}

func listSorted(ctx context.Context, c client.WithWatch, list client.ObjectList, opts ...client.ListOption) error {
	if err := c.List(ctx, list, opts...); err != nil {
		return err
	}
	switch sorted := list.(type) {
	case *corev1.PodList:
		sort.Slice(sorted.Items, func(i, j int) bool { return podKey(&sorted.Items[i]) < podKey(&sorted.Items[j]) })
	case *autoscalingv1beta1.CapacityBufferList:
		sortBuffers(sorted)
	case *appsv1.DaemonSetList:
		sort.Slice(sorted.Items, func(i, j int) bool { return sorted.Items[i].Name < sorted.Items[j].Name })
	}
	return nil
}

// getByScope does without a namespace for volumes, as an API server does: upstream names the pod's.
func getByScope(ctx context.Context, c client.WithWatch, key client.ObjectKey, object client.Object, opts ...client.GetOption) error {
	if _, ok := object.(*corev1.PersistentVolume); ok {
		key.Namespace = ""
	}
	return asCached(key, object, c.Get(ctx, key, object, opts...))
}

// asCached says of a missing workload what Karpenter's own client would, which reads from a cache.
func asCached(key client.ObjectKey, object client.Object, err error) error {
	switch object.(type) {
	case *corev1.PodTemplate, *appsv1.Deployment, *appsv1.StatefulSet, *appsv1.ReplicaSet:
		kind, kindErr := apiutil.GVKForObject(object, scheme.Scheme)
		if errors.IsNotFound(err) && kindErr == nil {
			return errors.NewNotFound(schema.GroupResource{Group: kind.Group, Resource: kind.Kind}, key.Name)
		}
	}
	return err
}

// fillCluster does what the informer controllers do, kind by kind.
func fillCluster(ctx context.Context, cluster *state.Cluster, objects []client.Object) error {
	for _, object := range objects {
		if nodeClaim, ok := object.(*v1.NodeClaim); ok {
			cluster.UpdateNodeClaim(nodeClaim.DeepCopy())
		}
	}
	for _, object := range objects {
		if node, ok := object.(*corev1.Node); ok {
			if err := cluster.UpdateNode(ctx, node.DeepCopy()); err != nil {
				return err
			}
		}
	}
	for _, object := range objects {
		switch it := object.(type) {
		case *appsv1.DaemonSet:
			if err := cluster.UpdateDaemonSet(ctx, it.DeepCopy()); err != nil {
				return err
			}
		case *corev1.Pod:
			if err := client.IgnoreNotFound(cluster.UpdatePod(ctx, it.DeepCopy())); err != nil {
				return err
			}
		}
	}
	return nil
}

func describe(results scheduling.Results) Decision {
	decision := Decision{
		NewNodeClaims: []NodeClaim{},
		ExistingNodes: []ExistingNode{},
		PodErrors:     map[string]string{},
	}
	for _, it := range results.NewNodeClaims {
		decision.NewNodeClaims = append(decision.NewNodeClaims, describeNodeClaim(it))
	}
	for _, it := range results.ExistingNodes {
		if len(it.Pods) > 0 {
			decision.ExistingNodes = append(decision.ExistingNodes, ExistingNode{Name: it.Name(), Pods: podKeys(it.Pods)})
		}
	}
	for pod, err := range results.PodErrors {
		decision.PodErrors[podKey(pod)] = err.Error()
	}
	return decision
}

func describeNodeClaim(nodeClaim *scheduling.NodeClaim) NodeClaim {
	described := NodeClaim{
		NodePool:      nodeClaim.NodePoolName,
		Pods:          podKeys(nodeClaim.Pods),
		InstanceTypes: []string{},
		Requirements:  []Requirement{},
	}
	for _, it := range nodeClaim.InstanceTypeOptions {
		described.InstanceTypes = append(described.InstanceTypes, it.Name)
	}
	keys := []string{}
	for key := range nodeClaim.Requirements {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	for _, key := range keys {
		requirement := nodeClaim.Requirements.Get(key)
		values := append([]string{}, requirement.Values()...)
		sort.Strings(values)
		described.Requirements = append(described.Requirements, Requirement{Text: requirement.String(), Values: values})
	}
	described.Requests = amounts(nodeClaim.Spec.Resources.Requests)
	return described
}

// amounts in thousandths of a core for cpu, else in whole units.
func amounts(resources corev1.ResourceList) map[string]int64 {
	result := map[string]int64{}
	for name, quantity := range resources {
		if name == corev1.ResourceCPU {
			result[string(name)] = quantity.MilliValue()
		} else {
			result[string(name)] = quantity.Value()
		}
	}
	return result
}

func podKeys(pods []*corev1.Pod) []string {
	keys := []string{}
	for _, pod := range pods {
		keys = append(keys, podKey(pod))
	}
	return keys
}

func podKey(pod *corev1.Pod) string { return pod.Namespace + "/" + pod.Name }
