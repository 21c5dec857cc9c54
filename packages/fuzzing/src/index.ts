/** What a fuzz target is made of. The runner is main.ts; it finds every `fuzz/*.fuzz.ts` and `fuzz/*.machine.ts`. */
export { Dice } from './dice.js';
export { doors } from './doors.js';
export { knownFields, type Pools } from './inputs/known-fields.js';
export { mutateBytes, type Parents } from './inputs/mutate-bytes.js';
export { mutateValue } from './inputs/mutate-values.js';
export { notableText, plainText } from './inputs/notable-texts.js';
export {
  decodeScript,
  encodeScript,
  mutateConversation,
  mutateScript,
  type Step,
} from './inputs/script.js';
export { type Known, type Values, valuesOf } from './inputs/values-of.js';
export { BrokenPromise, hold, type Mutate, type Target } from './target.js';
export { VirtualTime } from './virtual-time.js';
