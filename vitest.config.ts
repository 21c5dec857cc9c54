/** Two kinds of tests: quick ones that run from the sources, and whole processes, which need the built programs. */
import { defineConfig } from 'vitest/config';

/**
 * What is asked for again and again until it is so: bounded by the test's own time, not by a second that a busy machine
 * needs for something else.
 */
const patient = { poll: { timeout: 15_000 } };

/** Packages find each other's sources, so that no unit test runs against an old build. */
const fromSources = { resolve: { conditions: ['@p2p/source', 'module', 'node', 'development|production'] } };

export default defineConfig({
  test: {
    // Where `.ci/run` reads how many passed.
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'node_modules/.test-results.json' }]] : ['default'],
    // Two workers: processes that fight for a core tell nothing about each other's patience.
    maxWorkers: 2,
    projects: [
      {
        ssr: fromSources,
        test: {
          name: 'unit',
          include: ['packages/*/test/**/*.test.ts', 'apps/*/test/**/*.test.ts'],
          testTimeout: 20_000,
          expect: patient,
          sequence: { groupOrder: 0 },
        },
      },
      {
        ssr: fromSources,
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts', 'examples/**/*.test.ts'],
          testTimeout: 90_000,
          expect: patient,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
