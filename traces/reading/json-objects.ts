/*
 * Objects without nested objects, wherever they stand in JSON of any size: the records of an API's
 * pages. Handles one document, several in a row (pages appended to one file, or one record a line),
 * and arrays of pages, without holding more than one object and one chunk.
 *
 * A small push-down machine over tokens: `stack` holds the open brackets, `expects` says what may
 * come next. Tokens are cut by sticky expressions; one that touches the end of the chunk waits for
 * the next chunk.
 */
import type { ProblemLog } from "./problem-log.ts";

/** A string, number, boolean or null directly inside of an object. */
export interface JsonMember {
  readonly key: string;
  /** A string's content; other values as they are written. */
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/** An object that holds neither objects nor arrays. */
export interface FlatJsonObject {
  /** Where it begins, counted from 1. */
  readonly line: number;
  readonly column: number;
  readonly members: readonly JsonMember[];
}

type Expectation = "document" | "value" | "value-or-end" | "key" | "key-or-end" | "colon" | "end";

interface OpenObject {
  readonly kind: "object";
  readonly line: number;
  readonly column: number;
  readonly members: JsonMember[];
  key: string;
  isFlat: boolean;
}
type Open = OpenObject | { readonly kind: "array" };

const stringToken = /"[^"\\\u0000-\u001f]*(?:\\.[^"\\\u0000-\u001f]*)*"/y;
const scalarToken = /[-+.\w]+/y;
const scalarForm = /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null)$/;
const tokenLengthMax = 1_000_000;

/** Cuts JSON into its flat objects. */
export class JsonObjectScanner {
  readonly #log: ProblemLog;
  readonly #take: (object: FlatJsonObject) => void;
  readonly #stack: Open[] = [];
  #expects: Expectation = "document";
  #text = "";
  #at = 0;
  #line = 1;
  /** Index in `#text` at which the current line begins; negative when that was chunks ago. */
  #lineStart = 0;
  #isBroken = false;

  /** `take` gets each flat object, in order. Errors go to the log, and end the scan. */
  constructor(log: ProblemLog, take: (object: FlatJsonObject) => void) {
    this.#log = log;
    this.#take = take;
  }

  /** The next piece of text. False when the text is no JSON; what follows is not looked at. */
  write(chunk: string): boolean {
    this.#lineStart -= this.#at;
    this.#text = this.#text.slice(this.#at) + chunk;
    this.#at = 0;
    this.#scan(false);
    return !this.#isBroken;
  }

  /** The text is over. */
  end(): void {
    this.#scan(true);
    if (!this.#isBroken && (this.#stack.length > 0 || this.#expects !== "document")) {
      this.#refuse("the end of the file", "the rest of the JSON document", "ends too early");
    }
  }

  #scan(isLast: boolean): void {
    while (!this.#isBroken) {
      this.#skipSpace();
      const character = this.#text[this.#at];
      if (character === undefined) {
        return;
      }
      const token = "{}[]:,".includes(character) ? character : this.#cutToken(character, isLast);
      if (token === undefined) {
        return;
      }
      this.#accept(token);
      this.#at += token.length;
    }
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === 10) {
        this.#line += 1;
        this.#lineStart = this.#at + 1;
      } else if (code !== 32 && code !== 9 && code !== 13) {
        return;
      }
      this.#at += 1;
    }
  }

  /** The string or scalar here; undefined when it goes on in the next chunk, or is none. */
  #cutToken(character: string, isLast: boolean): string | undefined {
    const pattern = character === '"' ? stringToken : scalarToken;
    pattern.lastIndex = this.#at;
    // Twice as fast as exec, which makes an array of each match.
    const isToken = pattern.test(this.#text);
    const token = isToken ? this.#text.slice(this.#at, pattern.lastIndex) : undefined;
    const isCut =
      character === '"'
        ? token === undefined
        : this.#at + (token?.length ?? 0) === this.#text.length;
    const isLong = this.#text.length - this.#at > tokenLengthMax;
    if (isCut && !isLast && !isLong && (token !== undefined || character === '"')) {
      return undefined;
    }
    if (token === undefined) {
      this.#refuse(this.#text.slice(this.#at, this.#at + 20), "JSON", "is no JSON");
    }
    return token;
  }

  #accept(token: string): void {
    const expects = this.#expects;
    const top = this.#stack.at(-1);
    const takesValue = expects === "value" || expects === "value-or-end" || expects === "document";
    if (takesValue && (token === "{" || token === "[")) {
      this.#open(token, top);
    } else if (takesValue && !"}]:,".includes(token)) {
      this.#value(token, top);
    } else if ((expects === "key" || expects === "key-or-end") && token.startsWith('"')) {
      this.#key(token, top);
    } else if (expects === "colon" && token === ":") {
      this.#expects = "value";
    } else if (expects === "end" && token === ",") {
      this.#expects = top?.kind === "object" ? "key" : "value";
    } else if (token === "}" && top?.kind === "object" && /end$/.test(expects)) {
      this.#close();
      if (top.isFlat) {
        this.#take(top);
      }
    } else if (token === "]" && top?.kind === "array" && /end$/.test(expects)) {
      this.#close();
    } else {
      this.#refuse(token, allowedNext(expects, top), "has something else where JSON goes on");
    }
  }

  #open(token: "{" | "[", top: Open | undefined): void {
    if (top?.kind === "object") {
      top.isFlat = false;
    }
    if (token === "[") {
      this.#stack.push({ kind: "array" });
      this.#expects = "value-or-end";
    } else {
      const place = { line: this.#line, column: this.#column };
      this.#stack.push({ kind: "object", ...place, members: [], key: "", isFlat: true });
      this.#expects = "key-or-end";
    }
  }

  #key(token: string, top: Open | undefined): void {
    const key = this.#content(token);
    if (top?.kind === "object" && key !== undefined) {
      top.key = key;
      this.#expects = "colon";
    }
  }

  #value(token: string, top: Open | undefined): void {
    if (this.#expects === "document") {
      this.#refuse(token, "an object or an array", "is no list of records");
      return;
    }
    const text = this.#content(token);
    if (text === undefined) {
      return;
    }
    if (top?.kind === "object") {
      top.members.push({ key: top.key, text, line: this.#line, column: this.#column });
    }
    this.#expects = "end";
  }

  #close(): void {
    this.#stack.pop();
    this.#expects = this.#stack.length === 0 ? "document" : "end";
  }

  /** What a string says, or a scalar as it is written; undefined, and refused, for neither. */
  #content(token: string): string | undefined {
    if (!token.startsWith('"')) {
      if (scalarForm.test(token)) {
        return token;
      }
    } else if (!token.includes("\\")) {
      return token.slice(1, -1);
    } else if (!/\\(?!["\\/bfnrt]|u[0-9a-fA-F]{4})/.test(token.replaceAll("\\\\", ""))) {
      return JSON.parse(token) as string;
    }
    this.#refuse(token, "a JSON string, number, true, false or null", "is no JSON");
    return undefined;
  }

  get #column(): number {
    return this.#at - this.#lineStart + 1;
  }

  #refuse(found: string, allowed: string, what: string): void {
    this.#isBroken = true;
    this.#log.error({
      line: this.#line,
      column: this.#column,
      code: "trace/bad-json",
      found,
      allowed,
      message: `line ${this.#line} ${what}`,
    });
  }
}

function allowedNext(expects: Expectation, top: Open | undefined): string {
  switch (expects) {
    case "document":
      return "an object or an array";
    case "value":
      return "a value";
    case "value-or-end":
      return "a value or ]";
    case "key":
      return "a key in quotes";
    case "key-or-end":
      return "a key in quotes or }";
    case "colon":
      return "a colon";
    case "end":
      return top?.kind === "array" ? "a comma or ]" : "a comma or }";
  }
}
