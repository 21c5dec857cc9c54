/** What both ends of a conversation between peers have in common as targets: their frames, their clock, their end. */
import {
  type Dice,
  decodeScript,
  hold,
  knownFields,
  mutateConversation,
  mutateValue,
  type Pools,
  type Step,
  type Target,
  VirtualTime,
  valuesOf,
} from '@p2p/fuzzing';
import { pack, peerHello, unpack } from '@p2p/protocol';
import type { Connection } from '@p2p/transport';

/** Nobody is waited for any longer after the end. */
const FAREWELL_MS = 60_000;

export const packed = (value: unknown): Uint8Array => new Uint8Array(pack(value));

/** Messages of one side, now and then a hello in between or one with something wrong in it. */
export function framesOf(message: Parameters<typeof valuesOf>[0], pools: Pools): (dice: Dice) => Uint8Array {
  const known = knownFields([peerHello, message], { protocol: [1], channel: [0, 0, 1], ...pools });
  const messages = valuesOf(message, known);
  const hellos = valuesOf(peerHello, known);
  return (dice) => {
    const value = dice.chance(0.95) ? messages(dice) : hellos(dice);
    return packed(dice.chance(0.1) ? mutateValue(dice, value, messages(dice)) : value);
  };
}

/** What is left when a conversation is over. */
export interface Ended {
  /** Ends of connections that must not be held by anybody. */
  readonly served: readonly WeakRef<Connection>[];
  /** Whether somebody has come further than a hello. */
  readonly wasHeard: boolean;
}

export interface MachineOptions {
  readonly name: string;
  readonly executions: number;
  readonly maxSteps: number;
  readonly maxFrameBytes: number;
  readonly maxBytes: number;
  readonly generate: (dice: Dice) => Uint8Array;
  /** Plays a script; everything is to be closed when it resolves. */
  readonly converse: (time: VirtualTime, steps: readonly Step[]) => Promise<Ended>;
}

export function machineOf(options: MachineOptions): Target {
  const { name, executions, maxSteps, maxFrameBytes, maxBytes, generate, converse } = options;
  const bounds = { maxSteps, maxBytes: maxFrameBytes, codec: { pack, unpack } };
  let last: Ended | undefined;
  return {
    name,
    kind: 'machine',
    executions,
    maxBytes,
    generate,
    mutate: (dice, parents) => mutateConversation(dice, parents, bounds),
    run: async (input) => {
      const time = new VirtualTime();
      time.install();
      try {
        last = await converse(time, decodeScript(input, maxSteps));
        await time.advance(FAREWELL_MS);
        hold(time.pendingTimers === 0, () => `no timer is left behind: ${time.pendingTimers}`);
        return last.wasHeard;
      } finally {
        time.uninstall();
      }
    },
    checkReleased: () => {
      hold(last?.served.every((served) => served.deref() === undefined) !== false, 'who has gone is forgotten');
    },
  };
}
