import type { SourceEdit } from "./sorted-maps.ts";

const buffers = "pkg/controllers/provisioning/buffers.go";

/** What upstream's provisioner does with buffers after a run, made callable from outside. */
export const bufferEdits: readonly SourceEdit[] = [
  {
    file: buffers,
    from: "// listAllBuffers returns every CapacityBuffer;",
    to: `func (p *Provisioner) UpdateBuffers(ctx context.Context, results scheduler.Results) (map[string]int, error) {
	return bufferPodCountsFromResults(results), p.updateBufferProvisioningStatus(ctx, results)
}

// listAllBuffers returns every CapacityBuffer;`,
    count: 1,
  },
];
