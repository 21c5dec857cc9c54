/** A run told step by step, in lines that a person can search. */
import type { StepListener } from './witness/witness.js';

const MAX_LINE = 2_000;
/** Long, and never what one looks for. */
const left = new Set(['state', 'rows', 'cluster', 'credential', 'bytes', 'digest']);

export function tracer(print: (line: string) => void): StepListener {
  return ({ now, slot }, input, effects) => {
    const words = effects.map(brief).join(' | ');
    print(`${now.toFixed(1)} T${slot} ${brief(input)} -> ${words}`.slice(0, MAX_LINE));
  };
}

/** Ids are cut to what tells them apart. */
function brief(value: object): string {
  const text = JSON.stringify(value, (key, field: unknown) => {
    if (left.has(key) || field instanceof Uint8Array) return undefined;
    return key === 'operations' && isListOfBytes(field) ? `${field.length} operations` : field;
  });
  return text.replaceAll(/([0-9a-f]{4})[0-9a-f]{12,}/g, '$1').replaceAll('"', '');
}

function isListOfBytes(field: unknown): field is readonly Uint8Array[] {
  return Array.isArray(field) && field[0] instanceof Uint8Array;
}
