import { refusal } from '@p2p/protocol';
import { expect, it } from 'vitest';
import { type ConflictsCommandContext, conflictsCommand } from '../src/commands/conflicts-command.js';

type Asked = Parameters<ConflictsCommandContext['session']['ask']>[0];

/** A log-in, and a tracker that gives these pages in turn. */
function context(...pages: object[]): ConflictsCommandContext & { asked: Asked[] } {
  const asked: Asked[] = [];
  const ask = async (draft: Asked) => {
    asked.push(draft);
    return pages.shift() ?? refusal('no_tracker');
  };
  return { asked, account: { token: new Uint8Array(32) }, session: { ask: ask as never } };
}

const page = (next: string | null, ...conflicts: object[]) => ({ ok: true, reply: { conflicts, next }, tracker: 1 });

it('puts the pages together and writes times as everybody reads them', async () => {
  const user = { kind: 'user', from: 'ann', to: 'ann~2' };
  const file = { kind: 'file', from: 'a', to: 'a~2', group: 'films' };
  const given = context(page('a place', { ...user, at: 0 }), page(null, { ...file, at: 1_700_000_000_123 }));
  expect(await conflictsCommand(given).listConflicts()).toEqual({
    ok: true,
    result: {
      conflicts: [
        { ...user, at: '1970-01-01T00:00:00.000Z' },
        { ...file, at: '2023-11-14T22:13:20.123Z' },
      ],
    },
  });
  expect(given.asked).toEqual([{ type: 'list_conflicts' }, { type: 'list_conflicts', after: 'a place' }]);
});

it('survives a tracker whose clock is beyond all dates', async () => {
  const given = context(page(null, { kind: 'user', from: 'ann', to: 'ann~2', at: Number.MAX_SAFE_INTEGER }));
  expect(await conflictsCommand(given).listConflicts()).toMatchObject({
    result: { conflicts: [{ at: '+275760-09-13T00:00:00.000Z' }] },
  });
});

it('asks nobody without a session', async () => {
  const given = { ...context(), account: { token: undefined } };
  expect(await conflictsCommand(given).listConflicts()).toMatchObject({ ok: false, code: 'not_logged_in' });
  expect(given.asked).toEqual([]);
});
