import { describe, expect, it } from "vitest";
import { parseObject } from "./parse-object.ts";

/** A ConfigMap would do as well: the metadata of every kind are read alike. */
const claim = (metadata: Readonly<Record<string, unknown>>) =>
  parseObject({ apiVersion: "v1", kind: "PersistentVolumeClaim", metadata, spec: {} });
const complaints = (metadata: Readonly<Record<string, unknown>>): readonly string[] =>
  claim(metadata).issues.map(({ severity, code, path }) => `${severity} ${code} ${path}`);

describe("metadata", () => {
  it("says nothing of what the API server writes there", () => {
    expect(
      complaints({
        name: "data-db-0",
        namespace: "shop",
        generateName: "data-",
        uid: "0f3c",
        resourceVersion: "81204148",
        selfLink: "/api/v1/namespaces/shop/persistentvolumeclaims/data-db-0",
        generation: 2,
        creationTimestamp: "2026-03-01T10:00:00Z",
        deletionTimestamp: null,
        deletionGracePeriodSeconds: 30,
        finalizers: ["kubernetes.io/pvc-protection"],
        managedFields: [
          { manager: "kubelet", operation: "Update", fieldsV1: { "f:status": { "f:phase": {} } } },
        ],
      }),
    ).toEqual([]);
  });

  it("needs a name: nobody makes one out of generateName", () => {
    const [issue, ...others] = claim({ generateName: "data-" }).issues;
    expect(issue).toMatchObject({ code: "apis/required", path: "metadata.name" });
    expect(issue?.hint).toContain("generateName");
    expect(others).toEqual([]);
  });

  it.each(["Shop", "shop.eu", "-shop", "shop-", "shop\u001b[31m", "sh op", "x".repeat(64)])(
    "refuses %j as a namespace",
    (namespace) => {
      const { object, issues } = claim({ name: "a", namespace });
      expect(object).toBeUndefined();
      expect(issues.map(({ path }) => path)).toEqual(["metadata.namespace"]);
    },
  );

  it.each([
    ["shop", "shop"],
    ["9-shops", "9-shops"],
    ["x".repeat(63), "x".repeat(63)],
    ["", "default"],
    [undefined, "default"],
    [null, "default"],
  ])("takes %j as namespace %s", (namespace, meant) => {
    expect(claim({ name: "a", namespace }).object?.metadata.namespace).toBe(meant);
  });
});
