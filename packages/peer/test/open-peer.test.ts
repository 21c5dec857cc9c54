/** A whole client against trackers that answer as the test says. */
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { clusterId, KEY_OVERLAP_MS } from '@p2p/protocol';
import { signSuccession } from '@p2p/statements';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Peer, PeerEvent, PeerOptions } from '../src/api.js';
import { ClusterPin } from '../src/data-directory/cluster-pin.js';
import { openPeer } from '../src/open-peer.js';
import { greetTracker } from '../src/tracker-session/greet-tracker.js';
import { TrackerSession } from '../src/tracker-session/tracker-session.js';
import { identityIn, type Script, ScriptedTracker } from './scripted-tracker.js';
import { temporaryDirectory } from './temporary-directory.js';

const asAlice: Script = {
  user: 'alice',
  answer: ({ type }) => {
    if (type === 'login') return { type: 'login.ok', user: 'alice', replicated: true };
    if (type === 'logout') return { type: 'logout.ok', replicated: true };
    if (type === 'create_group') return { type: 'create_group.ok', group: 'films', replicated: true };
    return { type: 'whoami.ok', user: 'alice' };
  },
};

let directory: string;
beforeEach(async () => {
  directory = await temporaryDirectory();
});

function optionsFor(...trackers: readonly ScriptedTracker[]): PeerOptions {
  return {
    dataDirectory: join(directory, 'client'),
    trackers: trackers.map(({ port }, at) => ({ number: at + 1, host: '127.0.0.1', port })),
    clusterFingerprint: undefined,
    firstTracker: 1,
    advertise: { host: '127.0.0.1', port: 0 },
    bind: { host: '127.0.0.1', port: 0 },
    uploadLimit: 0,
    downloadLimit: 0,
    giveUpMs: undefined,
  };
}

async function peerWith(options: PeerOptions): Promise<Peer & { events: PeerEvent[] }> {
  const opened = await openPeer(options);
  if (!opened.ok) throw new Error(opened.message);
  onTestFinished(() => opened.peer.close());
  const events: PeerEvent[] = [];
  opened.peer.onEvent((event) => events.push(event));
  return { ...opened.peer, events };
}

/** One tracker for each script, all with the same key. */
async function cluster<const S extends readonly Script[]>(...scripts: S) {
  const identity = await identityIn(directory, 'cluster');
  const trackers = await Promise.all(scripts.map((script) => ScriptedTracker.start(identity, script)));
  // As many as there are scripts, which the compiler can't count.
  return trackers as unknown as { [K in keyof S]: ScriptedTracker };
}

