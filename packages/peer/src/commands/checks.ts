/** What a command checks before it asks a tracker anything: names first, then the session. */
import {
  checkName,
  MAX_PASSWORD_BYTES,
  MIN_PASSWORD_BYTES,
  type NameKind,
  type Refusal,
  refusal,
  utf8Length,
} from '@p2p/protocol';
import type { Account } from '../tracker-session/account.js';

/** A name as it was typed. `chosen`: of something new. */
export interface TypedName {
  readonly kind: NameKind;
  readonly text: string;
  readonly chosen?: boolean;
}

export type CheckedNames<T extends readonly TypedName[]> =
  | { readonly ok: true; readonly names: { readonly [K in keyof T]: string } }
  | Refusal;

/** The names in normal form, or `invalid_name` for the first that is not allowed. */
export function checkNames<const T extends readonly TypedName[]>(...typed: T): CheckedNames<T> {
  const names: string[] = [];
  for (const { kind, text, chosen } of typed) {
    const check = checkName(kind, text, chosen ?? false);
    if (!check.ok) return refusal('invalid_name', check.reason);
    names.push(check.name);
  }
  // As many as were typed, which the compiler can't count.
  return { ok: true, names: names as unknown as { readonly [K in keyof T]: string } };
}

/** What every command of somebody who is logged in checks first: its names, then the session, in this order. */
export function checkRequest<const T extends readonly TypedName[]>(
  account: Pick<Account, 'token'>,
  ...typed: T
): CheckedNames<T> {
  const checked = checkNames<T>(...typed);
  return checked.ok ? (checkSession(account) ?? checked) : checked;
}

/** A password that is being set. */
export function checkNewPassword(password: string): Refusal | undefined {
  const bytes = utf8Length(password);
  if (bytes >= MIN_PASSWORD_BYTES && bytes <= MAX_PASSWORD_BYTES) return undefined;
  return refusal('bad_request', `a password has ${MIN_PASSWORD_BYTES} to ${MAX_PASSWORD_BYTES} bytes`);
}

/** Without a token nobody can be logged in; with one it is for the tracker to say. */
export function checkSession(account: Pick<Account, 'token'>): Refusal | undefined {
  return account.token === undefined ? refusal('not_logged_in') : undefined;
}
