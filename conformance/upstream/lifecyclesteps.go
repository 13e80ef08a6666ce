//go:build ordered

package main

import (
	"context"
	"encoding/json"
	"sort"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/karpenter/pkg/cloudprovider"
	"sigs.k8s.io/karpenter/pkg/controllers/node/health"
	nodehydration "sigs.k8s.io/karpenter/pkg/controllers/node/hydration"
	"sigs.k8s.io/karpenter/pkg/controllers/node/termination"
	"sigs.k8s.io/karpenter/pkg/controllers/node/termination/terminator"
	"sigs.k8s.io/karpenter/pkg/controllers/nodeclaim/consistency"
	"sigs.k8s.io/karpenter/pkg/controllers/nodeclaim/disruption"
	"sigs.k8s.io/karpenter/pkg/controllers/nodeclaim/expiration"
	"sigs.k8s.io/karpenter/pkg/controllers/nodeclaim/garbagecollection"
	"sigs.k8s.io/karpenter/pkg/controllers/nodeclaim/hydration"
	nodeclaimlifecycle "sigs.k8s.io/karpenter/pkg/controllers/nodeclaim/lifecycle"
	"sigs.k8s.io/karpenter/pkg/controllers/nodeclaim/podevents"
	"sigs.k8s.io/karpenter/pkg/controllers/nodepool/hash"
	"sigs.k8s.io/karpenter/pkg/controllers/nodepool/readiness"
	"sigs.k8s.io/karpenter/pkg/controllers/nodepool/registrationhealth"
	"sigs.k8s.io/karpenter/pkg/controllers/nodepool/validation"
	"sigs.k8s.io/karpenter/pkg/controllers/provisioning"
	"sigs.k8s.io/karpenter/pkg/controllers/state/informer"
	staticdeprovisioning "sigs.k8s.io/karpenter/pkg/controllers/static/deprovisioning"
	staticprovisioning "sigs.k8s.io/karpenter/pkg/controllers/static/provisioning"
	"sigs.k8s.io/karpenter/pkg/state/nodepoolhealth"
)

type registrable interface {
	Register(context.Context, manager.Manager) error
}

