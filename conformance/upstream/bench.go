package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/client-go/tools/record"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	v1 "sigs.k8s.io/karpenter/pkg/apis/v1"
	"sigs.k8s.io/karpenter/pkg/cloudprovider"
	"sigs.k8s.io/karpenter/pkg/controllers/provisioning/scheduling"
	"sigs.k8s.io/karpenter/pkg/controllers/state"
	"sigs.k8s.io/karpenter/pkg/events"
	"sigs.k8s.io/karpenter/pkg/operator/injection"
	"sigs.k8s.io/karpenter/pkg/operator/options"
	"sigs.k8s.io/karpenter/pkg/test"
)

// As in upstream's own benchmark.
const concurrency = 5

// Workload is what bench/scheduling.ts asks to be timed.
type Workload struct {
	Name             string         `json:"name"`
	PreferencePolicy string         `json:"preferencePolicy"`
	Iterations       int            `json:"iterations"`
	InstanceTypes    []InstanceType `json:"instanceTypes"`
	Pods             []*corev1.Pod  `json:"pods"`
}

// Timing has an entry per iteration. Solve is what upstream's own benchmark times; setup is the
// construction of topology and scheduler.
type Timing struct {
	Name         string    `json:"name"`
	SetupSeconds []float64 `json:"setupSeconds"`
	SolveSeconds []float64 `json:"solveSeconds"`
	Nodes        []int     `json:"nodes"`
	PodErrors    int       `json:"podErrors"`
}

// bench times one workload a line, each iteration with a fresh topology and scheduler.
func bench(in *bufio.Scanner, out io.Writer) error {
	for in.Scan() {
		var workload Workload
		if err := json.Unmarshal(in.Bytes(), &workload); err != nil {
			return fmt.Errorf("reading a workload: %w", err)
		}
		timing := Timing{Name: workload.Name}
		for range workload.Iterations {
			if err := timing.add(&workload); err != nil {
				return fmt.Errorf("%s: %w", workload.Name, err)
			}
		}
		if err := json.NewEncoder(out).Encode(timing); err != nil {
			return err
		}
	}
	return in.Err()
}

func (t *Timing) add(workload *Workload) error {
	ctx := options.ToContext(injection.WithControllerName(context.Background(), "provisioner"), test.Options())
	nodePool := test.NodePool(v1.NodePool{Spec: v1.NodePoolSpec{Limits: v1.Limits{
		corev1.ResourceCPU:    resource.MustParse("10000000"),
		corev1.ResourceMemory: resource.MustParse("8000000Gi"),
	}}})
	provider := &provider{instanceTypes: workload.InstanceTypes}
	types, err := provider.GetInstanceTypes(ctx, nodePool)
	if err != nil {
		return err
	}
	typesByPool := map[string][]*cloudprovider.InstanceType{nodePool.Name: types}
	kubeClient := fake.NewFakeClient()
	cluster := state.NewCluster(clock.RealClock{}, kubeClient, provider)
	opts := []scheduling.Options{scheduling.NumConcurrentReconciles(concurrency)}
	if workload.PreferencePolicy == "Ignore" {
		opts = append(opts, scheduling.IgnorePreferences)
	}
	pods := make([]*corev1.Pod, 0, len(workload.Pods))
	for _, pod := range workload.Pods {
		pods = append(pods, pod.DeepCopy())
	}
	start := time.Now()
	topology, err := scheduling.NewTopology(ctx, kubeClient, cluster, nil, []*v1.NodePool{nodePool}, typesByPool, pods, opts...)
	if err != nil {
		return err
	}
	scheduler := scheduling.NewScheduler(ctx, kubeClient, []*v1.NodePool{nodePool}, cluster, nil, topology,
		typesByPool, nil, events.NewRecorder(&record.FakeRecorder{}), clock.RealClock{}, nil, nil, opts...)
	built := time.Now()
	results, err := scheduler.Solve(ctx, pods)
	if err != nil {
		return err
	}
	t.SetupSeconds = append(t.SetupSeconds, built.Sub(start).Seconds())
	t.SolveSeconds = append(t.SolveSeconds, time.Since(built).Seconds())
	t.Nodes = append(t.Nodes, len(results.NewNodeClaims))
	t.PodErrors = len(results.PodErrors)
	return nil
}
