//go:build ordered

package main

import (
	"encoding/json"
	"time"
)

// Case is a cluster, what can be launched, and when; the fields are those of conformance/cases.ts.
type Case struct {
	Name          string         `json:"name"`
	Now           time.Time      `json:"now"`
	Options       Options        `json:"options"`
	InstanceTypes []InstanceType `json:"instanceTypes"`
	Objects       struct {
		Items []json.RawMessage `json:"items"`
	} `json:"objects"`
	// InFull asks for what follows from the decision, too; see full.go.
	InFull bool `json:"inFull"`
}

// Options are the settings of Karpenter that bear on decisions.
type Options struct {
	PreferencePolicy string `json:"preferencePolicy"`
	MinValuesPolicy  string `json:"minValuesPolicy"`
	// ReservedOfferingMode is Strict unless it says Fallback, as consolidation has it.
	ReservedOfferingMode string `json:"reservedOfferingMode"`
	// FeatureGates by name; those left out are as Karpenter has them by default.
	FeatureGates map[string]bool `json:"featureGates"`
}

// Decision is what came out; lists are in upstream's order unless they say otherwise.
type Decision struct {
	Name          string            `json:"name"`
	Error         string            `json:"error,omitempty"`
	NewNodeClaims []NodeClaim       `json:"newNodeClaims"`
	ExistingNodes []ExistingNode    `json:"existingNodes"`
	PodErrors     map[string]string `json:"podErrors"`
	// Consequences is nil unless the case asks for them.
	Consequences *Consequences `json:"consequences,omitempty"`
	// Buffers by key, and how many virtual pods each node was given; nil without the feature gate.
	Buffers    []Buffer       `json:"buffers,omitempty"`
	BufferPods map[string]int `json:"bufferPods,omitempty"`
}

// NodeClaim is a machine that would be launched.
type NodeClaim struct {
	NodePool      string        `json:"nodePool"`
	Pods          []string      `json:"pods"`
	InstanceTypes []string      `json:"instanceTypes"`
	Requirements  []Requirement `json:"requirements"`
	// Requests in thousandths of a core for cpu, else in whole units.
	Requests map[string]int64 `json:"requests"`
}

// Requirement as it prints, and its stored values in full, since the text leaves out all after the
// fifth. Sorted by key.
type Requirement struct {
	Text   string   `json:"text"`
	Values []string `json:"values"`
}

// ExistingNode is a node that got pods; sorted as upstream considers them.
type ExistingNode struct {
	Name string   `json:"name"`
	Pods []string `json:"pods"`
}
