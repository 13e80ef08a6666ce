//go:build ordered

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"
	v1 "sigs.k8s.io/karpenter/pkg/apis/v1"
	"sigs.k8s.io/karpenter/pkg/cloudprovider"
	"sigs.k8s.io/karpenter/pkg/controllers/state"
	"sigs.k8s.io/karpenter/pkg/operator/options"
	"sigs.k8s.io/karpenter/pkg/state/cost"
)

// LifecycleCase is a cluster, a cloud and what happens to them; the fields are those of
// conformance/lifecycle/cases.ts.
type LifecycleCase struct {
	Name          string            `json:"name"`
	Now           time.Time         `json:"now"`
	Gates         LifecycleGates    `json:"featureGates"`
	IsConsistent  bool              `json:"isConsistencyChecked"`
	InstanceTypes []InstanceType    `json:"instanceTypes"`
	Policies      []LifecyclePolicy `json:"repairPolicies"`
	Answers       LifecycleAnswers  `json:"answers"`
	// Instances that run besides those of the NodeClaims, and NodeClaims' instances that don't.
	LostInstances []string `json:"lostInstances"`
	Objects       struct {
		Items []json.RawMessage `json:"items"`
	} `json:"objects"`
	Steps []LifecycleStep `json:"steps"`
}

// LifecycleGates are the feature gates that bear on lifecycle.
type LifecycleGates struct {
	NodeRepair     bool `json:"nodeRepair"`
	StaticCapacity bool `json:"staticCapacity"`
}

// LifecycleStep is a moment: what there is to see is noted, then something is done.
type LifecycleStep struct {
	AtSeconds float64           `json:"atSeconds"`
	Apply     []json.RawMessage `json:"apply"`
	Change    []LifecycleEdit   `json:"change"`
	Delete    []LifecycleRef    `json:"delete"`
	Remove    []LifecycleRef    `json:"remove"`
	Nominate  []string          `json:"nominate"`
	Mark      []string          `json:"markForDeletion"`
	Unmark    []string          `json:"unmarkForDeletion"`
	Lose      []string          `json:"loseInstances"`
	Answers   *LifecycleAnswers `json:"answers"`
}

// LifecycleRef names an object.
type LifecycleRef struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
}

// LifecycleEdit changes single labels and annotations (null takes away) and replaces fields of
// specification and status.
type LifecycleEdit struct {
	LifecycleRef
	Labels      map[string]*string         `json:"labels"`
	Annotations map[string]*string         `json:"annotations"`
	Spec        map[string]json.RawMessage `json:"spec"`
	Status      map[string]json.RawMessage `json:"status"`
}

// LifecycleOutcome is what upstream did.
type LifecycleOutcome struct {
	Name     string             `json:"name"`
	Error    string             `json:"error,omitempty"`
	Steps    []LifecycleFacts   `json:"steps"`
	Counters map[string]float64 `json:"counters"`
}

// lifecycle runs each case in a process of its own: some of upstream's goroutines never end.
func lifecycle(in *bufio.Scanner, out io.Writer) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	for in.Scan() {
		command := exec.Command(self, "lifecycle-case")
		// Fewer threads, fewer races between upstream's workers.
		command.Env = append(os.Environ(), "GOMAXPROCS=1")
		command.Stdin = bytes.NewReader(in.Bytes())
		command.Stderr = os.Stderr
		line, err := command.Output()
		if err != nil {
			return fmt.Errorf("%w for %.200s", err, in.Bytes())
		}
		if _, err := out.Write(line); err != nil {
			return err
		}
	}
	return in.Err()
}

// lifecycleCase runs the case of standard input in a bubble: time there is the case's and passes as
// soon as everybody waits for it, so upstream's controllers run as they are, with all their timers.
func lifecycleCase(in *bufio.Scanner) {
	in.Scan()
	line := append([]byte{}, in.Bytes()...)
	os.Args = os.Args[:1]
	run := func(t *testing.T) {
		synctest.Test(t, func(*testing.T) {
			outcome := runLifecycleCase(line)
			if err := json.NewEncoder(os.Stdout).Encode(outcome); err != nil {
				panic(err)
			}
			os.Exit(0)
		})
	}
	all := func(_, _ string) (bool, error) { return true, nil }
	testing.Main(all, []testing.InternalTest{{Name: "case", F: run}}, nil, nil)
}

