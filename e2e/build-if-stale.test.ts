/** What `start`, `demo` and `test` run first: builds when it must, does nothing when it need not, never twice at once. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const script = fileURLToPath(new URL('../scripts/build-if-stale.mjs', import.meta.url));

/** Builds by copying, and writes down that it did. */
const builder = `
import { appendFileSync, cpSync } from 'node:fs';
appendFileSync('../../builds.log', 'built\\n');
cpSync('src/index.ts', 'dist/index.js');
cpSync('src/index.ts', 'dist/index.d.ts');
`;

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'p2p-build-'));
  const manifest = {
    name: 'a',
    exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
    scripts: { build: 'node build.mjs' },
  };
  await put('package.json', '{ "name": "root", "private": true }');
  await put('pnpm-workspace.yaml', 'packages: ["packages/*"]\n');
  await put('packages/a/package.json', JSON.stringify(manifest));
  await put('packages/a/build.mjs', builder);
  await put('packages/a/src/index.ts', 'export {};\n');
  await put('packages/a/src/deep/more.ts', 'export {};\n');
});

afterEach(() => rm(root, { recursive: true }));

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}

/** Runs the script; resolves with its exit code and what it said. */
function buildIfStale(): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [script, root], (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr });
    });
  });
}

async function builds(): Promise<number> {
  const log = await readFile(join(root, 'builds.log'), 'utf8').catch(() => '');
  return log.split('\n').length - 1;
}

/** Makes a path a minute newer than everything that is built now. */
async function touch(path: string): Promise<void> {
  const later = Date.now() / 1_000 + 60;
  await utimes(join(root, path), later, later);
}

test('builds what was never built, and then does nothing', async () => {
  expect(await buildIfStale()).toEqual({ code: 0, output: 'building …\n' });
  expect(await buildIfStale()).toEqual({ code: 0, output: '' });
  expect(await builds()).toBe(1);
});

test.each([
  ['a source', 'packages/a/src/deep/more.ts'],
  ['a folder, by a deletion,', 'packages/a/src/deep'],
  ['what all packages are built with', 'tsconfig.base.json'],
])('builds again when %s has changed', async (_what, path) => {
  await put('tsconfig.base.json', '{}');
  await buildIfStale();
  await touch(path);
  await buildIfStale();
  expect(await builds()).toBe(2);
});

test('builds again when a built file is missing', async () => {
  await buildIfStale();
  await rm(join(root, 'packages/a/dist/index.d.ts'));
  await buildIfStale();
  expect(await builds()).toBe(2);
});

test('runs at the same time build once', async () => {
  const runs = await Promise.all([buildIfStale(), buildIfStale(), buildIfStale()]);
  expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
  expect(await builds()).toBe(1);
});

test('a lock that a killed build left behind is in nobody’s way', async () => {
  const dead = execFile(process.execPath, ['-e', '']);
  await new Promise((resolve) => dead.once('exit', resolve));
  await put('node_modules/.build-lock', String(dead.pid));
  expect(await buildIfStale()).toMatchObject({ code: 0 });
  expect(await builds()).toBe(1);
});

test('a build that fails shows why, and is tried again although its files are new', async () => {
  await put('packages/a/build.mjs', `${builder}\nconsole.error('a type is missing');\nprocess.exitCode = 3;\n`);
  for (const attempt of [1, 2]) {
    const run = await buildIfStale();
    expect(run.code).not.toBe(0);
    expect(run.output).toContain('a type is missing');
    expect(await builds()).toBe(attempt);
  }
});
