/**
 * What a client and a tracker say to each other. A client sends requests, each with an `id` of its own choice; the
 * tracker answers each with `<type>.ok` or `error` under the same id, in any order, and may push news in between.
 * docs/PROTOCOL.md explains every message; a test holds it against these schemas.
 */
import * as z from 'zod';
import { errorCodes } from './errors.js';
import {
  bytesOf,
  deviceName,
  fileName,
  groupName,
  newFileName,
  newGroupName,
  newPassword,
  newUserName,
  peerAddress,
  toldName,
  triedPassword,
  userName,
} from './fields.js';
import {
  clusterId,
  contentRoot,
  count,
  deviceId,
  fileId,
  groupId,
  sessionId,
  sha256Hex,
  slotNumber,
  timeMs,
  userId,
} from './identifiers.js';
import {
  MAX_ANNOUNCED_FILES,
  MAX_ERROR_MESSAGE_UNITS,
  MAX_GRANT_BYTES,
  MAX_PEERS_PER_REPLY,
  MAX_REQUEST_NUMBER,
  MAX_REVIEWED_GRANTS,
  TOKEN_BYTES,
} from './limits.js';
import { fileBytes, pieceLength, stamp } from './operations.js';
import { pushes, successions, swarmPeer } from './pushed-messages.js';

const id = z.int().min(0).max(MAX_REQUEST_NUMBER);

/** A request that only reads, or that concerns this connection alone. */
const query = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.object({ type: z.literal(type), id, ...shape });

/** A request that changes what the trackers agree on: `counter` makes it the same request wherever it is sent again. */
const mutation = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.object({ type: z.literal(type), id, counter: count, ...shape });

const ok = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.object({ type: z.literal(`${type}.ok` as const), id, ...shape });

const inGroup = { group: groupName };
const userInGroup = { group: groupName, user: userName };
const fileInGroup = { group: groupName, file: fileName };
const token = bytesOf(TOKEN_BYTES);
/** Lists come in pages, sorted; `after` is the `next` of the page before, in most of them its last name. */
const page = { after: z.string().optional() };

/** The first request on every connection. */
export const helloRequest = query('hello', {
  protocol: z.int(),
  /** Rises with every connection of this device: the newest announcement of a device wins. */
  counter: count,
  /** Resumes this session, if it is still good. */
  token: token.optional(),
  /** Where other peers reach this client. Without it the connection leaves the device's presence as it is. */
  address: peerAddress.optional(),
});

export const mutationRequest = z.discriminatedUnion('type', [
  mutation('create_user', { user: newUserName, password: newPassword }),
  /** The client makes the token, so that asking again at another tracker loses nothing. */
  mutation('login', { user: userName, password: triedPassword, token, deviceName: deviceName.optional() }),
  mutation('logout', {}),
  mutation('revoke_device', { device: deviceId }),
  mutation('change_password', { oldPassword: triedPassword, newPassword }),
  mutation('create_group', { group: newGroupName }),
  mutation('join_group', inGroup),
  mutation('leave_group', inGroup),
  mutation('accept_request', userInGroup),
  mutation('reject_request', userInGroup),
  mutation('remove_member', userInGroup),
  mutation('add_owner', userInGroup),
  mutation('remove_owner', userInGroup),
  mutation('delete_group', inGroup),
  mutation('share_file', {
    group: groupName,
    file: newFileName,
    bytes: fileBytes,
    pieceLength,
    root: contentRoot,
  }),
  mutation('remove_file', fileInGroup),
]);

export const queryRequest = z.discriminatedUnion('type', [
  query('ping', {}),
  query('whoami', {}),
  query('list_devices', page),
  query('list_groups', page),
  query('list_requests', { ...inGroup, ...page }),
  query('list_members', { ...inGroup, ...page }),
  query('list_files', { ...inGroup, ...page }),
  query('list_conflicts', page),
  /** Whether this user may share into the group: asked before a large file is hashed for nothing. */
  query('check_member', inGroup),
  /** Metadata and peers of a file; from now on its joins and departures are pushed. */
  query('open_swarm', fileInGroup),
  query('close_swarm', { file: fileId }),
  /** Another grant for the bytes of a group, as long as this user is a member of it. */
  query('renew_grant', { group: groupId }),
  /** Which of these, shown by others to this device, rest on something that has ended: what was missed while away. */
  query('review_grants', {
    grants: z
      .array(z.object({ group: groupId, user: userId, session: sessionId, since: stamp }))
      .max(MAX_REVIEWED_GRANTS),
  }),
  /** What this connection's device has: a lease that lasts as long as the connection. */
  query('announce', {
    add: z.array(z.object({ file: fileId, complete: z.boolean() })).max(MAX_ANNOUNCED_FILES),
    remove: z.array(fileId).max(MAX_ANNOUNCED_FILES),
  }),
  /** Asks a device that shares in the group, and that can't be dialled, to dial this one. */
  query('ask_dial', { group: groupId, device: deviceId }),
  query('status', {}),
]);

/** Everything a client may send after its hello was answered. */
export const clientRequest = z.discriminatedUnion('type', [mutationRequest, queryRequest]);

export type HelloRequest = z.infer<typeof helloRequest>;
export type MutationRequest = z.infer<typeof mutationRequest>;
export type QueryRequest = z.infer<typeof queryRequest>;
export type ClientRequest = z.infer<typeof clientRequest>;
/** Requests as they are written: their names are not branded yet. */
export type MutationInput = z.input<typeof mutationRequest>;
export type QueryInput = z.input<typeof queryRequest>;
export type RequestType = HelloRequest['type'] | ClientRequest['type'];

