/** Answers to what only reads, or concerns this connection alone. */
import {
  type FileId,
  type GroupId,
  MAX_PEERS_PER_REPLY,
  type QueryRequest,
  type Refusal,
  type ReplyTo,
  type RequestOf,
  refusal,
  type UserId,
} from '@p2p/protocol';
import {
  accessOf,
  asMember,
  fileByName,
  hasEnded,
  isRefusal,
  listConflicts,
  listDevices,
  listFiles,
  listGroups,
  listMembers,
  listRequests,
  type Page,
  resolveFile,
  sharersOf,
  sharesIn,
} from '@p2p/state';
import type { ClientDevice } from './client-device.js';
import type { Services } from './services.js';
import { asSwarmPeer } from './swarm-watchers.js';

type QueryType = QueryRequest['type'];
type Fields<T extends QueryType> = Omit<ReplyTo<T>, 'type' | 'id'>;

/** Who asks, where, and as whom. */
interface Asking {
  readonly services: Services;
  readonly device: ClientDevice;
  readonly user: UserId;
}

type OpenQuery = 'ping' | 'status' | 'close_swarm';
type OpenAnswer<T extends OpenQuery> = (request: RequestOf<T>, asking: Omit<Asking, 'user'>) => Fields<T>;
type UserQuery = Exclude<QueryType, OpenQuery>;
type UserAnswer<T extends UserQuery> = (request: RequestOf<T>, asking: Asking) => MaybeLater<Fields<T> | Refusal>;
type MaybeLater<T> = T | Promise<T>;

/** Answered to every device. */
const openAnswers: { readonly [T in OpenQuery]: OpenAnswer<T> } = {
  ping: () => ({ clock: Date.now() }),
  status: (_request, { services: { slot, replicated } }) => ({
    slot,
    linked: replicated.linkedSlots,
    operations: replicated.operationCount,
    digest: replicated.digest(),
  }),
  close_swarm: ({ file }, { device }) => {
    device.unwatch(file);
    return {};
  },
};

/** Answered to whoever is logged in. */
const userAnswers: { readonly [T in UserQuery]: UserAnswer<T> } = {
  whoami: (_request, { services, user }) => ({ user: services.replicated.state.users.get(user)?.name ?? user }),
  list_devices: ({ after }, { services: { replicated, board }, device: { id: device }, user }) =>
    named('devices', listDevices(replicated.state, user, { device, now: Date.now(), after, presence: board.presence })),
  list_groups: ({ after }, { services, user }) => named('groups', listGroups(services.replicated.state, user, after)),
  list_requests: (request, { services, user }) =>
    named('requests', listRequests(services.replicated.state, user, request)),
  list_members: (request, { services: { replicated, board }, user }) =>
    named('members', listMembers(replicated.state, user, { ...request, presence: board.presence })),
  list_files: (request, { services: { replicated, board }, user }) =>
    named('files', listFiles(replicated.state, user, { ...request, presence: board.presence })),
  list_conflicts: ({ after }, { services, user }) =>
    named('conflicts', listConflicts(services.replicated.state, user, after)),
  check_member: ({ group: name }, { services, user }) => {
    const group = asMember(services.replicated.state, name, user);
    return isRefusal(group) ? group : { group: group.id };
  },
  open_swarm: openSwarm,
  renew_grant: async ({ group }, asking) => {
    const grant = await grantFor(group, asking);
    return typeof grant === 'string' ? { grant } : grant;
  },
  review_grants: ({ grants }, { services: { replicated }, user }) => {
    const now = Date.now();
    const isMember = (group: GroupId) => replicated.state.members.has(group, user);
    // Who is in a group is only its members' business: to others all has ended.
    const over = (grant: (typeof grants)[number]) => !isMember(grant.group) || hasEnded(replicated.state, grant, now);
    return { ended: grants.flatMap((grant, at) => (over(grant) ? [at] : [])) };
  },
  announce,
  ask_dial: askDial,
};

