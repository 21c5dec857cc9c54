/** What a test can't do without, and not every machine has. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';

/** Leaves the test out, by name, where `what` isn't there; with `CI` set that is a failure. */
export function need(context: TestContext, isThere: boolean, what: string): void {
  if (isThere) return;
  if (process.env.CI) throw new Error(`this needs ${what}`);
  process.stderr.write(`skipped: "${context.task.name}" needs ${what}\n`);
  context.skip(`needs ${what}`);
}

/** Runs a program to its end; whether it went well. */
function succeeds(program: string, ...words: readonly string[]): boolean {
  return spawnSync(program, words, { stdio: 'ignore' }).status === 0;
}

let mountable: boolean | undefined;

/** Whether this process may mount file systems, as root outside of a container may. */
export function canMount(): boolean {
  if (mountable !== undefined) return mountable;
  const folder = mkdtempSync(join(tmpdir(), 'p2p-mount-'));
  mountable = mountSmallDisk(folder, '64k') && unmount(folder);
  rmSync(folder, { recursive: true });
  return mountable;
}

/** A disk of so many bytes (as in `size=256k`) in place of an empty folder. */
export function mountSmallDisk(folder: string, size: string): boolean {
  return succeeds('mount', '-t', 'tmpfs', '-o', `size=${size}`, 'p2p-test', folder);
}

/** `options`: `ro`, or another size. */
export function remount(folder: string, options: string): boolean {
  return succeeds('mount', '-o', `remount,${options}`, folder);
}

export function unmount(folder: string): boolean {
  return succeeds('umount', folder);
}
