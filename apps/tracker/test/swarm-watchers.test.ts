/** Who is told what of a swarm, without asking: joins, departures and what changes in between, to members only. */
import type { DeviceId, FileId, GroupId, SwarmChanged, UserId } from '@p2p/protocol';
import { emptyState, Presence } from '@p2p/state';
import { beforeEach, expect, test } from 'vitest';
import { SwarmWatchers } from '../src/client-connections/swarm-watchers.js';
import type { PresenceBoard } from '../src/replication/presence-board.js';
import type { ReplicatedState } from '../src/replication/replicated-state.js';

const deviceOf = (digit: string) => digit.repeat(64) as DeviceId;
const [sharing, watching] = [deviceOf('a'), deviceOf('b')];
const [ann, ben] = [`${sharing}.1` as UserId, `${watching}.1` as UserId];
const group = `${sharing}.2` as GroupId;
const [film, alias] = [`${sharing}.3` as FileId, `${sharing}.4` as FileId];
const address = { host: '192.0.2.7', port: 4_001 };

let state: ReturnType<typeof emptyState>;
let presence: Presence;
let watchers: SwarmWatchers;

beforeEach(() => {
  state = emptyState();
  presence = new Presence();
  const shared = { group, name: 'film', by: ann, bytes: 1, pieceLength: 262_144, root: '7'.repeat(64), removed: false };
  state.files.set(film, { ...shared, id: film, aliases: [alias] } as never);
  state.files.set(alias, { ...shared, id: alias, aliases: [], sameAs: film } as never);
  for (const user of [ann, ben]) state.members.set(group, user, {} as never);
  watchers = new SwarmWatchers({ state } as ReplicatedState, { presence } as PresenceBoard);
});

/** A device that watches the film, and what it is told. */
function watch(user: UserId | undefined, id = watching) {
  const told: Omit<SwarmChanged, 'type'>[] = [];
  const watcher = { id, user: () => user, push: ({ type: _type, ...news }: SwarmChanged) => void told.push(news) };
  watchers.watch(film, watcher);
  return { watcher, told };
}

const online = { kind: 'online', device: sharing, counter: 1, user: ann, address, leaseMs: 15_000 } as const;

function happens(change: object): void {
  watchers.news(presence.apply({ ...online, reachable: null, ...change } as never, { now: 0, local: true }));
}

const shares = (complete: boolean, file = film) => ({ kind: 'shares', add: [{ file, complete }], remove: [] });
const peer = (complete: boolean, reachable: boolean | null) => ({ device: sharing, address, complete, reachable });

test('joins, what changes, and departures', () => {
  const { told } = watch(ben);
  happens({});
  happens(shares(false));
  happens(shares(true));
  happens({ reachable: false });
  happens({ kind: 'offline' });
  expect(told).toEqual([
    { file: film, joined: [peer(false, null)], left: [] },
    { file: film, joined: [peer(true, null)], left: [] },
    { file: film, joined: [peer(true, false)], left: [] },
    { file: film, joined: [], left: [sharing] },
  ]);
});

test('a file that was shared twice, by the id under which it is watched', () => {
  const { told } = watch(ben);
  happens({});
  happens(shares(true, alias));
  expect(told).toMatchObject([{ file: film, joined: [{ device: sharing }] }]);
});

test('nobody of itself, nor who is not a member (any more) or not logged in, nor who watches no longer', () => {
  const all = [watch(ann, sharing), watch(`${watching}.9` as UserId), watch(undefined)];
  const { watcher, told } = watch(ben);
  watchers.unwatch(film, watcher);
  happens({});
  happens(shares(true));
  expect([...all.map((one) => one.told), told]).toEqual([[], [], [], []]);
});

test('of a device that can’t be found anywhere nobody is told that it has come', () => {
  const { told } = watch(ben);
  happens({ address: null });
  happens(shares(true));
  expect(told).toEqual([]);
});
