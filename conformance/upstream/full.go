//go:build ordered

package main

import (
	"context"
	"sort"
	"time"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	v1 "sigs.k8s.io/karpenter/pkg/apis/v1"
	"sigs.k8s.io/karpenter/pkg/apis/v1alpha1"
	"sigs.k8s.io/karpenter/pkg/controllers/provisioning/scheduling"
	staticprovisioning "sigs.k8s.io/karpenter/pkg/controllers/static/provisioning"
	"sigs.k8s.io/karpenter/pkg/operator/options"
	"sigs.k8s.io/karpenter/pkg/test"
	podutils "sigs.k8s.io/karpenter/pkg/utils/pod"
)

// anyValue stands for a label's value that upstream draws at random.
const anyValue = "(any)"

// Consequences is what follows from a decision, for the cases that ask for it.
type Consequences struct {
	// Created are the new NodeClaims as the API server gets them, in order.
	Created []Created `json:"created"`
	// IgnoredPods are pending pods that were not looked at, with the reason.
	IgnoredPods map[string]string `json:"ignoredPods"`
	// NodeOverlays that were turned down, with the reason.
	NodeOverlays map[string]string `json:"nodeOverlays"`
	// Static is what static NodePools lack; nil while their feature gate is off.
	Static *Static `json:"static,omitempty"`
}

// Created is a NodeClaim that was created, or the error that kept it from being so.
type Created struct {
	NodePool               string                                    `json:"nodePool"`
	Error                  string                                    `json:"error,omitempty"`
	Labels                 map[string]string                         `json:"labels,omitempty"`
	Annotations            map[string]string                         `json:"annotations,omitempty"`
	Owner                  string                                    `json:"owner,omitempty"`
	NodeClass              string                                    `json:"nodeClass,omitempty"`
	Requirements           []v1.NodeSelectorRequirementWithMinValues `json:"requirements,omitempty"`
	Requests               map[string]int64                          `json:"requests,omitempty"`
	Taints                 []string                                  `json:"taints,omitempty"`
	StartupTaints          []string                                  `json:"startupTaints,omitempty"`
	ExpireAfter            string                                    `json:"expireAfter,omitempty"`
	TerminationGracePeriod string                                    `json:"terminationGracePeriod,omitempty"`
}

// Static is one pass over all static NodePools, by name.
type Static struct {
	Created []Created `json:"created"`
	// RequeueAfterSeconds is when the first of them is looked at again; 0 for never.
	RequeueAfterSeconds float64 `json:"requeueAfterSeconds"`
}

func (m *moment) consequences(ctx context.Context, results scheduling.Results) (*Consequences, error) {
	consequences := &Consequences{Created: []Created{}, IgnoredPods: map[string]string{}, NodeOverlays: map[string]string{}}
	var err error
	// First, since cluster state is not synced while a NodeClaim waits for its machine.
	if options.FromContext(ctx).FeatureGates.StaticCapacity {
		if consequences.Static, err = m.provisionStatic(ctx); err != nil {
			return nil, err
		}
	}
	for _, nodeClaim := range results.NewNodeClaims {
		name, err := m.provisioner.Create(ctx, nodeClaim)
		created := Created{NodePool: nodeClaim.NodePoolName}
		if err != nil {
			created.Error = err.Error()
		} else if created, err = m.created(ctx, name); err != nil {
			return nil, err
		}
		consequences.Created = append(consequences.Created, created)
	}
	if err := m.ignoredPods(ctx, consequences.IgnoredPods); err != nil {
		return nil, err
	}
	return consequences, m.refusedNodeOverlays(ctx, consequences.NodeOverlays)
}

func (m *moment) created(ctx context.Context, name string) (Created, error) {
	nodeClaim := &v1.NodeClaim{}
	if err := m.kubeClient.Get(ctx, client.ObjectKey{Name: name}, nodeClaim); err != nil {
		return Created{}, err
	}
	return describeCreated(nodeClaim), nil
}

