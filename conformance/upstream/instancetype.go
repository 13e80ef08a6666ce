package main

import corev1 "k8s.io/api/core/v1"

// InstanceType is offered to every NodePool of the case.
type InstanceType struct {
	Name         string              `json:"name"`
	Requirements map[string][]string `json:"requirements"`
	Offerings    []Offering          `json:"offerings"`
	Capacity     corev1.ResourceList `json:"capacity"`
	KubeReserved corev1.ResourceList `json:"kubeReserved"`
}

// Offering is a zone and capacity type with a price.
type Offering struct {
	Zone                string  `json:"zone"`
	CapacityType        string  `json:"capacityType"`
	Price               float64 `json:"price"`
	Available           bool    `json:"available"`
	ReservationID       string  `json:"reservationId"`
	ReservationCapacity int     `json:"reservationCapacity"`
	// Added to the type's capacity and to its overhead.
	CapacityOverride     corev1.ResourceList `json:"capacityOverride"`
	KubeReservedOverride corev1.ResourceList `json:"kubeReservedOverride"`
}
