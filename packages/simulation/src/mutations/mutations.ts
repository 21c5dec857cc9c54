/** Each takes away something that looks as if one could do without it. The simulation has to notice every one. */
import type { Edit } from './bundle.js';

export interface Mutation {
  readonly name: string;
  /** What goes wrong then. */
  readonly why: string;
  readonly edits: readonly Edit[];
  /** The schedule that was written for it, where chance would need too long. */
  readonly schedule?: string;
}

const replica = 'packages/state/src/replica';

/** One change in one place. */
function mutation(name: string, why: string, ...edits: Edit[]): Mutation {
  return { name, why, edits };
}

export const mutations: readonly Mutation[] = [
  mutation('send before flush', 'a crash loses what others have, and its number is used again', {
    file: `${replica}/stream.ts`,
    find: 'while (link.cursor < ledger.flushedEnd &&',
    replace: 'while (link.cursor < ledger.arrivalsEnd &&',
  }),
  mutation('acknowledge the unflushed', 'what was answered as replicated is on one disk less', {
    file: `${replica}/finality.ts`,
    find: 'return incarnation === this.#own ? this.#ledger.flushed :',
    replace: 'return incarnation === this.#own ? this.#ledger.have :',
  }),
  mutation("treat an INIT's `have` as an acknowledgement", 'it was received, not flushed', {
    file: `${replica}/linking.ts`,
    find: 'raise(link.known, init.have);',
    replace: 'raise(link.known, init.have); this.#finality.hear(init.incarnation, init.have);',
  }),
  mutation('no `hello` condition', 'operations of a former incarnation slip in before final ones', {
    file: `${replica}/finality.ts`,
    find: 'if (!vectors.every((vector) => since.every((wanted) => covers(vector, wanted)))) return undefined;',
    replace: 'void covers; void since;',
  }),
  {
    ...mutation('old links kept', 'a former incarnation goes on sending through a link that was never closed', {
      file: `${replica}/replica.ts`,
      find: 'this.#linking.dropReplaced();',
      replace: '',
    }),
    schedule: 'former-incarnation-on-an-old-link',
  },
  mutation('no rejoin', 'a newcomer numbers its operations from before what is final', {
    file: `${replica}/handshake.ts`,
    find: "return here ? 'here' : there ? 'there' : undefined;",
    replace: 'return undefined;',
  }),
  mutation('joined set too late', 'a tracker that is part of the history is taken for a newcomer', {
    file: `${replica}/finality.ts`,
    find: 'return greeted.has(slot) ||',
    replace: 'return (timeline.final.count > 0 && greeted.has(slot)) ||',
  }),
  mutation('final without everything before it', 'an earlier operation still comes in, and the outcome changes', {
    file: 'packages/state/src/timeline.ts',
    find: '!isHeldByAll(entry.operation)',
    replace: '![...this.tentative()].some(({ operation }) => isHeldByAll(operation))',
  }),
  mutation('answer a duplicate at once', 'the answer comes before it is true', {
    file: `${replica}/requests.ts`,
    find: "if (this.knows(requestId)) return this.attach({ kind: 'attach', ticket, requestId, now });",
    replace:
      'if (this.knows(requestId)) return this.#answer([ticket], answerOf(this.#ledger.timeline.recordOf(requestId) as RequestRecord, false));',
  }),
  mutation('compensate instead of `reject`', 'the loser of a race takes effect all the same, until it is withdrawn', {
    file: 'packages/state/src/apply/naming.ts',
    find: "if (wanted.mode === 'reject') return undefined;",
    replace: '',
  }),
  mutation(
    'no re-proposal as `keep`',
    'what was answered while a tracker was away loses against what that one has',
    {
      file: `${replica}/requests.ts`,
      find: 'for (const { operation } of open) {',
      replace: 'for (const { operation } of open.slice(open.length)) {',
    },
    {
      file: `${replica}/requests.ts`,
      find: "if (record.outcome.ok && speaking.operation.mode === 'reject') return this.keepWhatIsOpen([speaking], now);",
      replace: '',
    },
  ),
  mutation('drop one operation on catch-up', 'one is missing where the others have it', {
    file: `${replica}/ledger.ts`,
    find: 'fresh.push(encoded);',
    replace: 'if (encoded !== operations[4]) fresh.push(encoded);',
  }),
  {
    ...mutation('depend on Map order', 'on another tracker another member inherits the group', {
      file: 'packages/state/src/apply/memberships.ts',
      find: 'const [heir] = members.sort(([, a], [, b]) => compareStamps(a.since, b.since));',
      replace: 'const [heir] = members; void compareStamps;',
    }),
    schedule: 'heirs',
  },
  mutation('merge one by one', 'a backlog costs the square of what it is long', {
    file: `${replica}/ledger.ts`,
    find: 'return this.timeline.insert(backlog);',
    replace: 'return backlog.flatMap((one) => this.timeline.insert([one]));',
  }),
  {
    ...mutation('give a state without vacating the slot', 'acknowledgements of the former incarnation go on counting', {
      file: `${replica}/replica.ts`,
      find: 'if (giving?.peer !== undefined) giving.givingUntil = this.#requests.vacate(giving.peer.slot, input.now);',
      replace: 'if (giving?.peer !== undefined) giving.givingUntil = 0;',
    }),
    schedule: 'giver-that-lacks-some',
  },
  mutation('a request acts twice', 'whoever was let in again is removed again', {
    file: 'packages/state/src/apply/apply.ts',
    find: "if (recorded !== undefined && (recorded.ok || mode === 'reject')) return recorded;",
    replace: "if (recorded !== undefined && !recorded.ok && mode === 'reject') return recorded;",
  }),
  mutation('begin anew with nothing of one’s own', 'what was answered while it was alone is gone', {
    file: `${replica}/snapshot-intake.ts`,
    find: 'if (outcome.ok && !isOfSlots(operation) && !isThere(operation)) own.propose(operation);',
    replace: 'void outcome;',
  }),
  mutation('a commit without its flush', 'the disk loses what was acknowledged', {
    file: 'packages/state/src/storage/journal.ts',
    find: "yield log.append({ kind: 'batch', operations: operations.map(({ bytes }) => bytes) });\n    yield log.flush();",
    replace: "yield log.append({ kind: 'batch', operations: operations.map(({ bytes }) => bytes) });",
  }),
  mutation('read the journal from its end', 'what was not folded is forgotten at a restart', {
    file: 'packages/state/src/storage/journal.ts',
    find: 'return { tail: this.#stretches.at(at)?.position ?? this.#end,',
    replace: 'return { tail: this.#end,',
  }),
  mutation('a torn record is kept', 'what is written behind it can’t be read again', {
    file: 'packages/state/src/storage/read-tail.ts',
    find: "if (end.kind === 'torn') this.#repairs.push({ kind: 'truncate', file, bytes: length.bytes });",
    replace: '',
  }),
];

