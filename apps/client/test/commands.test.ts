import type { DownloadState } from '@p2p/peer';
import { refusal } from '@p2p/protocol';
import { describe, expect, it } from 'vitest';
import { commands } from '../src/commands/index.js';
import { Session } from '../src/session.js';
import { download, type MemoryPeer, memoryPeer } from './memory-peer.js';

const place = { directory: '/here', home: '/home/ann' };
const noBug = (error: unknown) => {
  throw error;
};
const run = (peer: MemoryPeer, name: string, ...words: string[]) => new Session(peer, place, noBug).run(name, words);

describe('the table of commands', () => {
  it('has every command of the contract with its arguments', () => {
    const usages = [...commands.values()].map(({ usage }) => usage).sort();
    expect(usages).toEqual([
      'accept_request <group> <user>',
      'add_owner <group> <user>',
      'cancel <group> <file>',
      'change_password <old> <new>',
      'create_group <group>',
      'create_user <user> <password>',
      'delete_group <group>',
      'download_file <group> <file> <destination>',
      'explain <group> <file>',
      'help [command]',
      'join_group <group>',
      'leave_group <group>',
      'limit <up|down|running> <limit> [group] [file]',
      'list_conflicts',
      'list_devices',
      'list_files <group>',
      'list_groups',
      'list_members <group>',
      'list_requests <group>',
      'login <user> <password>',
      'logout',
      'pause <group> <file>',
      'quit',
      'reject_request <group> <user>',
      'remove_file <group> <file>',
      'remove_member <group> <user>',
      'remove_owner <group> <user>',
      'resume <group> <file>',
      'revoke_device <device>',
      'show_downloads',
      'stop_share <group> <file>',
      'trackers',
      'upload_file <path> <group> [--as NAME] [--verify]',
      'wait [seconds]',
      'whoami',
    ]);
  });

  it.each([...commands.values()].map(({ name, usage }) => [name, usage]))(
    '%s refuses too few and too many arguments with its usage',
    async (name, usage) => {
      const required = usage.split('<').length - 1;
      const all = usage.includes('--as') ? required + 3 : usage.split(/[<[]/).length - 1;
      const counts = required === 0 ? [all + 1] : [required - 1, all + 1];
      for (const count of counts) {
        const outcome = await run(memoryPeer(), name, ...Array.from({ length: count }, () => 'x'));
        expect(outcome).toMatchObject({ ok: false, code: 'bad_request', message: expect.stringContaining(usage) });
      }
    },
  );

  it('answers what it does not know', async () => {
    expect(await run(memoryPeer(), 'frobnicate')).toMatchObject({ ok: false, code: 'unknown_command' });
    expect(await run(memoryPeer(), '')).toMatchObject({ ok: false, code: 'unknown_command' });
    expect(await run(memoryPeer(), 'constructor')).toMatchObject({ ok: false, code: 'unknown_command' });
  });
});

describe('single commands', () => {
  it('upload_file takes a path from where the person stood, and a name after the required words', async () => {
    const calls: unknown[][] = [];
    const peer = memoryPeer({
      uploadFile: async (...words) => {
        calls.push(words);
        return refusal('file_unreadable');
      },
    });
    await run(peer, 'upload_file', 'a.mkv', 'films');
    await run(peer, 'upload_file', '~/a.mkv', 'films', '--as', 'b.mkv');
    await run(peer, 'upload_file', '--as', '--as', '--as', '--as');
    await run(peer, 'upload_file', '--verify', '--as', '--verify', '--as', '--verify');
    expect(calls).toEqual([
      ['/here/a.mkv', 'films', { verify: false }],
      ['/home/ann/a.mkv', 'films', { name: 'b.mkv', verify: false }],
      ['/here/--as', '--as', { name: '--as', verify: false }],
      ['/here/--verify', '--as', { name: '--verify', verify: true }],
    ]);
    const bad = { ok: false, code: 'bad_request' };
    expect(await run(peer, 'upload_file', 'a.mkv', 'films', '--as')).toMatchObject(bad);
    expect(await run(peer, 'upload_file', 'a.mkv', 'films', '--as', 'b', '--as', 'c')).toMatchObject(bad);
    expect(await run(peer, 'upload_file', 'a.mkv', 'films', '--verify', '--verify')).toMatchObject(bad);
    expect(await run(peer, 'upload_file', '', 'films')).toMatchObject(bad);
    expect(calls).toHaveLength(4);
  });

  it('download_file keeps the separator at the end of a directory', async () => {
    const destinations: string[] = [];
    const peer = memoryPeer({
      downloadFile: async (_group, _file, destination) => {
        destinations.push(destination);
        return refusal('no_such_file');
      },
    });
    await run(peer, 'download_file', 'films', 'a.mkv', 'in/');
    await run(peer, 'download_file', 'films', 'a.mkv', 'in/b.mkv');
    expect(destinations).toEqual(['/here/in/', '/here/in/b.mkv']);
    expect(await run(peer, 'download_file', 'films', 'a.mkv', '')).toMatchObject({ code: 'bad_request' });
  });

  it('show_downloads tells a script the fields of the contract and a person a letter', async () => {
    const failed = download({ state: 'failed', file: 'b', error: { code: 'no_peers', message: 'nobody answered' } });
    const downloads = [
      download(),
      download({ state: 'complete', file: 'c' }),
      failed,
      download({ state: 'failed', file: 'd' }),
      download({ state: 'queued', file: 'e', done: 0 }),
      download({ state: 'paused', file: 'f' }),
    ];
    const outcome = await run(
      memoryPeer({ showDownloads: () => ({ ok: true, result: { downloads } }) }),
      'show_downloads',
    );
    if (!outcome.ok) throw new Error(outcome.message);
    expect(outcome.result).toEqual({ downloads: downloads.map(({ root: _, ...shown }) => shown) });
    expect(outcome.text().split('\n')).toEqual([
      '[D] [films] a.mkv  45 % of 977 KiB  2.0 MiB/s  1 s left  2 peers',
      '[C] [films] c  977 KiB  /home/ann/a.mkv',
      '[F] [films] b  45 % of 977 KiB  nobody answered',
      '[F] [films] d  45 % of 977 KiB  cancelled',
      '[Q] [films] e  0 % of 977 KiB  queued',
      '[P] [films] f  45 % of 977 KiB  paused',
    ]);
  });

  it('login says so where a merge has given the account another name', async () => {
    const result = { user: 'ann~2', tracker: 1, renamedFrom: 'ann', replicated: true };
    const outcome = await run(memoryPeer({ login: async () => ({ ok: true, result }) }), 'login', 'ann', 'long enough');
    if (!outcome.ok) throw new Error(outcome.message);
    expect(outcome.result).toEqual(result);
    expect(outcome.text()).toMatch(/^logged in as ann~2 at tracker 1 \(.*\bann\b.*\bann~2\)$/);
  });

  it('list_conflicts shows what was renamed, or that nothing was', async () => {
    const at = '2024-01-02T03:04:05.678Z';
    const conflicts = [
      { kind: 'user', from: 'ann', to: 'ann~2', at },
      { kind: 'file', from: 'a.mkv', to: 'a~2.mkv', at, group: 'films' },
    ] as const;
    const answering = (rows: readonly (typeof conflicts)[number][]) =>
      memoryPeer({ listConflicts: async () => ({ ok: true, result: { conflicts: [...rows] } }) });
    const outcome = await run(answering(conflicts), 'list_conflicts');
    if (!outcome.ok) throw new Error(outcome.message);
    expect(outcome.result).toEqual({ conflicts });
    expect(outcome.text().split('\n')).toEqual([
      'KIND  GROUP  FROM   TO       AT',
      `user         ann    ann~2    ${at}`,
      `file  films  a.mkv  a~2.mkv  ${at}`,
    ]);
    const none = await run(answering([]), 'list_conflicts');
    expect(none.ok && none.text()).toBe('nothing had to be renamed');
  });

  it('list_devices shows enough of each to revoke it, and which one this is', async () => {
    const lastSeen = '2024-01-02T03:04:05.678Z';
    const devices = [
      { device: '0123456789abcdef'.repeat(4), name: 'desk \u202e', lastSeen, current: true },
      { device: 'fedcba9876543210'.repeat(4), name: null, lastSeen, current: false },
    ];
    const outcome = await run(
      memoryPeer({ listDevices: async () => ({ ok: true, result: { devices } }) }),
      'list_devices',
    );
    if (!outcome.ok) throw new Error(outcome.message);
    expect(outcome.result).toEqual({ devices });
    const [headings, ...lines] = outcome.text().split('\n');
    expect(headings).toMatch(/^DEVICE +NAME +LAST SEEN$/);
    expect(lines[0]).toMatch(/^0123456789ab {2}desk .* {2}2024-01-02T03:04:05.678Z {2}this one$/);
    expect(lines[0]).not.toContain('\u202e');
    expect(lines[1]).toMatch(/^fedcba987654 +2024-01-02T03:04:05.678Z$/);
  });

  it('revoke_device says which one', async () => {
    const device = 'fedcba9876543210'.repeat(4);
    const asked: string[] = [];
    const peer = memoryPeer({
      revokeDevice: async (typed) => {
        asked.push(typed);
        return { ok: true, result: { device, replicated: false } };
      },
    });
    const outcome = await run(peer, 'revoke_device', 'fedcba98');
    if (!outcome.ok) throw new Error(outcome.message);
    expect(asked).toEqual(['fedcba98']);
    expect(outcome.result).toEqual({ device, replicated: false });
    expect(outcome.text()).toBe(
      `you are logged out on device ${device} (a tracker is away and gets it when it is back)`,
    );
  });

  it('pause, resume and cancel say what has become of the download', async () => {
    const answer = (state: DownloadState) => async (group: string, file: string) =>
      ({ ok: true, result: { group, file, state } }) as const;
    const peer = memoryPeer({
      pauseDownload: answer('paused'),
      resumeDownload: answer('queued'),
      cancelDownload: answer('failed'),
    });
    for (const [name, state, text] of [
      ['pause', 'paused', 'a.mkv is paused – to go on: resume'],
      ['resume', 'queued', 'a.mkv goes on when it is its turn'],
      ['cancel', 'failed', 'a.mkv is cancelled'],
    ] as const) {
      const outcome = await run(peer, name, 'films', 'a.mkv');
      if (!outcome.ok) throw new Error(outcome.message);
      expect(outcome.result).toEqual({ group: 'films', file: 'a.mkv', state });
      expect(outcome.text()).toBe(text);
    }
    const running = await run(memoryPeer({ resumeDownload: answer('downloading') }), 'resume', 'films', 'a.mkv');
    expect(running.ok && running.text()).toBe('a.mkv goes on');
  });

  it('explain tells a script all there is, and a person what show_downloads knows besides', async () => {
    const explanation = { group: 'films', file: 'a.mkv', missing: [], peers: [], tracker: null } as const;
    const peer = memoryPeer({
      explain: async (group, file) => ({ ok: true, result: { ...explanation, group, file, state: 'paused' } }),
      showDownloads: () => ({
        ok: true,
        result: { downloads: [download({ file: 'b' }), download({ state: 'paused', done: 100_000 })] },
      }),
    });
    const outcome = await run(peer, 'explain', 'films', 'a.mkv');
    if (!outcome.ok) throw new Error(outcome.message);
    expect(outcome.result).toEqual({ ...explanation, state: 'paused' });
    expect(outcome.text()).toBe('paused at 10 % of 977 KiB – to go on: resume');
  });

  it('limit takes a direction and a rate', async () => {
    const set: unknown[] = [];
    const peer = memoryPeer({
      limit: (direction, bytesPerSecond) => {
        set.push([direction, bytesPerSecond]);
        return { ok: true, result: { up: 0, down: 0, [direction]: bytesPerSecond } };
      },
    });
    const outcome = await run(peer, 'limit', 'up', '500k');
    if (!outcome.ok) throw new Error(outcome.message);
    expect(outcome.result).toEqual({ up: 512_000, down: 0 });
    expect(outcome.text()).toBe('up: 500 KiB/s, down: no limit');
    await run(peer, 'limit', 'down', '0');
    for (const wrong of [
      ['sideways', '1'],
      ['up', 'fast'],
      ['down', '-1'],
      ['up', ''],
      ['up', '1', 'films'],
      ['running', '1k'],
      ['running', '1', 'films', 'a.mkv'],
    ]) {
      expect(await run(peer, 'limit', ...wrong)).toMatchObject({ ok: false, code: 'bad_request' });
    }
    expect(set).toEqual([
      ['up', 512_000],
      ['down', 0],
    ]);
  });

  it('limit takes a file too, or a number of downloads', async () => {
    const peer = memoryPeer({
      limitFile: async (direction, bytesPerSecond, names) => ({
        ok: true,
        result: { ...names, up: 0, down: 0, [direction]: bytesPerSecond },
      }),
      limitRunning: (running) => ({ ok: true, result: { running } }),
    });
    const ofFile = await run(peer, 'limit', 'down', '2M', 'films', 'a.mkv');
    if (!ofFile.ok) throw new Error(ofFile.message);
    expect(ofFile.result).toEqual({ group: 'films', file: 'a.mkv', up: 0, down: 2_097_152 });
    expect(ofFile.text()).toBe('a.mkv – up: no limit, down: 2.0 MiB/s');
    const running = await run(peer, 'limit', 'running', '3');
    if (!running.ok) throw new Error(running.message);
    expect(running.result).toEqual({ running: 3 });
    expect(running.text()).toBe('at most 3 downloads run at a time');
  });

  it('wait takes seconds', async () => {
    const waits: (number | undefined)[] = [];
    const peer = memoryPeer({
      wait: async (seconds) => {
        waits.push(seconds);
        return { ok: true, result: { complete: 2, failed: 1 } };
      },
    });
    const outcome = await run(peer, 'wait');
    expect(outcome.ok && outcome.text()).toBe('2 complete, 1 failed');
    await run(peer, 'wait', '0.5');
    await run(peer, 'wait', '99999999999');
    expect(waits).toEqual([undefined, 0.5, 2_000_000]);
    for (const wrong of ['soon', '-1', '', '1e3', '٣']) {
      expect(await run(peer, 'wait', wrong)).toMatchObject({ ok: false, code: 'bad_request' });
    }
  });

  it('help lists all commands, or one', async () => {
    const all = await run(memoryPeer(), 'help');
    if (!all.ok) throw new Error(all.message);
    expect(all.result).toEqual({});
    for (const { usage } of commands.values()) expect(all.text()).toContain(usage);
    const one = await run(memoryPeer(), 'help', 'login');
    expect(one.ok && one.text()).toBe('login <user> <password>  log in');
    expect(await run(memoryPeer(), 'help', 'lgoin')).toMatchObject({ ok: false, code: 'unknown_command' });
  });

  it('a bug in one command is reported and answered', async () => {
    const bugs: unknown[] = [];
    const fault = new Error('a bug');
    const peer = memoryPeer({ whoami: () => Promise.reject(fault) });
    const session = new Session(peer, place, (error) => bugs.push(error));
    expect(await session.run('whoami', [])).toMatchObject({ ok: false, code: 'internal' });
    expect(bugs).toEqual([fault]);
  });
});
