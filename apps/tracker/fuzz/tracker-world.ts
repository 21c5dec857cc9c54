/**
 * A tracker as it really is put together, in a world without sockets, disks and time: ann and ben share a group, mal has an
 * account and wishes nobody well. Each conversation gets such a world of its own, and all of them begin alike.
 */
import { createHash } from 'node:crypto';
import { doors, hold, VirtualTime } from '@p2p/fuzzing';
import { type ClusterId, type EncodedOperation, incarnationId, PROTOCOL_VERSION, pack } from '@p2p/protocol';
import type { SecureServerOptions } from '@p2p/transport';
import type { Configuration } from '../src/configuration.js';
import { createLog } from '../src/log.js';
import { Tracker } from '../src/tracker.js';
import type { KeptInMemory } from './instead/open-directory.js';
import { Lane } from './lane.js';

export const cluster = 'c'.repeat(64) as ClusterId;
const own = { number: 1, host: 'tracker', port: 9_909 };
const door = `${own.host}:${own.port}`;
const directory = 'the directory';

/** What a device has: its id, and the token of whoever is logged in there. */
export interface Device {
  readonly key: string;
  readonly token: Uint8Array;
}

const deviceOf = (digit: string): Device => ({
  key: digit.repeat(64),
  token: new Uint8Array(createHash('sha256').update(`token of ${digit}`).digest()),
});
export const ann = deviceOf('a');
export const ben = deviceOf('b');
export const mal = deviceOf('d');
export const stranger = deviceOf('e');

/** Ids of what was made before every conversation: of group and file, by ann's counters. */
export const films = `${ann.key}.3`;
export const film = `${ann.key}.5`;
export const root = '7'.repeat(64);

/** How long a tracker may take for what it is asked, virtually. */
const PATIENCE_MS = 1_000;
/** After so long without a word every connection is closed, every lease over, and every deadline past. */
const FAREWELL_MS = 40_000;

export class TrackerWorld {
  readonly time: VirtualTime;
  readonly #complaints: string[] = [];
  #tracker: Tracker | undefined;
  #lastId = 1;

  private constructor(time: VirtualTime) {
    this.time = time;
  }

  /** `neighbours`: how many other trackers the cluster has. `operations`: what this one has kept. */
  static async start(
    time: VirtualTime,
    neighbours: number,
    operations: readonly EncodedOperation[],
  ): Promise<TrackerWorld> {
    const world = new TrackerWorld(time);
    const kept: KeptInMemory = {
      incarnation: incarnationId.parse('1.00000000000000aa'),
      operations: [...operations],
    };
    doors.set(directory, kept);
    const others = Array.from({ length: neighbours }, (_, index) => ({ ...own, number: 2 + index, port: 1 + index }));
    const configuration = { own, trackers: [own, ...others], keys: keys(), directory };
    const log = createLog('warn', (line) => world.#complaints.push(line));
    // The rest of a configuration is the matter of main.ts.
    const starting = Tracker.start(configuration as unknown as Configuration, log, (line) =>
      world.#complaints.push(line),
    );
    await time.settle();
    const started = await starting;
    hold(started.ok, 'a tracker starts');
    world.#tracker = started.tracker;
    return world;
  }

  /** Errors, which are bugs; that somebody is refused is none. */
  get bugs(): readonly string[] {
    return this.#complaints.filter((line) => line.startsWith('error'));
  }

  connect(key: string): Lane {
    return new Lane(doors.get(door) as SecureServerOptions, key);
  }

  /** What a request of a logged-in device comes to; undefined where the connection has ended meanwhile. */
  async ask(lane: Lane, request: object): Promise<Readonly<Record<string, unknown>> | undefined> {
    const id = 4_000_000_000 + this.#lastId++;
    lane.send(pack({ id, ...request }));
    await this.time.settle();
    for (let waited = 0; waited < PATIENCE_MS && lane.isOpen && lane.answerTo(id) === undefined; waited += 100) {
      await this.time.advance(100);
    }
    return lane.answerTo(id);
  }

  /** Somebody with nothing in mind: is answered, whatever others do. */
  async honest(lane: Lane): Promise<void> {
    const whoami = await this.ask(lane, { type: 'whoami' });
    hold(whoami?.user === 'ann', () => `an honest client is answered: ${JSON.stringify(whoami)}`);
    const listed = await this.ask(lane, { type: 'list_files', group: 'films' });
    hold(listed?.type === 'list_files.ok', () => `an honest client is answered: ${JSON.stringify(listed)}`);
  }

  greet(device: Device, counter: number): object {
    const address = { host: '127.0.0.1', port: 4_001 };
    return { type: 'hello', protocol: PROTOCOL_VERSION, counter, token: device.token, address };
  }

  /** Everybody has gone: nothing goes on by itself. */
  async stop(): Promise<void> {
    const stopping = this.#tracker?.stop();
    await this.time.advance(FAREWELL_MS);
    await stopping;
    hold(this.time.pendingTimers === 0, () => `no timer is left behind: ${this.time.pendingTimers}`);
    hold(this.bugs.length === 0, () => `no bug is met: ${this.bugs[0] ?? ''}`);
  }
}

/** One key, which never changes: rotating it is real work on a real file. */
function keys() {
  const identity = { id: cluster, privateKeyPem: '', certificatePem: '', publicKeySpki: new Uint8Array(0) };
  return {
    cluster,
    path: '/nowhere/cluster.key',
    current: identity,
    inForce: [identity],
    signer: identity,
    successions: [],
    file: '',
    identityWith: (key: string) => (key === cluster ? identity : undefined),
    isOurs: (key: string) => key === cluster,
    knows: (key: string) => key === cluster,
    onChange: () => undefined,
    rotate: async () => ({ ok: false, message: 'not here' }),
    takeOver: async () => ({ ok: true, changed: false, diverged: false }),
  };
}

/** What a tracker has kept once ann and ben share their group. Made by asking one, once. */
async function operationsOfOldTimes(): Promise<readonly EncodedOperation[]> {
  const time = new VirtualTime();
  time.install();
  try {
    const world = await TrackerWorld.start(time, 0, []);
    const make = async ({ key, token }: Device, user: string, ...requests: object[]) => {
      const lane = world.connect(key);
      await world.ask(lane, { type: 'hello', protocol: PROTOCOL_VERSION, counter: 0 });
      const all = [
        { type: 'create_user', user, password: `password of ${user}` },
        { type: 'login', user, password: `password of ${user}`, token },
        ...requests,
      ];
      for (const [index, request] of all.entries()) {
        const answer = await world.ask(lane, { counter: index + 1, ...request });
        hold(answer?.type === `${(request as { type: string }).type}.ok`, () => JSON.stringify(answer));
      }
      return lane;
    };
    const annsLane = await make(ann, 'ann', { type: 'create_group', group: 'films' });
    await make(ben, 'ben', { type: 'join_group', group: 'films' });
    await make(mal, 'mal', { type: 'create_group', group: 'music' });
    const share = { file: 'a.mkv', bytes: 300_000, pieceLength: 262_144, root };
    await world.ask(annsLane, { type: 'accept_request', group: 'films', user: 'ben', counter: 4 });
    const shared = await world.ask(annsLane, { type: 'share_file', group: 'films', counter: 5, ...share });
    hold(shared?.file === film, () => JSON.stringify(shared));
    await world.stop();
    return (doors.get(directory) as KeptInMemory).operations;
  } finally {
    time.uninstall();
  }
}

export const oldTimes = await operationsOfOldTimes();