describe('a client that fails over', () => {
  it('sends what is unanswered again, as the same request, and resumes its session', async () => {
    const [first, second] = await cluster(
      { answer: (request) => (request.type === 'login' ? asAlice.answer(request) : undefined) },
      asAlice,
    );
    const peer = await peerWith(optionsFor(first, second));
    expect(await peer.login('alice', 'secret')).toMatchObject({ ok: true, result: { user: 'alice', tracker: 1 } });
    const created = peer.createGroup('films');
    const asked = peer.whoami();
    await expect.poll(() => first.requests.length).toBe(3);
    await first.stop();
    expect(await created).toMatchObject({ ok: true, result: { group: 'films' } });
    expect(await asked).toEqual({ ok: true, result: { user: 'alice', tracker: 2 } });
    expect(second.requests.slice(0, 2)).toEqual(first.requests.slice(1));
    const [login] = first.requests;
    expect(second.hellos[0]?.token).toEqual(login?.type === 'login' ? login.token : undefined);
    expect(second.hellos[0]?.counter).toBeGreaterThan(first.hellos[0]?.counter ?? 0);
    expect(peer.events).toContainEqual({ event: 'tracker', number: 2, state: 'connected', lost: 1 });
  });

  it('goes on with the next where a tracker breaks the protocol', async () => {
    const confused: Script = {
      answer: (request) => (request.type === 'login' ? asAlice.answer(request) : { type: 'status.ok' }),
    };
    const [first, second] = await cluster(confused, asAlice);
    const peer = await peerWith(optionsFor(first, second));
    await peer.login('alice', 'secret');
    expect(await peer.whoami()).toMatchObject({ ok: true, result: { tracker: 2 } });
  });

  it('refuses with no_tracker what none has answered in time, and does not send it afterwards', async () => {
    const identity = await identityIn(directory, 'device');
    const [tracker] = await cluster(asAlice);
    const pin = await ClusterPin.open(join(directory, 'pin'), undefined);
    let mayDial = false;
    let connected: () => void = () => {};
    const isConnected = new Promise<void>((resolve) => {
      connected = resolve;
    });
    const session = new TrackerSession({
      trackers: optionsFor(tracker).trackers,
      firstTracker: 1,
      patienceMs: 50,
      nextCounter: async () => 1,
      greet: async (entry, signal) => {
        if (!mayDial) return { ok: false, mismatch: false, message: 'not yet' };
        return greetTracker({ identity, entry, pin, hello: { counter: 1 }, signal });
      },
      handlers: {
        connected: () => connected(),
        unreachable: () => {},
        mismatch: () => {},
        pushed: () => {},
        clock: () => {},
      },
    });
    onTestFinished(() => session.close());
    session.start();
    expect(await session.change({ type: 'logout' })).toMatchObject({ ok: false, code: 'no_tracker' });
    mayDial = true;
    await isConnected;
    expect(await session.ask({ type: 'whoami' })).toMatchObject({ ok: true });
    expect(tracker.requests.map(({ type }) => type)).toEqual(['whoami']);
  });
});

describe('the key of the cluster', () => {
  it('is remembered, and whoever shows another one is not spoken to', async () => {
    const [tracker] = await cluster(asAlice);
    const peer = await peerWith(optionsFor(tracker));
    await peer.login('alice', 'secret');
    await peer.close();
    const impostor = await ScriptedTracker.start(await identityIn(directory, 'impostor'), asAlice);
    const deceived = await peerWith(optionsFor(impostor));
    const answer = await deceived.whoami();
    expect(answer).toMatchObject({ ok: false, code: 'identity_changed' });
    expect(answer.ok ? '' : answer.message).toContain('cluster-fingerprint');
    expect(await deceived.listGroups()).toMatchObject({ code: 'identity_changed' });
    expect(deceived.events).toContainEqual({ event: 'notice', message: answer.ok ? '' : answer.message });
    expect(impostor.hellos).toEqual([]);
  });

  it('is taken from the options where they name one', async () => {
    const [tracker] = await cluster(asAlice);
    const peer = await peerWith({ ...optionsFor(tracker), clusterFingerprint: 'ab'.repeat(32) });
    expect(await peer.createUser('alice', 'long enough')).toMatchObject({ code: 'identity_changed' });
  });

  it('of one tracker may be wrong while another one is right', async () => {
    const [tracker] = await cluster(asAlice);
    const impostor = await ScriptedTracker.start(await identityIn(directory, 'impostor'), asAlice);
    const clusterFingerprint = (await identityIn(directory, 'cluster')).id;
    const peer = await peerWith({ ...optionsFor(impostor, tracker), clusterFingerprint });
    expect(await peer.login('alice', 'secret')).toMatchObject({ ok: true, result: { tracker: 2 } });
  });
});

