/** Leases: who is online with what, by the newest word of each device. */
import { type DeviceId, type FileId, LEASE_MS, type PresenceChange, type UserId } from '@p2p/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Presence } from '../src/index.js';
import { deviceIdOf } from './world.js';

const [laptop, phone] = [deviceIdOf('laptop'), deviceIdOf('phone')];
const file = (number: number) => `${deviceIdOf('files')}.${number}` as FileId;
const ann = `${deviceIdOf('ann')}.1` as UserId;
const ben = `${deviceIdOf('ben')}.1` as UserId;
const address = { host: '192.0.2.1', port: 4_000 };

function online(
  device: DeviceId,
  counter: number,
  user: UserId | null = null,
  reachable: boolean | null = null,
): PresenceChange {
  return { kind: 'online', device, counter, user, address, reachable, leaseMs: LEASE_MS };
}

function shares(device: DeviceId, counter: number, what: { add?: number[]; partial?: number[]; remove?: number[] }) {
  const whole = (what.add ?? []).map((number) => ({ file: file(number), complete: true }));
  const parts = (what.partial ?? []).map((number) => ({ file: file(number), complete: false }));
  const remove = (what.remove ?? []).map(file);
  return { kind: 'shares' as const, device, counter, add: [...whole, ...parts], remove };
}

const offline = (device: DeviceId, counter: number): PresenceChange => ({ kind: 'offline', device, counter });
const here = { now: 0, local: true };
const elsewhere = (now = 0) => ({ now, local: false });

/** A presence that has taken these changes from its own clients. */
function local(...changes: PresenceChange[]): Presence {
  const presence = new Presence();
  for (const change of changes) presence.apply(change, here);
  return presence;
}

const sharersOf = (presence: Presence, ...files: number[]) => presence.peersOf(files.map(file));

describe('a device', () => {
  test('is named with its user, its address and whether it has the whole file', () => {
    const presence = local(online(laptop, 1, ann), shares(laptop, 1, { add: [1], partial: [2] }));
    expect(sharersOf(presence, 1)).toEqual([{ device: laptop, user: ann, address, reachable: null, complete: true }]);
    expect(sharersOf(presence, 2)).toEqual([{ device: laptop, user: ann, address, reachable: null, complete: false }]);
    expect(sharersOf(presence, 3)).toEqual([]);
  });

  test('that has a file under two ids is named once, complete if it is under either', () => {
    const changes = [online(laptop, 1, ann), shares(laptop, 1, { partial: [1], add: [2] })];
    for (const order of [
      [1, 2],
      [2, 1],
    ]) {
      const sharers = sharersOf(local(...changes), ...order);
      expect(sharers).toMatchObject([{ device: laptop, user: ann, address, complete: true }]);
    }
  });

  test('says what it has by changes', () => {
    const presence = local(online(laptop, 1), shares(laptop, 1, { partial: [1, 2] }));
    presence.apply(shares(laptop, 1, { add: [1], remove: [2] }), here);
    expect(sharersOf(presence, 1)).toMatchObject([{ complete: true }]);
    expect(sharersOf(presence, 2)).toEqual([]);
  });

  test('that nobody knows shares nothing', () => {
    const presence = local();
    expect(presence.apply(shares(laptop, 1, { add: [1] }), here)).toEqual([]);
    expect(sharersOf(presence, 1)).toEqual([]);
  });
});

