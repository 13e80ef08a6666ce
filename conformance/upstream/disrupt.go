//go:build ordered

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"
)

// DisruptionCase is a cluster with what Karpenter holds in memory about it, and what happens to it
// from then on; the fields are those of conformance/disruption/cases.ts.
type DisruptionCase struct {
	Case
	// InstanceTypeSet is offered to NodePools that SetByNodePool doesn't name.
	InstanceTypeSet string            `json:"instanceTypeSet"`
	SetByNodePool   map[string]string `json:"instanceTypeSetByNodePool"`
	Facts           Facts             `json:"facts"`
	Seconds         int               `json:"seconds"`
	Script          []Change          `json:"script"`
	CarryOut        *CarryOut         `json:"carryOut"`
}

// Facts are what Karpenter knows from before, by the name of the node.
type Facts struct {
	MarkedForDeletion []string `json:"markedForDeletion"`
	// NominatedSecondsAgo says when a pod was last promised the node.
	NominatedSecondsAgo map[string]int `json:"nominatedSecondsAgo"`
	BufferPods          map[string]int `json:"bufferPods"`
	// Queued nodes belong to a command under way.
	Queued []string `json:"queued"`
}

// Change is something that happens so many seconds after the start.
type Change struct {
	AtSeconds int               `json:"atSeconds"`
	Put       []json.RawMessage `json:"put"`
	Delete    []ObjectName      `json:"delete"`
	Facts     Facts             `json:"facts"`
	// InstanceTypeSet is offered from now on, to all NodePools.
	InstanceTypeSet string `json:"instanceTypeSet"`
}

// ObjectName names an object of the cluster.
type ObjectName struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
}

// DisruptionDecision is what came out. Each method decides on the cluster as it is at the start, as
// if it were the only one; then the controller runs.
type DisruptionDecision struct {
	Name    string           `json:"name"`
	Error   string           `json:"error,omitempty"`
	Methods []MethodDecision `json:"methods"`
	Run     Run              `json:"run"`
}

// disrupt decides one case a line; the first line holds the sets of instance types.
func disrupt(in *bufio.Scanner, out io.Writer) error {
	if !in.Scan() {
		return fmt.Errorf("reading instance types: %w", in.Err())
	}
	var sets map[string][]InstanceType
	if err := json.Unmarshal(in.Bytes(), &sets); err != nil {
		return fmt.Errorf("reading instance types: %w", err)
	}
	encoder := json.NewEncoder(out)
	for in.Scan() {
		if err := encoder.Encode(disruptLine(in.Bytes(), sets)); err != nil {
			return err
		}
	}
	return in.Err()
}

func disruptLine(line []byte, sets map[string][]InstanceType) (decision DisruptionDecision) {
	var input DisruptionCase
	defer func() {
		if reason := recover(); reason != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n%s", input.Name, reason, debug.Stack())
			decision = DisruptionDecision{Name: input.Name, Error: fmt.Sprintf("panic: %v", reason)}
		}
	}()
	if err := json.Unmarshal(line, &input); err != nil {
		return DisruptionDecision{Error: fmt.Sprintf("reading the case: %v", err)}
	}
	decision, err := decideDisruption(context.Background(), &input, sets)
	if err != nil {
		return DisruptionDecision{Name: input.Name, Error: err.Error()}
	}
	decision.Name = input.Name
	return decision
}

func decideDisruption(ctx context.Context, input *DisruptionCase, sets map[string][]InstanceType) (DisruptionDecision, error) {
	inspected, err := newWorld(ctx, input, sets)
	if err != nil {
		return DisruptionDecision{}, err
	}
	methods, err := inspected.inspect()
	if err != nil {
		return DisruptionDecision{}, err
	}
	running, err := newWorld(ctx, input, sets)
	if err != nil {
		return DisruptionDecision{}, err
	}
	run, err := running.run(time.Duration(input.Seconds) * time.Second)
	return DisruptionDecision{Methods: methods, Run: run}, err
}

func init() { modes["disrupt"] = disrupt }
