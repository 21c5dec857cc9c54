/** A member of a group whose messages are the test's own: it knows all that a tracker tells a member, and may keep it. */
import { randomBytes } from 'node:crypto';
import { type ClientProgram, type Cluster, passwordOf } from '@p2p/harness';
import type { ReplyTo, TrackerMessage } from '@p2p/protocol';
import type { Identity } from '@p2p/transport';
import { codeOf, newDevice, RawClient } from './raw-client.js';

export interface RawMember {
  readonly identity: Identity;
  readonly tracker: RawClient;
  readonly token: Uint8Array;
  /** Of the file that was asked for: among it a grant. */
  readonly swarm: ReplyTo<'open_swarm'>;
}

export interface RawMemberOptions {
  readonly cluster: Cluster;
  /** Lets the member in. */
  readonly owner: ClientProgram;
  readonly user: string;
  readonly group: string;
  readonly file: string;
}

/** A new user on a new device, at tracker 1. */
export async function joinRaw({ cluster, owner, user, group, file }: RawMemberOptions): Promise<RawMember> {
  const identity = await newDevice(cluster.directory, user);
  const tracker = await RawClient.connect(identity, cluster.port(1));
  const token = randomBytes(32);
  const password = passwordOf(user);
  await succeed(tracker.change({ type: 'create_user', user, password }));
  await succeed(tracker.change({ type: 'login', user, password, token }));
  await succeed(tracker.change({ type: 'join_group', group }));
  await owner.succeed(`accept_request ${group} ${user}`);
  return { identity, tracker, token, swarm: await openSwarm(tracker, group, file) };
}

export async function openSwarm(tracker: RawClient, group: string, file: string): Promise<ReplyTo<'open_swarm'>> {
  const swarm = await succeed(tracker.ask({ type: 'open_swarm', group, file }));
  if (swarm.type !== 'open_swarm.ok') throw new Error(codeOf(swarm));
  return swarm;
}

async function succeed(reply: Promise<TrackerMessage>): Promise<TrackerMessage> {
  const answer = await reply;
  if (answer.type === 'error') throw new Error(`${answer.code}: ${answer.message}`);
  return answer;
}
