// @ts-check
/**
 * Checks every package as a stranger gets it: packed, linted by publint, unpacked outside the workspace, imported by
 * plain node and type-checked without our own export condition.
 */
import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { pnpmCommand } from './pnpm-command.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/**
 * @typedef {object} Manifest
 * @property {string} name
 * @property {boolean} [private]
 * @property {Record<string, string>} [dependencies]
 */

/** @param {string} folder @returns {Manifest} */
function manifestOf(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/** @param {string[]} command @param {string} cwd @returns {string} Its output; throws with it where it fails. */
function run([program = '', ...words], cwd) {
  const { status, error, stdout, stderr } = spawnSync(program, words, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${words.join(' ')}: ${error?.message ?? stdout + stderr}`);
  return stdout;
}

/**
 * Packs a package and unpacks it where node finds it by name. What it needs from others is linked: it was installed
 * for the workspace by the same lockfile.
 * @param {string} folder of the package
 * @param {string} outside a folder outside the workspace
 * @returns {string} where it lies now
 */
function unpackOutside(folder, outside) {
  const packed = JSON.parse(run([...pnpmCommand(), 'pack', '--json', '--pack-destination', outside], folder));
  const home = join(outside, 'node_modules', manifestOf(folder).name);
  mkdirSync(home, { recursive: true });
  run(['tar', '-xzf', packed.filename, '-C', home, '--strip-components=1'], outside);
  for (const dependency of Object.keys(manifestOf(home).dependencies ?? {})) {
    if (dependency.startsWith('@p2p/')) continue;
    const link = join(home, 'node_modules', dependency);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(realpathSync(join(folder, 'node_modules', dependency)), link);
  }
  return home;
}

/** @param {string} home of an unpacked package */
async function lint(home) {
  const { messages, pkg } = await publint({ pkgDir: home, pack: false, strict: true });
  const faults = messages.map((message) => formatMessage(message, pkg, { color: false }));
  if (faults.length > 0) throw new Error(`publint: ${manifestOf(home).name}: ${faults.join('; ')}`);
}

/** @param {readonly string[]} names @param {string} outside */
function importAll(names, outside) {
  const program = names.map((name, index) => `import * as p${index} from '${name}';`).join('\n');
  const shapes = names.map((name, index) => `['${name}', Object.keys(p${index}).length]`).join(', ');
  writeFileSync(join(outside, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(outside, 'consumer.js'), `${program}\nconsole.log(JSON.stringify([${shapes}]));\n`);
  for (const [name, exported] of JSON.parse(run([process.execPath, 'consumer.js'], outside))) {
    if (exported === 0) throw new Error(`${name} exports nothing`);
    console.log(`${name}: ${exported} exports`);
  }
}

/** @param {readonly string[]} names @param {string} outside */
function typeCheck(names, outside) {
  const uses = names.map(
    (name, index) => `import * as p${index} from '${name}';\nexport const use${index} = p${index};`,
  );
  writeFileSync(join(outside, 'consumer.ts'), `${uses.join('\n')}\n`);
  mkdirSync(join(outside, 'node_modules', '@types'), { recursive: true });
  symlinkSync(realpathSync(join(root, 'node_modules/@types/node')), join(outside, 'node_modules/@types/node'));
  const options = ['--noEmit', '--strict', '--target', 'es2023', '--module', 'nodenext', '--types', 'node'];
  run([join(root, 'node_modules/.bin/tsc'), ...options, 'consumer.ts'], outside);
}

const folders = readdirSync(join(root, 'packages'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => join(root, 'packages', entry.name))
  .filter((folder) => manifestOf(folder).private !== true);
const outside = mkdtempSync(join(tmpdir(), 'p2p-packages-'));
try {
  const homes = folders.map((folder) => unpackOutside(folder, outside));
  for (const home of homes) await lint(home);
  const names = folders.map((folder) => manifestOf(folder).name);
  importAll(names, outside);
  typeCheck(names, outside);
} finally {
  rmSync(outside, { recursive: true });
}
