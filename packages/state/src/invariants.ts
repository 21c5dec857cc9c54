/** What must hold in every state, whatever happened before. Every test that makes a state calls this. */
import { MAX_SESSIONS_PER_USER, type SessionId } from '@p2p/protocol';
import type { State } from './state.js';

/** A sentence for each rule that is broken; empty where the state is sound. */
export function brokenInvariants(state: State): string[] {
  return [...brokenNames(state), ...brokenSessions(state), ...brokenGroups(state), ...brokenFiles(state)];
}

/** Names and entities point at each other, and no two living entities share a name. */
function* brokenNames({ users, userNames, groups, groupNames }: State): Generator<string> {
  for (const [name, id] of userNames.entries()) {
    if (users.get(id)?.name !== name) yield `user name "${name}" points at somebody else`;
  }
  for (const [id, { name }] of users.entries()) {
    if (userNames.get(name) !== id) yield `user ${id} is not found under "${name}"`;
  }
  for (const [name, id] of groupNames.entries()) {
    if (groups.get(id)?.name !== name || groups.get(id)?.ended) yield `group name "${name}" points at no living group`;
  }
  for (const [id, { name, ended }] of groups.entries()) {
    if (!ended && groupNames.get(name) !== id) yield `group ${id} is not found under "${name}"`;
  }
}

/** Every session is listed under its user, and no user has too many. */
function* brokenSessions({ sessions, userSessions }: State): Generator<string> {
  for (const [user, id] of userSessions.entries()) {
    if (sessions.get(id as SessionId)?.user !== user)
      yield `session ${id} is listed under ${user}, who has no such one`;
  }
  for (const [id, { user }] of sessions.entries()) {
    if (!userSessions.has(user, id)) yield `session ${id} is not listed under its user`;
    const { size } = userSessions.of(user);
    if (size > MAX_SESSIONS_PER_USER) yield `user ${user} has ${size} sessions`;
  }
}

/** A living group has members and an owner among them; an ended one has nothing; nobody asks for what he has. */
function* brokenGroups({ groups, members, requests, fileNames }: State): Generator<string> {
  for (const [id, { ended }] of groups.entries()) {
    const rows = [...members.of(id).entries()];
    if (ended && rows.length + requests.of(id).size + fileNames.of(id).size > 0) yield `ended group ${id} is not empty`;
    if (!ended && !rows.some(([, { owner }]) => owner)) yield `group ${id} has no owner`;
  }
  for (const [group, user] of requests.entries()) {
    if (members.has(group, user)) yield `${user} is a member of ${group} and asks to be one`;
  }
}

/** Every name in a group leads to a living file of that group, every living file is found, every alias ends. */
function* brokenFiles({ files, fileNames }: State): Generator<string> {
  for (const [group, name, id] of fileNames.entries()) {
    const file = files.get(id);
    const fits = file?.group === group && file.name === name && !file.removed && file.sameAs === undefined;
    if (!fits) yield `file name "${name}" of ${group} points at no living file`;
  }
  for (const [id, file] of files.entries()) {
    if (file.sameAs !== undefined) {
      if (!files.get(file.sameAs)?.aliases.includes(id)) yield `file ${id} is unknown to the one it became`;
    } else if (!file.removed && fileNames.get(file.group, file.name) !== id) {
      yield `file ${id} is not found under "${file.name}"`;
    }
  }
}
