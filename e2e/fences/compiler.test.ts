/** The compiler's fences bite: what a package may not know is not there, and no import leaves a package's sources. */
import { spawnSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { arrows, clearPlanted, fileNameOf, folders, nameOf, plant, purePackages, pureTwin, root } from './tree.js';

/** What is not even there to compile against. */
const surroundings = {
  'a module of node': "export { readFile } from 'node:fs/promises';",
  'a package that is not a dependency': "export { createServer } from 'tracker';",
  'a process': 'export const home = process.env;',
  'a buffer of node': 'export const bytes = Buffer.alloc(1);',
  'a timer': 'setTimeout(() => {}, 1);',
  'a performance clock': 'export const now = performance.now();',
  'dice of the platform': 'export const id = crypto.randomUUID();',
  'a text encoder': 'export const encoder = new TextEncoder();',
  'a network': "export const page = fetch('http://127.0.0.1');",
  'a console': "console.log('here');",
  'a browser': 'export const page = document;',
};

afterAll(clearPlanted);

/** Compiles planted sources as if they lay in `folder`; the files that have an error. */
function refusedIn(folder: string, files: Readonly<Record<string, string>>): string[] {
  const home = plant(files);
  const project = {
    extends: join(root, folder, 'tsconfig.json'),
    compilerOptions: {
      rootDir: 'src',
      outDir: 'dist',
      tsBuildInfoFile: 'dist/.tsbuildinfo',
      typeRoots: [join(root, 'node_modules/@types')],
    },
    include: ['src'],
    references: arrows[folder]?.map((path) => ({ path: join(root, path) })),
  };
  writeFileSync(join(home, 'tsconfig.json'), JSON.stringify(project));
  writeFileSync(join(home, 'package.json'), '{ "type": "module" }');
  symlinkSync(join(root, folder, 'node_modules'), join(home, 'node_modules'));
  const { stdout } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', home, '--pretty', 'false'], {
    cwd: home,
    encoding: 'utf8',
  });
  const refused = [...stdout.matchAll(/^src\/([^(]+)\(\d+,\d+\): error/gm)].map(([, file = '']) => file);
  // An error that is of no file would make every test below pass.
  expect(stdout.split('\n').filter((line) => /error TS/.test(line) && !line.startsWith('src/'))).toEqual([]);
  return [...new Set(refused)].sort();
}

test.each(purePackages)('%s has nothing of node, of a browser or of others', (folder) => {
  const violations = Object.entries(surroundings).map(([what, text]) => [fileNameOf(what), text] as const);
  const files = Object.fromEntries(violations.map(([file, text]) => [`src/${file}`, text]));
  expect(refusedIn(folder, files)).toEqual(violations.map(([file]) => file).sort());
});

test.each(folders)('%s: no import leaves its sources, those inside and along the arrows compile', (folder) => {
  const along = (arrows[folder] ?? []).map((other) => [
    `src/${other.replace('/', '-')}.ts`,
    `export * as other from '${nameOf[other]}';`,
  ]);
  const against = folders
    .filter((other) => other !== folder && other.startsWith('packages/') && !arrows[folder]?.includes(other))
    .map((other) => [`against-${other.replace('/', '-')}.ts`, `export * as other from '${nameOf[other]}';`] as const);
  const files = {
    ...Object.fromEntries(along),
    ...Object.fromEntries(against.map(([file, text]) => [`src/${file}`, text])),
    'outside.ts': 'export const outside = 1;',
    'src/leaves.ts': "export * from '../outside.js';",
    'src/inside.ts': pureTwin,
    'src/deep/stays.ts': "export * from '../inside.js';",
  };
  expect(refusedIn(folder, files)).toEqual([...against.map(([file]) => file), 'leaves.ts'].sort());
});
