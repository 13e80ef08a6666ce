import { describe, expect, it } from "vitest";
import { journalName, parseJournalName } from "./journal-name.ts";

describe("the name of a journal", () => {
  it.each([
    [undefined, "journal.ndjson.gz"],
    [{ policy: "balanced", seed: 42 }, "journal-balanced-42.ndjson.gz"],
    [{ policy: "min-saving-10-percent", seed: 0 }, "journal-min-saving-10-percent-0.ndjson.gz"],
  ])("of %j is %s, and is read as that again", (run, name) => {
    expect(journalName(run)).toBe(name);
    expect(parseJournalName(name)).toEqual({ run });
  });

  it.each(["journal.ndjson", "journal-.ndjson.gz", "report.json", "a-journal.ndjson.gz"])(
    "is not %s",
    (name) => {
      expect(parseJournalName(name)).toBeUndefined();
    },
  );
});
