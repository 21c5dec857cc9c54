/** Two kinds of tests: quick ones that run from the sources, and whole processes, which need the built programs. */
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * What is asked for again and again until it is so: bounded by the test's own time, not by a second that a busy machine
 * needs for something else.
 */
const patient = { poll: { timeout: 15_000 } };

/** Packages find each other's sources, so that no unit test runs against an old build. */
const fromSources = { resolve: { conditions: ['@p2p/source', 'module', 'node', 'development|production'] } };

/** From the longest on; a fresh clone knows no times of earlier runs to go by. */
const longest = [
  'chaos/chaos',
  'transfer/kills',
  'storage/damaged-files',
  'transfer/large-file',
  'fail-over/key-rotation',
  'storage/restarts',
  'attacks/floods',
  'storage/lost-and-restored',
].map((name) => `/e2e/${name}.test.ts`);

function rankOf({ moduleId }: TestSpecification): number {
  const index = longest.findIndex((path) => moduleId.endsWith(path));
  return index === -1 ? longest.length : index;
}

/** Nobody waits in the end for the one test that takes minutes. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((one, other) => rankOf(one) - rankOf(other));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    // Where `.ci/run` reads how many passed.
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'node_modules/.test-results.json' }]] : ['default'],
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
          // Programs wait for each other a third of the time. With more at a time they would fight for a core, and lose
          // patience with each other.
          maxWorkers: 3,
        },
      },
    ],
  },
});
