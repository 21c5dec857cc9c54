/** A session that has been ended is over at every tracker, whatever happened to them, and to the wire between them. */
import { type ClientProgram, Cluster, passwordOf, registered, TrackerWires } from '@p2p/harness';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { untilAgreed } from './agreement.js';
import { KeptSession } from './kept-session.js';

const isLoggedOutNotice = (line: string): boolean => line.includes('no longer logged in on this device');

describe('a log-out whose tracker dies before it answers', () => {
  let cluster: Cluster;
  let ana: ClientProgram;
  let kept: KeptSession;

  beforeAll(async () => {
    cluster = await Cluster.start(2);
    ana = await registered(cluster, 'ana');
    kept = await KeptSession.of(cluster, 'ana');
  });
  afterAll(() => cluster?.stop());

  test('is carried out by the other one', async () => {
    // It takes the request, and never says a word about it.
    cluster.tracker(1).signal('SIGSTOP');
    const loggedOut = ana.succeed('logout');
    await ana.event(({ number, state }) => number === 2 && state === 'connected');
    await cluster.tracker(1).kill();
    expect(await loggedOut).toEqual({ replicated: false });
    expect(await ana.refused('whoami')).toBe('not_logged_in');
    await ana.kill();
    expect(await kept.refusedAt(2)).toBe('not_logged_in');
  });

  test('holds at the one that died, when it is back', async () => {
    await cluster.startTracker(1);
    await cluster.tracker(2).kill();
    expect(await kept.refusedAt(1)).toBe('not_logged_in');
  });
});

describe('while the wire between the trackers is cut', () => {
  let cluster: Cluster;
  let wires: TrackerWires;
  /** At tracker 1; the other two at tracker 2. */
  let laptop: ClientProgram;
  let phone: ClientProgram;
  let tablet: ClientProgram;

  const atTracker2 = (name: string): ClientProgram => cluster.client([`127.0.0.1:${cluster.port(2)}`], name);
  const logIn = (password = passwordOf('ana')): string => `login ana ${password}`;

  beforeAll(async () => {
    cluster = await Cluster.create(2);
    wires = await TrackerWires.lay(cluster);
    for (const number of [1, 2]) await cluster.startTracker(number, [], TrackerWires.infoOf(number));
    laptop = await registered(cluster, 'ana');
    await untilAgreed(laptop);
    phone = atTracker2('phone');
    await phone.succeed(logIn());
    tablet = atTracker2('tablet');
  });
  afterAll(async () => {
    await cluster?.stop();
    await wires?.close();
  });

  test('a password is changed at the one, and good for a log-in at the other', async () => {
    wires.cut();
    await laptop.until('trackers', ({ trackers }) => trackers[0].linked.length === 0);
    await phone.until('trackers', ({ trackers }) => trackers[1].linked.length === 0);
    expect(await laptop.succeed(`change_password ${passwordOf('ana')} another-one`)).toEqual({ replicated: false });
    expect(await tablet.succeed(logIn())).toMatchObject({ user: 'ana', tracker: 2, replicated: false });
    expect(await phone.succeed('whoami')).toMatchObject({ user: 'ana', tracker: 2 });
  });

  test('healed, both sessions of the old password are over, and the one that changed it is not', async () => {
    const [phoneKept, tabletKept] = [await KeptSession.of(cluster, 'phone'), await KeptSession.of(cluster, 'tablet')];
    wires.heal();
    for (const device of [phone, tablet]) {
      await device.errorLine(isLoggedOutNotice);
      expect(await device.refused('whoami')).toBe('not_logged_in');
      await device.kill();
    }
    await untilAgreed(laptop);
    for (const number of [1, 2]) {
      expect(await phoneKept.refusedAt(number)).toBe('not_logged_in');
      expect(await tabletKept.refusedAt(number)).toBe('not_logged_in');
    }
    expect(await laptop.succeed('whoami')).toMatchObject({ user: 'ana', tracker: 1 });
    expect((await laptop.succeed('list_devices')).devices).toHaveLength(1);
  });

  test('a device is revoked at the one, and goes on at the other until that hears of it', async () => {
    phone = atTracker2('phone');
    expect(await phone.succeed(logIn('another-one'))).toMatchObject({ tracker: 2, replicated: true });
    const { devices } = await laptop.succeed('list_devices');
    const { device } = devices.find(({ current }: { current: boolean }) => !current);
    wires.cut();
    await laptop.until('trackers', ({ trackers }) => trackers[0].linked.length === 0);
    expect(await laptop.succeed(`revoke_device ${device}`)).toEqual({ device, replicated: false });
    expect(await phone.succeed('whoami')).toMatchObject({ user: 'ana', tracker: 2 });
    wires.heal();
    await phone.errorLine(isLoggedOutNotice);
    expect(await phone.refused('whoami')).toBe('not_logged_in');
  });
});
