//go:build ordered

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"sort"
	"strings"
	"sync"
	"time"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/client-go/kubernetes/scheme"
	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"
)

// lifecycleServer is a Kubernetes API server in memory, as far as Karpenter's controllers can tell:
// resource versions and conflicts, generations, finalizers, times in whole seconds, watches, and
// lists in the order of keys. A read always sees the last write.
type lifecycleServer struct {
	client.Client // what isn't implemented here is not asked for, or panics

	mu       sync.Mutex
	told     *sync.Cond
	objects  map[schema.GroupVersionKind]map[types.NamespacedName]client.Object
	handlers map[schema.GroupVersionKind][]toolscache.ResourceEventHandler
	changes  []lifecycleChange
	version  int
	created  int
	log      *lifecycleLog
}

type lifecycleChange struct{ before, after client.Object }

func newLifecycleServer(log *lifecycleLog) *lifecycleServer {
	server := &lifecycleServer{
		objects:  map[schema.GroupVersionKind]map[types.NamespacedName]client.Object{},
		handlers: map[schema.GroupVersionKind][]toolscache.ResourceEventHandler{},
		log:      log,
	}
	server.told = sync.NewCond(&server.mu)
	return server
}

func (s *lifecycleServer) Scheme() *runtime.Scheme { return scheme.Scheme }

func (s *lifecycleServer) GroupVersionKindFor(object runtime.Object) (schema.GroupVersionKind, error) {
	return apiutil.GVKForObject(object, scheme.Scheme)
}

func serverKind(object runtime.Object) schema.GroupVersionKind {
	kind, err := apiutil.GVKForObject(object, scheme.Scheme)
	if err != nil {
		panic(err)
	}
	return kind
}

// keyOf leaves out the namespace of what has none: upstream names one for volumes.
func serverKey(kind schema.GroupVersionKind, key types.NamespacedName) types.NamespacedName {
	switch kind.Kind {
	case "Pod", "PersistentVolumeClaim", "DaemonSet", "PodDisruptionBudget":
		return key
	}
	return types.NamespacedName{Name: key.Name}
}

func serverNotFound(kind schema.GroupVersionKind, name string) error {
	return apierrors.NewNotFound(schema.GroupResource{Group: kind.Group, Resource: strings.ToLower(kind.Kind) + "s"}, name)
}

func copyObject(from, into client.Object) {
	reflect.ValueOf(into).Elem().Set(reflect.ValueOf(from.DeepCopyObject()).Elem())
}

func (s *lifecycleServer) find(object client.Object) (client.Object, error) {
	kind := serverKind(object)
	found, ok := s.objects[kind][serverKey(kind, client.ObjectKeyFromObject(object))]
	if !ok {
		return nil, serverNotFound(kind, object.GetName())
	}
	return found, nil
}

func (s *lifecycleServer) Get(_ context.Context, key client.ObjectKey, into client.Object, _ ...client.GetOption) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	kind := serverKind(into)
	found, ok := s.objects[kind][serverKey(kind, key)]
	if !ok {
		return serverNotFound(kind, key.Name)
	}
	copyObject(found, into)
	return nil
}

func (s *lifecycleServer) List(_ context.Context, list client.ObjectList, options ...client.ListOption) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	kind := serverKind(list)
	kind.Kind = strings.TrimSuffix(kind.Kind, "List")
	wanted := (&client.ListOptions{}).ApplyOptions(options)
	items := []runtime.Object{}
	for _, object := range s.sorted(kind) {
		if isWanted(object, wanted) {
			items = append(items, object.DeepCopyObject())
		}
	}
	return meta.SetList(list, items)
}

func (s *lifecycleServer) sorted(kind schema.GroupVersionKind) []client.Object {
	objects := []client.Object{}
	for _, object := range s.objects[kind] {
		objects = append(objects, object)
	}
	sort.Slice(objects, func(i, j int) bool {
		return client.ObjectKeyFromObject(objects[i]).String() < client.ObjectKeyFromObject(objects[j]).String()
	})
	return objects
}

// isWanted looks up fields by their path, where upstream has an index for each.
func isWanted(object client.Object, wanted *client.ListOptions) bool {
	if wanted.Namespace != "" && object.GetNamespace() != wanted.Namespace {
		return false
	}
	if wanted.LabelSelector != nil && !wanted.LabelSelector.Matches(labelSet(object.GetLabels())) {
		return false
	}
	if wanted.FieldSelector == nil {
		return true
	}
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	if err != nil {
		panic(err)
	}
	for _, requirement := range wanted.FieldSelector.Requirements() {
		value, _, _ := unstructured.NestedString(content, strings.Split(requirement.Field, ".")...)
		if value != requirement.Value {
			return false
		}
	}
	return true
}

func (s *lifecycleServer) Create(_ context.Context, object client.Object, _ ...client.CreateOption) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if object.GetName() == "" {
		s.created++
		object.SetName(fmt.Sprintf("%s%05d", object.GetGenerateName(), s.created))
	}
	object.SetUID(types.UID(object.GetName()))
	object.SetCreationTimestamp(metav1.Now())
	object.SetGeneration(1)
	copyObject(s.store(nil, object), object)
	return nil
}

// put adds or replaces an object as it is given.
func (s *lifecycleServer) put(object client.Object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before, _ := s.find(object)
	s.store(before, object)
}

