/**
 * A program of one's own that looks into a tracker's data directory: who has done how much since when, and whether the
 * operations, their digests and the rows fit together. It needs no tracker and no key, and only reads.
 *
 *     node main.mjs .p2p/tracker-1
 */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openAudit } from '@p2p/state';

const CHUNK_BYTES = 1024 * 1024;

/** @param {Uint8Array} bytes */
const sha256 = (bytes) => createHash('sha256').update(bytes).digest();

/** @param {string} path @param {number} [offset] */
function* chunksOf(path, offset = 0) {
  const descriptor = openSync(path, 'r');
  try {
    for (let at = offset; ; ) {
      const chunk = new Uint8Array(CHUNK_BYTES);
      const bytes = readSync(descriptor, chunk, 0, CHUNK_BYTES, at);
      if (bytes === 0) return;
      yield chunk.subarray(0, bytes);
      at += bytes;
    }
  } finally {
    closeSync(descriptor);
  }
}

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error('usage: node main.mjs <data directory of a tracker>');

const audit = openAudit(
  {
    list: () => readdirSync(directory),
    size: (file) => statSync(join(directory, file)).size,
    read: (file, offset) => chunksOf(join(directory, file), offset),
  },
  sha256,
);
if (audit.kind === 'empty') throw new Error(`${directory} holds nothing of a tracker`);
if (audit.kind === 'unusable') throw new Error(audit.message);

/** @type {Map<string, { operations: number, since: string }>} */
const people = new Map();
const operations = audit.operations();
let step = operations.next();
for (; !step.done; step = operations.next()) {
  const { operation } = step.value;
  const name =
    operation.actor === null ? '(nobody)' : (audit.state.users.get(operation.actor)?.name ?? operation.actor);
  const known = people.get(name) ?? { operations: 0, since: new Date(operation.stamp.time).toISOString() };
  people.set(name, { ...known, operations: known.operations + 1 });
}

for (const [name, row] of [...people].sort(([, a], [, b]) => b.operations - a.operations)) {
  console.log(`${name}: ${row.operations} since ${row.since}`);
}
const verdict = step.value;
console.log(verdict.ok ? `all fits: ${verdict.count} operations, digest ${verdict.digest}` : verdict.message);
process.exitCode = verdict.ok ? 0 : 1;