describe('a key that follows the first one', () => {
  /** A client that has met the cluster by its first key, and what that key says of the second. */
  async function met(at: number) {
    const [first, second] = await Promise.all([identityIn(directory, 'cluster'), identityIn(directory, 'second')]);
    const [tracker] = await cluster(asAlice);
    const peer = await peerWith(optionsFor(tracker));
    await peer.login('alice', 'secret');
    const successions = [await signSuccession(first, { to: clusterId.parse(second.id), at })];
    return { first, second, tracker, peer, successions };
  }

  it('is followed when a tracker tells of it, by a push or in its greeting', async () => {
    const { second, tracker, peer, successions } = await met(Date.now());
    const next = await ScriptedTracker.start(second, asAlice);
    tracker.push({ type: 'successions', successions });
    const pinned = () => readFile(join(directory, 'client', 'cluster-fingerprint'), 'utf8');
    await expect.poll(pinned).toContain(successions[0]);
    await peer.close();
    const again = await peerWith(optionsFor(next));
    expect(await again.whoami()).toMatchObject({ ok: true });
    expect(next.hellos[0]?.token).toHaveLength(32);
    expect(again.events.filter(({ event }) => event === 'notice')).toEqual([]);
  });

  it('is asked for by name, and the first one accepted from who has no other yet', async () => {
    const { first, second, peer, successions } = await met(Date.now());
    await peer.close();
    const both = await ScriptedTracker.start(first, { ...asAlice, successions }, second);
    const followed = await peerWith(optionsFor(both));
    expect(await followed.whoami()).toMatchObject({ ok: true });
    await followed.close();
    const behind = await ScriptedTracker.start(first, asAlice);
    const again = await peerWith(optionsFor(both, behind));
    expect(await again.whoami()).toMatchObject({ ok: true, result: { tracker: 1 } });
    await both.stop();
    expect(await again.whoami()).toMatchObject({ ok: true, result: { tracker: 2 } });
    expect(both.shown).toEqual([first.id, second.id]);
  });

  it('long ago leaves the first one nothing: who still shows it isn’t spoken to', async () => {
    const { tracker, peer, successions } = await met(Date.now() - KEY_OVERLAP_MS);
    tracker.push({ type: 'successions', successions });
    const pinned = () => readFile(join(directory, 'client', 'cluster-fingerprint'), 'utf8');
    await expect.poll(pinned).toContain(successions[0]);
    await peer.close();
    const greeted = tracker.hellos.length;
    const again = await peerWith(optionsFor(tracker));
    expect(await again.whoami()).toMatchObject({ code: 'identity_changed' });
    expect(tracker.hellos).toHaveLength(greeted);
  });

  it('is followed from the fingerprint of tracker_info.txt, with one line about what to write there', async () => {
    const { first, second, peer, successions } = await met(Date.now());
    await peer.close();
    const tracker = await ScriptedTracker.start(first, { ...asAlice, successions }, second);
    const named = await peerWith({ ...optionsFor(tracker), clusterFingerprint: first.id });
    expect(await named.whoami()).toMatchObject({ ok: true });
    tracker.push({ type: 'successions', successions });
    expect(await named.whoami()).toMatchObject({ ok: true });
    const notices = named.events.filter(({ event }) => event === 'notice');
    expect(notices).toEqual([{ event: 'notice', message: expect.stringContaining(second.id) }]);
  });
});

describe('a session', () => {
  it('outlives the client, and is not in force again by itself', async () => {
    const [tracker] = await cluster(asAlice);
    const first = await peerWith(optionsFor(tracker));
    await first.login('alice', 'secret');
    expect(await first.login('alice', 'secret')).toMatchObject({ code: 'already_logged_in' });
    await first.close();
    const second = await peerWith(optionsFor(tracker));
    expect(await second.whoami()).toMatchObject({ ok: true });
    expect(tracker.hellos[1]?.token).toHaveLength(32);
    expect(await second.login('alice', 'secret')).toMatchObject({ ok: true });
    expect(await second.logout()).toMatchObject({ ok: true });
    expect(await second.whoami()).toMatchObject({ code: 'not_logged_in' });
    expect(await readdir(join(directory, 'client'))).not.toContain('session.json');
  });

  it('is over when the tracker says so', async () => {
    const [tracker] = await cluster(asAlice);
    const peer = await peerWith(optionsFor(tracker));
    await peer.login('alice', 'secret');
    tracker.push({ type: 'session_ended' });
    await expect.poll(() => peer.whoami()).toMatchObject({ code: 'not_logged_in' });
    expect(await peer.login('alice', 'secret')).toMatchObject({ ok: true });
  });
});

