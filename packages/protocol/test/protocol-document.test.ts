/** docs/PROTOCOL.md is complete and names nothing that does not exist: held against the schemas. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import {
  clientRequest,
  decodeMessage,
  downloaderMessage,
  errorMessages,
  FrameDecoder,
  helloRequest,
  operationBody,
  operatorReply,
  operatorRequest,
  peerHello,
  presenceChange,
  serverMessage,
  syncMessage,
  trackerMessage,
  violationMessages,
} from '../src/index.js';
import { fieldsOf, messagesOf, tagOf } from './schema-fields.js';

const text = readFileSync(new URL('../../../docs/PROTOCOL.md', import.meta.url), 'utf8');

interface Section {
  readonly heading: string;
  readonly body: string;
}

/** The sections under headings of one level, each up to the next heading of that level. */
function sectionsOf(markdown: string, level: number): Section[] {
  const [, ...parts] = `\n${markdown}`.split(`\n${'#'.repeat(level)} `);
  return parts.map((part) => {
    const [heading = ''] = part.split('\n', 1);
    return { heading, body: part.slice(heading.length) };
  });
}

const inCode = (markdown: string) => [...markdown.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);

function chapter(heading: string): string {
  const found = sectionsOf(text, 2).find((section) => section.heading === heading);
  if (found === undefined) throw new Error(`docs/PROTOCOL.md has no chapter "${heading}"`);
  return found.body;
}

const chapters: [string, z.core.$ZodType[]][] = [
  ['Client and tracker', [helloRequest, clientRequest, trackerMessage]],
  ['Tracker and tracker', [syncMessage, operationBody, presenceChange]],
  ['Operator and tracker', [operatorRequest, operatorReply]],
  ['Peer and peer', [peerHello, downloaderMessage, serverMessage]],
];

/** Explained once for all messages of a chapter. */
const envelope = ['type', 'kind', 'id', 'counter'];

describe.each(chapters)('%s', (heading, schemas) => {
  const messages = schemas.flatMap(messagesOf);
  const sections = sectionsOf(chapter(heading), 3).map((section) => ({ ...section, names: inCode(section.heading) }));

  test.each(messages.map((message) => [tagOf(message), message] as const))('%s and its fields', (name, message) => {
    const own = sections.filter(({ names }) => names.includes(name));
    expect(own.map((section) => section.heading)).toHaveLength(1);
    const fields = [...fieldsOf(message)].filter((field) => !envelope.includes(field));
    expect(inCode(own[0]?.body ?? '')).toEqual(expect.arrayContaining(fields));
  });

  test('names no message that does not exist', () => {
    const existing = new Set(messages.map(tagOf));
    const replies = inCode(chapter(heading)).filter((code) => /^\w+\.ok$/.test(code));
    const named = [...sections.flatMap(({ names }) => names), ...replies];
    expect(named.filter((name) => !existing.has(name))).toEqual([]);
  });

  test('refuses with codes that exist', () => {
    const refusals = sections.flatMap(({ body }) => inCode(/Refusals: (.*)/.exec(body)?.[1] ?? ''));
    expect(refusals.filter((code) => !(code in errorMessages))).toEqual([]);
  });
});

test('explains what all messages of a chapter have in common', () => {
  const opening = chapter('Client and tracker').split('\n### ')[0] ?? '';
  expect(inCode(opening)).toEqual(expect.arrayContaining(['id', 'counter', 'next', 'after']));
  expect(inCode(chapter('Connections'))).toContain('type');
  expect(inCode(chapter('Tracker and tracker'))).toContain('kind');
});

test('lists every error code and every violation, and no others', () => {
  const rows = [...chapter('Error codes').matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code);
  expect(rows.sort()).toEqual([...Object.keys(errorMessages), ...Object.keys(violationMessages)].sort());
});

test('the example is a frame that this program reads', () => {
  const hex = /```hex\n([0-9a-f ]+)\n```/.exec(text)?.[1] ?? '';
  const frames: unknown[] = [];
  const bytes = Uint8Array.from(hex.split(' '), (byte) => Number.parseInt(byte, 16));
  new FrameDecoder(64).push(bytes, (frame) => frames.push(decodeMessage(clientRequest, frame)));
  expect(frames).toEqual([{ ok: true, message: { type: 'ping', id: 1 } }]);
});
