package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sort"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	v1 "sigs.k8s.io/karpenter/pkg/apis/v1"
	"sigs.k8s.io/karpenter/pkg/controllers/provisioning"
	"sigs.k8s.io/karpenter/pkg/controllers/provisioning/scheduling"
	"sigs.k8s.io/karpenter/pkg/controllers/state"
	"sigs.k8s.io/karpenter/pkg/operator/options"
	"sigs.k8s.io/karpenter/pkg/test"
)

// LatencyCluster is what bench/decision-latency.ts asks to be timed: nodes of eight cores with
// fifteen small pods each, from some of which so many pods are to be placed elsewhere.
type LatencyCluster struct {
	Nodes         int            `json:"nodes"`
	Pods          []int          `json:"pods"`
	CPU           string         `json:"cpu"`
	Iterations    int            `json:"iterations"`
	InstanceTypes []InstanceType `json:"instanceTypes"`
}

// RunTime is that of one scheduling run, with copying the cluster's state and truncating the result.
type RunTime struct {
	Nodes         int       `json:"nodes"`
	Pods          int       `json:"pods"`
	NewNodeClaims int       `json:"newNodeClaims"`
	Milliseconds  []float64 `json:"milliseconds"`
}

const podsPerNode = 15

func latency(in *bufio.Scanner, out io.Writer) error {
	for in.Scan() {
		var cluster LatencyCluster
		if err := json.Unmarshal(in.Bytes(), &cluster); err != nil {
			return fmt.Errorf("reading a cluster: %w", err)
		}
		times, err := cluster.time()
		if err != nil {
			return err
		}
		if err := json.NewEncoder(out).Encode(times); err != nil {
			return err
		}
	}
	return in.Err()
}

func (c *LatencyCluster) time() ([]RunTime, error) {
	ctx := options.ToContext(context.Background(), test.Options())
	objects, pods := c.objects()
	kubeClient := fake.NewClientBuilder().WithObjects(objects...).
		WithIndex(&corev1.Pod{}, "spec.nodeName", func(o client.Object) []string {
			return []string{o.(*corev1.Pod).Spec.NodeName}
		}).Build()
	provider := &provider{instanceTypes: c.InstanceTypes}
	cluster := state.NewCluster(clock.RealClock{}, kubeClient, provider)
	for _, object := range objects {
		switch it := object.(type) {
		case *v1.NodeClaim:
			cluster.UpdateNodeClaim(it.DeepCopy())
		case *corev1.Node:
			if err := cluster.UpdateNode(ctx, it.DeepCopy()); err != nil {
				return nil, err
			}
		}
	}
	for _, pod := range pods {
		if err := cluster.UpdatePod(ctx, pod.DeepCopy()); err != nil {
			return nil, err
		}
	}
	provisioner := provisioning.NewProvisioner(
		kubeClient, test.NewEventRecorder(), provider, cluster, clock.RealClock{}, nil, nil,
	)
	times := []RunTime{}
	for _, count := range c.Pods {
		run := RunTime{Nodes: c.Nodes, Pods: count}
		for range c.Iterations {
			if err := run.add(ctx, cluster, provisioner, pods[:count], c.CPU); err != nil {
				return nil, err
			}
		}
		times = append(times, run)
	}
	return times, nil
}

// add places the pods as a simulation of consolidation does, without the nodes that they are on.
func (t *RunTime) add(
	ctx context.Context, cluster *state.Cluster, provisioner *provisioning.Provisioner,
	pods []*corev1.Pod, cpu string,
) error {
	begin := time.Now()
	nodes := cluster.DeepCopyNodes()
	sort.Slice(nodes, func(i, j int) bool { return nodes[i].Name() < nodes[j].Name() })
	remaining := nodes[(len(pods)+podsPerNode-1)/podsPerNode:]
	copies := make([]*corev1.Pod, 0, len(pods))
	for _, pod := range pods {
		placed := pod.DeepCopy()
		if cpu != "" {
			placed.Spec.Containers[0].Resources.Requests[corev1.ResourceCPU] = resource.MustParse(cpu)
		}
		copies = append(copies, placed)
	}
	scheduler, err := provisioner.NewScheduler(
		ctx, copies, remaining, sets.New[types.UID](), scheduling.NumConcurrentReconciles(1),
	)
	if err != nil {
		return err
	}
	results, err := scheduler.Solve(ctx, copies)
	if err != nil {
		return err
	}
	results = results.TruncateInstanceTypes(ctx, scheduling.MaxInstanceTypes)
	t.Milliseconds = append(t.Milliseconds, time.Since(begin).Seconds()*1000)
	t.NewNodeClaims = len(results.NewNodeClaims)
	return nil
}

func (c *LatencyCluster) objects() ([]client.Object, []*corev1.Pod) {
	nodePool := test.NodePool(v1.NodePool{ObjectMeta: metav1.ObjectMeta{Name: "default"}})
	for _, condition := range []string{"ValidationSucceeded", "NodeClassReady", "Ready"} {
		nodePool.StatusConditions().SetTrue(condition)
	}
	nodePool.Spec.Limits = nil
	nodePool.Spec.Template.Spec.NodeClassRef = &v1.NodeClassReference{
		Group: "karpenter.k8s.aws", Kind: "EC2NodeClass", Name: "default",
	}
	nodePool.Spec.Template.Spec.Requirements = []v1.NodeSelectorRequirementWithMinValues{
		{Key: "karpenter.k8s.aws/instance-category", Operator: "In", Values: []string{"c", "m", "r"}},
		{Key: corev1.LabelArchStable, Operator: "In", Values: []string{"amd64"}},
	}
	objects := []client.Object{nodePool}
	pods := []*corev1.Pod{}
	for i := range c.Nodes {
		nodeClaim, node := test.NodeClaimAndNode(v1.NodeClaim{
			ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{
				v1.NodePoolLabelKey: "default", corev1.LabelInstanceTypeStable: "m5.2xlarge",
				v1.CapacityTypeLabelKey: v1.CapacityTypeOnDemand, corev1.LabelTopologyZone: "us-east-1a",
				v1.NodeInitializedLabelKey: "true", v1.NodeRegisteredLabelKey: "true",
			}},
			Status: v1.NodeClaimStatus{
				ProviderID:  fmt.Sprintf("fake:///%d", i),
				Capacity:    quantities("8", "32Gi"),
				Allocatable: quantities("7910m", "29Gi"),
			},
		})
		for _, condition := range []string{"Launched", "Registered", "Initialized"} {
			nodeClaim.StatusConditions().SetTrue(condition)
		}
		node.Spec.Taints = nil
		objects = append(objects, nodeClaim, node)
		for j := range podsPerNode {
			pods = append(pods, test.Pod(test.PodOptions{
				ObjectMeta: metav1.ObjectMeta{
					UID:    types.UID(fmt.Sprintf("pod-%d-%d", i, j)),
					Labels: map[string]string{"app": fmt.Sprintf("app-%d", (i+j)%40)},
				},
				NodeName: node.Name,
				ResourceRequirements: corev1.ResourceRequirements{Requests: corev1.ResourceList{
					corev1.ResourceCPU:    resource.MustParse(fmt.Sprintf("%dm", 250+10*((i+j)%8))),
					corev1.ResourceMemory: resource.MustParse("600Mi"),
				}},
			}))
		}
	}
	return objects, pods
}

func quantities(cpu, memory string) corev1.ResourceList {
	return corev1.ResourceList{
		corev1.ResourceCPU: resource.MustParse(cpu), corev1.ResourceMemory: resource.MustParse(memory),
		corev1.ResourcePods: resource.MustParse("58"),
	}
}