describe('the counter of a device', () => {
  test('that is higher replaces everything under a lower one', () => {
    const presence = local(online(laptop, 1, ann), shares(laptop, 1, { add: [1] }));
    expect(presence.apply(online(laptop, 2, ben), elsewhere())).toEqual([
      { file: file(1), device: laptop, joined: false },
    ]);
    expect(sharersOf(presence, 1)).toEqual([]);
    expect([presence.isOnline(ann), presence.isOnline(ben)]).toEqual([false, true]);
  });

  test('that is lower is ignored, also at the end of an older connection', () => {
    const presence = local(online(laptop, 2, ann), shares(laptop, 2, { add: [1] }));
    for (const change of [online(laptop, 1, ben), shares(laptop, 1, { remove: [1] }), offline(laptop, 1)]) {
      expect(presence.apply(change, elsewhere())).toEqual([]);
    }
    expect(sharersOf(presence, 1)).toHaveLength(1);
    expect([presence.isOnline(ann), presence.isOnline(ben)]).toEqual([true, false]);
  });

  test('that is the same renews: what it shares stays', () => {
    const presence = local(online(laptop, 1, ann), shares(laptop, 1, { add: [1] }));
    expect(presence.apply(online(laptop, 1, ann), here)).toEqual([]);
    expect(sharersOf(presence, 1)).toHaveLength(1);
    expect(presence.isOnline(ann)).toBe(true);
  });

  test('that is the same does not hand what one user shares to the next who logs in', () => {
    const presence = local(online(laptop, 1, ann), shares(laptop, 1, { add: [1] }));
    expect(presence.apply(online(laptop, 1, ben), here)).toEqual([{ file: file(1), device: laptop, joined: false }]);
    expect(sharersOf(presence, 1)).toEqual([]);
    expect([presence.isOnline(ann), presence.isOnline(ben)]).toEqual([false, true]);
  });

  test('that is higher in what it shares than in its lease waits for the lease', () => {
    const presence = local(online(laptop, 1));
    expect(presence.apply(shares(laptop, 2, { add: [1] }), here)).toEqual([]);
    expect(sharersOf(presence, 1)).toEqual([]);
  });
});

describe('a lease', () => {
  function leased() {
    const presence = new Presence();
    presence.apply(online(laptop, 1, ann), elsewhere(1_000));
    presence.apply(shares(laptop, 1, { add: [1, 2] }), elsewhere(1_000));
    return presence;
  }

  test('ends when nobody renews it', () => {
    const presence = leased();
    expect(presence.expire(1_000 + LEASE_MS - 1)).toEqual([]);
    expect(presence.expire(1_000 + LEASE_MS)).toEqual([
      { file: file(1), device: laptop, joined: false },
      { file: file(2), device: laptop, joined: false },
    ]);
    expect(sharersOf(presence, 1)).toEqual([]);
    expect(presence.isOnline(ann)).toBe(false);
  });

  test('goes on from its renewal', () => {
    const presence = leased();
    presence.apply(online(laptop, 1, ann), elsewhere(6_000));
    expect(presence.expire(1_000 + LEASE_MS)).toEqual([]);
    expect(presence.expire(6_000 + LEASE_MS)).toHaveLength(2);
  });

  test('has no end while the device is connected here, but for its last word', () => {
    const presence = local(online(laptop, 1, ann), shares(laptop, 1, { add: [1] }));
    expect(presence.expire(Number.MAX_SAFE_INTEGER)).toEqual([]);
    expect(presence.apply(offline(laptop, 1), here)).toEqual([{ file: file(1), device: laptop, joined: false }]);
    expect(presence.isOnline(ann)).toBe(false);
  });

  test('has an end again once the device has gone to another tracker', () => {
    const presence = local(online(laptop, 1, ann));
    presence.apply(online(laptop, 2, ann), elsewhere());
    expect([...presence.localChanges(10)]).toEqual([]);
    presence.expire(LEASE_MS);
    expect(presence.isOnline(ann)).toBe(false);
  });
});

describe('whether a device can be reached', () => {
  test('is told with it, and is news of all that it shares', () => {
    const presence = local(online(laptop, 1, ann), shares(laptop, 1, { add: [1], partial: [2] }));
    expect(sharersOf(presence, 1)).toMatchObject([{ reachable: null }]);
    expect(presence.apply(online(laptop, 1, ann, false), here)).toEqual([
      { file: file(1), device: laptop, joined: true },
      { file: file(2), device: laptop, joined: true },
    ]);
    expect(sharersOf(presence, 1)).toMatchObject([{ reachable: false, complete: true }]);
    expect(presence.apply(online(laptop, 1, ann, false), here), 'as before').toEqual([]);
    expect([...presence.localRenewals()]).toEqual([online(laptop, 1, ann, false)]);
    expect([...presence.localChanges(9)][0]).toEqual(online(laptop, 1, ann, false));
  });

  test('goes with a connection: what comes anew is not known', () => {
    const presence = local(online(laptop, 1, ann, true), online(laptop, 2, ann), shares(laptop, 2, { add: [1] }));
    expect(sharersOf(presence, 1)).toMatchObject([{ reachable: null }]);
  });
});

