//go:build ordered

package main

import (
	"context"
	"fmt"
	"sort"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	autoscalingv1beta1 "sigs.k8s.io/karpenter/pkg/apis/autoscaling/v1beta1"
	"sigs.k8s.io/karpenter/pkg/controllers/capacitybuffer"
	"sigs.k8s.io/karpenter/pkg/controllers/provisioning"
	"sigs.k8s.io/karpenter/pkg/controllers/provisioning/scheduling"
	"sigs.k8s.io/karpenter/pkg/operator/options"
	"sigs.k8s.io/karpenter/pkg/state/virtualpods"
)

// Buffer is what has become of a CapacityBuffer.
type Buffer struct {
	Key                   string `json:"key"`
	Replicas              *int32 `json:"replicas,omitempty"`
	PodTemplate           string `json:"podTemplate,omitempty"`
	PodTemplateGeneration *int64 `json:"podTemplateGeneration,omitempty"`
	Strategy              string `json:"strategy,omitempty"`
	// IsTriggering says whether the provisioner was asked for a run on its behalf.
	IsTriggering bool `json:"isTriggering"`
	// Conditions by type.
	Conditions []string `json:"conditions"`
}

// buffers are the virtual pods of a cluster's CapacityBuffers, and on whose behalf a run was asked for.
type buffers struct {
	client    client.Client
	cache     *virtualpods.Cache
	triggered map[types.UID]bool
}

func newBuffers(c client.Client) *buffers {
	return &buffers{client: c, cache: virtualpods.NewVirtualPodCache(c), triggered: map[types.UID]bool{}}
}

// Trigger takes the provisioner's place.
func (b *buffers) Trigger(uid types.UID) { b.triggered[uid] = true }

// reconcile looks at each buffer once, by key, where the feature gate is on. One that upstream would
// try again says why in its status.
func (b *buffers) reconcile(ctx context.Context) error {
	if !options.FromContext(ctx).FeatureGates.CapacityBuffer {
		return nil
	}
	list, err := b.list(ctx)
	if err != nil {
		return err
	}
	controller := capacitybuffer.NewController(b.client, b, b.cache)
	for i := range list {
		_, _ = controller.Reconcile(ctx, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&list[i])})
	}
	return nil
}

// settle does what follows a run: conditions, and the counts that keep nodes from being disrupted.
func (b *buffers) settle(ctx context.Context, provisioner *provisioning.Provisioner, results scheduling.Results, decision *Decision) error {
	if !options.FromContext(ctx).FeatureGates.CapacityBuffer {
		return nil
	}
	counts, err := provisioner.UpdateBuffers(ctx, results)
	if err != nil {
		return err
	}
	decision.BufferPods = map[string]int{}
	for _, it := range results.ExistingNodes {
		if count := counts[it.ProviderID()]; count > 0 {
			decision.BufferPods[it.Name()] = count
		}
	}
	list, err := b.list(ctx)
	for i := range list {
		decision.Buffers = append(decision.Buffers, b.describe(&list[i]))
	}
	return err
}

func (b *buffers) list(ctx context.Context) ([]autoscalingv1beta1.CapacityBuffer, error) {
	list := &autoscalingv1beta1.CapacityBufferList{}
	err := b.client.List(ctx, list)
	sortBuffers(list)
	return list.Items, err
}

func sortBuffers(list *autoscalingv1beta1.CapacityBufferList) {
	key := func(i int) string { return list.Items[i].Namespace + "/" + list.Items[i].Name }
	sort.Slice(list.Items, func(i, j int) bool { return key(i) < key(j) })
}

func (b *buffers) describe(buffer *autoscalingv1beta1.CapacityBuffer) Buffer {
	status := buffer.Status
	described := Buffer{
		Key:                   buffer.Namespace + "/" + buffer.Name,
		Replicas:              status.Replicas,
		PodTemplateGeneration: status.PodTemplateGeneration,
		IsTriggering:          b.triggered[buffer.UID],
		Conditions:            []string{},
	}
	if status.PodTemplateRef != nil {
		described.PodTemplate = status.PodTemplateRef.Name
	}
	if status.ProvisioningStrategy != nil {
		described.Strategy = *status.ProvisioningStrategy
	}
	for _, it := range status.Conditions {
		described.Conditions = append(described.Conditions, conditionText(it))
	}
	sort.Strings(described.Conditions)
	return described
}

func conditionText(it metav1.Condition) string {
	return fmt.Sprintf("%s=%s %s (generation %d): %s", it.Type, it.Status, it.Reason, it.ObservedGeneration, it.Message)
}
