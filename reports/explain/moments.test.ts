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

  it("is one moment while its counts change, and ends with the last of them", () => {
    const moments = new Moments();
    const message = "Failed to drain node, 2 pods are waiting to be evicted";
    const later = message.replace("2", "1");
    tell(moments, { at: 0, firstAt: 0, lastAt: 0, count: 1, message });
    tell(moments, { at: 5, firstAt: 5, lastAt: 5, count: 1, message: later });
    tell(moments, { at: 60, firstAt: 5, lastAt: 55, count: 20, message: later });
    tell(moments, { at: 60, firstAt: 0, lastAt: 4, count: 3, message });
    expect(shown(moments)).toEqual([`0-55 FailedDraining, 23 times: ${later}`]);
  });

  it("with another message, or after a pause of ten minutes, is another moment", () => {
    const moments = new Moments();
    const tenMinutes = 600_000;
    tell(moments, { at: 0, firstAt: 0, lastAt: 0, count: 1, message: "web-1 is waiting" });
    tell(moments, { at: 5, firstAt: 5, lastAt: 5, count: 1, message: "web-2 is waiting" });
    const again = { at: tenMinutes, firstAt: tenMinutes, lastAt: tenMinutes, count: 1 };
    tell(moments, { ...again, message: "web-1 is waiting" });
    expect(shown(moments)).toEqual([
      "0- FailedDraining: web-1 is waiting",
      "5- FailedDraining: web-2 is waiting",
      `${tenMinutes}- FailedDraining: web-1 is waiting`,
    ]);
  });
});
