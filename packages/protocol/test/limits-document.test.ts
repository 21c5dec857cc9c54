/** docs/LIMITS.md is made from limits.ts: `pnpm exec vitest run packages/protocol/test/limits-document.test.ts -u`. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as limits from '../src/limits.js';

const parts = ['access', 'client', 'crowd', 'offers', 'reach', 'swarm', 'storage'];
const sources = ['limits.ts', ...parts.map((part) => `limits/${part}.ts`)];
const source = sources.map((file) => readFileSync(new URL(`../src/${file}`, import.meta.url), 'utf8')).join('\n');

const opening = `# Limits

Every bound of the wire and its reason, made from [packages/protocol/src/limits.ts](../packages/protocol/src/limits.ts)
and the files in the folder beside it by the test [limits-document.test.ts](../packages/protocol/test/limits-document.test.ts), which fails when the two
differ. Sizes are bytes, times milliseconds, unless the name says otherwise.

| Limit | Value | Reason |
| --- | ---: | --- |
`;

/** Constants that follow each other without a blank line share the comment above the first. */
function reasonsIn(text: string): Map<string, string> {
  const reasons = new Map<string, string>();
  for (const [, comment = '', constants = ''] of text.matchAll(
    /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n((?:export const .*\n)+)/g,
  )) {
    const reason = comment
      .replaceAll(/\n \*/g, ' ')
      .replaceAll(/\{@link (\w+)\}/g, '`$1`')
      .replaceAll(/\s+/g, ' ')
      .trim();
    for (const [, name = ''] of constants.matchAll(/^export const (\w+)/gm)) reasons.set(name, reason);
  }
  return reasons;
}

const reasons = reasonsIn(source);

test('every limit has a value and a reason', () => {
  expect([...reasons.keys()].sort()).toEqual(Object.keys(limits).sort());
  for (const [name, reason] of reasons) expect(reason, name).toMatch(/^\S.{15,}/);
  for (const [name, value] of Object.entries(limits)) expect(value, name).toBeGreaterThan(0);
});

test('the document is the file', async () => {
  const rows = [...reasons].map(([name, reason]) => {
    const value = (limits as Record<string, number>)[name] ?? Number.NaN;
    return `| \`${name}\` | ${value.toLocaleString('en-GB')} | ${reason} |\n`;
  });
  await expect(opening + rows.join('')).toMatchFileSnapshot('../../../docs/LIMITS.md');
});

test('bounds that depend on each other fit', () => {
  const bitfieldBytes = limits.MAX_FILE_BYTES / limits.MAX_PIECE_BYTES / 8;
  expect(bitfieldBytes + 60).toBeLessThanOrEqual(limits.MAX_PEER_FRAME_BYTES);
  expect(32 * limits.MAX_LAYER_HASHES + 60).toBeLessThanOrEqual(limits.MAX_PEER_FRAME_BYTES);
  expect(4 * limits.LIST_PAGE_BYTES).toBeLessThan(limits.MAX_REPLY_FRAME_BYTES);
  expect(limits.SYNC_BATCH_BYTES).toBeLessThan(limits.MAX_SYNC_FRAME_BYTES);
  expect(limits.PING_INTERVAL_MS * 2).toBeLessThan(limits.SILENCE_TIMEOUT_MS);
  expect(limits.LEASE_RENEWAL_MS * 2).toBeLessThan(limits.LEASE_MS);
});