type lifecycleWorld struct {
	ctx      context.Context
	clock    clock.Clock
	server   *lifecycleServer
	provider *lifecycleProvider
	cluster  *state.Cluster
	cost     *cost.ClusterCost
	log      *lifecycleLog
}

// Must not be collected before the process ends: caches stop their goroutines then, which may not be
// done from outside the bubble.
var kept []any

func runLifecycleCase(line []byte) LifecycleOutcome {
	var input LifecycleCase
	if err := json.Unmarshal(line, &input); err != nil {
		return LifecycleOutcome{Error: fmt.Sprintf("reading the case: %v", err)}
	}
	sleepUntil(input.Now)
	outcome := LifecycleOutcome{Name: input.Name, Steps: []LifecycleFacts{}}
	world, err := newLifecycleWorld(&input)
	if err != nil {
		outcome.Error = err.Error()
		return outcome
	}
	for i := range input.Steps {
		step := &input.Steps[i]
		sleepUntil(input.Now.Add(time.Duration(step.AtSeconds * float64(time.Second))))
		synctest.Wait()
		outcome.Steps = append(outcome.Steps, world.facts(step.AtSeconds))
		if err := world.do(step); err != nil {
			outcome.Error = err.Error()
			return outcome
		}
	}
	if outcome.Counters, err = karpenterCounters(); err != nil {
		outcome.Error = err.Error()
	}
	return outcome
}

func newLifecycleWorld(input *LifecycleCase) (*lifecycleWorld, error) {
	gates := options.DefaultFeatureGates()
	gates.NodeRepair = input.Gates.NodeRepair
	gates.StaticCapacity = input.Gates.StaticCapacity
	ctx := options.ToContext(context.Background(), &options.Options{
		CPURequests: oneWorker, IgnoreDRARequests: true, BatchMaxDuration: 10 * time.Second, FeatureGates: gates,
	})
	log := &lifecycleLog{start: input.Now, actions: []string{}, events: map[string]bool{}}
	server := newLifecycleServer(log)
	objects, err := decodeWithClasses(input.Objects.Items)
	if err != nil {
		return nil, err
	}
	provider := &lifecycleProvider{
		answers: input.Answers, instanceTypes: input.InstanceTypes, policies: input.Policies,
		instances: map[string]*lifecycleInstance{}, log: log,
	}
	for _, object := range objects {
		server.put(defaulted(object))
		if nodeClaim, ok := object.(*v1.NodeClaim); ok && nodeClaim.Status.ProviderID != "" {
			provider.instances[nodeClaim.Status.ProviderID] = &lifecycleInstance{}
		}
	}
	for _, id := range input.LostInstances {
		delete(provider.instances, id)
	}
	world := &lifecycleWorld{
		ctx: ctx, clock: clock.RealClock{}, server: server, provider: provider, log: log,
		cost: cost.NewClusterCost(ctx, provider, server),
	}
	world.cluster = state.NewCluster(world.clock, server, provider)
	manager := &lifecycleManager{server: server}
	if err := world.register(ctx, manager, input); err != nil {
		return nil, err
	}
	manager.start(ctx)
	return world, nil
}

// decodeWithClasses decodes EC2NodeClasses, too: NodePools are ready only if theirs is.
func decodeWithClasses(items []json.RawMessage) ([]client.Object, error) {
	decoder := serializer.NewCodecFactory(scheme.Scheme).UniversalDeserializer()
	objects := []client.Object{}
	for _, item := range items {
		object, _, err := decoder.Decode(item, nil, nil)
		if err != nil {
			return nil, fmt.Errorf("reading an object: %w", err)
		}
		objects = append(objects, object.(client.Object))
	}
	return objects, nil
}

// defaulted is the object as the API server would have admitted it.
func defaulted(object client.Object) client.Object {
	if pod, ok := object.(*corev1.Pod); ok && pod.Spec.TerminationGracePeriodSeconds == nil {
		grace := int64(30)
		pod.Spec.TerminationGracePeriodSeconds = &grace
	}
	return object
}

func karpenterKind(kind string) schema.GroupVersionKind {
	return schema.GroupVersionKind{Group: "karpenter.sh", Version: "v1", Kind: kind}
}

var _ cloudprovider.CloudProvider = &lifecycleProvider{}

func init() {
	modes["lifecycle"] = lifecycle
	modes["lifecycle-case"] = func(in *bufio.Scanner, _ io.Writer) error {
		lifecycleCase(in)
		return nil
	}
}