/**
 * `replicated: true`: every configured tracker holds the operation. `false`: this one and every one that is linked
 * hold it; a tracker that is away gets it when it is back.
 */
const replicated = { replicated: z.boolean() };
const next = { next: z.string().nullable() };
const name = toldName;
/** What a serving peer is shown, see `@p2p/statements`. */
const grant = z.string().max(MAX_GRANT_BYTES);

/**
 * `asked`: the device hears of it. `not_sharing`: it shares nothing in the group now. `unreachable`: nor could a tracker
 * dial the device that asks. `later`: whether it can be dialled is not known yet, or one of the two was asked too often.
 */
const dialOutcome = z.enum(['asked', 'not_sharing', 'unreachable', 'later']);

const mutationReplies = [
  ok('create_user', { user: name, ...replicated }),
  /** `renamedFrom`: the name that was typed, where a merge has given the account another. */
  ok('login', { user: name, renamedFrom: name.optional(), ...replicated }),
  ok('logout', replicated),
  ok('revoke_device', { device: deviceId, ...replicated }),
  ok('change_password', replicated),
  ok('create_group', { group: name, ...replicated }),
  ok('join_group', { group: name, ...replicated }),
  ok('leave_group', { group: name, ...replicated }),
  ok('accept_request', { group: name, user: name, ...replicated }),
  ok('reject_request', { group: name, user: name, ...replicated }),
  ok('remove_member', { group: name, user: name, ...replicated }),
  ok('add_owner', { group: name, user: name, ...replicated }),
  ok('remove_owner', { group: name, user: name, ...replicated }),
  ok('delete_group', { group: name, ...replicated }),
  ok('share_file', { group: groupId, file: fileId, name, ...replicated }),
  ok('remove_file', { group: name, file: name, ...replicated }),
] as const;

const queryReplies = [
  ok('hello', {
    slot: slotNumber,
    cluster: clusterId,
    /** The tracker's wall clock: clients judge what expires by it. */
    clock: timeMs,
    /** The user whose session was resumed; null without one. */
    user: name.nullable(),
    successions,
  }),
  /** The tracker's clock goes on while this client's own may jump, or sleep. */
  ok('ping', { clock: timeMs }),
  ok('whoami', { user: name }),
  /** The asking user's devices: `lastSeen` is now for one that is online, `name` null where it gave none. */
  ok('list_devices', {
    devices: z.array(z.object({ device: deviceId, name: name.nullable(), lastSeen: timeMs, current: z.boolean() })),
    ...next,
  }),
  ok('list_groups', {
    groups: z.array(
      z.object({
        group: name,
        owners: z.array(name),
        members: count,
        member: z.boolean(),
        requested: z.boolean(),
      }),
    ),
    ...next,
  }),
  ok('list_requests', { requests: z.array(z.object({ user: name })), ...next }),
  ok('list_members', {
    members: z.array(z.object({ user: name, owner: z.boolean(), online: z.boolean() })),
    ...next,
  }),
  ok('list_files', {
    files: z.array(z.object({ file: name, id: fileId, bytes: fileBytes, root: contentRoot, sharers: count, by: name })),
    ...next,
  }),
  /** What merges had to rename: `at` is when the name was asked for, `group` that of a file. */
  ok('list_conflicts', {
    conflicts: z.array(
      z.object({
        kind: z.enum(['user', 'group', 'file']),
        from: name,
        to: name,
        at: timeMs,
        group: name.optional(),
      }),
    ),
    ...next,
  }),
  ok('check_member', { group: groupId }),
  ok('open_swarm', {
    group: groupId,
    file: fileId,
    bytes: fileBytes,
    pieceLength,
    root: contentRoot,
    peers: z.array(swarmPeer).max(MAX_PEERS_PER_REPLY),
    grant,
  }),
  ok('close_swarm', {}),
  ok('renew_grant', { grant }),
  /** Positions in the request. */
  ok('review_grants', { ended: z.array(count).max(MAX_REVIEWED_GRANTS) }),
  /** `refused`: files that are gone, or whose group this user is not in. */
  ok('announce', { refused: z.array(fileId) }),
  ok('ask_dial', { outcome: dialOutcome }),
  ok('status', {
    slot: slotNumber,
    linked: z.array(slotNumber),
    operations: count,
    digest: sha256Hex,
  }),
] as const;

export const errorReply = z.object({
  type: z.literal('error'),
  id,
  code: z.enum(errorCodes),
  message: z.string().max(MAX_ERROR_MESSAGE_UNITS),
});

/** Everything a tracker may send to a client. */
export const trackerMessage = z.discriminatedUnion('type', [
  ...mutationReplies,
  ...queryReplies,
  errorReply,
  ...pushes,
]);

export type TrackerMessage = z.infer<typeof trackerMessage>;
export type ErrorReply = z.infer<typeof errorReply>;

/** The answer that a request of type `T` gets where it succeeds. */
export type ReplyTo<T extends RequestType> = Extract<TrackerMessage, { type: `${T}.ok` }>;
/** The request of type `T`. */
export type RequestOf<T extends RequestType> = Extract<HelloRequest | ClientRequest, { type: T }>;
