/**
 * The HTML report in the system's Chromium: it must draw its charts from the file alone. Skipped where
 * there is no browser, unless DRYFIT_REQUIRE_BROWSER=1; DRYFIT_CHROMIUM names another executable.
 */
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildReport } from "../../reports/build-report.ts";
import { formatPage } from "../../reports/html/page.tsx";
import { madeUpProvenance, madeUpRuns } from "../../reports/report-fixture.ts";
import { bundlePageScript } from "./page-script.ts";

const executablePath = process.env["DRYFIT_CHROMIUM"] ?? "/usr/bin/chromium";
const isRequired = process.env["DRYFIT_REQUIRE_BROWSER"] === "1";
const hasBrowser = existsSync(executablePath);
const title = hasBrowser
  ? "the HTML report in Chromium"
  : `the HTML report in Chromium (skipped: no ${executablePath}; name one in DRYFIT_CHROMIUM)`;

describe.skipIf(!hasBrowser && !isRequired)(title, () => {
  const requests: string[] = [];
  const complaints: string[] = [];
  let folder = "";
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "dryfit-page-"));
    const file = path.join(folder, "report.html");
    const report = buildReport(madeUpRuns([1, 2, 3]), madeUpProvenance);
    await writeFile(file, formatPage(report, await bundlePageScript()));
    browser = await chromium.launch({
      executablePath,
      args: ["--headless", "--no-sandbox", "--disable-gpu"],
    });
    // Another time zone than the test's: axes are in UTC everywhere.
    const context = await browser.newContext({ offline: true, timezoneId: "Asia/Tokyo" });
    page = await context.newPage();
    page.on("request", (request) => requests.push(request.url()));
    page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
    await page.goto(pathToFileURL(file).href);
    await page.waitForSelector("html[data-charts=drawn]");
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  it("asks for nothing but itself", () => {
    expect(requests.map((url) => path.basename(new URL(url).pathname))).toEqual(["report.html"]);
  });

  it("draws marks in each chart, wide enough to be read", async () => {
    const charts = await page.locator(".chart").evaluateAll((elements) =>
      elements.map((element) => ({
        id: element.id,
        marks: element.querySelectorAll(".mark-area path, .mark-line path, .mark-rect path").length,
        width: element.querySelector("svg")?.getBoundingClientRect().width ?? 0,
      })),
    );
    // Three currencies, and four kinds of charts over time for three policies.
    expect(charts).toHaveLength(3 + 4 * 3);
    expect(charts.filter(({ marks, width }) => marks === 0 || width < 200)).toEqual([]);
  });

  it("draws a bar for each policy, as long as its figure", async () => {
    const widths = await page
      .locator("#chart-dollars .mark-rect path")
      .evaluateAll((bars) => bars.map((bar) => bar.getBoundingClientRect().width));
    const [first = 0, second = 0, third = 0] = widths;
    expect(second / first).toBeCloseTo(607.97 / 1911.34, 1);
    expect(third / first).toBeCloseTo(679.76 / 1911.34, 1);
  });

  it("labels time in UTC, wherever the reader is", async () => {
    // The area reaches from the run's start to its end; its middle is midnight before 8 March.
    const area = page.locator("#chart-nodes-0 .mark-area path").first();
    await area.scrollIntoViewIfNeeded();
    const box = await area.boundingBox();
    if (box === null) throw new Error("the chart has no place");
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x - 20, y);
    await page.mouse.move(x, y);
    const tooltip = page.locator("#vg-tooltip-element.visible");
    await tooltip.waitFor({ timeout: 10_000 });
    expect(await tooltip.innerText()).toMatch(/Sat 07 Mar 2[123]:00|Sun 08 Mar 0[0123]:00/);
  });

  it("draws again in other colours when the reader turns to dark, and for paper", async () => {
    const colour = () =>
      page.locator("#chart-dollars .mark-rect path").first().getAttribute("fill");
    const light = await colour();
    await page.emulateMedia({ colorScheme: "dark" });
    await expect.poll(colour).not.toBe(light);
    await page.emulateMedia({ colorScheme: "dark", media: "print" });
    await expect.poll(colour).toBe(light);
  });

  it("has nothing on the console: no error, no warning, no breach of its own policy", () => {
    expect(complaints).toEqual([]);
  });
});
