/** The commands about groups and their members: each is one request to a tracker. */
import type { Peer } from '../api.js';
import type { Account } from '../tracker-session/account.js';
import type { TrackerSession } from '../tracker-session/tracker-session.js';
import { allPages } from './all-pages.js';
import { checkRequest, checkSession } from './checks.js';

export interface GroupCommandsContext {
  readonly session: TrackerSession;
  readonly account: Account;
  /** Groups have gone, and with them the right to share into them. */
  readonly groupsChanged: () => void;
}

type GroupChange = 'create_group' | 'join_group' | 'leave_group' | 'delete_group';
type MemberChange = 'accept_request' | 'reject_request' | 'remove_member' | 'add_owner' | 'remove_owner';
type GroupCommands = Pick<
  Peer,
  | 'createGroup'
  | 'joinGroup'
  | 'leaveGroup'
  | 'deleteGroup'
  | 'acceptRequest'
  | 'rejectRequest'
  | 'removeMember'
  | 'addOwner'
  | 'removeOwner'
  | 'listGroups'
  | 'listRequests'
  | 'listMembers'
>;

export function groupCommands({ session, account, groupsChanged }: GroupCommandsContext): GroupCommands {
  const changeGroup =
    (type: GroupChange): Peer['createGroup'] =>
    async (group) => {
      const checked = checkRequest(account, { kind: 'group', text: group, chosen: type === 'create_group' });
      if (!checked.ok) return checked;
      const called = await session.change({ type, group: checked.names[0] });
      if (!called.ok) return called;
      if (type === 'leave_group' || type === 'delete_group') groupsChanged();
      return { ok: true, result: { group: called.reply.group, replicated: called.reply.replicated } };
    };

  const changeMember =
    (type: MemberChange): Peer['acceptRequest'] =>
    async (group, user) => {
      const checked = checkRequest(account, { kind: 'group', text: group }, { kind: 'user', text: user });
      if (!checked.ok) return checked;
      const called = await session.change({ type, group: checked.names[0], user: checked.names[1] });
      if (!called.ok) return called;
      const { reply } = called;
      return { ok: true, result: { group: reply.group, user: reply.user, replicated: reply.replicated } };
    };

  return {
    createGroup: changeGroup('create_group'),
    joinGroup: changeGroup('join_group'),
    leaveGroup: changeGroup('leave_group'),
    deleteGroup: changeGroup('delete_group'),
    acceptRequest: changeMember('accept_request'),
    rejectRequest: changeMember('reject_request'),
    removeMember: changeMember('remove_member'),
    addOwner: changeMember('add_owner'),
    removeOwner: changeMember('remove_owner'),

    async listGroups() {
      const refused = checkSession(account);
      if (refused !== undefined) return refused;
      const pages = await allPages(
        (after) => session.ask({ type: 'list_groups', ...after }),
        (reply) => reply.groups,
      );
      return pages.ok ? { ok: true, result: { groups: pages.rows } } : pages;
    },

    async listRequests(group) {
      const checked = checkRequest(account, { kind: 'group', text: group });
      if (!checked.ok) return checked;
      const pages = await allPages(
        (after) => session.ask({ type: 'list_requests', group: checked.names[0], ...after }),
        (reply) => reply.requests,
      );
      return pages.ok ? { ok: true, result: { requests: pages.rows } } : pages;
    },

    async listMembers(group) {
      const checked = checkRequest(account, { kind: 'group', text: group });
      if (!checked.ok) return checked;
      const pages = await allPages(
        (after) => session.ask({ type: 'list_members', group: checked.names[0], ...after }),
        (reply) => reply.members,
      );
      return pages.ok ? { ok: true, result: { members: pages.rows } } : pages;
    },
  };
}
