// Takes scheduling decisions with upstream Karpenter itself.
//
// Standard input holds one case a line (see conformance/cases.ts for the format), standard output
// gets one decision a line, in the same order. The cluster of a case is put into
// controller-runtime's fake client and into Karpenter's own cluster state, then
// Provisioner.Schedule decides, exactly as it does in the controller.
//
// With the argument `disrupt`, standard input holds disruption cases instead, after a line with the
// sets of instance types; see disrupt.go. With `lifecycle` it holds cases in which time passes; see
// lifecycle.go. With `bench` it holds workloads to be timed; see bench.go.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"runtime/debug"

	"k8s.io/klog/v2"
	ctrllog "sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/karpenter/pkg/operator/logging"
)

// Cases hold hundreds of instance types on one line.
const lineBytesMax = 1 << 26

func main() {
	ctrllog.SetLogger(logging.NopLogger)
	klog.SetLogger(logging.NopLogger)
	registerProvider()
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 0, 1<<20), lineBytesMax)
	if len(os.Args) > 1 && os.Args[1] == "bench" {
		if err := bench(in, os.Stdout); err != nil {
			log.Fatal(err)
		}
		return
	}
	if len(os.Args) > 1 && os.Args[1] == "lifecycle" {
		if err := lifecycle(in, os.Stdout); err != nil {
			log.Fatal(err)
		}
		return
	}
	if len(os.Args) > 1 && os.Args[1] == "lifecycle-case" {
		lifecycleCase(in)
		return
	}
	out := bufio.NewWriter(os.Stdout)
	if len(os.Args) > 1 && os.Args[1] == "disrupt" {
		if err := disrupt(in, out); err != nil {
			log.Fatal(err)
		}
		if err := out.Flush(); err != nil {
			log.Fatal(err)
		}
		return
	}
	encoder := json.NewEncoder(out)
	for in.Scan() {
		if err := encoder.Encode(decideLine(in.Bytes())); err != nil {
			log.Fatal(err)
		}
	}
	if err := in.Err(); err != nil {
		log.Fatal(err)
	}
	if err := out.Flush(); err != nil {
		log.Fatal(err)
	}
}

// decideLine never fails as a whole: a case that upstream cannot decide is recorded as that.
func decideLine(line []byte) (decision Decision) {
	defer func() {
		if reason := recover(); reason != nil {
			fmt.Fprintf(os.Stderr, "%v\n%s", reason, debug.Stack())
			decision = Decision{Error: fmt.Sprintf("panic: %v", reason)}
		}
	}()
	var input Case
	if err := json.Unmarshal(line, &input); err != nil {
		return Decision{Error: fmt.Sprintf("reading the case: %v", err)}
	}
	decision, err := decide(context.Background(), &input)
	if err != nil {
		return Decision{Name: input.Name, Error: err.Error()}
	}
	decision.Name = input.Name
	return decision
}
