/** Throw-away identities and folders for tests. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Identity, loadOrCreateIdentity } from '../src/index.js';

/** An empty folder, gone when the test is done. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'p2p-transport-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** A new identity that leaves no file behind. */
export async function newIdentity(): Promise<Identity> {
  const folder = await mkdtemp(join(tmpdir(), 'p2p-transport-'));
  try {
    const loaded = await loadOrCreateIdentity(join(folder, 'device.key'));
    if (!loaded.ok) throw new Error(loaded.message);
    return loaded.identity;
  } finally {
    await rm(folder, { recursive: true });
  }
}
