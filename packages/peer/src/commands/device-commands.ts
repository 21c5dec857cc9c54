/** The commands about the devices on which the user is logged in. */
import { deviceId, type Refusal, type ReplyTo, refusal } from '@p2p/protocol';
import type { DeviceRow, Peer } from '../api.js';
import type { Account } from '../tracker-session/account.js';
import type { TrackerSession } from '../tracker-session/tracker-session.js';
import { allPages } from './all-pages.js';
import { checkSession } from './checks.js';
import { isoTime } from './iso-time.js';

export interface DeviceCommandsContext {
  readonly session: Pick<TrackerSession, 'ask' | 'change'>;
  readonly account: Pick<Account, 'token' | 'ended'>;
  /** This device's key. */
  readonly identity: { readonly id: string };
}

type Row = ReplyTo<'list_devices'>['devices'][number];

/** Enough that hardly any two of a user's devices begin alike, and few enough to be typed. Hex digits. */
const MIN_PREFIX_DIGITS = 8;
const useList = 'use: list_devices';

export function deviceCommands({
  session,
  account,
  identity,
}: DeviceCommandsContext): Pick<Peer, 'listDevices' | 'revokeDevice'> {
  const devices = () =>
    allPages<ReplyTo<'list_devices'>, Row>(
      (after) => session.ask({ type: 'list_devices', ...after }),
      (reply) => reply.devices,
    );

  /** The device that begins so. A whole id is not looked up: its tracker knows whether there is one. */
  const resolve = async (digits: string): Promise<{ readonly ok: true; readonly device: string } | Refusal> => {
    if (deviceId.safeParse(digits).success) return { ok: true, device: digits };
    const listed = await devices();
    if (!listed.ok) return listed;
    const [first, second] = listed.rows.filter(({ device }) => device.startsWith(digits));
    if (first === undefined) return refusal('bad_request', `none of your devices begins with ${digits} – ${useList}`);
    if (second === undefined) return { ok: true, device: first.device };
    return refusal('bad_request', `several of your devices begin with ${digits}: give more digits – ${useList}`);
  };

  return {
    async listDevices() {
      const refused = checkSession(account);
      if (refused !== undefined) return refused;
      const listed = await devices();
      return listed.ok ? { ok: true, result: { devices: listed.rows.map(rowOf) } } : listed;
    },

    async revokeDevice(typed) {
      const digits = typed.toLowerCase();
      if (!isPrefix(digits)) {
        return refusal(
          'bad_request',
          `a device is named by its first ${MIN_PREFIX_DIGITS} digits or more – ${useList}`,
        );
      }
      const refused = checkSession(account);
      if (refused !== undefined) return refused;
      const resolved = await resolve(digits);
      if (!resolved.ok) return resolved;
      const called = await session.change({ type: 'revoke_device', device: resolved.device });
      if (!called.ok) return called;
      const { device, replicated } = called.reply;
      if (device === identity.id) await account.ended();
      return { ok: true, result: { device, replicated } };
    },
  };
}

function isPrefix(digits: string): boolean {
  return /^[0-9a-f]+$/.test(digits) && digits.length >= MIN_PREFIX_DIGITS && digits.length <= 64;
}

function rowOf({ device, name, lastSeen, current }: Row): DeviceRow {
  return { device, name, lastSeen: isoTime(lastSeen), current };
}
