//go:build ordered

package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// How long a pod takes to stop once it is told to, as a Go duration, or "never": then it stays even
// after its grace period. 1.27 seconds without the annotation, so that it stops between two looks.
const annotationStopsAfter = "dryfit.dev/stops-after"

const multipleBudgets = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."

func labelSet(values map[string]string) labels.Set { return values }

// killingTakes is from the end of its grace period until a pod is gone, so that nothing else happens
// just then.
const killingTakes = 270 * time.Millisecond

// deletePod plays API server and kubelet: the deletion time is the end of the grace period, which a
// later request can only shorten, and the pod goes when it has stopped.
func (s *lifecycleServer) deletePod(pod *corev1.Pod, gracePeriodSeconds *int64) {
	grace := *pod.Spec.TerminationGracePeriodSeconds
	if gracePeriodSeconds != nil {
		grace = *gracePeriodSeconds
	}
	at := metav1.NewTime(time.Now().Add(time.Duration(grace) * time.Second).Truncate(time.Second))
	if pod.DeletionTimestamp != nil && !at.Before(pod.DeletionTimestamp) {
		return
	}
	deleted := pod.DeepCopy()
	deleted.DeletionTimestamp = &at
	deleted.DeletionGracePeriodSeconds = &grace
	s.store(pod, deleted)
	s.stop(deleted, time.Duration(grace)*time.Second)
}

// stop has the pod go when it has stopped, or was killed after its grace period.
func (s *lifecycleServer) stop(pod *corev1.Pod, grace time.Duration) {
	stopsAfter := 1270 * time.Millisecond
	if text, ok := pod.Annotations[annotationStopsAfter]; ok {
		if text == "never" {
			return
		}
		parsed, err := time.ParseDuration(text)
		if err != nil {
			panic(err)
		}
		stopsAfter = parsed
	}
	time.AfterFunc(min(stopsAfter, grace+killingTakes), func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if present, err := s.find(pod); err == nil && present.GetUID() == pod.UID {
			s.drop(present, present)
		}
	})
}

type lifecycleSubResource struct {
	client.SubResourceClient
	server *lifecycleServer
	name   string
}

func (s *lifecycleServer) SubResource(name string) client.SubResourceClient {
	return &lifecycleSubResource{server: s, name: name}
}

func (r *lifecycleSubResource) Patch(_ context.Context, object client.Object, patch client.Patch, _ ...client.SubResourcePatchOption) error {
	return r.server.patch(object, patch, true)
}

func (r *lifecycleSubResource) Create(_ context.Context, object client.Object, subResource client.Object, _ ...client.SubResourceCreateOption) error {
	if r.name != "eviction" {
		return fmt.Errorf("no subresource %s", r.name)
	}
	return r.server.evict(object.(*corev1.Pod), subResource.(*policyv1.Eviction))
}

// evict grants an eviction while every PodDisruptionBudget allows one, and takes it off the budget.
// Nobody makes budgets larger but the case itself.
func (s *lifecycleServer) evict(asked *corev1.Pod, eviction *policyv1.Eviction) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := podKey(asked)
	present, err := s.find(asked)
	if err != nil {
		s.log.action("evict %s 404", key)
		return err
	}
	pod := present.(*corev1.Pod)
	if uid := eviction.DeleteOptions.Preconditions.UID; uid != nil && *uid != pod.UID {
		s.log.action("evict %s 409", key)
		return apierrors.NewConflict(schema.GroupResource{Resource: "pods"}, pod.Name, errors.New("another uid"))
	}
	budgets := s.budgetsOf(pod)
	switch {
	case pod.DeletionTimestamp != nil:
	case len(budgets) > 1:
		s.log.action("evict %s 500", key)
		return &apierrors.StatusError{ErrStatus: metav1.Status{Status: metav1.StatusFailure, Code: 500, Message: multipleBudgets}}
	case len(budgets) == 1 && budgets[0].Status.DisruptionsAllowed <= 0:
		s.log.action("evict %s 429", key)
		return apierrors.NewTooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", 0)
	case len(budgets) == 1:
		used := budgets[0].DeepCopy()
		used.Status.DisruptionsAllowed--
		s.store(budgets[0], used)
	}
	s.log.action("evict %s 200", key)
	s.deletePod(pod, nil)
	return nil
}

func (s *lifecycleServer) budgetsOf(pod *corev1.Pod) []*policyv1.PodDisruptionBudget {
	budgets := []*policyv1.PodDisruptionBudget{}
	for _, object := range s.sorted(policyv1.SchemeGroupVersion.WithKind("PodDisruptionBudget")) {
		budget := object.(*policyv1.PodDisruptionBudget)
		selector, err := metav1.LabelSelectorAsSelector(budget.Spec.Selector)
		if err != nil {
			panic(err)
		}
		if budget.Namespace == pod.Namespace && selector.Matches(labelSet(pod.Labels)) {
			budgets = append(budgets, budget)
		}
	}
	return budgets
}
