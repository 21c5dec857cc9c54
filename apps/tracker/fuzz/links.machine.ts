/**
 * Whoever has the cluster's key and says anything at all as another tracker, or as an operator: the tracker takes it or
 * lets go of the link, goes on answering its clients, and keeps nothing of a link that has ended.
 */
import {
  type Dice,
  decodeScript,
  encodeScript,
  hold,
  knownFields,
  mutateConversation,
  mutateValue,
  type Step,
  type Target,
  VirtualTime,
  valuesOf,
} from '@p2p/fuzzing';
import {
  encodeOperation,
  MAX_SYNC_FRAME_BYTES,
  type Operation,
  operation,
  operatorRequest,
  pack,
  syncMessage,
  unpack,
} from '@p2p/protocol';
import type { Lane } from './lane.js';
import { ann, ben, cluster, film, films, mal, oldTimes, root, TrackerWorld } from './tracker-world.js';

const bounds = { maxSteps: 60, maxBytes: MAX_SYNC_FRAME_BYTES, codec: { pack, unpack } };
const LANES = 2;
/** When every world begins. */
const { nowMs } = new VirtualTime();

const own = '1.00000000000000aa';
const other = '2.00000000000000bb';
const users = [ann, ben, mal].map(({ key }) => `${key}.1`);

const pools = {
  cluster: [cluster],
  protocol: [1],
  slot: [1, 2],
  incarnation: [own, other],
  have: [{}, { [own]: 1 }, { [own]: oldTimes.length }, { [own]: 500 }, { [other]: 3 }],
  vector: [{}, { [own]: oldTimes.length }, { [other]: 3 }],
  flushed: [own, other],
  wallClock: [nowMs],
  time: [nowMs, nowMs - 1_000, nowMs + 1_000],
  seq: [1, 2, 3, 4, oldTimes.length + 1],
  requestId: [...users, film, films, `${mal.key}.77`],
  user: users,
  owner: users,
  actor: users,
  by: users,
  group: [films, `${mal.key}.3`],
  file: [film],
  device: [ann.key, ben.key, mal.key],
  sharer: [ann.key, ben.key],
  name: ['ann', 'ben', 'films', 'a.mkv'],
  root: [root],
};

const messages = valuesOf(syncMessage, knownFields([syncMessage], pools));
const operations = valuesOf(operation, knownFields([operation], pools));
const asked = valuesOf(operatorRequest, knownFields([operatorRequest], pools));
const packed = (value: unknown) => new Uint8Array(pack(value));

/** As another tracker of the cluster introduces itself; mostly one that has nothing, or what this one has. */
function init(dice: Dice): object {
  const last = oldTimes.at(-1)?.operation.stamp ?? { time: 0, count: 0 };
  return {
    type: 'init',
    protocol: 1,
    cluster,
    slot: 2,
    incarnation: other,
    have: dice.pick<object>([{}, { [own]: oldTimes.length }, { [own]: oldTimes.length + 9 }, { [other]: 3 }]),
    last: dice.pick<object>([{}, { [own]: { time: last.time, count: last.count } }]),
    joined: dice.chance(0.5),
    wallClock: nowMs,
  };
}

/** Operations of the other tracker in a row, its greeting first, as it would send them. */
function operationsInARow(dice: Dice): Uint8Array[] {
  return Array.from({ length: 1 + dice.below(6) }, (_, index) => {
    const made = operations(dice) as Operation;
    const stamp = { time: nowMs + index, count: 0, incarnation: other };
    const greeting = { kind: 'hello', slot: 2 };
    const body = index === 0 && dice.chance(0.9) ? greeting : made.body;
    return encodeOperation({ ...made, stamp, seq: index + 1, body } as Operation).bytes;
  });
}

