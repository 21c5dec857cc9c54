/** The commands about users and log-ins. */
import { randomBytes } from 'node:crypto';
import { refusal, TOKEN_BYTES } from '@p2p/protocol';
import { Mutex } from 'async-mutex';
import type { Peer } from '../api.js';
import type { Account } from '../tracker-session/account.js';
import type { TrackerSession } from '../tracker-session/tracker-session.js';
import { checkNames, checkNewPassword, checkSession } from './checks.js';

export interface AccountCommandsContext {
  readonly session: TrackerSession;
  readonly account: Account;
  /** Shown to the user in `list_devices`; undefined where there is none that can be. */
  readonly deviceName: string | undefined;
}

type AccountCommands = Pick<Peer, 'createUser' | 'login' | 'logout' | 'whoami' | 'changePassword'>;

export function accountCommands({ session, account, deviceName }: AccountCommandsContext): AccountCommands {
  /** One log-in or log-out at a time: each ends with what the session's file says. */
  const changing = new Mutex();

  const login: Peer['login'] = async (user, password) => {
    const checked = checkNames({ kind: 'user', text: user });
    if (!checked.ok) return checked;
    if (account.inForce) return refusal('already_logged_in');
    const token = new Uint8Array(randomBytes(TOKEN_BYTES));
    const named = deviceName === undefined ? {} : { deviceName };
    const called = await session.change({ type: 'login', user: checked.names[0], password, token, ...named });
    if (!called.ok) return called;
    const { reply, tracker } = called;
    await account.loggedIn({ user: reply.user, token });
    const renamed = reply.renamedFrom === undefined ? {} : { renamedFrom: reply.renamedFrom };
    return { ok: true, result: { user: reply.user, tracker, ...renamed, replicated: reply.replicated } };
  };

  const logout: Peer['logout'] = async () => {
    const refused = checkSession(account);
    if (refused !== undefined) return refused;
    const called = await session.change({ type: 'logout' });
    if (called.ok || called.code === 'not_logged_in') await account.ended();
    return called.ok ? { ok: true, result: { replicated: called.reply.replicated } } : called;
  };

  return {
    async createUser(user, password) {
      const checked = checkNames({ kind: 'user', text: user, chosen: true });
      if (!checked.ok) return checked;
      const refused = checkNewPassword(password);
      if (refused !== undefined) return refused;
      const called = await session.change({ type: 'create_user', user: checked.names[0], password });
      if (!called.ok) return called;
      return { ok: true, result: { user: called.reply.user, replicated: called.reply.replicated } };
    },

    login: (user, password) => changing.runExclusive(() => login(user, password)),

    logout: () => changing.runExclusive(() => logout()),

    async whoami() {
      const refused = checkSession(account);
      if (refused !== undefined) return refused;
      const called = await session.ask({ type: 'whoami' });
      if (!called.ok) return called;
      return { ok: true, result: { user: called.reply.user, tracker: called.tracker } };
    },

    async changePassword(oldPassword, newPassword) {
      const refused = checkNewPassword(newPassword) ?? checkSession(account);
      if (refused !== undefined) return refused;
      const called = await session.change({ type: 'change_password', oldPassword, newPassword });
      return called.ok ? { ok: true, result: { replicated: called.reply.replicated } } : called;
    },
  };
}
