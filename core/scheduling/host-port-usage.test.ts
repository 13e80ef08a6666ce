import { describe, expect, it } from "vitest";
import {
  formatHostPort,
  type HostPort,
  HostPortUsage,
  hostPortMatches,
  hostPorts,
} from "./host-port-usage.ts";
import { canonicalIp } from "./ip-address.ts";
import { container, pod, podWithPorts } from "./pod-fixture.ts";

const port: HostPort = { ip: "10.0.0.0", port: 4443, protocol: "TCP" };

describe("hostPortMatches", () => {
  it("matches identical entries", () => {
    expect(hostPortMatches(port, { ...port })).toBe(true);
  });

  it.each(["0.0.0.0", "::"])("matches when either address is %s", (ip) => {
    expect(hostPortMatches(port, { ...port, ip })).toBe(true);
    expect(hostPortMatches({ ...port, ip }, port)).toBe(true);
  });

  it("does not match another address, protocol or port", () => {
    expect(hostPortMatches(port, { ...port, ip: "10.0.0.1" })).toBe(false);
    expect(hostPortMatches(port, { ...port, protocol: "SCTP" })).toBe(false);
    expect(hostPortMatches(port, { ...port, port: 443 })).toBe(false);
  });
});

describe("hostPorts", () => {
  it("takes ports of containers on the host, on all addresses and by TCP unless told", () => {
    const given = podWithPorts(
      "p",
      { containerPort: 80 },
      { containerPort: 81, hostPort: 8081 },
      { containerPort: 82, hostPort: 8082, hostIP: "::ffff:10.0.0.1", protocol: "UDP" },
    );
    expect(hostPorts(given).map(formatHostPort)).toEqual([
      "IP=0.0.0.0 Port=8081 Proto=TCP",
      "IP=10.0.0.1 Port=8082 Proto=UDP",
    ]);
  });

  it("ignores init containers", () => {
    const ports = [{ containerPort: 1, hostPort: 1 }];
    expect(hostPorts(pod("p", { initContainers: [container({}, { ports })] }))).toEqual([]);
  });
});

describe("HostPortUsage", () => {
  const [first, second] = ["a", "b"].map((name) =>
    podWithPorts(name, { containerPort: 80, hostPort: 80 }),
  ) as [ReturnType<typeof pod>, ReturnType<typeof pod>];
  const usage = HostPortUsage.empty.add(first, hostPorts(first));

  it("reports a port that another pod holds", () => {
    expect(usage.conflicts(second, hostPorts(second))?.message).toBe(
      "pod hostport conflicts with existing hostport configuration (existing-hostport-ip=0.0.0.0, " +
        "existing-hostport-port=80, existing-hostport-protocol=TCP, pod-hostport-ip=0.0.0.0, " +
        "pod-hostport-port=80, pod-hostport-protocol=TCP)",
    );
  });

  it("has no conflict of a pod with itself", () => {
    expect(usage.conflicts(first, hostPorts(first))).toBeUndefined();
  });

  it("replaces what a pod held, and frees it with the pod", () => {
    const moved = podWithPorts("a", { containerPort: 80, hostPort: 90 });
    const replaced = usage.add(moved, hostPorts(moved));
    expect(replaced.conflicts(second, hostPorts(second))).toBeUndefined();
    expect(usage.remove("default/a").conflicts(second, hostPorts(second))).toBeUndefined();
    expect(usage.conflicts(second, hostPorts(second))).toBeDefined();
  });

  it("stays itself for pods without host ports", () => {
    expect(usage.remove("default/z")).toBe(usage);
    expect(HostPortUsage.empty.add(pod("p"), [])).toBe(HostPortUsage.empty);
  });
});

describe("canonicalIp", () => {
  it.each([
    ["10.0.0.1", "10.0.0.1"],
    ["::ffff:10.0.0.1", "10.0.0.1"],
    ["::ffff:a00:1", "10.0.0.1"],
    ["0:0:0:0:0:0:0:0", "::"],
    ["2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["1::", "1::"],
    ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
    ["256.0.0.1", undefined],
    ["01.0.0.1", undefined],
    ["1:2:3", undefined],
    ["1::2::3", undefined],
    ["1:2:3:4:5:6:7::8", undefined],
    ["1.2.3.4::", undefined],
    ["", undefined],
  ])("spells %s as %s", (text, expected) => {
    expect(canonicalIp(text)).toBe(expected);
  });
});
