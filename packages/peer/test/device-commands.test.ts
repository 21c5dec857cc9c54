import { refusal } from '@p2p/protocol';
import { describe, expect, it } from 'vitest';
import { type DeviceCommandsContext, deviceCommands } from '../src/commands/device-commands.js';
import { nameOfDevice } from '../src/device-name.js';

const own = `aaaaaaaa${'0'.repeat(56)}`;
const phone = `bbbbbbbb${'1'.repeat(56)}`;
const tablet = `bbbbbbbb${'2'.repeat(56)}`;
const row = (device: string) => ({ device, name: null, lastSeen: 0, current: device === own });

/** A log-in on a device, and a tracker that gives these pages in turn and carries out what it is asked for. */
function context(...pages: object[][]) {
  const asked: object[] = [];
  const ended: string[] = [];
  const given = {
    asked,
    ended,
    identity: { id: own },
    account: {
      token: new Uint8Array(32),
      ended: async () => {
        ended.push('ended');
      },
    },
    session: {
      ask: async (draft: object) => {
        asked.push(draft);
        const devices = pages.shift() ?? [];
        return { ok: true, reply: { devices, next: pages.length === 0 ? null : 'more' }, tracker: 1 };
      },
      change: async (draft: { device?: string }) => {
        asked.push(draft);
        return { ok: true, reply: { device: draft.device, replicated: true }, tracker: 1 };
      },
    },
  };
  return given as unknown as DeviceCommandsContext & typeof given;
}

describe('list_devices', () => {
  it('puts the pages together and writes times as everybody reads them', async () => {
    const given = context([{ ...row(own), name: 'desk', lastSeen: 1_700_000_000_123 }], [row(phone)]);
    expect(await deviceCommands(given).listDevices()).toEqual({
      ok: true,
      result: {
        devices: [
          { device: own, name: 'desk', lastSeen: '2023-11-14T22:13:20.123Z', current: true },
          { device: phone, name: null, lastSeen: '1970-01-01T00:00:00.000Z', current: false },
        ],
      },
    });
    expect(given.asked).toEqual([{ type: 'list_devices' }, { type: 'list_devices', after: 'more' }]);
  });

  it('asks nobody without a session', async () => {
    const given = context();
    const alone = { ...given, account: { ...given.account, token: undefined } };
    expect(await deviceCommands(alone).listDevices()).toMatchObject({ ok: false, code: 'not_logged_in' });
    expect(await deviceCommands(alone).revokeDevice(phone)).toMatchObject({ ok: false, code: 'not_logged_in' });
    expect(await deviceCommands(alone).revokeDevice('short'), 'syntax first').toMatchObject({ code: 'bad_request' });
    expect(given.asked).toEqual([]);
  });
});

describe('revoke_device', () => {
  it('takes a whole id as it is, in any case', async () => {
    const given = context();
    expect(await deviceCommands(given).revokeDevice(phone.toUpperCase())).toEqual({
      ok: true,
      result: { device: phone, replicated: true },
    });
    expect(given.asked).toEqual([{ type: 'revoke_device', device: phone }]);
    expect(given.ended).toEqual([]);
  });

  it('finds the device that begins so', async () => {
    const given = context([row(own), row(phone), row(tablet)]);
    expect(await deviceCommands(given).revokeDevice('bbbbbbbb2')).toMatchObject({
      ok: true,
      result: { device: tablet },
    });
    expect(given.asked).toEqual([{ type: 'list_devices' }, { type: 'revoke_device', device: tablet }]);
  });

  it.each([
    ['bbbbbbbb', 'several of your devices'],
    ['cccccccc', 'none of your devices'],
    ['bbbbbbb', 'first 8 digits'],
    ['', 'first 8 digits'],
    ['bbbbbbbg', 'first 8 digits'],
    [`${phone}1`, 'first 8 digits'],
  ])('%s: %s', async (typed, message) => {
    const given = context([row(own), row(phone), row(tablet)]);
    const answer = await deviceCommands(given).revokeDevice(typed);
    expect(answer).toMatchObject({ ok: false, code: 'bad_request' });
    expect(answer.ok ? '' : answer.message).toContain(message);
    expect(answer.ok ? '' : answer.message).toContain('use: list_devices');
    expect(given.asked.filter((draft) => 'device' in draft)).toEqual([]);
  });

  it('is a log-out where it is this device', async () => {
    const given = context([row(own), row(phone)]);
    expect(await deviceCommands(given).revokeDevice('aaaaaaaa')).toMatchObject({ ok: true, result: { device: own } });
    expect(given.ended).toEqual(['ended']);
  });

  it('leaves the session where the tracker refuses', async () => {
    const given = context();
    const refusing = { ...given, session: { ...given.session, change: async () => refusal('bad_request') } } as never;
    expect(await deviceCommands(refusing).revokeDevice(own)).toMatchObject({ ok: false, code: 'bad_request' });
    expect(given.ended).toEqual([]);
  });
});

describe('what a device calls itself', () => {
  it('is what was chosen, else the machine’s name', () => {
    expect(nameOfDevice('Ann’s laptop: the "old" one')).toBe('Ann’s laptop: the "old" one');
    expect(nameOfDevice('e\u0301')).toBe('\u00e9');
    const name = nameOfDevice(undefined);
    expect(name === undefined || name.length > 0).toBe(true);
  });

  it.each(['', ' ', 'a\u0000', 'a\nb', '\u202eabc', 'a\u200b', 'x'.repeat(65), '\ud800'])(
    'is nothing for %j',
    (chosen) => {
      expect(nameOfDevice(chosen)).toBeUndefined();
    },
  );
});
