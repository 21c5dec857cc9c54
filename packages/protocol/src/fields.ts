/** Schemas of single fields that several messages share: names, passwords, bytes, addresses. */
import * as z from 'zod';
import { MAX_HOST_BYTES, MAX_PASSWORD_BYTES, MIN_PASSWORD_BYTES } from './limits.js';
import { checkDeviceName, checkName, harmless, type NameCheck, type NameKind, utf8Length } from './names.js';

function name(kind: NameKind, chosen: boolean) {
  return checked((text) => checkName(kind, text, chosen));
}

function checked(checkText: (text: string) => NameCheck) {
  return z.string().transform((text, context) => {
    const check = checkText(text);
    if (check.ok) return check.name;
    context.addIssue({ code: 'custom', message: check.reason, params: { code: 'invalid_name' } });
    return z.NEVER;
  });
}

/** Names of what exists; each is NFC after parsing. */
export const userName = name('user', false).brand('UserName');
export type UserName = z.infer<typeof userName>;
export const groupName = name('group', false).brand('GroupName');
export type GroupName = z.infer<typeof groupName>;
export const fileName = name('file', false).brand('FileName');
export type FileName = z.infer<typeof fileName>;

/** Names that somebody picks for something new: none that looks like a merge's. */
export const newUserName = name('user', true).brand('UserName');
export const newGroupName = name('group', true).brand('GroupName');
export const newFileName = name('file', true).brand('FileName');

/** A name that another program has let in, or an id where the name is not known. */
export const toldName = z.string().regex(harmless);

/** What a device calls itself; NFC after parsing. */
export const deviceName = checked(checkDeviceName).brand('DeviceName');
export type DeviceName = z.infer<typeof deviceName>;

/** A password being set. */
export const newPassword = z.string().refine(
  (text) => {
    const bytes = utf8Length(text);
    return bytes >= MIN_PASSWORD_BYTES && bytes <= MAX_PASSWORD_BYTES;
  },
  { error: `a password has ${MIN_PASSWORD_BYTES} to ${MAX_PASSWORD_BYTES} bytes` },
);

/**
 * A password being tried: of any length that a frame holds. No password is longer than those that can be set, so all
 * that are become the same, and nobody has to keep them while they wait.
 */
export const triedPassword = z
  .string()
  .transform((text) => (text.length > MAX_PASSWORD_BYTES ? 'x'.repeat(MAX_PASSWORD_BYTES + 1) : text));

/** Bytes as they are, wherever their memory lies. */
export const rawBytes: z.ZodType<Uint8Array> = z.instanceof(Uint8Array);

/** Exactly `length` raw bytes. */
export function bytesOf(length: number) {
  return rawBytes.refine((bytes) => bytes.length === length, { error: `${length} bytes expected` });
}

/**
 * A map with up to `max` entries whose keys are data. Ends at the first fault, where `z.record` goes on to the last: a
 * stranger's map may be long. Tools that walk over schemas find `key` and `entry` in its metadata.
 */
export function entriesOf<K extends string, V>(key: z.ZodType<K>, entry: z.ZodType<V>, max: number) {
  const check = z.unknown().transform((input, context): Record<K, V> => {
    const entries = typeof input === 'object' && input !== null ? Object.entries(input) : undefined;
    if (entries === undefined || Array.isArray(input) || entries.length > max) {
      context.addIssue({ code: 'custom', message: `a map of at most ${max} entries expected` });
      return z.NEVER;
    }
    const parsed: Partial<Record<K, V>> = {};
    for (const [text, value] of entries) {
      const [parsedKey, parsedValue] = [key.safeParse(text), entry.safeParse(value)];
      if (!parsedKey.success || !parsedValue.success) {
        context.addIssue({ code: 'custom', message: 'not an entry of this map', path: [text] });
        return z.NEVER;
      }
      parsed[parsedKey.data] = parsedValue.data;
    }
    return parsed as Record<K, V>;
  });
  return check.meta({ key, entry });
}

/** Where a peer can be dialled: a name or a literal IPv4 or IPv6 address without brackets. */
export const peerAddress = z.object({
  host: z
    .string()
    .min(1)
    .max(MAX_HOST_BYTES)
    .regex(/^[0-9a-zA-Z.:%_-]+$/),
  port: z.int().min(1).max(65_535),
});
export type PeerAddress = z.infer<typeof peerAddress>;
