import { describe, expect, it } from "vitest";
import { simTime } from "../../core/units/index.ts";
import { Moments } from "./moments.ts";

interface Told {
  readonly at: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly count: number;
  readonly message?: string;
  readonly objectKind?: string;
}

function tell(moments: Moments, { at, firstAt, lastAt, count, ...more }: Told): void {
  moments.event({
    ...{ kind: "event", at: simTime(at), objectKind: "Node", objectKey: "a", type: "Warning" },
    ...{ reason: "FailedDraining", message: "1 pods are waiting", ...more },
    ...{ firstAt: simTime(firstAt), lastAt: simTime(lastAt), count },
  });
}

const shown = (moments: Moments): readonly string[] =>
  moments.list().map(({ at, until, text }) => `${at}-${until ?? ""} ${text}`);

describe("an event in a story", () => {
  it("that comes again and again is one moment, also where something else happens between", () => {
    const moments = new Moments();
    tell(moments, { at: 0, firstAt: 0, lastAt: 0, count: 1 });
    moments.add(simTime(30), { what: "changed", text: "NodePool default is changed" });
    tell(moments, { at: 60, firstAt: 0, lastAt: 60, count: 31 });
    tell(moments, { at: 80, firstAt: 0, lastAt: 70, count: 36 });
    expect(shown(moments)).toEqual([
      "0-70 FailedDraining, 36 times: 1 pods are waiting",
      "30- NodePool default is changed",
    ]);
  });

  it("is told once of a Node and its NodeClaim, and counted once", () => {
    const moments = new Moments();
    for (const objectKind of ["Node", "NodeClaim"]) {
      tell(moments, { at: 0, firstAt: 0, lastAt: 0, count: 1, objectKind });
    }
    for (const objectKind of ["Node", "NodeClaim"]) {
      tell(moments, { at: 60, firstAt: 0, lastAt: 60, count: 31, objectKind });
    }
    expect(shown(moments)).toEqual(["0-60 FailedDraining, 31 times: 1 pods are waiting"]);
  });

  it("with another message, or after a pause, is another moment", () => {
    const moments = new Moments();
    tell(moments, { at: 0, firstAt: 0, lastAt: 0, count: 1, message: "2 pods are waiting" });
    tell(moments, { at: 5, firstAt: 5, lastAt: 5, count: 1 });
    tell(moments, { at: 60, firstAt: 60, lastAt: 60, count: 1 });
    expect(shown(moments)).toEqual([
      "0- FailedDraining: 2 pods are waiting",
      "5- FailedDraining: 1 pods are waiting",
      "60- FailedDraining: 1 pods are waiting",
    ]);
  });
});
