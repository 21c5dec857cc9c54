// @ts-check
/**
 * Builds the workspace when a package's built files are missing or older than what they are made of; otherwise does
 * nothing, quickly. Two runs at the same time are safe: one builds, the other waits for it. Usage: node
 * scripts/build-if-stale.mjs [workspace root]
 */
import { spawn } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { pnpmCommand } from './pnpm-command.mjs';

const root = resolve(process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), '..'));
const lock = join(root, 'node_modules', '.build-lock');
/** There while the last build has failed: its files are new, and yet not what they should be. */
const failure = join(root, 'node_modules', '.build-failed');

/** A build takes seconds; a lock of this age was left behind by a process whose number belongs to another one now. */
const LOCK_LIFETIME_MS = 10 * 60_000;
const LOCK_POLL_MS = 100;

/** @param {string} path @returns {number} Milliseconds; 0 for what does not exist. */
function modified(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/**
 * The newest change in a folder; a deletion changes the folder itself.
 * @param {string} folder
 * @returns {number}
 */
function newestIn(folder) {
  if (!existsSync(folder)) return 0;
  const entries = readdirSync(folder, { withFileTypes: true });
  const times = entries.map((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? newestIn(path) : modified(path);
  });
  return Math.max(modified(folder), ...times);
}

/**
 * What a package is built to: what its manifest offers, or the program of an example, which offers nothing.
 * @param {{ exports?: Record<string, Record<string, string>>, bin?: Record<string, string> }} manifest
 * @returns {string[]}
 */
function outputsOf(manifest) {
  const exported = Object.values(manifest.exports ?? {}).flatMap((conditions) => Object.values(conditions));
  const offered = [...exported, ...Object.values(manifest.bin ?? {})].filter((path) => path.startsWith('./dist/'));
  return offered.length > 0 ? offered : ['./dist/main.js'];
}

/**
 * @param {string} folder of a package
 * @param {number} sharedTime when what all packages are built with was changed
 * @returns {boolean}
 */
function isStale(folder, sharedTime) {
  const manifestPath = join(folder, 'package.json');
  if (!existsSync(manifestPath)) return false;
  const manifest = JSON.parse(readFileSync(manifestPath, 'utf8'));
  if (manifest.scripts?.build === undefined) return false;
  const outputs = outputsOf(manifest).map((path) => join(folder, path));
  if (!outputs.every((path) => existsSync(path))) return true;
  // Declarations keep their time when they come out the same: only the programs tell when the build was.
  const built = Math.min(...outputs.filter((path) => path.endsWith('.js')).map(modified));
  const inputs = ['package.json', 'tsconfig.json', 'tsup.config.ts'].map((name) => modified(join(folder, name)));
  return Math.max(sharedTime, newestIn(join(folder, 'src')), ...inputs) > built;
}

/** @returns {boolean} Whether any package has to be built. */
function isWorkspaceStale() {
  if (existsSync(failure)) return true;
  const shared = ['tsconfig.base.json', 'packages/tsconfig.pure.json', 'pnpm-lock.yaml'];
  const sharedTime = Math.max(...shared.map((name) => modified(join(root, name))));
  return ['packages', 'apps', 'e2e', 'examples'].some((group) => {
    const folder = join(root, group);
    return existsSync(folder) && readdirSync(folder).some((name) => isStale(join(folder, name), sharedTime));
  });
}

/** @returns {boolean} Whether this process now holds the lock. */
function tryLock() {
  const own = `${lock}.${process.pid}`;
  mkdirSync(dirname(lock), { recursive: true });
  writeFileSync(own, String(process.pid));
  try {
    // A link appears whole or not at all: nobody ever reads a lock without its number.
    linkSync(own, lock);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(own);
  }
}

/** Removes the lock of a process that is gone: killed in the middle of a build. */
function breakDeadLock() {
  try {
    const holder = Number(readFileSync(lock, 'utf8'));
    if (Date.now() - modified(lock) < LOCK_LIFETIME_MS) process.kill(holder, 0);
    else rmSync(lock, { force: true });
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === 'ESRCH') rmSync(lock, { force: true });
    // ENOENT: freed a moment ago. EPERM: the holder lives, as another user.
    else if (code !== 'ENOENT' && code !== 'EPERM') throw error;
  }
}

/** @returns {Promise<number>} The exit code of `pnpm -r build`, whose output is shown only where it fails. */
function build() {
  const [program, ...words] = pnpmCommand();
  return new Promise((done) => {
    writeFileSync(failure, '');
    const child = spawn(program, [...words, '-r', 'build'], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    /** @type {Buffer[]} */
    const output = [];
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => output.push(chunk));
    child.on('error', (error) => output.push(Buffer.from(`${program}: ${error.message}\n`)));
    child.on('close', (code) => {
      if (code === 0) rmSync(failure, { force: true });
      else process.stderr.write(Buffer.concat(output));
      done(code ?? 1);
    });
  });
}

/** @returns {Promise<number>} The exit code. */
async function buildWhileStale() {
  while (isWorkspaceStale()) {
    if (tryLock()) {
      try {
        // Another run may have built between the look and the lock.
        if (!isWorkspaceStale()) return 0;
        process.stderr.write('building …\n');
        return await build();
      } finally {
        rmSync(lock, { force: true });
      }
    }
    breakDeadLock();
    await delay(LOCK_POLL_MS);
  }
  return 0;
}

process.exitCode = await buildWhileStale();
