/** Numbers as they are typed: in words of a command and in options. */

/** Seconds, whole or with decimals; undefined where `text` is no such number. */
export function parseSeconds(text: string): number | undefined {
  return /^[0-9]{1,15}(\.[0-9]+)?$/.test(text) ? Number(text) : undefined;
}

const unitBytes: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** A count of bytes: `4096`, `500k`, `1.5M`, `2G`, in powers of 1024; undefined where `text` is no such number. */
export function parseByteCount(text: string): number | undefined {
  const [, number = '', decimals = '', unit = ''] = /^([0-9]{1,15})(\.[0-9]+)?([kmg]?)$/i.exec(text) ?? [];
  if (number === '' || (decimals !== '' && unit === '')) return undefined;
  const bytes = Math.round(Number(number + decimals) * (unitBytes[unit.toLowerCase()] ?? 1));
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** A whole number of things; undefined where `text` is no such number. */
export function parseCount(text: string): number | undefined {
  return /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined;
}
