//go:build ordered

package main

import (
	"context"
	"fmt"
	"sort"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	autoscalingv1beta1 "sigs.k8s.io/karpenter/pkg/apis/autoscaling/v1beta1"
	v1 "sigs.k8s.io/karpenter/pkg/apis/v1"
)

// newWorldClient lists by key, as an API server does, gives names and times without chance, and tells
// cluster state of every write at once.
func newWorldClient(w *world, objects []client.Object) client.Client {
	return fake.NewClientBuilder().
		WithScheme(scheme.Scheme).
		WithObjects(objects...).
		WithStatusSubresource(&autoscalingv1beta1.CapacityBuffer{}, &v1.NodeClaim{}, &v1.NodePool{}, &corev1.Node{}, &corev1.Pod{}, &policyv1.PodDisruptionBudget{}).
		WithIndex(&corev1.Pod{}, "spec.nodeName", func(o client.Object) []string {
			return []string{o.(*corev1.Pod).Spec.NodeName}
		}).
		WithIndex(&storagev1.VolumeAttachment{}, "spec.nodeName", func(o client.Object) []string {
			return []string{o.(*storagev1.VolumeAttachment).Spec.NodeName}
		}).
		WithInterceptorFuncs(interceptor.Funcs{
			Get:  getByScope,
			List: w.list,
			Create: func(ctx context.Context, c client.WithWatch, object client.Object, opts ...client.CreateOption) error {
				w.name(object)
				return w.observed(object, c.Create(ctx, object, opts...))
			},
			Update: func(ctx context.Context, c client.WithWatch, object client.Object, opts ...client.UpdateOption) error {
				return w.observed(object, c.Update(ctx, object, opts...))
			},
			Patch: func(ctx context.Context, c client.WithWatch, object client.Object, patch client.Patch, opts ...client.PatchOption) error {
				return w.observed(object, c.Patch(ctx, object, patch, opts...))
			},
			Delete: func(ctx context.Context, c client.WithWatch, object client.Object, opts ...client.DeleteOption) error {
				err := c.Delete(ctx, object, opts...)
				if err == nil {
					w.noteDeletion(ctx, c, object)
				}
				return w.observed(object, err)
			},
			SubResourceUpdate: func(ctx context.Context, c client.Client, name string, object client.Object, opts ...client.SubResourceUpdateOption) error {
				return w.observed(object, c.SubResource(name).Update(ctx, object, opts...))
			},
			SubResourcePatch: func(ctx context.Context, c client.Client, name string, object client.Object, patch client.Patch, opts ...client.SubResourcePatchOption) error {
				return w.observed(object, c.SubResource(name).Patch(ctx, object, patch, opts...))
			},
		}).
		Build()
}

func (w *world) observed(object client.Object, err error) error {
	if err != nil {
		return err
	}
	if _, ok := object.(*corev1.Pod); ok {
		w.podsByNode = nil
	}
	return w.observe(object)
}

// name does the API server's part of a creation.
func (w *world) name(object client.Object) {
	if object.GetName() != "" {
		return
	}
	w.created++
	object.SetName(fmt.Sprintf("%s%05d", object.GetGenerateName(), w.created))
	object.SetUID(types.UID(object.GetName()))
	object.SetCreationTimestamp(metav1.Time{Time: w.clock.Now()})
	object.SetGeneration(1)
	if _, ok := object.(*v1.NodeClaim); ok {
		w.progressOf(object.GetName()).createdAt = w.clock.Now()
	}
}

// noteDeletion remembers since when a NodeClaim is being deleted; one that nothing holds is gone.
func (w *world) noteDeletion(ctx context.Context, c client.Client, object client.Object) {
	nodeClaim, ok := object.(*v1.NodeClaim)
	if !ok {
		return
	}
	if err := c.Get(ctx, client.ObjectKeyFromObject(nodeClaim), &v1.NodeClaim{}); err != nil {
		delete(w.machines, nodeClaim.Name)
	} else if it := w.progressOf(nodeClaim.Name); it.deletedAt.IsZero() {
		it.deletedAt = w.clock.Now()
	}
}

// list answers which pods are on a node out of an index: the fake client would take all pods apart and
// put them together again, for every node.
func (w *world) list(ctx context.Context, c client.WithWatch, list client.ObjectList, opts ...client.ListOption) error {
	pods, ok := list.(*corev1.PodList)
	if !ok {
		return listByKey(ctx, c, list, opts...)
	}
	asked := (&client.ListOptions{}).ApplyOptions(opts)
	if asked.FieldSelector == nil || asked.LabelSelector != nil || asked.Namespace != "" {
		return listByKey(ctx, c, list, opts...)
	}
	nodeName, ok := asked.FieldSelector.RequiresExactMatch("spec.nodeName")
	if !ok || len(asked.FieldSelector.Requirements()) != 1 {
		return listByKey(ctx, c, list, opts...)
	}
	if w.podsByNode == nil {
		all := &corev1.PodList{}
		if err := listByKey(ctx, c, all); err != nil {
			return err
		}
		w.podsByNode = map[string][]corev1.Pod{}
		for _, pod := range all.Items {
			w.podsByNode[pod.Spec.NodeName] = append(w.podsByNode[pod.Spec.NodeName], pod)
		}
	}
	pods.Items = nil
	for _, pod := range w.podsByNode[nodeName] {
		pods.Items = append(pods.Items, *pod.DeepCopy())
	}
	return nil
}

func listByKey(ctx context.Context, c client.WithWatch, list client.ObjectList, opts ...client.ListOption) error {
	if err := c.List(ctx, list, opts...); err != nil {
		return err
	}
	items, err := meta.ExtractList(list)
	if err != nil {
		return err
	}
	sort.SliceStable(items, func(i, j int) bool { return keyOf(items[i]) < keyOf(items[j]) })
	return meta.SetList(list, items)
}

func keyOf(object runtime.Object) string {
	return client.ObjectKeyFromObject(object.(client.Object)).String()
}