function message(dice: Dice): unknown {
  switch (dice.below(8)) {
    case 0:
      return { type: 'sync', operations: operationsInARow(dice) };
    case 1:
      return { type: 'sync', operations: oldTimes.slice(0, dice.below(oldTimes.length + 1)).map(({ bytes }) => bytes) };
    case 2: {
      const digest = new Uint8Array(32);
      const everything = { [own]: oldTimes.length + dice.below(3), [other]: dice.below(6) };
      return { type: 'vec', flushed: { [other]: everything }, final: { count: 0, digest } };
    }
    case 3:
      return { type: 'snapshot', rows: packed(dice.chance(0.5) ? [] : rows(dice)) };
    case 4:
      return dice.chance(0.1) ? asked(dice) : messages(dice);
    default:
      return messages(dice);
  }
}

/** Rows as in a snapshot, of whatever is in them. */
function rows(dice: Dice): unknown {
  const [user = ''] = users;
  const real = [
    ['users', null, user, { id: user, name: 'ann', credential: 'x', credentialVersion: user }],
    ['members', films, user, { owner: true, since: { time: nowMs, count: 0, incarnation: other } }],
    ['slots', null, 2, { incarnations: [other], vacancies: [], retired: false, since: {} }],
    ['outcomes', null, user, { kind: 'create_user', outcome: { ok: true } }],
    ['conflicts', null, user, { kind: 'user', from: 'a', to: 'b', at: { time: 0, count: 0, incarnation: other } }],
  ];
  const some = real.filter(() => dice.chance(0.6));
  return dice.chance(0.5) ? some : mutateValue(dice, some, real);
}

function generate(dice: Dice): Uint8Array {
  const lanes = 1 + dice.below(LANES);
  const greetings = Array.from({ length: lanes }, (_, lane): Step => {
    return { kind: 0, lane, payload: packed(dice.chance(0.9) ? init(dice) : dice.pick([asked, messages])(dice)) };
  });
  const steps = Array.from({ length: dice.below(12) }, (): Step => {
    const kind = dice.chance(0.85) ? 0 : 1 + dice.below(2);
    return { kind, lane: dice.below(lanes), payload: kind === 0 ? packed(message(dice)) : dice.bytes(1) };
  });
  return encodeScript([...greetings, ...steps]);
}

let last: { readonly world: TrackerWorld; readonly served: readonly WeakRef<object>[] } | undefined;

async function converse(world: TrackerWorld, steps: readonly Step[]): Promise<boolean> {
  const client = world.connect(ann.key);
  await world.ask(client, world.greet(ann, 1_000));
  const lanes = new Map<number, Lane>();
  const all: Lane[] = [];
  for (const { kind, lane: number, payload } of steps) {
    const open = lanes.get(number % LANES);
    const lane = open?.isOpen === true ? open : world.connect(cluster);
    if (lane !== open) all.push(lane);
    lanes.set(number % LANES, lane);
    if (kind === 1) lane.close();
    else if (kind === 2) await world.time.advance(4 ** ((payload[0] ?? 0) % 6));
    else lane.send(payload);
  }
  await world.time.settle();
  const isTalking = all.some(({ isOpen }) => isOpen);
  // Who has the key may end ann's session, or her account; that she gets an answer is what nobody may prevent.
  for (const type of ['ping', 'whoami', 'status']) {
    const answer = await world.ask(client, { type });
    hold(answer !== undefined, `a client is answered: ${type}`);
  }
  for (const lane of all) lane.close();
  await world.time.settle();
  last = { world, served: all.map(({ served }) => served) };
  await world.stop();
  return isTalking;
}

const links: Target = {
  name: 'tracker-links',
  kind: 'machine',
  executions: 250_000,
  maxBytes: MAX_SYNC_FRAME_BYTES,
  generate,
  mutate: (dice, parents) => mutateConversation(dice, parents, bounds),
  run: async (input) => {
    const time = new VirtualTime();
    time.install();
    try {
      const world = await TrackerWorld.start(time, 1, oldTimes);
      return await converse(world, decodeScript(input, bounds.maxSteps));
    } finally {
      time.uninstall();
    }
  },
  checkReleased: () => {
    hold(last?.served.every((served) => served.deref() === undefined) !== false, 'a link that has ended is forgotten');
  },
};

export const targets: readonly Target[] = [links];
