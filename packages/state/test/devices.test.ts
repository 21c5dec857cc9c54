/** A user's devices: how they are listed, and how one is revoked. */
import { type DeviceId, type DeviceName, MAX_SESSIONS_PER_USER } from '@p2p/protocol';
import { describe, expect, test } from 'vitest';
import { listDevices, Presence, userOfSession } from '../src/index.js';
import { Device, deviceIdOf, type Member, sessionIdOf, World } from './world.js';

const HOUR_MS = 3_600_000;

const isIn = (world: World, device: Device) => userOfSession(world.state, device.actor, world.now) !== undefined;

/** One more log-in on a device that has one already. */
function again(world: World, member: Member, device: DeviceId, deviceName?: DeviceName): Device {
  const session = sessionIdOf(device, 1_000);
  world.loginElsewhere(member, { session, device, ...(deviceName && { deviceName }) });
  return Object.assign(new Device(''), { id: device, session });
}

describe('a device that is revoked', () => {
  test('loses all sessions of that user, and no other device loses any', () => {
    const world = new World();
    const laptop = world.user('alice');
    const phone = world.login(new Device('phone'), 'alice');
    const phoneAgain = again(world, laptop, phone.id);
    const bob = world.user('bob');
    expect([phone, phoneAgain].map((device) => isIn(world, device))).toEqual([true, true]);
    world.run(laptop, { type: 'revoke_device', device: phone.id });
    expect([phone, phoneAgain].map((device) => isIn(world, device))).toEqual([false, false]);
    expect([laptop, bob].map((device) => isIn(world, device))).toEqual([true, true]);
  });

  test("does not lose another user's", () => {
    const world = new World();
    const laptop = world.user('alice');
    const phone = world.login(new Device('phone'), 'alice');
    const shared = again(world, world.user('bob'), phone.id);
    world.run(laptop, { type: 'revoke_device', device: phone.id });
    expect(isIn(world, phone)).toBe(false);
    expect(isIn(world, shared)).toBe(true);
  });

  test('loses what a tracker had opened that was cut off, where that came before', () => {
    const world = new World();
    const laptop = world.user('alice');
    const phone = again(world, laptop, deviceIdOf('phone'));
    world.applyBody({ kind: 'revoke_device', user: laptop.user, device: phone.id }, { mode: 'keep' });
    expect(isIn(world, phone)).toBe(false);
  });

  test('may log in again', () => {
    const world = new World();
    const laptop = world.user('alice');
    const phone = world.login(new Device('phone'), 'alice');
    world.run(laptop, { type: 'revoke_device', device: phone.id });
    expect(isIn(world, world.login(phone, 'alice'))).toBe(true);
  });

  test('may be the one that asks', () => {
    const world = new World();
    const laptop = world.user('alice');
    world.run(laptop, { type: 'revoke_device', device: laptop.id });
    expect(isIn(world, laptop)).toBe(false);
  });
});

describe('the list of devices', () => {
  const asked = (world: World, device: Member, what: { presence?: Presence; after?: string } = {}) =>
    listDevices(world.state, device.user, { device: device.id, now: world.now, presence: new Presence(), ...what });

  function online(device: DeviceId, { user }: Member): Presence {
    const presence = new Presence();
    const address = { host: '127.0.0.1', port: 1 };
    presence.apply(
      { kind: 'online', device, counter: 1, user, address, reachable: null, leaseMs: 1_000 },
      { now: 0, local: true },
    );
    return presence;
  }

  test('has one row for each, by id, the asking one seen now', () => {
    const world = new World();
    const laptop = world.user('alice');
    const phone = world.login(new Device('phone'), 'alice');
    world.user('bob');
    const latest = world.now;
    again(world, laptop, phone.id);
    world.now += HOUR_MS / 2;
    const rows = [
      { device: laptop.id, name: null, lastSeen: world.now, current: true },
      { device: phone.id, name: null, lastSeen: latest, current: false },
    ];
    const sorted = rows.sort((a, b) => (a.device < b.device ? -1 : 1));
    expect(asked(world, laptop)).toEqual({ rows: sorted, next: null });
  });

  test('shows one that is online as seen now, unless it is online as somebody else', () => {
    const world = new World();
    const laptop = world.user('alice');
    const phone = world.login(new Device('phone'), 'alice');
    const bob = world.user('bob');
    const before = world.now;
    world.now += HOUR_MS;
    const seen = (presence: Presence) =>
      asked(world, laptop, { presence }).rows.find(({ device }) => device === phone.id)?.lastSeen;
    expect(seen(online(phone.id, laptop))).toBe(world.now);
    expect(seen(online(phone.id, bob))).toBeLessThanOrEqual(before);
  });

  test('knows the name that the last log-in gave', () => {
    const world = new World();
    const laptop = world.user('alice');
    const phone = world.login(new Device('phone'), 'alice', 'old name' as DeviceName);
    const nameOf = () => asked(world, laptop).rows.find(({ device }) => device === phone.id)?.name;
    expect(nameOf()).toBe('old name');
    again(world, laptop, phone.id, 'new name' as DeviceName);
    expect(nameOf()).toBe('new name');
  });

  test('leaves out what is not in force', () => {
    const world = new World();
    const laptop = world.user('alice');
    const phone = world.login(new Device('phone'), 'alice');
    const tablet = world.login(new Device('tablet'), 'alice');
    world.run(laptop, { type: 'revoke_device', device: phone.id });
    world.run(tablet, { type: 'logout' });
    expect(asked(world, laptop).rows.map(({ device }) => device)).toEqual([laptop.id]);
  });

  test('goes on behind the one that was the last, and fits a page however many there are', () => {
    const world = new World();
    const laptop = world.user('alice');
    for (let number = 1; number < MAX_SESSIONS_PER_USER; number++) {
      const device = deviceIdOf(`${number}`);
      world.loginElsewhere(laptop, {
        session: sessionIdOf(device, 1),
        device,
        deviceName: '🖥'.repeat(64) as DeviceName,
      });
    }
    const { rows, next } = asked(world, laptop);
    expect(rows).toHaveLength(MAX_SESSIONS_PER_USER);
    expect(next).toBeNull();
    expect(asked(world, laptop, { after: rows[99]?.device as string }).rows).toEqual(rows.slice(100));
  });
});
