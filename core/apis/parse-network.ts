import { type Decoder, checked, list, object, optional, required } from "./decoder.ts";
import { integer, oneOf, textWith } from "./decode-scalars.ts";

/** Which placement group. @see karpenter-provider-aws v1.14.1 pkg/apis/v1/ec2nodeclass.go */
export const placementGroupSelector: Decoder<unknown> = checked(
  object({
    id: optional(textWith({ pattern: "^pg-[0-9a-z]+$" })),
    name: optional(textWith({ minLength: 1 })),
  }),
  [
    {
      message: "expected at least one, got none, ['name', 'id']",
      holds: ({ id, name }) => id !== undefined || name !== undefined,
    },
    {
      message: "'name' and 'id' are mutually exclusive",
      holds: ({ id, name }) => id === undefined || name === undefined,
    },
  ],
);

const index = integer({ minimum: 0 });

/** Interfaces of an instance; the first one has to be a plain interface. */
export const networkInterfaces: Decoder<unknown> = checked(
  list(
    object({
      networkCardIndex: required(index),
      deviceIndex: required(index),
      interfaceType: required(oneOf(["interface", "efa-only"])),
    }),
    { maxItems: 150 },
  ),
  [
    {
      message: "networkInterfaces must include a primary interface with interfaceType='interface'",
      holds: (all) =>
        all.length === 0 ||
        all.some(
          (one) =>
            one.deviceIndex === 0 &&
            one.networkCardIndex === 0 &&
            one.interfaceType === "interface",
        ),
    },
    {
      message:
        "networkInterfaces must not have duplicate networkCardIndex and deviceIndex pairs, and can have at most one efa device per network card",
      holds: (all) => {
        const pairs = all.map((one) => `${one.networkCardIndex}/${one.deviceIndex}`);
        const efaOnly = all.filter((one) => one.interfaceType === "efa-only");
        const cards = efaOnly.map((one) => one.networkCardIndex);
        return new Set(pairs).size === pairs.length && new Set(cards).size === cards.length;
      },
    },
  ],
);

/** Timeouts of idle connections in seconds. */
export const connectionTracking: Decoder<unknown> = checked(
  object({
    tcpEstablishedTimeout: optional(integer({ minimum: 60, maximum: 432_000 })),
    udpStreamTimeout: optional(integer({ minimum: 60, maximum: 180 })),
    udpTimeout: optional(integer({ minimum: 30, maximum: 60 })),
  }),
  [
    {
      message: "at least one of tcpEstablishedTimeout, udpStreamTimeout, or udpTimeout must be set",
      holds: (written) => Object.values(written).some((value) => value !== undefined),
    },
  ],
);
