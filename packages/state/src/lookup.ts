/** Finding what a name or an id means in the state as it is. */
import { compareStamps, type DeviceId, type FileId, type GroupId, type UserId } from '@p2p/protocol';
import type { Actor } from './decide/commands.js';
import type { Group, Session, SharedFile, State, User } from './state.js';

export function userByName(state: State, name: string): User | undefined {
  const id = state.userNames.get(name);
  return id === undefined ? undefined : state.users.get(id);
}

export function groupByName(state: State, name: string): Group | undefined {
  const id = state.groupNames.get(name);
  return id === undefined ? undefined : state.groups.get(id);
}

export function fileByName(state: State, group: GroupId, name: string): SharedFile | undefined {
  const id = state.fileNames.get(group, name);
  return id === undefined ? undefined : state.files.get(id);
}

/** The file that an id means today: itself, or what it became. */
export function resolveFile(state: State, id: FileId): SharedFile | undefined {
  const file = state.files.get(id);
  return file?.sameAs === undefined ? file : state.files.get(file.sameAs);
}

/** Every id under which devices may have announced this file. */
export function idsOfFile(file: SharedFile): readonly FileId[] {
  return file.aliases.length === 0 ? [file.id] : [file.id, ...file.aliases];
}

/** Whether a session is in force: open, not expired, and checked against the password that is current. */
function isInForce(state: State, session: Session, now: number): boolean {
  const user = state.users.get(session.user);
  return !session.closed && session.expires > now && user?.credentialVersion === session.credentialVersion;
}

/** Who is logged in on this device with the session it shows; undefined for nobody. `now`: wall clock, ms. */
export function userOfSession(state: State, actor: Actor, now: number): UserId | undefined {
  const session = actor.session === undefined ? undefined : state.sessions.get(actor.session);
  if (session === undefined || session.device !== actor.device) return undefined;
  return isInForce(state, session, now) ? session.user : undefined;
}

/** All that is remembered of a user's sessions, closed and expired ones too, in the order in which they were opened. */
export function sessionsOfUser(state: State, user: UserId): Session[] {
  const rows = [...state.userSessions.of(user).entries()].flatMap(([, id]) => state.sessions.get(id) ?? []);
  return rows.sort((a, b) => compareStamps(a.opened, b.opened));
}

/** Those of them by which somebody is logged in. `now`: wall clock, ms. */
export function sessionsInForce(state: State, user: UserId, now: number): Session[] {
  return sessionsOfUser(state, user).filter((session) => isInForce(state, session, now));
}

/** Whether a user has logged in on this device, with a session that may be over, but is not forgotten. */
export function hasLoggedInOn(state: State, user: UserId, device: DeviceId): boolean {
  return sessionsOfUser(state, user).some((session) => session.device === device);
}

/** Whether nobody waits for a slot's tracker: it was given up, and nothing has been heard of it that its operator didn't know. */
export function isRetired(state: State, slot: number): boolean {
  const row = state.slots.get(slot);
  return row?.retired === true && row.incarnations.length + row.vacancies.length === 0;
}
