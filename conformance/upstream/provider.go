package main

import (
	"context"
	"fmt"

	"github.com/awslabs/operatorpkg/status"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
	v1 "sigs.k8s.io/karpenter/pkg/apis/v1"
	"sigs.k8s.io/karpenter/pkg/cloudprovider"
	"sigs.k8s.io/karpenter/pkg/scheduling"
	"sigs.k8s.io/karpenter/pkg/test/v1alpha1"
)

const awsGroup = "karpenter.k8s.aws"
const labelReservationID = awsGroup + "/capacity-reservation-id"

var nodeClassKind = schema.GroupVersionKind{Group: awsGroup, Version: "v1", Kind: "EC2NodeClass"}

// ec2NodeClass stands in for the AWS provider's: the scheduler only asks for its kind.
type ec2NodeClass struct{ v1alpha1.TestNodeClass }

// registerProvider makes known what the AWS provider makes known when it starts.
func registerProvider() {
	scheme.Scheme.AddKnownTypeWithName(nodeClassKind, &ec2NodeClass{})
	for _, name := range []string{
		"capacity-reservation-id", "capacity-reservation-type", "capacity-reservation-interruptible",
		"instance-hypervisor", "instance-encryption-in-transit-supported", "instance-category",
		"instance-capability-flex", "instance-family", "instance-generation", "instance-size",
		"instance-local-nvme", "instance-cpu", "instance-cpu-manufacturer",
		"instance-cpu-sustained-clock-speed-mhz", "instance-memory", "instance-ebs-bandwidth",
		"instance-network-bandwidth", "instance-gpu-name", "instance-gpu-manufacturer",
		"instance-gpu-count", "instance-gpu-memory", "instance-accelerator-name",
		"instance-accelerator-manufacturer", "instance-accelerator-count", "instance-tenancy",
		"placement-group-id", "placement-group-partition",
	} {
		v1.WellKnownLabels.Insert(awsGroup + "/" + name)
	}
	v1.WellKnownLabels.Insert("topology.k8s.aws/zone-id", corev1.LabelWindowsBuild)
	v1.RestrictedLabelDomains.Insert(awsGroup)
	v1.WellKnownResources.Insert(
		"vpc.amazonaws.com/pod-eni", "aws.amazon.com/neuron", "aws.amazon.com/neuroncore",
		"habana.ai/gaudi", "vpc.amazonaws.com/efa",
	)
	v1.NormalizedLabels["topology.ebs.csi.aws.com/zone"] = corev1.LabelTopologyZone
	cloudprovider.ReservationIDLabel = labelReservationID
	cloudprovider.ReservedCapacityLabels.Insert(labelReservationID, awsGroup+"/capacity-reservation-type")
}

// provider offers the instance types of a case, and launches nothing.
type provider struct {
	instanceTypes []InstanceType
	// byNodePool has what is offered to some NodePools instead.
	byNodePool map[string][]InstanceType
	// nodeClasses are the names of the case's; nil for a case that has none, where any name will do.
	nodeClasses map[string]bool
}

func (p *provider) GetInstanceTypes(_ context.Context, nodePool *v1.NodePool) ([]*cloudprovider.InstanceType, error) {
	name := nodePool.Spec.Template.Spec.NodeClassRef.Name
	if p.nodeClasses != nil && !p.nodeClasses[name] {
		return nil, fmt.Errorf("resolving ec2nodeclass %s: not found", name)
	}
	offered, ok := p.byNodePool[nodePool.Name]
	if !ok {
		offered = p.instanceTypes
	}
	return builtTypes(offered), nil
}

// built remembers the types of each set, as a provider would: upstream asks for them in every
// simulation, and changes none of them.
var built = map[*InstanceType][]*cloudprovider.InstanceType{}

func builtTypes(offered []InstanceType) []*cloudprovider.InstanceType {
	if len(offered) == 0 {
		return nil
	}
	types, ok := built[&offered[0]]
	if !ok {
		types = make([]*cloudprovider.InstanceType, 0, len(offered))
		for i := range offered {
			types = append(types, offered[i].build())
		}
		built[&offered[0]] = types
	}
	return append([]*cloudprovider.InstanceType{}, types...)
}

// offer makes the types what every NodePool is offered from now on.
func (p *provider) offer(types []InstanceType) { p.instanceTypes, p.byNodePool = types, nil }

func (t *InstanceType) build() *cloudprovider.InstanceType {
	requirements := scheduling.NewRequirements()
	for key, values := range t.Requirements {
		requirements.Add(scheduling.NewRequirement(key, corev1.NodeSelectorOpIn, values...))
	}
	offerings := cloudprovider.Offerings{}
	for _, o := range t.Offerings {
		offering := &cloudprovider.Offering{
			Price:               o.Price,
			Available:           o.Available,
			ReservationCapacity: o.ReservationCapacity,
			CapacityOverride:    o.CapacityOverride,
			Requirements: scheduling.NewLabelRequirements(map[string]string{
				corev1.LabelTopologyZone: o.Zone,
				v1.CapacityTypeLabelKey:  o.CapacityType,
			}),
		}
		if o.ReservationID != "" {
			offering.Requirements.Add(scheduling.NewRequirement(labelReservationID, corev1.NodeSelectorOpIn, o.ReservationID))
		} else {
			offering.Requirements.Add(scheduling.NewRequirement(labelReservationID, corev1.NodeSelectorOpDoesNotExist))
		}
		if o.KubeReservedOverride != nil {
			offering.OverheadOverride = &cloudprovider.InstanceTypeOverhead{KubeReserved: o.KubeReservedOverride}
		}
		offerings = append(offerings, offering)
	}
	return &cloudprovider.InstanceType{
		Name:         t.Name,
		Requirements: requirements,
		Offerings:    offerings,
		Capacity:     t.Capacity,
		Overhead:     &cloudprovider.InstanceTypeOverhead{KubeReserved: t.KubeReserved},
	}
}

func (p *provider) Create(context.Context, *v1.NodeClaim) (*v1.NodeClaim, error) {
	panic("launches nothing")
}
func (p *provider) Delete(context.Context, *v1.NodeClaim) error        { panic("launches nothing") }
func (p *provider) Get(context.Context, string) (*v1.NodeClaim, error) { panic("launches nothing") }
func (p *provider) List(context.Context) ([]*v1.NodeClaim, error)      { panic("launches nothing") }
func (p *provider) IsDrifted(context.Context, *v1.NodeClaim) (cloudprovider.DriftReason, error) {
	return "", nil
}
func (p *provider) RepairPolicies() []cloudprovider.RepairPolicy { return nil }
func (p *provider) Name() string                                 { return "conformance" }
func (p *provider) GetSupportedNodeClasses() []status.Object {
	return []status.Object{&ec2NodeClass{}}
}
