import { defineConfig } from "vitest/config";

const rooms = ["core", "sim", "traces", "scenarios", "reports", "commands", "conformance", "test"];

// vitest reads its configuration from the default export.
export default defineConfig({
  test: {
    include: rooms.map((room) => `${room}/**/*.test.{ts,tsx}`),
    exclude: ["**/node_modules/**", "dist/**"],
    setupFiles: ["test/support/property-seed.ts"],
    testTimeout: 30_000,
    coverage: {
      provider: "v8",
      include: ["core/**", "sim/**", "traces/**", "scenarios/**", "reports/**", "commands/**"],
      exclude: ["**/*.test.ts", "**/*.d.ts"],
    },
  },
});
