// Asks upstream Karpenter itself.
//
// The argument says about what. Standard input holds one case a line (see conformance/cases.ts for the
// format of provisioning's), standard output gets one answer a line, in the same order.
//
//   - decide: the cluster of a case is put into controller-runtime's fake client and into Karpenter's own
//     cluster state, then Provisioner.Schedule decides, exactly as it does in the controller.
//   - disrupt: disruption cases, after a line with the sets of instance types; see disrupt.go.
//   - lifecycle: cases in which time passes; see lifecycle.go.
//   - bench, latency: workloads and clusters to be timed; see bench.go and latency.go.
//
// All but the last two need the copy of upstream whose loops have an order, and the build tag
// "ordered"; what is timed is upstream as it is.
package main

import (
	"bufio"
	"io"
	"log"
	"os"

	"k8s.io/klog/v2"
	ctrllog "sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/karpenter/pkg/operator/logging"
)

// Cases hold hundreds of instance types on one line.
const lineBytesMax = 1 << 26

var modes = map[string]func(*bufio.Scanner, io.Writer) error{"bench": bench, "latency": latency}

func main() {
	ctrllog.SetLogger(logging.NopLogger)
	klog.SetLogger(logging.NopLogger)
	registerProvider()
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 0, 1<<20), lineBytesMax)
	if len(os.Args) != 2 || modes[os.Args[1]] == nil {
		log.Fatalf("no such mode, or built without the tag \"ordered\": %q", os.Args[1:])
	}
	out := bufio.NewWriter(os.Stdout)
	if err := modes[os.Args[1]](in, out); err != nil {
		log.Fatal(err)
	}
	if err := out.Flush(); err != nil {
		log.Fatal(err)
	}
}
