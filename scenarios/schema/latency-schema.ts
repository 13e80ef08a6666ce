import { z } from "zod";
import { delayField } from "./distribution-field.ts";
import { amountField, durationField, shareField } from "./value-fields.ts";

/** `spec.latency`: how long things take. What is absent keeps the simulator's default. */
export const latencySchema = z.strictObject({
  createFleet: delayField.optional().describe("CreateFleet call to answer"),
  pendingToRunning: delayField.optional().describe("instance pending to running"),
  instanceShutdown: delayField.optional().describe("shutting-down to terminated"),
  registration: delayField
    .optional()
    .describe("running to the kubelet's registration, for AMI families without one of their own"),
  bottlerocketRegistration: delayField.optional().describe("the same for Bottlerocket"),
  readiness: delayField.optional().describe("the kubelet's registration to Ready"),
  cloudInitialization: delayField
    .optional()
    .describe("until the cloud controller has taken its taint off the node"),
  imagePull: delayField.optional().describe("one image on a node that doesn't have it"),
  podStart: delayField.optional().describe("bind to running containers, image pull apart"),
  podReady: delayField.optional().describe("running to Ready, on top of the probe's initial delay"),
  appShutdown: delayField
    .optional()
    .describe("how long an application takes to stop when asked to; the grace period cuts it off"),
  interruptionMessage: delayField
    .optional()
    .describe("from an EC2 event to Karpenter's action on it"),
  bareMetalExtra: durationField.optional().describe("added to registration. Default: 7m"),
  acceleratedExtra: durationField.optional().describe("added to registration. Default: 45s"),
  instanceStoreRaidExtra: durationField.optional().describe("added to registration. Default: 8s"),
  joinFailureShare: shareField
    .optional()
    .describe("share of machines that never join the cluster. Default: 0.001"),
  nodeMonitorGracePeriod: durationField
    .optional()
    .describe("how long a node may be silent before it counts as unknown. Default: 40s"),
});

/** `spec.billing`: what is charged besides compute. */
export const billingSchema = z.strictObject({
  controlPlaneUsdPerHour: amountField
    .optional()
    .describe("the EKS control plane; 0 to leave it out. Default: 0.10"),
  publicIpv4UsdPerHour: amountField.optional().describe("one public IPv4 address. Default: 0.005"),
});