// store makes the object the present one and tells the watches; without a change it does nothing.
func (s *lifecycleServer) store(before, object client.Object) client.Object {
	kind := serverKind(object)
	after := serverObject(kind, serverBytes(object))
	if before != nil {
		after.SetResourceVersion(before.GetResourceVersion())
		if hasOtherSpec(before, after) && after.GetGeneration() == before.GetGeneration() {
			after.SetGeneration(before.GetGeneration() + 1)
		}
		if string(serverBytes(after)) == string(serverBytes(before)) {
			return before
		}
	}
	s.version++
	after.SetResourceVersion(fmt.Sprint(s.version))
	if after.GetDeletionTimestamp() != nil && len(after.GetFinalizers()) == 0 && kind.Kind != "Pod" {
		if before != nil {
			s.drop(before, after)
		}
		return after
	}
	if s.objects[kind] == nil {
		s.objects[kind] = map[types.NamespacedName]client.Object{}
	}
	s.objects[kind][serverKey(kind, client.ObjectKeyFromObject(after))] = after
	s.tell(lifecycleChange{before, after})
	return after
}

func (s *lifecycleServer) drop(present, last client.Object) {
	kind := serverKind(present)
	delete(s.objects[kind], serverKey(kind, client.ObjectKeyFromObject(present)))
	s.tell(lifecycleChange{before: last})
}

// remove takes an object away, whatever holds it.
func (s *lifecycleServer) remove(object client.Object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if present, err := s.find(object); err == nil {
		s.drop(present, present)
	}
}

func (s *lifecycleServer) Patch(_ context.Context, object client.Object, patch client.Patch, _ ...client.PatchOption) error {
	return s.patch(object, patch, false)
}

func (s *lifecycleServer) Status() client.SubResourceWriter {
	return &lifecycleSubResource{server: s}
}

func (s *lifecycleServer) patch(object client.Object, patch client.Patch, isStatus bool) error {
	data, err := patch.Data(object)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	before, err := s.find(object)
	if err != nil {
		return err
	}
	merged, err := mergedBytes(before, data, patch.Type())
	if err != nil {
		return err
	}
	kind := serverKind(object)
	after := serverObject(kind, merged)
	if after.GetResourceVersion() != before.GetResourceVersion() {
		return apierrors.NewConflict(schema.GroupResource{Resource: kind.Kind}, object.GetName(), errors.New("the object has been modified"))
	}
	copyObject(s.store(before, ofSubResource(before, after, isStatus)), object)
	return nil
}

func mergedBytes(before client.Object, data []byte, kind types.PatchType) ([]byte, error) {
	switch kind {
	case types.MergePatchType:
		return jsonpatch.MergePatch(serverBytes(before), data)
	case types.StrategicMergePatchType:
		return strategicpatch.StrategicMergePatch(serverBytes(before), data, before)
	}
	return nil, fmt.Errorf("a patch of type %s", kind)
}

// ofSubResource keeps what the request cannot write: the status, or all but the status.
func ofSubResource(before, after client.Object, isStatus bool) client.Object {
	result := serverFields(after)
	other := serverFields(before)
	if isStatus {
		result, other = other, result
	}
	if status, ok := other["status"]; ok {
		result["status"] = status
	} else {
		delete(result, "status")
	}
	bytes, err := json.Marshal(result)
	if err != nil {
		panic(err)
	}
	return serverObject(serverKind(before), bytes)
}

func (s *lifecycleServer) Delete(_ context.Context, object client.Object, options ...client.DeleteOption) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	present, err := s.find(object)
	if err != nil {
		return err
	}
	if pod, ok := present.(*corev1.Pod); ok {
		s.deletePod(pod, (&client.DeleteOptions{}).ApplyOptions(options).GracePeriodSeconds)
		return nil
	}
	if present.GetDeletionTimestamp() == nil {
		deleted := present.DeepCopyObject().(client.Object)
		now := metav1.Now()
		deleted.SetDeletionTimestamp(&now)
		deleted.SetGeneration(present.GetGeneration() + 1)
		s.store(present, deleted)
	}
	return nil
}

func (s *lifecycleServer) tell(change lifecycleChange) {
	s.changes = append(s.changes, change)
	s.told.Signal()
}

// dispatch tells the watches of changes, one after the other.
func (s *lifecycleServer) dispatch() {
	for {
		s.mu.Lock()
		for len(s.changes) == 0 {
			s.told.Wait()
		}
		change := s.changes[0]
		s.changes = s.changes[1:]
		object := change.after
		if object == nil {
			object = change.before
		}
		handlers := s.handlers[serverKind(object)]
		s.mu.Unlock()
		for _, handler := range handlers {
			switch {
			case change.before == nil:
				handler.OnAdd(change.after, false)
			case change.after == nil:
				handler.OnDelete(change.before)
			default:
				handler.OnUpdate(change.before, change.after)
			}
		}
	}
}

func serverBytes(object client.Object) []byte {
	bytes, err := json.Marshal(object)
	if err != nil {
		panic(err)
	}
	return bytes
}

func serverObject(kind schema.GroupVersionKind, bytes []byte) client.Object {
	object, err := scheme.Scheme.New(kind)
	if err != nil {
		panic(err)
	}
	if err := json.Unmarshal(bytes, object); err != nil {
		panic(err)
	}
	object.GetObjectKind().SetGroupVersionKind(kind)
	return object.(client.Object)
}

func serverFields(object client.Object) map[string]json.RawMessage {
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(serverBytes(object), &fields); err != nil {
		panic(err)
	}
	return fields
}

func hasOtherSpec(before, after client.Object) bool {
	return string(serverFields(before)["spec"]) != string(serverFields(after)["spec"])
}

// secondsFrom is the whole seconds between two times, rounded down.
func secondsFrom(start, at time.Time) int64 { return int64(at.Sub(start) / time.Second) }
