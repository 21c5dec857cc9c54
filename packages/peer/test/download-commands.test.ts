import { type ErrorCode, refusal } from '@p2p/protocol';
import { describe, expect, it } from 'vitest';
import type { DownloadState } from '../src/api.js';
import { downloadCommands } from '../src/commands/download-commands.js';
import { limitCommand } from '../src/commands/limit-command.js';
import { RateLimits } from '../src/sharing/rate-limits.js';

interface Situation {
  readonly loggedIn?: boolean;
  /** The download that there is. */
  readonly state?: DownloadState;
  /** What the tracker says of the file; by default, that it is there. */
  readonly tracker?: ErrorCode;
}

/** Commands on stubs: what is under test is the order in which they look. */
function commandsIn({ loggedIn = true, state, tracker }: Situation) {
  const asked: string[] = [];
  const download = state === undefined ? undefined : { id: 'f.1', state };
  const actOn = (states: readonly DownloadState[]) => async (group: string, file: string) => {
    asked.push(`${group}/${file}`);
    return state !== undefined && states.includes(state) ? download : undefined;
  };
  const context = {
    account: { token: loggedIn ? new Uint8Array(32) : undefined },
    library: { named: () => undefined },
    downloads: {
      named: () => download,
      explain: () => download && { state: download.state },
      pause: actOn(['queued', 'downloading', 'paused']),
      resume: actOn(['queued', 'downloading', 'paused', 'failed']),
      cancel: actOn(['queued', 'downloading', 'paused', 'failed']),
    },
    swarms: {
      open: async (group: string, file: string) => {
        asked.push(`tracker: ${group}/${file}`);
        return tracker === undefined ? { ok: true, swarm: { file: 'f.1' } } : refusal(tracker);
      },
      leave: (file: string) => asked.push(`left ${file}`),
    },
    limits: new RateLimits({ up: 0, down: 0 }, () => 0),
  };
  const { limitFile } = limitCommand(context as never);
  const limit = (group: string, file: string) => limitFile('down', 1, { group, file });
  return { asked, commands: { ...downloadCommands(context as never), limit } };
}

const all = ['pauseDownload', 'resumeDownload', 'cancelDownload', 'explain', 'limit'] as const;

describe.each(all)('%s', (name) => {
  it('looks at the names before the session', async () => {
    const { asked, commands } = commandsIn({ loggedIn: false });
    expect(await commands[name]('a/b', 'c')).toMatchObject({ code: 'invalid_name' });
    expect(await commands[name]('a', 'b/c')).toMatchObject({ code: 'invalid_name' });
    expect(await commands[name]('a', 'b')).toMatchObject({ code: 'not_logged_in' });
    expect(asked).toEqual([]);
  });

  it.each(['no_such_group', 'not_a_member', 'no_such_file', 'no_tracker'] as const)(
    'of a file that is not here is %s where a tracker says so',
    async (tracker) => {
      const { commands } = commandsIn({ tracker });
      expect(await commands[name]('films', 'a.mkv')).toMatchObject({ ok: false, code: tracker });
    },
  );

  it('of a file that is there, and not here, is no_such_download, and leaves its swarm', async () => {
    const { asked, commands } = commandsIn({});
    expect(await commands[name]('films', 'a.mkv')).toMatchObject({ ok: false, code: 'no_such_download' });
    expect(asked.slice(-2)).toEqual(['tracker: films/a.mkv', 'left f.1']);
  });

  it('of a download under way asks no tracker', async () => {
    const { asked, commands } = commandsIn({ state: 'downloading', tracker: 'no_tracker' });
    // A decomposed letter: what is typed is looked for in normal form.
    expect(await commands[name]('films', 'e\u0301')).toMatchObject({ ok: true });
    expect(asked.filter((line) => line !== 'films/\u00e9')).toEqual([]);
  });
});

describe('a download that is complete', () => {
  it.each(['pauseDownload', 'resumeDownload', 'cancelDownload'] as const)('%s is too late', async (name) => {
    const { commands } = commandsIn({ state: 'complete' });
    expect(await commands[name]('films', 'a.mkv')).toEqual(
      refusal('no_such_download', 'this download is complete already'),
    );
    const gone = commandsIn({ state: 'complete', tracker: 'no_such_group' });
    expect(await gone.commands[name]('films', 'a.mkv')).toMatchObject({ code: 'no_such_group' });
  });

  it('can be explained', async () => {
    const { commands } = commandsIn({ state: 'complete' });
    expect(await commands.explain('films', 'a.mkv')).toEqual({ ok: true, result: { state: 'complete' } });
  });
});

it('what became of a download is answered', async () => {
  const { commands } = commandsIn({ state: 'paused' });
  expect(await commands.pauseDownload('films', 'a.mkv')).toEqual({
    ok: true,
    result: { group: 'films', file: 'a.mkv', state: 'paused' },
  });
});