// register registers every controller of upstream's but those of provisioning and voluntary
// disruption, as upstream's NewControllers does. The counter is left out, too: its writes into
// NodePools, which dryfit doesn't make, would have drift looked at again.
func (w *lifecycleWorld) register(ctx context.Context, m *lifecycleManager, input *LifecycleCase) error {
	evictions := terminator.NewQueue(w.server, w.log)
	health4 := nodepoolhealth.NewState()
	clk, provider := w.clock, w.provider
	provisioner := provisioning.NewProvisioner(w.server, w.log, provider, w.cluster, clk, nil, nil)
	controllers := []registrable{
		evictions,
		hash.NewController(w.server, provider),
		expiration.NewController(clk, w.server, provider),
		informer.NewDaemonSetController(w.server, w.cluster),
		informer.NewNodeController(w.server, w.cluster),
		informer.NewPodController(w.server, w.cluster),
		informer.NewNodePoolController(w.server, provider, w.cluster, w.cost),
		informer.NewNodeClaimController(w.server, provider, w.cluster, w.cost),
		informer.NewPricingController(w.server, provider, w.cost),
		termination.NewController(clk, w.server, provider, terminator.NewTerminator(clk, w.server, evictions, w.log), w.log),
		readiness.NewController(clk, w.server, provider),
		registrationhealth.NewController(clk, w.server, provider, health4),
		validation.NewController(clk, w.server, provider),
		podevents.NewController(clk, w.server, provider),
		nodeclaimlifecycle.NewController(clk, w.server, provider, w.log, health4, w.hooks(input)),
		garbagecollection.NewController(clk, w.server, provider),
		disruption.NewController(clk, w.server, provider),
		hydration.NewController(w.server, provider),
		nodehydration.NewController(w.server, provider),
	}
	if input.IsConsistent {
		controllers = append(controllers, consistency.NewController(clk, w.server, provider, w.log))
	}
	if len(input.Policies) > 0 && input.Gates.NodeRepair {
		controllers = append(controllers, health.NewController(w.server, provider, clk, w.log))
	}
	if input.Gates.StaticCapacity {
		controllers = append(controllers,
			staticprovisioning.NewController(w.server, w.cluster, w.log, provider, provisioner, clk, nil, nil),
			staticdeprovisioning.NewController(w.server, w.cluster, provider, clk, w.log))
	}
	kept = append(kept, provisioner)
	for _, controller := range controllers {
		kept = append(kept, controller)
		if err := controller.Register(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

func (w *lifecycleWorld) hooks(input *LifecycleCase) []cloudprovider.NodeLifecycleHook {
	names := []string{}
	for name := range input.Answers.Hooks {
		names = append(names, name)
	}
	sort.Strings(names)
	hooks := []cloudprovider.NodeLifecycleHook{}
	for _, name := range names {
		hooks = append(hooks, &lifecycleHook{w.provider, name})
	}
	return hooks
}

// do carries out a step, in the order of its fields. What is gone is left out.
func (w *lifecycleWorld) do(step *LifecycleStep) error {
	if step.Answers != nil {
		w.provider.mu.Lock()
		w.provider.answers = *step.Answers
		w.provider.mu.Unlock()
	}
	w.provider.mu.Lock()
	for _, id := range step.Lose {
		delete(w.provider.instances, id)
	}
	w.provider.mu.Unlock()
	objects, err := decodeWithClasses(step.Apply)
	if err != nil {
		return err
	}
	for _, object := range objects {
		w.server.put(defaulted(object))
	}
	for i := range step.Change {
		if err := w.server.change(&step.Change[i]); err != nil {
			return err
		}
	}
	for _, ref := range step.Delete {
		if err := w.server.Delete(w.ctx, ref.object()); client.IgnoreNotFound(err) != nil {
			return err
		}
	}
	for _, ref := range step.Remove {
		w.server.remove(ref.object())
	}
	for _, id := range step.Nominate {
		w.cluster.NominateNodeForPod(w.ctx, id)
	}
	w.cluster.MarkForDeletion(step.Mark...)
	w.cluster.UnmarkForDeletion(step.Unmark...)
	return nil
}

var lifecycleKinds = map[string]schema.GroupVersionKind{
	"NodePool": karpenterKind("NodePool"), "NodeClaim": karpenterKind("NodeClaim"), "EC2NodeClass": nodeClassKind,
	"Node": corev1.SchemeGroupVersion.WithKind("Node"), "Pod": corev1.SchemeGroupVersion.WithKind("Pod"),
	"PodDisruptionBudget": policyv1.SchemeGroupVersion.WithKind("PodDisruptionBudget"),
	"VolumeAttachment":    storagev1.SchemeGroupVersion.WithKind("VolumeAttachment"),
}

func (r *LifecycleRef) object() client.Object {
	object, err := scheme.Scheme.New(lifecycleKinds[r.Kind])
	if err != nil {
		panic(err)
	}
	named := object.(client.Object)
	named.SetName(r.Name)
	named.SetNamespace(r.Namespace)
	return named
}

func (s *lifecycleServer) change(edit *LifecycleEdit) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	before, err := s.find(edit.object())
	if err != nil {
		return client.IgnoreNotFound(err)
	}
	fields := map[string]any{}
	if err := json.Unmarshal(serverBytes(before), &fields); err != nil {
		return err
	}
	editMap(fields["metadata"].(map[string]any), "labels", edit.Labels)
	editMap(fields["metadata"].(map[string]any), "annotations", edit.Annotations)
	replaceFields(fields, "spec", edit.Spec)
	replaceFields(fields, "status", edit.Status)
	bytes, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	s.store(before, serverObject(serverKind(before), bytes))
	return nil
}

func editMap(metadata map[string]any, name string, edits map[string]*string) {
	values, ok := metadata[name].(map[string]any)
	if !ok {
		values = map[string]any{}
	}
	for key, value := range edits {
		if value == nil {
			delete(values, key)
		} else {
			values[key] = *value
		}
	}
	metadata[name] = values
}

func replaceFields(fields map[string]any, name string, edits map[string]json.RawMessage) {
	values, ok := fields[name].(map[string]any)
	if !ok {
		values = map[string]any{}
	}
	for key, value := range edits {
		values[key] = value
	}
	fields[name] = values
}
