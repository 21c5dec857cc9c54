/** `tracker audit <data-dir>`: a line for each final operation, and whether all of it fits together. Only reads. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { printable } from '@p2p/command-line';
import { type Audit, type AuditedOperation, type AuditVerdict, openAudit } from '@p2p/state';
import type { AuditArguments } from '../arguments.js';
import { diskFaultLine } from '../storage/disk-words.js';
import { fileDirectory } from '../storage/file-directory.js';
import { mainFieldsOf } from './main-fields.js';
import { isDirectory } from './own-tracker.js';
import { done, refused, type SubcommandEnd, unusable } from './subcommand-end.js';

/** As much of a digest as shows at a glance whether two are the same. Hex digits. */
const SHOWN_DIGEST_DIGITS = 16;
/** Lines that are written at a time: memory stays bounded, however long the list. */
const LINES_PER_WRITE = 1_000;
/** The last moment that a Date can be, ms. */
const LAST_DATE_MS = 8_640_000_000_000_000;

/** `print` resolves when the text has been taken. */
export async function audit(
  { directory, json }: AuditArguments,
  print: (text: string) => Promise<void>,
): Promise<SubcommandEnd> {
  if (!(await isDirectory(directory))) return unusable(`there is no directory ${directory}`);
  try {
    const opened = openAudit(fileDirectory(directory), sha256);
    if (opened.kind === 'empty') return unusable(`${directory} holds nothing of a tracker`);
    if (opened.kind === 'unusable') return refused(join(directory, opened.message));
    return await listAll(opened, json, print);
  } catch (error) {
    return unusable(diskFaultLine(error));
  }
}

async function listAll(opened: Audit, json: boolean, print: (text: string) => Promise<void>): Promise<SubcommandEnd> {
  if (!json && opened.begin > 0)
    await print(`(the first ${opened.begin} were taken over from another tracker as what they had come to)\n`);
  const operations = opened.operations();
  for (let text = '', lines = 0; ; ) {
    const { done: isEnd, value } = operations.next();
    if (!isEnd) {
      text += `${json ? jsonLine(opened, value) : textLine(opened, value)}\n`;
      lines += 1;
    }
    if (isEnd || lines === LINES_PER_WRITE) {
      if (text !== '') await print(text);
      text = '';
      lines = 0;
    }
    if (!isEnd) continue;
    if (json) await print(`${JSON.stringify(value)}\n`);
    return endOf(value, json);
  }
}

function endOf(verdict: AuditVerdict, json: boolean): SubcommandEnd {
  if (!verdict.ok) return refused(verdict.message);
  const { count, digest, open } = verdict;
  const rest = open === 0 ? '' : `; ${open} more in the journal, of which this directory alone can't say it`;
  return done(json ? '' : `whole: ${count} final operations, digest ${digest}${rest}`);
}

function textLine(opened: Audit, { operation, digest }: AuditedOperation): string {
  const fields = Object.entries(mainFieldsOf(operation.body, opened.state));
  const shown = fields.map(([name, value]) => ` ${name}=${JSON.stringify(value)}`).join('');
  const actor = actorOf(opened, operation.actor) ?? '-';
  return printable(
    `${timeOf(operation)} ${digest.slice(0, SHOWN_DIGEST_DIGITS)} ${actor} ${operation.body.kind}${shown}`,
  );
}

function jsonLine(opened: Audit, { count, operation, digest }: AuditedOperation): string {
  const { body, requestId, mode, actor, stamp } = operation;
  const fields = mainFieldsOf(body, opened.state);
  const { incarnation } = stamp;
  const time = timeOf(operation);
  return JSON.stringify({
    count,
    time,
    incarnation,
    actor: actorOf(opened, actor),
    kind: body.kind,
    fields,
    mode,
    requestId,
    digest,
  });
}

function actorOf({ state }: Audit, actor: AuditedOperation['operation']['actor']): string | null {
  return actor === null ? null : (state.users.get(actor)?.name ?? actor);
}

function timeOf({ stamp: { time } }: AuditedOperation['operation']): string {
  return new Date(Math.min(time, LAST_DATE_MS)).toISOString();
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}
