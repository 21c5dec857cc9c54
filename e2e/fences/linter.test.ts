/** The linter's fences bite: planted violations of arrows, purity and house rules are refused, their clean twins pass. */
import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { arrows, clearPlanted, fileNameOf, folders, nameOf, plant, purePackages, pureTwin, root } from './tree.js';

/** What the bare language allows and a pure package may not use; the compiler has nothing against it. */
const hiddenInputs = {
  'the time': 'export const now = () => Date.now();',
  'the time, constructed': 'export const now = () => new Date();',
  'the time, renamed': 'const Clock = Date;\nexport const now = () => Clock.now();',
  dice: 'export const roll = () => Math.random();',
  'dice, renamed': 'const roll = Math.random;\nexport const six = () => roll() * 6;',
  'dice, taken out': 'const { random } = Math;\nexport const six = () => random() * 6;',
  'dice, by a computed name': "export const roll = () => Math['random']();",
  'dice, handed on': 'export const rolls = [1, 2].map(Math.random);',
  'dice, all of Math handed on': 'export const deal = (source: (math: Math) => number) => source(Math);',
  'the locale, in sorting': "export const order = ['b', 'a'].sort((one, other) => one.localeCompare(other));",
  'the locale, in text': "export const shout = 'istanbul'.toLocaleUpperCase();",
  'the locale, by Intl': 'export const order = new Intl.Collator().compare;',
  'the surroundings': 'export const here = globalThis;',
  'the collector': 'export const weak = new WeakRef({});',
};

/** Path of a planted file -> the rules that refused it. */
let refusals: Map<string, Set<string>>;
const rulesAt = (path: string) => [...(refusals.get(path) ?? [])];

const sources = Object.fromEntries(
  folders.flatMap((folder) => [
    ...folders.map((other) => [
      `${folder}/src/arrow-${other.replace('/', '-')}.ts`,
      `export * from '${nameOf[other]}';`,
    ]),
    [`${folder}/src/leaves-for-sources.ts`, "export * from '../../protocol/src/index.js';"],
    [`${folder}/src/deep/leaves-for-an-app.ts`, "export * from '../../../../apps/tracker/src/main.js';"],
    [`${folder}/src/inside.ts`, pureTwin],
    [`${folder}/src/deep/stays.ts`, "export * from '../inside.js';"],
    [`${folder}/test/leaves.ts`, "export * from '../../other/src/index.js';"],
    [`${folder}/test/imports-an-app.ts`, "export * from 'tracker';"],
    [`${folder}/test/stays.ts`, "export * from '../src/inside.js';"],
    [`${folder}/src/node.ts`, "export { join } from 'node:path';"],
  ]),
);
const impurities = Object.fromEntries(
  purePackages.flatMap((folder) =>
    Object.entries(hiddenInputs).map(([what, text]) => [`${folder}/src/${fileNameOf(what)}`, text]),
  ),
);
const manyLines = (count: number, line: string) => new Array<string>(count).fill(line).join('\n');
const house = {
  'packages/peer/src/floating.ts':
    'export async function act(): Promise<void> {}\nexport const run = () => {\n  act();\n};',
  'packages/peer/src/awaited.ts':
    'export async function act(): Promise<void> {}\nexport const run = async () => {\n  await act();\n};',
  'packages/peer/src/long-file.ts': manyLines(301, 'void 0;'),
  'packages/peer/src/long-function.ts': `export function act() {\n${manyLines(71, 'act();')}\n}`,
  'packages/peer/src/wide-function.ts':
    'export const sum = (a: number, b: number, c: number, d: number) => a + b + c + d;',
  'packages/peer/src/one.ts': "import { two } from './two.js';\nexport const one = () => two;",
  'packages/peer/src/two.ts': "import { one } from './one.js';\nexport const two = () => one;",
};

afterAll(clearPlanted);

beforeAll(() => {
  const folder = plant({ ...sources, ...impurities, ...house });
  cpSync(join(root, 'biome.jsonc'), join(folder, 'biome.jsonc'));
  cpSync(join(root, 'lint'), join(folder, 'lint'), { recursive: true });
  const words = ['lint', '--vcs-enabled=false', '--reporter=json', '--max-diagnostics=none', '.'];
  const { stdout } = spawnSync(join(root, 'node_modules/.bin/biome'), words, { cwd: folder, encoding: 'utf8' });
  refusals = new Map();
  for (const { category, severity, location } of JSON.parse(stdout).diagnostics) {
    if (severity !== 'error') continue;
    refusals.set(location.path, (refusals.get(location.path) ?? new Set()).add(category.replace(/^lint\/\w+\//, '')));
  }
});

describe.each(folders)('in %s', (folder) => {
  test.each(folders)('an import of %s', (other) => {
    const allowed = arrows[folder]?.includes(other);
    expect(rulesAt(`${folder}/src/arrow-${other.replace('/', '-')}.ts`)).toEqual(
      allowed ? [] : ['noRestrictedImports'],
    );
  });

  test('a relative import stays in the package', () => {
    expect(rulesAt(`${folder}/src/leaves-for-sources.ts`)).toEqual(['noRestrictedImports']);
    expect(rulesAt(`${folder}/src/deep/leaves-for-an-app.ts`)).toEqual(['noRestrictedImports']);
    expect(rulesAt(`${folder}/src/deep/stays.ts`)).toEqual([]);
  });

  test('a test imports its own sources, and no app', () => {
    expect(rulesAt(`${folder}/test/leaves.ts`)).toEqual(['noRestrictedImports']);
    expect(rulesAt(`${folder}/test/imports-an-app.ts`)).toEqual(['noRestrictedImports']);
    expect(rulesAt(`${folder}/test/stays.ts`)).toEqual([]);
  });

  test('node is there for those that are not pure', () => {
    expect(rulesAt(`${folder}/src/node.ts`)).toEqual(purePackages.includes(folder) ? ['noRestrictedImports'] : []);
  });
});

describe.each(purePackages)('in %s', (folder) => {
  test.each(Object.keys(hiddenInputs))('%s', (what) => {
    expect(rulesAt(`${folder}/src/${fileNameOf(what)}`)).toEqual([
      expect.stringMatching(/^(noRestrictedGlobals|plugin)$/),
    ]);
  });

  test('arithmetic is welcome', () => expect(rulesAt(`${folder}/src/inside.ts`)).toEqual([]));
});

test.each([
  ['floating.ts', 'noFloatingPromises'],
  ['long-file.ts', 'noExcessiveLinesPerFile'],
  ['long-function.ts', 'noExcessiveLinesPerFunction'],
  ['wide-function.ts', 'useMaxParams'],
  ['one.ts', 'noImportCycles'],
])('%s: %s', (file, rule) => {
  expect(rulesAt(`packages/peer/src/${file}`)).toEqual([rule]);
  expect(rulesAt('packages/peer/src/awaited.ts')).toEqual([]);
});
