/** What a client keeps is its owner's alone, or is not used. */
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import type { Peer } from '../src/api.js';
import { dataDirectoryIn, openIn } from './opened-peer.js';
import { identityIn, ScriptedTracker } from './scripted-tracker.js';
import { temporaryDirectory } from './temporary-directory.js';

let directory: string;
let tracker: ScriptedTracker;

beforeEach(async () => {
  directory = await temporaryDirectory();
  tracker = await ScriptedTracker.start(await identityIn(directory, 'cluster'), {
    answer: ({ type }) => ({ type: `${type}.ok`, user: 'alice', replicated: true }),
    user: 'alice',
  });
});

/** Opens a client for as long as `use` takes. */
async function withPeer(use: (peer: Peer) => Promise<void>): Promise<void> {
  const opened = await openIn(directory, [tracker]);
  if (!opened.ok) throw new Error(opened.message);
  try {
    await use(opened.peer);
  } finally {
    await opened.peer.close();
  }
}

it.skipIf(process.platform === 'win32').each([
  ['session.json', 'session'],
  ['device.key', 'private key'],
])('%s that others can read is refused, with what to do about it', async (name, secret) => {
  await withPeer(async (peer) => expect(await peer.login('alice', 'secret')).toMatchObject({ ok: true }));
  const path = join(dataDirectoryIn(directory), name);
  for (const mode of [0o640, 0o602, 0o604]) {
    await chmod(path, mode);
    const message = `other users of this machine can read the ${secret} ${path} – run: chmod 600 '${path}'`;
    expect(await openIn(directory, [tracker])).toEqual({ ok: false, reason: 'other', message });
  }
  await chmod(path, 0o600);
  await withPeer(async (peer) => expect(await peer.whoami()).toMatchObject({ ok: true }));
});

it.each(['', 'null', '[]', '{"user":"alice"}', '{"user":1,"token":"00"}', '{"user":"alice","token":"00"}'])(
  'a session file that holds %j is no session, and stops nobody',
  async (text) => {
    await withPeer(async () => undefined);
    await writeFile(join(dataDirectoryIn(directory), 'session.json'), text, { mode: 0o600 });
    await withPeer(async (peer) => expect(await peer.whoami()).toMatchObject({ code: 'not_logged_in' }));
  },
);
