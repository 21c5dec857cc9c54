/** Connections with the cluster's key: told apart by their first message, and what an operator's comes to. */
import {
  clusterId,
  decodeMessage,
  encodeMessage,
  type OperatorRequest,
  operatorReply,
  PROTOCOL_VERSION,
  refusal,
  type SyncMessage,
  syncMessage,
  userName,
} from '@p2p/protocol';
import type { OperatorCommand, ReplicaAnswer } from '@p2p/state';
import { type CloseReason, type Connection, memoryPair } from '@p2p/transport';
import { describe, expect, test } from 'vitest';
import { createLog } from '../src/log.js';
import { answerOperator, type OperatorServices } from '../src/operator/answer-operator.js';
import { letIn, type Rooms } from '../src/operator/door.js';

const retireTwo: OperatorRequest = { type: 'retire', protocol: PROTOCOL_VERSION, slot: 2 };
const rotate: OperatorRequest = { type: 'rotate_key', protocol: PROTOCOL_VERSION };
const ping: SyncMessage = { type: 'ping' };
const pong: SyncMessage = { type: 'pong' };

/** A pair of ends, the second one let in. */
function dial(rooms: Rooms): Connection {
  const remote = { key: 'c'.repeat(64), host: 'localhost', port: 1 };
  const [dialling, dialled] = memoryPair(remote, remote);
  letIn(dialled, rooms);
  return dialling;
}

interface Heard {
  readonly frames: Uint8Array[];
  readonly closed: Promise<CloseReason>;
}

function listen(connection: Connection): Heard {
  const frames: Uint8Array[] = [];
  const closed = new Promise<CloseReason>((resolve) => {
    connection.start({ frame: (frame) => frames.push(frame.slice()), closed: resolve });
  });
  return { frames, closed };
}

const noRoom = () => {
  throw new Error('the wrong room');
};

describe('another tracker', () => {
  test('is handed on with its first message, and everything after it', async () => {
    const heard: SyncMessage[] = [];
    let ended: (reason: CloseReason) => void = () => undefined;
    const end = new Promise<CloseReason>((resolve) => {
      ended = resolve;
    });
    const dialling = dial({
      operator: noRoom,
      tracker: (connection) => {
        connection.send(encodeMessage(ping));
        connection.start({
          frame: (frame) => {
            const decoded = decodeMessage(syncMessage, frame);
            if (decoded.ok) heard.push(decoded.message);
            if (heard.length === 2) connection.send(encodeMessage(pong));
          },
          closed: ended,
        });
      },
    });
    const { frames, closed } = listen(dialling);
    dialling.send(encodeMessage(pong));
    dialling.send(encodeMessage(ping));
    await expect.poll(() => frames.length).toBe(2);
    expect(heard).toEqual([pong, ping]);
    dialling.close();
    expect(await end).toEqual({ kind: 'ended' });
    expect(await closed).toEqual({ kind: 'ended' });
  });

  test('may be what cannot be understood: that is for its room to say', async () => {
    const dialling = dial({
      operator: noRoom,
      tracker: (connection) =>
        connection.start({ frame: () => connection.fail('malformed_message'), closed: () => undefined }),
    });
    const { closed } = listen(dialling);
    dialling.send(Uint8Array.of(0xc1));
    expect(await closed).toEqual({ kind: 'ended' });
  });
});

describe('an operator', () => {
  /** What comes back for a request, and what the log says. */
  async function ask(
    request: OperatorRequest,
    operate: (command: OperatorCommand) => Promise<ReplicaAnswer>,
    rotateKey: OperatorServices['rotateKey'] = noRoom,
  ) {
    const logged: string[] = [];
    const services = { operate, rotateKey, log: createLog('info', (line) => logged.push(line)) };
    const dialling = dial({
      tracker: noRoom,
      operator: (connection, asked) => void answerOperator(connection, asked, services),
    });
    const { frames, closed } = listen(dialling);
    dialling.send(encodeMessage(request));
    dialling.send(encodeMessage(request));
    expect(await closed).toEqual({ kind: 'ended' });
    const replies = frames.map((frame) => decodeMessage(operatorReply, frame));
    return { replies: replies.map((reply) => (reply.ok ? reply.message : reply)), logged };
  }

  test('gets one reply to the one request', async () => {
    const commands: OperatorCommand[] = [];
    const { replies, logged } = await ask(retireTwo, async (command) => {
      commands.push(command);
      return { ok: true, done: 'retire', replicated: false };
    });
    expect(replies).toEqual([{ type: 'done', replicated: false }]);
    expect(commands).toEqual([{ type: 'retire', slot: 2 }]);
    expect(logged).toEqual([expect.stringContaining('tracker 2 is retired')]);
  });

  test('may reset a password; the log says whose, and nothing of the hash', async () => {
    const commands: OperatorCommand[] = [];
    const reset = { type: 'reset_password', user: userName.parse('ann'), credential: 'hash of a password' } as const;
    const { replies, logged } = await ask({ ...reset, protocol: PROTOCOL_VERSION }, async (command) => {
      commands.push(command);
      return { ok: true, done: 'reset_credential', replicated: true };
    });
    expect(replies).toEqual([{ type: 'done', replicated: true }]);
    expect(commands).toEqual([reset]);
    expect(logged).toEqual([expect.stringContaining('the password of ann was reset')]);
    expect(logged.join()).not.toContain('hash');
  });

  test('is told why not', async () => {
    const { replies, logged } = await ask(retireTwo, async () => refusal('bad_request', 'tracker 2 is linked'));
    expect(replies).toEqual([{ type: 'refused', detail: 'tracker 2 is linked' }]);
    expect(logged).toEqual([]);
  });

  test('gets the new key’s fingerprint, and who is away', async () => {
    const rotation = { fingerprint: clusterId.parse('e'.repeat(64)), away: [2] };
    const { replies } = await ask(rotate, noRoom, async () => ({ ok: true, rotation }));
    expect(replies).toEqual([{ type: 'rotated', fingerprint: 'e'.repeat(64), away: [2] }]);
    const unchanged = await ask(rotate, noRoom, async () => ({ ok: false, message: 'the disk is full' }));
    expect(unchanged.replies).toEqual([{ type: 'refused', detail: 'the disk is full' }]);
    expect((await ask({ ...rotate, protocol: 0 }, noRoom)).replies).toMatchObject([{ type: 'refused' }]);
  });

  test('of another version changes nothing', async () => {
    const { replies } = await ask({ ...retireTwo, protocol: PROTOCOL_VERSION + 1 }, noRoom);
    expect(replies).toEqual([{ type: 'refused', detail: expect.stringContaining('version') }]);
  });

  test('hears of a bug, and so does the log', async () => {
    const { replies, logged } = await ask(retireTwo, () => Promise.reject(new Error('a bug')));
    expect(replies).toEqual([{ type: 'refused', detail: expect.stringContaining('internal') }]);
    expect(logged.join()).toContain('a bug');
  });
});
