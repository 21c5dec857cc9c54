/** Values with something wrong in them: a field that is gone, or of another kind, or far too long. */
import type { Dice } from '../dice.js';
import { notableText } from './notable-texts.js';

type Fields = Record<string, unknown>;

/** Deeper than any message may be nested. */
const TOO_DEEP = 40;

const oddities: readonly ((dice: Dice) => unknown)[] = [
  () => null,
  () => true,
  () => [],
  () => ({}),
  () => '',
  (dice) =>
    dice.pick([-1, 0, -0, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, -(2 ** 53), 2 ** 64, 1e300, 5e-324]),
  (dice) => 2 ** dice.below(64) + dice.between(-1, 1),
  (dice) => notableText(dice),
  (dice) => dice.bytes(dice.size(100)),
  (dice) => nested(dice, 1 + dice.below(TOO_DEEP)),
  (dice) => Array.from({ length: dice.size(2_000) }, () => 0),
  (dice) => Object.fromEntries(Array.from({ length: dice.size(200) }, (_, index) => [`k${index}`, index])),
];

function nested(dice: Dice, depth: number): unknown {
  let value: unknown = 0;
  for (let left = depth; left > 0; left--) value = dice.chance(0.5) ? [value] : { a: value };
  return value;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

function isLarge(value: unknown): boolean {
  return typeof value === 'object' || (typeof value === 'string' && value.length > 100);
}

/** One to three changes. `other` is another value to take parts from. Neither is touched. */
export function mutateValue(dice: Dice, value: unknown, other: unknown): unknown {
  let result = value;
  for (let left = 1 + dice.below(3); left > 0; left--) result = changed(dice, result, other);
  return result;
}

function changed(dice: Dice, value: unknown, other: unknown): unknown {
  if (Array.isArray(value)) return changedList(dice, value, other);
  if (isFields(value) && !dice.chance(0.02)) return changedFields(dice, value, other);
  return dice.chance(0.2) ? somewhereIn(dice, other) : dice.pick(oddities)(dice);
}

function changedFields(dice: Dice, fields: Fields, other: unknown): Fields {
  const names = Object.keys(fields);
  const name = names.length === 0 ? 'type' : dice.pick(names);
  const { [name]: field, ...rest } = fields;
  switch (dice.below(8)) {
    case 0:
      return rest;
    case 1:
      return { ...rest, [dice.pick(['type', 'kind', 'id', 'constructor', 'toString', 'news', `${name}2`])]: field };
    case 2:
      return { ...fields, [dice.pick(['__proto__x', 'then', 'length', 'news'])]: dice.pick(oddities)(dice) };
    case 3:
      return isFields(other) ? { ...fields, ...dice.pick([other, { type: other.type }]) } : rest;
    default:
      return { ...fields, [name]: changed(dice, field, isFields(other) ? other[name] : other) };
  }
}

function changedList(dice: Dice, list: readonly unknown[], other: unknown): unknown {
  const at = dice.below(list.length + 1);
  const item = list[at] ?? dice.pick(oddities)(dice);
  switch (dice.below(6)) {
    case 0:
      return list.filter((_, index) => index !== at);
    case 1:
      return [...list.slice(0, at), item, ...list.slice(at)];
    case 2:
      return [...list, ...new Array<unknown>(dice.size(isLarge(item) || dice.chance(0.99) ? 100 : 20_000)).fill(item)];
    case 3:
      return dice.pick(oddities)(dice);
    default:
      return list.map((each, index) => (index === at ? changed(dice, each, other) : each));
  }
}

/** Some part of a value, at any depth. */
function somewhereIn(dice: Dice, value: unknown): unknown {
  let part = value;
  while (dice.chance(0.7)) {
    const inner: readonly unknown[] = Array.isArray(part) ? part : isFields(part) ? Object.values(part) : [];
    if (inner.length === 0) break;
    part = dice.pick(inner);
  }
  return part ?? null;
}
