/**
 * Operations of any kind on a few ids and names, so that they meet: entities that don't exist, that exist twice, that
 * have ended. Some of them no `decide` would ever make; all of them must be applied alike everywhere.
 */
import type { Operation, OperationBody } from '@p2p/protocol';
import fc from 'fast-check';
import { BEGINNING_MS, deviceIdOf, incarnationOf, rootOf, sessionIdOf } from './world.js';

const device = deviceIdOf('any');
const id = (from: number, to: number) => fc.integer({ min: from, max: to }).map((number) => `${device}.${number}`);
const user = id(1, 3);
const group = id(11, 13);
const file = id(21, 25);
const session = fc.integer({ min: 1, max: 3 }).map((number) => sessionIdOf(device, number));
const someDevice = fc.constantFrom(device, deviceIdOf('another'));
/** Of a wall clock, before and after some sessions have run out. */
const time = fc.integer({ min: BEGINNING_MS - 2, max: BEGINNING_MS + 2 });
const credential = fc.constantFrom('hash a', 'hash b');
const slot = fc.integer({ min: 1, max: 3 });
const incarnations = [1, 2, 3].map((each) => incarnationOf(each));
const vacancies = fc.array(id(101, 110), { maxLength: 2 });
const name = fc.constantFrom('alice', 'bob');
const inGroup = { group, user };

/** Ids are of the form that the door lets through, but not branded: it is the schemas that brand. */
const bodies = fc.oneof(
  fc.record({
    kind: fc.constantFrom('hello', 'retire'),
    slot,
    replaces: fc.subarray(incarnations),
    answers: vacancies,
  }),
  fc.record({ kind: fc.constant('vacate'), slot }),
  fc.record({ kind: fc.constant('create_user'), user, name, credential }),
  fc.record({ kind: fc.constant('set_credential'), user, credential, replaces: fc.oneof(user, id(101, 110)), session }),
  fc.record({ kind: fc.constant('reset_credential'), user, credential }),
  fc.record(
    {
      kind: fc.constant('open_session'),
      session,
      user,
      device: someDevice,
      credentialVersion: fc.oneof(user, id(101, 110)),
      expires: fc.constantFrom(BEGINNING_MS, BEGINNING_MS + 1_000_000),
      at: time,
      deviceName: fc.constant('laptop'),
      replaces: session,
    },
    { requiredKeys: ['kind', 'session', 'user', 'device', 'credentialVersion', 'expires', 'at'] },
  ),
  fc.record({ kind: fc.constant('close_session'), session }),
  fc.record({ kind: fc.constant('see_session'), session, at: time }),
  fc.record({ kind: fc.constant('revoke_device'), user, device: someDevice }),
  fc.record({ kind: fc.constant('create_group'), group, name: fc.constantFrom('films', 'books'), owner: user }),
  fc.record({ kind: fc.constant('delete_group'), group }),
  ...['request_membership', 'reject_membership', 'accept_membership', 'accept_membership', 'end_membership'].map(
    (kind) => fc.record({ kind: fc.constant(kind), ...inGroup }),
  ),
  ...['add_owner', 'remove_owner'].map((kind) => fc.record({ kind: fc.constant(kind), ...inGroup })),
  fc.record({
    kind: fc.constant('share_file'),
    file,
    group,
    name: fc.constantFrom('a.mkv', 'b'),
    by: user,
    bytes: fc.constant(7),
    pieceLength: fc.constant(262_144),
    root: fc.constantFrom(rootOf('x'), rootOf('y')),
  }),
  fc.record({ kind: fc.constant('remove_file'), file }),
) as fc.Arbitrary<OperationBody>;

/** What is made by a request has its id; the same request may come back, in the same or in another mode. */
function requestOf(body: OperationBody, number: number): string {
  if (body.kind === 'create_user') return body.user;
  if (body.kind === 'create_group') return body.group;
  if (body.kind === 'share_file') return body.file;
  return `${device}.${number}`;
}

const drafts = fc.record({
  body: bodies,
  mode: fc.constantFrom('reject' as const, 'keep' as const),
  request: fc.integer({ min: 101, max: 140 }),
  slot: fc.integer({ min: 1, max: 3 }),
  /** Milliseconds after the operation before; 0 falls into the same one. */
  after: fc.integer({ min: 0, max: 2 }),
});

/** Up to `maxLength` operations of three trackers in their order: stamps rise, seqs have no gaps. */
export function operationLists(maxLength: number): fc.Arbitrary<Operation[]> {
  return fc.array(drafts, { maxLength, size: 'max' }).map((list) => {
    const seqs = new Map<number, number>();
    let time = BEGINNING_MS;
    return list.map(({ body, mode, request, slot, after }, count) => {
      time += after;
      const seq = (seqs.get(slot) ?? 0) + 1;
      seqs.set(slot, seq);
      const requestId = requestOf(body, request) as Operation['requestId'];
      return { stamp: { time, count, incarnation: incarnationOf(slot) }, seq, requestId, mode, actor: null, body };
    });
  });
}