test('of a device it is known who is there, and with which files', () => {
  const presence = local(online(laptop, 1, ann), shares(laptop, 1, { add: [1, 2], remove: [] }));
  const { user, files = [] } = presence.on(laptop) ?? {};
  expect([user, [...files]]).toEqual([ann, [file(1), file(2)]]);
  expect(presence.on(phone)).toBeUndefined();
});

test('a user is online as long as one of his devices is', () => {
  const presence = local(online(laptop, 1, ann), online(phone, 1, ann));
  presence.apply(online(laptop, 1, ann), here);
  presence.apply(offline(laptop, 1), here);
  expect(presence.isOnline(ann)).toBe(true);
  presence.apply(online(phone, 1, null), here);
  expect(presence.isOnline(ann)).toBe(false);
});

test('news tell what has changed, and nothing else', () => {
  const presence = local(online(laptop, 1));
  const joined = (number: number) => ({ file: file(number), device: laptop, joined: true });
  expect(presence.apply(shares(laptop, 1, { partial: [1, 2] }), here)).toEqual([joined(1), joined(2)]);
  expect(presence.apply(shares(laptop, 1, { partial: [1] }), here), 'as before').toEqual([]);
  expect(presence.apply(shares(laptop, 1, { add: [1] }), here), 'complete now').toEqual([joined(1)]);
  expect(presence.apply(shares(laptop, 1, { remove: [2, 3] }), here)).toEqual([{ ...joined(2), joined: false }]);
});

describe('another tracker is told', () => {
  test('all about the devices connected here, a page of files at a time, and of no others', () => {
    const presence = local(online(laptop, 3, ann), shares(laptop, 3, { add: [1, 2, 3], partial: [4, 5] }));
    presence.apply(online(phone, 1), elsewhere());
    expect([...presence.localChanges(2)]).toEqual([
      online(laptop, 3, ann),
      shares(laptop, 3, { add: [1, 2] }),
      shares(laptop, 3, { add: [3], partial: [4] }),
      shares(laptop, 3, { partial: [5] }),
    ]);
    expect([...presence.localRenewals()]).toEqual([online(laptop, 3, ann)]);
  });

  test('enough to answer as this one does', () => {
    const device = fc.constantFrom(laptop, phone);
    const counter = fc.integer({ min: 1, max: 3 });
    const reachable = fc.constantFrom(true, false, null);
    const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 4 }));
    const change = fc.oneof(
      fc.tuple(device, counter, fc.constantFrom(ann, ben, null), reachable).map((what) => online(...what)),
      fc.tuple(device, counter, fc.record({ add: numbers, remove: numbers })).map((what) => shares(...what)),
      fc.tuple(device, counter, fc.record({ partial: numbers })).map((what) => shares(...what)),
      fc.tuple(device, counter).map((what) => offline(...what)),
    );
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), fc.integer({ min: 1, max: 3 }), (changes, pageSize) => {
        const presence = local(...changes);
        const other = new Presence();
        for (const told of presence.localChanges(pageSize)) other.apply(told, elsewhere());
        const byDevice = (a: { device: string }, b: { device: string }) => (a.device < b.device ? -1 : 1);
        for (const number of [1, 2, 3, 4]) {
          expect(sharersOf(other, number).sort(byDevice)).toEqual(sharersOf(presence, number).sort(byDevice));
        }
        for (const user of [ann, ben]) expect(other.isOnline(user)).toBe(presence.isOnline(user));
        other.expire(LEASE_MS);
        expect([1, 2, 3, 4].flatMap((number) => sharersOf(other, number))).toEqual([]);
        expect([other.isOnline(ann), other.isOnline(ben)]).toEqual([false, false]);
      }),
    );
  });
});
