/** Whether what a page shows of a command's output is what the command prints. */

/** The paragraphs of the first text block of a page. */
export function shownParagraphs(page: string): readonly string[] {
  const [, block = ""] = /^```text\n([\s\S]*?)^```/m.exec(page) ?? [];
  return paragraphsOf(block);
}

/**
 * The paragraphs of a page's first text block that are not printed. A page may leave paragraphs out,
 * and the end of a paragraph; whatever it shows has to be there to the letter.
 */
export function notPrinted(page: string, printed: string): readonly string[] {
  const all = paragraphsOf(printed).map((paragraph) => `${paragraph}\n`);
  return shownParagraphs(page).filter(
    (shown) => !all.some((paragraph) => paragraph.startsWith(`${shown}\n`)),
  );
}

/** The bills of the sentence "now it is $1, $2 and $3" of a page. */
export function namedBills(page: string): readonly string[] {
  const [, bills = ""] = /now\s+it\s+is\s+((?:\$[\d.,]+\d(?:,\s+|\s+and\s+)?)+)/.exec(page) ?? [];
  return bills.match(/\$[\d.,]*\d/g) ?? [];
}

/** What each policy costs, of a comparison's line of dollars. */
export function printedBills(printed: string): readonly string[] {
  const [, dollars = ""] = /^Dollars +(.*)$/m.exec(printed) ?? [];
  return dollars.match(/\$[\d.,]*\d/g) ?? [];
}

function paragraphsOf(text: string): readonly string[] {
  return text
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.trimEnd())
    .filter((paragraph) => paragraph !== "");
}