describe('without any tracker', () => {
  it('names and missing sessions are refused all the same, names first', async () => {
    const [tracker] = await cluster(asAlice);
    const options = optionsFor(tracker);
    await tracker.stop();
    const peer = await peerWith(options);
    expect(await peer.createGroup('a/b')).toMatchObject({ code: 'invalid_name' });
    expect(await peer.createGroup('films')).toMatchObject({ code: 'not_logged_in' });
    expect(await peer.createUser('alice~2', 'long enough')).toMatchObject({ code: 'invalid_name' });
    expect(await peer.createUser('alice', 'short')).toMatchObject({ code: 'bad_request' });
    expect(await peer.changePassword('old', 'short')).toMatchObject({ code: 'bad_request' });
    expect(await peer.uploadFile('/nowhere/a:b', 'films')).toMatchObject({ code: 'invalid_name' });
    expect(await peer.downloadFile('films', 'a', '/nowhere')).toMatchObject({ code: 'not_logged_in' });
    expect(peer.showDownloads()).toEqual({ ok: true, result: { downloads: [] } });
    expect(await peer.wait()).toEqual({ ok: true, result: { complete: 0, failed: 0 } });
    expect(await peer.trackers()).toMatchObject({
      ok: true,
      result: { trackers: [{ reachable: false, digest: null }] },
    });
    await expect.poll(() => peer.events).toContainEqual({ event: 'tracker', number: 1, state: 'lost' });
  });
});

describe('the data directory', () => {
  it('is for its owner alone', async () => {
    const [tracker] = await cluster(asAlice);
    const peer = await peerWith(optionsFor(tracker));
    await peer.login('alice', 'secret');
    const path = join(directory, 'client');
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    const names = await readdir(path);
    expect(names.sort()).toEqual([
      'cluster-fingerprint',
      'device.crt',
      'device.key',
      'library',
      'request-counter',
      'session.json',
    ]);
    for (const name of names) {
      expect((await stat(join(path, name))).mode & 0o777, name).toBe(name === 'library' ? 0o700 : 0o600);
    }
  });

  it('is held by one client at a time, and free when that closes', async () => {
    const [tracker] = await cluster(asAlice);
    const peer = await peerWith(optionsFor(tracker));
    expect(await openPeer(optionsFor(tracker))).toMatchObject({ ok: false, reason: 'locked' });
    await Promise.all([peer.close(), peer.close()]);
    await peerWith(optionsFor(tracker));
  });

  it('that is damaged or unusable is named', async () => {
    const [tracker] = await cluster(asAlice);
    await (await peerWith(optionsFor(tracker))).close();
    await writeFile(join(directory, 'client', 'cluster-fingerprint'), 'something else');
    const damaged = await openPeer(optionsFor(tracker));
    expect(damaged).toMatchObject({ ok: false, reason: 'other' });
    expect(damaged.ok ? '' : damaged.message).toContain('cluster-fingerprint is damaged');
    const underAFile = join(directory, 'client', 'device.key', 'client');
    expect(await openPeer({ ...optionsFor(tracker), dataDirectory: underAFile })).toMatchObject({ reason: 'other' });
  });
});

it('a taken port is told, and the data directory is free again', async () => {
  const [tracker] = await cluster(asAlice);
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => taken.close(() => resolve())));
  const address = taken.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const options = optionsFor(tracker);
  expect(await openPeer({ ...options, bind: { host: '127.0.0.1', port } })).toMatchObject({
    ok: false,
    reason: 'other',
  });
  await peerWith(options);
});