/** The reply's fields, or why there are none. */
export function answerQuery(
  request: QueryRequest,
  asking: Omit<Asking, 'user'> & { readonly user: UserId | undefined },
): MaybeLater<Fields<QueryType> | Refusal> {
  const { user, ...open } = asking;
  if (request.type in openAnswers) {
    const answer = openAnswers[request.type as OpenQuery] as OpenAnswer<OpenQuery>;
    return answer(request as RequestOf<OpenQuery>, open);
  }
  if (user === undefined) return refusal('not_logged_in');
  const answer = userAnswers[request.type as UserQuery] as UserAnswer<UserQuery>;
  return answer(request as RequestOf<UserQuery>, { ...open, user });
}

function named<K extends string, Row>(key: K, page: Page<Row> | Refusal) {
  if ('ok' in page) return page;
  return { [key]: page.rows, next: page.next } as { [P in K]: Row[] } & { next: string | null };
}

function announce(request: RequestOf<'announce'>, asking: Asking): Fields<'announce'> {
  const groups = new Set<GroupId>();
  const allowed = request.add.filter(({ file }) => {
    const group = groupServed(file, asking);
    if (group !== undefined) groups.add(group);
    return group !== undefined;
  });
  asking.device.announce({ add: allowed, remove: request.remove }, groups);
  const kept = new Set(allowed);
  return { refused: request.add.filter((share) => !kept.has(share)).map(({ file }) => file) };
}

/** The group of a file that this user may serve. */
function groupServed(id: FileId, { services: { replicated }, user }: Asking): GroupId | undefined {
  const file = resolveFile(replicated.state, id);
  if (file === undefined || file.removed) return undefined;
  return replicated.state.members.has(file.group, user) ? file.group : undefined;
}

/** What lets this device have the group's bytes, as long as the user is logged in and a member. */
async function grantFor(group: GroupId, { services, device }: Asking): Promise<string | Refusal> {
  const now = Date.now();
  const access = accessOf(services.replicated.state, device.actor, { group, now });
  if (access !== undefined) return device.grants.get(access, now);
  const exists = services.replicated.state.groups.get(group)?.ended === false;
  return refusal(exists ? 'not_a_member' : 'no_such_group');
}

/** Whoever may have the group's bytes may have a sharer dial; where to is not for the asker to say. */
function askDial(
  { group, device: sharer }: RequestOf<'ask_dial'>,
  { services, device, user }: Asking,
): Fields<'ask_dial'> | Refusal {
  const { state } = services.replicated;
  if (state.groups.get(group)?.ended !== false) return refusal('no_such_group');
  if (!state.members.has(group, user)) return refusal('not_a_member');
  if (!sharesIn(state, services.board.presence, { group, device: sharer })) return { outcome: 'not_sharing' };
  const { address, reachable } = device.place;
  if (address === undefined || reachable === false) return { outcome: 'unreachable' };
  const isAsked = reachable === true && services.dialRequests.ask(sharer, device.id, address);
  return { outcome: isAsked ? 'asked' : 'later' };
}

async function openSwarm(request: RequestOf<'open_swarm'>, asking: Asking): Promise<Fields<'open_swarm'> | Refusal> {
  const { services, device, user } = asking;
  const { state } = services.replicated;
  const group = asMember(state, request.group, user);
  if (isRefusal(group)) return group;
  const file = fileByName(state, group.id, request.file);
  if (file === undefined) return refusal('no_such_file', `"${group.name}" has no file "${request.file}"`);
  const grant = await grantFor(group.id, asking);
  if (typeof grant !== 'string') return grant;
  // From here on in one turn: no change of the peers falls between what is answered and what is pushed.
  device.watch(file.id);
  const others = sharersOf(state, file, services.board.presence).filter((peer) => peer.device !== device.id);
  const peers = sample(others, MAX_PEERS_PER_REPLY).flatMap((peer) => asSwarmPeer(peer) ?? []);
  const { bytes, pieceLength, root } = file;
  return { group: group.id, file: file.id, bytes, pieceLength, root, peers, grant };
}

/** At most `size` of the rows, chosen by chance: Fisher and Yates, as far as needed. */
function sample<T>(rows: T[], size: number): T[] {
  if (rows.length <= size) return rows;
  for (let at = 0; at < size; at++) {
    const other = at + Math.floor(Math.random() * (rows.length - at));
    [rows[at], rows[other]] = [rows[other] as T, rows[at] as T];
  }
  return rows.slice(0, size);
}
