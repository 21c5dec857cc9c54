/**
 * Clients that say anything at all, in any order, on several connections at once: everybody else is answered, nobody's
 * request brings a bug about, and nothing of theirs is left when they have gone.
 */
import {
  type Dice,
  decodeScript,
  encodeScript,
  hold,
  mutateConversation,
  mutateValue,
  type Step,
  type Target,
  VirtualTime,
} from '@p2p/fuzzing';
import { MAX_CLIENT_BACKLOG_BYTES, MAX_REPLY_FRAME_BYTES, MAX_REQUEST_FRAME_BYTES, pack, unpack } from '@p2p/protocol';
import type { Lane } from './lane.js';
import { someHello, someRequest } from './requests.js';
import { ann, ben, type Device, mal, oldTimes, stranger, TrackerWorld } from './tracker-world.js';

const bounds = { maxSteps: 700, maxBytes: MAX_REQUEST_FRAME_BYTES, codec: { pack, unpack } };
const MAX_INPUT_BYTES = 1024 * 1024;

/** Who is at the other end of each connection: mal twice, a member of ann's group, and nobody that is known. */
const devices: readonly Device[] = [mal, mal, ben, stranger];

/** What a step does; whatever else it says is a frame. */
const closes = 1;
const waits = 2;
const stopsReading = 3;
const readsAgain = 4;

const packed = (value: unknown) => new Uint8Array(pack(value));

function frame(dice: Dice): Uint8Array {
  const value = dice.chance(0.95) ? someRequest(dice) : someHello(dice);
  return packed(dice.chance(0.1) ? mutateValue(dice, value, someRequest(dice)) : value);
}

function generate(dice: Dice): Uint8Array {
  const lanes = 1 + dice.below(devices.length);
  const hellos = Array.from({ length: lanes }, (_, lane): Step => {
    const { token } = devices[lane] as Device;
    const hello = { type: 'hello', id: 0, protocol: 1, counter: 100 + dice.below(4), ...(lane < 3 ? { token } : {}) };
    const address = dice.chance(0.7) ? { address: { host: '10.0.0.1', port: 4_001 } } : {};
    return { kind: 0, lane, payload: dice.chance(0.9) ? packed({ ...hello, ...address }) : frame(dice) };
  });
  const steps = Array.from({ length: dice.below(14) }, (): Step => {
    const kind = dice.chance(0.85) ? 0 : 1 + dice.below(4);
    return { kind, lane: dice.below(lanes), payload: kind === 0 ? frame(dice) : dice.bytes(1) };
  });
  return encodeScript([...hellos, ...steps]);
}

class Conversation {
  readonly #world: TrackerWorld;
  readonly #honest: Lane;
  readonly #lanes = new Map<number, Lane>();
  readonly all: Lane[] = [];

  constructor(world: TrackerWorld, honest: Lane) {
    this.#world = world;
    this.#honest = honest;
  }

  async take({ kind, lane: number, payload }: Step): Promise<void> {
    const lane = this.#laneOf(number % devices.length);
    switch (kind) {
      case closes:
        return lane.close();
      case stopsReading:
        return lane.pause();
      case readsAgain:
        return lane.resume();
      case waits:
        await this.#world.time.advance(4 ** ((payload[0] ?? 0) % 7));
        // Who says nothing for long is let go.
        return this.#honest.send(packed({ type: 'ping', id: 1 }));
      default:
        lane.send(payload);
    }
  }

  /** One that is still open answers; whoever is greeted and not answered any more is held up by something. */
  async holdAnswered(): Promise<void> {
    for (const lane of this.#lanes.values()) {
      lane.resume();
      const answer = await this.#world.ask(lane, { type: 'ping' });
      hold(answer !== undefined || !lane.isOpen, 'who is connected is answered');
    }
  }

  closeAll(): void {
    for (const lane of this.all) lane.close();
  }

  #laneOf(number: number): Lane {
    const known = this.#lanes.get(number);
    if (known?.isOpen === true) return known;
    const lane = this.#world.connect(devices[number]?.key ?? '');
    this.#lanes.set(number, lane);
    this.all.push(lane);
    return lane;
  }
}

/** The connections of the last conversation, with its world, which is still there. */
let last: { readonly world: TrackerWorld; readonly served: readonly WeakRef<object>[] } | undefined;

async function converse(world: TrackerWorld, steps: readonly Step[]): Promise<boolean> {
  const honest = world.connect(ann.key);
  const greeted = await world.ask(honest, world.greet(ann, 1_000));
  hold(greeted?.user === 'ann', () => `an honest client is greeted: ${JSON.stringify(greeted)}`);
  const conversation = new Conversation(world, honest);
  for (const step of steps) await conversation.take(step);
  await world.time.settle();
  for (const lane of conversation.all) {
    const buffered = lane.served.deref()?.bufferedBytes ?? 0;
    hold(buffered <= MAX_CLIENT_BACKLOG_BYTES + MAX_REPLY_FRAME_BYTES, 'what nobody takes is not kept for ever');
  }
  await world.honest(honest);
  await conversation.holdAnswered();
  const isTalking = conversation.all.some(({ isOpen }) => isOpen);
  conversation.closeAll();
  await world.time.settle();
  await world.honest(honest);
  last = { world, served: conversation.all.map(({ served }) => served) };
  await world.stop();
  return isTalking;
}

const clients: Target = {
  name: 'tracker-clients',
  kind: 'machine',
  executions: 400_000,
  maxBytes: MAX_INPUT_BYTES,
  generate,
  mutate: (dice, parents) => mutateConversation(dice, parents, bounds),
  run: async (input) => {
    const time = new VirtualTime();
    time.install();
    try {
      const world = await TrackerWorld.start(time, 0, oldTimes);
      return await converse(world, decodeScript(input, bounds.maxSteps));
    } finally {
      time.uninstall();
    }
  },
  checkReleased: () => {
    hold(last?.served.every((served) => served.deref() === undefined) !== false, 'who has gone is forgotten');
  },
};

export const targets: readonly Target[] = [clients];
