//go:build ordered

package main

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"sync"
	"time"

	"github.com/awslabs/operatorpkg/status"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	v1 "sigs.k8s.io/karpenter/pkg/apis/v1"
	"sigs.k8s.io/karpenter/pkg/cloudprovider"
)

// DeepCopyObject keeps the kind: the embedded class's own answers with another.
func (in *ec2NodeClass) DeepCopyObject() runtime.Object {
	return &ec2NodeClass{*in.TestNodeClass.DeepCopy()}
}

// LifecycleAnswers is what the cloud answers until the case says otherwise; keys are names of
// NodeClaims, "*" stands for all others.
type LifecycleAnswers struct {
	Create map[string]LifecycleCreate `json:"create"`
	// Delete holds the errors that deletions fail with.
	Delete map[string]string         `json:"delete"`
	Drift  map[string]LifecycleDrift `json:"drift"`
	// Hooks are the registration hooks, by name.
	Hooks map[string]LifecycleHook `json:"hooks"`
	// HasNoInstanceTypes has the list of instance types fail.
	HasNoInstanceTypes bool `json:"hasNoInstanceTypes"`
	// TerminationSeconds is how long an instance takes to go.
	TerminationSeconds int64 `json:"terminationSeconds"`
}

// LifecycleCreate answers a launch.
type LifecycleCreate struct {
	Kind         string            `json:"kind"`
	Message      string            `json:"message"`
	Reason       string            `json:"reason"`
	InstanceType string            `json:"instanceType"`
	Zone         string            `json:"zone"`
	CapacityType string            `json:"capacityType"`
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	Seconds      int64             `json:"seconds"`
}

// LifecycleDrift answers whether a NodeClaim has drifted.
type LifecycleDrift struct {
	Reason     string `json:"reason"`
	IsNotFound bool   `json:"isNotFound"`
	Error      string `json:"error"`
}

// LifecycleHook answers whether a node may register.
type LifecycleHook struct {
	Kind    string            `json:"kind"`
	Seconds int64             `json:"seconds"`
	Message string            `json:"message"`
	Labels  map[string]string `json:"labels"`
}

// LifecyclePolicy is a repair policy.
type LifecyclePolicy struct {
	ConditionType     string `json:"conditionType"`
	ConditionStatus   string `json:"conditionStatus"`
	TolerationSeconds int64  `json:"tolerationSeconds"`
}

type lifecycleProvider struct {
	mu            sync.Mutex
	answers       LifecycleAnswers
	instanceTypes []InstanceType
	policies      []LifecyclePolicy
	instances     map[string]*lifecycleInstance
	log           *lifecycleLog
}

type lifecycleInstance struct{ terminatingSince *time.Time }

func answerFor[T any](answers map[string]T, name string) (T, bool) {
	if answer, ok := answers[name]; ok {
		return answer, true
	}
	answer, ok := answers["*"]
	return answer, ok
}

func (p *lifecycleProvider) Create(_ context.Context, nodeClaim *v1.NodeClaim) (*v1.NodeClaim, error) {
	p.mu.Lock()
	answer, ok := answerFor(p.answers.Create, nodeClaim.Name)
	p.mu.Unlock()
	p.log.action("create %s", nodeClaim.Name)
	if !ok {
		return nil, errors.New("no answer")
	}
	time.Sleep(time.Duration(answer.Seconds) * time.Second)
	switch answer.Kind {
	case "insufficient-capacity":
		return nil, cloudprovider.NewInsufficientCapacityError(errors.New(answer.Message))
	case "node-class-not-ready":
		return nil, cloudprovider.NewNodeClassNotReadyError(errors.New(answer.Message))
	case "create-error":
		return nil, cloudprovider.NewCreateError(errors.New(answer.Message), answer.Reason, answer.Message)
	case "error":
		return nil, errors.New(answer.Message)
	}
	return p.launch(nodeClaim, answer), nil
}

