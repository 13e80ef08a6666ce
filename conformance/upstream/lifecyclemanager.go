//go:build ordered

package main

import (
	"context"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/manager"
)

// lifecycleManager is what controllers register with: upstream's own watches, predicates, queues and
// rate limiters run on top of it.
type lifecycleManager struct {
	manager.Manager
	server    *lifecycleServer
	runnables []manager.Runnable
}

func (m *lifecycleManager) GetClient() client.Client                { return m.server }
func (m *lifecycleManager) GetScheme() *runtime.Scheme              { return scheme.Scheme }
func (m *lifecycleManager) GetLogger() logr.Logger                  { return logr.Discard() }
func (m *lifecycleManager) GetControllerOptions() config.Controller { return config.Controller{} }
func (m *lifecycleManager) GetCache() cache.Cache                   { return &lifecycleCache{server: m.server} }

func (m *lifecycleManager) Add(runnable manager.Runnable) error {
	m.runnables = append(m.runnables, runnable)
	return nil
}

func (m *lifecycleManager) start(ctx context.Context) {
	go m.server.dispatch()
	for _, runnable := range m.runnables {
		go func() {
			if err := runnable.Start(ctx); err != nil {
				panic(err)
			}
		}()
	}
}

type lifecycleCache struct {
	cache.Cache
	server *lifecycleServer
}

func (c *lifecycleCache) WaitForCacheSync(context.Context) bool { return true }

func (c *lifecycleCache) GetInformer(_ context.Context, object client.Object, _ ...cache.InformerGetOption) (cache.Informer, error) {
	return &lifecycleInformer{server: c.server, kind: serverKind(object)}, nil
}

type lifecycleInformer struct {
	cache.Informer
	server *lifecycleServer
	kind   schema.GroupVersionKind
}

// AddEventHandlerWithOptions tells of everything there is already, as the first list of a watch does.
func (i *lifecycleInformer) AddEventHandlerWithOptions(handler toolscache.ResourceEventHandler, _ toolscache.HandlerOptions) (toolscache.ResourceEventHandlerRegistration, error) {
	i.server.mu.Lock()
	objects := i.server.sorted(i.kind)
	i.server.handlers[i.kind] = append(i.server.handlers[i.kind], handler)
	i.server.mu.Unlock()
	for _, object := range objects {
		handler.OnAdd(object, true)
	}
	return lifecycleRegistration{}, nil
}

type lifecycleRegistration struct {
	toolscache.ResourceEventHandlerRegistration
}

func (lifecycleRegistration) HasSynced() bool { return true }

// sleepUntil lets time pass, to the time given or not at all.
func sleepUntil(at time.Time) { time.Sleep(time.Until(at)) }