/** So small that a small world has many slices, batches and segments. Nothing may break by that. */
export const smallLimits: readonly Edit[] = [
  limit('SYNC_BATCH_BYTES = 256 * 1024', 'SYNC_BATCH_BYTES = 600'),
  limit('FOLD_SLICE_OPERATIONS = 256', 'FOLD_SLICE_OPERATIONS = 2'),
  limit('SNAPSHOT_SLICE_ROWS = 2_048', 'SNAPSHOT_SLICE_ROWS = 3'),
  limit('JOURNAL_SEGMENT_BYTES = 64 * 1024 * 1024', 'JOURNAL_SEGMENT_BYTES = 2_000', 'limits/storage.ts'),
  limit('JOURNAL_COMMIT_BYTES = 4 * 1024 * 1024', 'JOURNAL_COMMIT_BYTES = 500', 'limits/storage.ts'),
  limit('JOURNAL_STRIDE_BYTES = 64 * 1024', 'JOURNAL_STRIDE_BYTES = 300', 'limits/storage.ts'),
  limit('FOLD_WRITE_BYTES = 1024 * 1024', 'FOLD_WRITE_BYTES = 500', 'limits/storage.ts'),
  limit('MIN_REWRITE_BYTES = 64 * 1024 * 1024', 'MIN_REWRITE_BYTES = 2_000', 'limits/storage.ts'),
  limit('SESSION_SEEN_MS = 60 * 60 * 1_000', 'SESSION_SEEN_MS = 500', 'limits/access.ts'),
  limit('MAX_SESSIONS_PER_USER = 256', 'MAX_SESSIONS_PER_USER = 3', 'limits/access.ts'),
  limit('REMEMBERED_DIGESTS = 4_096', 'REMEMBERED_DIGESTS = 8'),
];

function limit(find: string, replace: string, file = 'limits.ts'): Edit {
  return { file: `packages/protocol/src/${file}`, find, replace };
}
