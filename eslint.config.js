import tseslint from "typescript-eslint";

// Who may import whom. test/tidy.test.ts is the gate and knows more (doors, cycles, packages); these
// rules say the same in the editor. A room is named here as it appears in a relative import.
const everyRoom = ["core", "sim", "traces", "scenarios", "reports", "commands"];
const outsideRooms = ["conformance", "bench", "scripts", "test"];

/** One restricted pattern for the rooms that a file in `room` must not import. */
function foreignRooms(room, allowed) {
  const banned = [...everyRoom, ...outsideRooms].filter((name) => !allowed.includes(name));
  return {
    regex: `^(\\.\\./)+(${banned.join("|")})/`,
    message: `${room} may import only: ${allowed.join(", ")}.`,
  };
}

const noPackages = {
  regex: "^[^.]",
  message: "core imports no npm package and no node: module; write it here or add a port.",
};

const noPackagesInSim = {
  regex: "^(?!node:)[^.]",
  message: "sim imports packages only in sim/engine/random.ts and in a worker's entry point.",
};

function roomRules(room, patterns, ignores = []) {
  return {
    files: [`${room}/**/*.ts`, `${room}/**/*.tsx`],
    ignores: ["**/*.test.ts", "**/*.test.tsx", ...ignores],
    rules: { "no-restricted-imports": ["error", { patterns }] },
  };
}

const wallClock = "virtual time comes from the Clock port or an argument, never from the machine.";
const chance = "draw from a named stream of sim/engine/random.ts.";
const unpinned = "its result depends on the machine's locale; compare or format by code unit.";

const everywhereSyntax = [
  { selector: "ExportDefaultDeclaration", message: "No default exports: name it." },
  { selector: "TSEnumDeclaration", message: "No enum: an `as const` array and its union." },
  { selector: "TSModuleDeclaration[kind='namespace']", message: "No namespaces." },
  { selector: "TSParameterProperty", message: "No parameter properties: write the field." },
];

const deterministicSyntax = [
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: `No new Date() without argument: ${wallClock}`,
  },
];

const noTimers = [
  "setTimeout",
  "setInterval",
  "setImmediate",
  "process",
  "performance",
  "queueMicrotask",
].map((name) => ({ name, message: `core and sim use no ${name}: ${wallClock}` }));

export default tseslint.config(
  { ignores: ["dist/**", "out/**", "coverage/**", "node_modules/**", "docs/.vitepress/**"] },
  {
    files: ["**/*.ts", "**/*.tsx"],
    plugins: { "@typescript-eslint": tseslint.plugin },
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: {
        projectService: { allowDefaultProject: ["reports/html/browser-entry.ts"] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_", ignoreRestSiblings: true },
      ],
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/only-throw-error": "error",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": "error",
      "no-empty": "error",
      "no-restricted-syntax": ["error", ...everywhereSyntax],
      "no-restricted-properties": [
        "error",
        ...["localeCompare", "toLocaleString", "toLocaleDateString", "toLocaleTimeString"].map(
          (property) => ({ property, message: `No ${property}: ${unpinned}` }),
        ),
      ],
    },
  },
  {
    files: ["**/*.ts", "**/*.tsx"],
    ignores: ["**/*.test.ts", "**/*.test.tsx", "test/**"],
    rules: {
      "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ["core/**/*.ts", "sim/**/*.ts"],
    ignores: ["**/*.test.ts"],
    rules: {
      "no-restricted-syntax": ["error", ...everywhereSyntax, ...deterministicSyntax],
      "no-restricted-globals": ["error", ...noTimers, { name: "Intl", message: unpinned }],
      "no-restricted-properties": [
        "error",
        { object: "Date", property: "now", message: `No Date.now(): ${wallClock}` },
        { object: "Math", property: "random", message: `No Math.random(): ${chance}` },
        ...["localeCompare", "toLocaleString", "toLocaleDateString", "toLocaleTimeString"].map(
          (property) => ({ property, message: `No ${property}: ${unpinned}` }),
        ),
      ],
    },
  },
  roomRules("core", [foreignRooms("core", ["core"]), noPackages]),
  roomRules(
    "sim",
    [foreignRooms("sim", ["core", "sim", "traces"]), noPackagesInSim],
    ["sim/engine/random.ts", "sim/**/worker.ts", "sim/**/*-worker.ts"],
  ),
  roomRules("traces", [foreignRooms("traces", ["core", "traces"])]),
  roomRules("scenarios", [foreignRooms("scenarios", ["core", "traces", "sim", "scenarios"])]),
  roomRules("reports", [foreignRooms("reports", ["core", "sim", "reports"])]),
  roomRules("commands", [foreignRooms("commands", everyRoom)]),
  {
    // Tools that read their configuration from a default export; declarations of foreign packages.
    files: ["*.config.ts", "**/*.d.ts"],
    rules: { "no-restricted-syntax": "off" },
  },
);