func (p *lifecycleProvider) launch(nodeClaim *v1.NodeClaim, answer LifecycleCreate) *v1.NodeClaim {
	launched := &v1.NodeClaim{ObjectMeta: metav1.ObjectMeta{Name: nodeClaim.Name, Annotations: answer.Annotations, Labels: map[string]string{
		corev1.LabelInstanceTypeStable: answer.InstanceType,
		corev1.LabelTopologyZone:       answer.Zone,
		v1.CapacityTypeLabelKey:        answer.CapacityType,
	}}}
	for key, value := range answer.Labels {
		launched.Labels[key] = value
	}
	launched.Status.ProviderID = fmt.Sprintf("fake:///%s/%s", answer.Zone, nodeClaim.Name)
	launched.Status.ImageID = "image-1"
	for i := range p.instanceTypes {
		if it := p.instanceTypes[i].build(); it.Name == answer.InstanceType {
			launched.Status.Capacity = it.Capacity
			launched.Status.Allocatable = it.Allocatable()
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.instances[launched.Status.ProviderID] = &lifecycleInstance{}
	return launched
}

func (p *lifecycleProvider) Delete(_ context.Context, nodeClaim *v1.NodeClaim) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.log.action("delete %s", nodeClaim.Name)
	if message, ok := answerFor(p.answers.Delete, nodeClaim.Name); ok {
		return errors.New(message)
	}
	instance := p.present(nodeClaim.Status.ProviderID)
	if instance == nil {
		return cloudprovider.NewNodeClaimNotFoundError(errors.New(nodeClaim.Status.ProviderID))
	}
	if instance.terminatingSince == nil {
		now := time.Now()
		instance.terminatingSince = &now
	}
	return nil
}

// present forgets an instance once it has terminated.
func (p *lifecycleProvider) present(providerID string) *lifecycleInstance {
	instance, ok := p.instances[providerID]
	if !ok {
		return nil
	}
	takes := time.Duration(p.answers.TerminationSeconds) * time.Second
	if instance.terminatingSince != nil && time.Since(*instance.terminatingSince) >= takes {
		delete(p.instances, providerID)
		return nil
	}
	return instance
}

func (p *lifecycleProvider) Get(_ context.Context, providerID string) (*v1.NodeClaim, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	instance := p.present(providerID)
	if instance == nil {
		return nil, cloudprovider.NewNodeClaimNotFoundError(errors.New(providerID))
	}
	return described(providerID, instance), nil
}

func described(providerID string, instance *lifecycleInstance) *v1.NodeClaim {
	nodeClaim := &v1.NodeClaim{Status: v1.NodeClaimStatus{ProviderID: providerID}}
	if instance.terminatingSince != nil {
		nodeClaim.DeletionTimestamp = &metav1.Time{Time: *instance.terminatingSince}
	}
	return nodeClaim
}

func (p *lifecycleProvider) List(context.Context) ([]*v1.NodeClaim, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	ids := []string{}
	for id := range p.instances {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	nodeClaims := []*v1.NodeClaim{}
	for _, id := range ids {
		if instance := p.present(id); instance != nil {
			nodeClaims = append(nodeClaims, described(id, instance))
		}
	}
	return nodeClaims, nil
}

func (p *lifecycleProvider) GetInstanceTypes(context.Context, *v1.NodePool) ([]*cloudprovider.InstanceType, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.answers.HasNoInstanceTypes {
		return nil, errors.New("no instance types found")
	}
	types := make([]*cloudprovider.InstanceType, 0, len(p.instanceTypes))
	for i := range p.instanceTypes {
		types = append(types, p.instanceTypes[i].build())
	}
	return types, nil
}

func (p *lifecycleProvider) IsDrifted(_ context.Context, nodeClaim *v1.NodeClaim) (cloudprovider.DriftReason, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	answer, _ := answerFor(p.answers.Drift, nodeClaim.Name)
	switch {
	case answer.IsNotFound:
		return "", cloudprovider.NewNodeClaimNotFoundError(errors.New(nodeClaim.Status.ProviderID))
	case answer.Error != "":
		return "", errors.New(answer.Error)
	}
	return cloudprovider.DriftReason(answer.Reason), nil
}

func (p *lifecycleProvider) RepairPolicies() []cloudprovider.RepairPolicy {
	policies := []cloudprovider.RepairPolicy{}
	for _, it := range p.policies {
		policies = append(policies, cloudprovider.RepairPolicy{
			ConditionType:      corev1.NodeConditionType(it.ConditionType),
			ConditionStatus:    corev1.ConditionStatus(it.ConditionStatus),
			TolerationDuration: time.Duration(it.TolerationSeconds) * time.Second,
		})
	}
	return policies
}

func (p *lifecycleProvider) Name() string { return "conformance" }

func (p *lifecycleProvider) GetSupportedNodeClasses() []status.Object {
	return []status.Object{&ec2NodeClass{}}
}

// lifecycleHook asks the provider's answers anew each time.
type lifecycleHook struct {
	provider *lifecycleProvider
	name     string
}

func (h *lifecycleHook) Name() string { return h.name }

func (h *lifecycleHook) Registered(_ context.Context, nodeClaim *v1.NodeClaim) (cloudprovider.NodeLifecycleHookResult, error) {
	h.provider.mu.Lock()
	defer h.provider.mu.Unlock()
	answer := h.provider.answers.Hooks[h.name]
	switch answer.Kind {
	case "pending":
		if answer.Seconds == 0 {
			return cloudprovider.NodeLifecycleHookResult{Requeue: true}, nil
		}
		return cloudprovider.NodeLifecycleHookResult{RequeueAfter: time.Duration(answer.Seconds) * time.Second}, nil
	case "error":
		return cloudprovider.NodeLifecycleHookResult{}, errors.New(answer.Message)
	}
	for key, value := range answer.Labels {
		if nodeClaim.Labels == nil {
			nodeClaim.Labels = map[string]string{}
		}
		nodeClaim.Labels[key] = value
	}
	return cloudprovider.NodeLifecycleHookResult{}, nil
}
