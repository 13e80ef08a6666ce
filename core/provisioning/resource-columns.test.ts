import { describe, expect, it } from "vitest";
import { parseResourceList } from "../units/index.ts";
import { minResources } from "./resource-columns.ts";

const list = parseResourceList;

describe("minResources", () => {
  it("is empty without lists, and the list itself if it is the only one", () => {
    expect(minResources()).toEqual({});
    expect(minResources(list({ cpu: "2" }))).toEqual(list({ cpu: "2" }));
  });

  it("takes the least of each resource that all lists name, and leaves out the others", () => {
    expect(
      minResources(
        list({ cpu: "2", memory: "1Gi", pods: "3" }),
        list({ cpu: "1", memory: "3Gi" }),
        list({ cpu: "3", memory: "2Gi", pods: "1" }),
      ),
    ).toEqual(list({ cpu: "1", memory: "1Gi" }));
  });
});