func describeCreated(nodeClaim *v1.NodeClaim) Created {
	requirements := append([]v1.NodeSelectorRequirementWithMinValues{}, nodeClaim.Spec.Requirements...)
	sort.Slice(requirements, func(i, j int) bool {
		a, b := requirements[i], requirements[j]
		return a.Key < b.Key || a.Key == b.Key && a.Operator < b.Operator
	})
	created := Created{
		NodePool:      nodeClaim.Labels[v1.NodePoolLabelKey],
		Labels:        map[string]string{},
		Annotations:   nodeClaim.Annotations,
		NodeClass:     nodeClaim.Spec.NodeClassRef.Name,
		Requirements:  requirements,
		Requests:      amounts(nodeClaim.Spec.Resources.Requests),
		Taints:        taintTexts(nodeClaim.Spec.Taints),
		StartupTaints: taintTexts(nodeClaim.Spec.StartupTaints),
		ExpireAfter:   "Never",
	}
	for _, owner := range nodeClaim.OwnerReferences {
		created.Owner = owner.Kind + "/" + owner.Name + "/" + string(owner.UID)
	}
	for key, value := range nodeClaim.Labels {
		created.Labels[key] = value
	}
	for _, it := range requirements {
		isOpen := it.Operator != corev1.NodeSelectorOpIn || len(it.Values) > 1
		if _, ok := created.Labels[it.Key]; ok && isOpen {
			created.Labels[it.Key] = anyValue
		}
	}
	if it := nodeClaim.Spec.ExpireAfter.Duration; it != nil {
		created.ExpireAfter = it.String()
	}
	if it := nodeClaim.Spec.TerminationGracePeriod; it != nil {
		created.TerminationGracePeriod = it.Duration.String()
	}
	return created
}

func taintTexts(taints []corev1.Taint) []string {
	texts := []string{}
	for _, taint := range taints {
		texts = append(texts, taint.ToString())
	}
	return texts
}

func (m *moment) ignoredPods(ctx context.Context, reasons map[string]string) error {
	pods := &corev1.PodList{}
	if err := m.kubeClient.List(ctx, pods); err != nil {
		return err
	}
	for i := range pods.Items {
		pod := &pods.Items[i]
		if !podutils.IsProvisionable(pod) {
			continue
		}
		if err := m.provisioner.Validate(ctx, pod); err != nil {
			reasons[podKey(pod)] = err.Error()
		}
	}
	return nil
}

func (m *moment) refusedNodeOverlays(ctx context.Context, reasons map[string]string) error {
	overlays := &v1alpha1.NodeOverlayList{}
	if err := m.kubeClient.List(ctx, overlays); err != nil {
		return err
	}
	for i := range overlays.Items {
		condition := overlays.Items[i].StatusConditions().Get(v1alpha1.ConditionTypeValidationSucceeded)
		if condition.IsFalse() {
			reasons[overlays.Items[i].Name] = condition.Reason + ": " + condition.Message
		}
	}
	return nil
}

func (m *moment) provisionStatic(ctx context.Context) (*Static, error) {
	nodePools := &v1.NodePoolList{}
	if err := m.kubeClient.List(ctx, nodePools); err != nil {
		return nil, err
	}
	sort.Slice(nodePools.Items, func(i, j int) bool { return nodePools.Items[i].Name < nodePools.Items[j].Name })
	known, err := m.nodeClaimNames(ctx)
	if err != nil {
		return nil, err
	}
	controller := staticprovisioning.NewController(
		m.kubeClient, m.cluster, test.NewEventRecorder(), m.cloudProvider, m.provisioner, m.clock, nil, nil,
	)
	static := &Static{Created: []Created{}}
	var soonest time.Duration
	for i := range nodePools.Items {
		result, err := controller.Reconcile(ctx, &nodePools.Items[i])
		if err != nil {
			static.Created = append(static.Created, Created{NodePool: nodePools.Items[i].Name, Error: err.Error()})
		}
		if it := result.RequeueAfter; it > 0 && (soonest == 0 || it < soonest) {
			soonest = it
		}
	}
	static.RequeueAfterSeconds = soonest.Seconds()
	nodeClaims := &v1.NodeClaimList{}
	if err := m.kubeClient.List(ctx, nodeClaims); err != nil {
		return nil, err
	}
	for i := range nodeClaims.Items {
		if !known[nodeClaims.Items[i].Name] {
			static.Created = append(static.Created, describeCreated(&nodeClaims.Items[i]))
		}
	}
	sort.SliceStable(static.Created, func(i, j int) bool { return static.Created[i].NodePool < static.Created[j].NodePool })
	return static, nil
}

func (m *moment) nodeClaimNames(ctx context.Context) (map[string]bool, error) {
	nodeClaims := &v1.NodeClaimList{}
	if err := m.kubeClient.List(ctx, nodeClaims); err != nil {
		return nil, err
	}
	names := map[string]bool{}
	for i := range nodeClaims.Items {
		names[nodeClaims.Items[i].Name] = true
	}
	return names, nil
}
