/** What a person or a script types: cut into lines and words, run as commands, printed without doing harm. */
import { type Dice, hold, notableText, plainText, type Target } from '@p2p/fuzzing';
import { errorCodes } from '@p2p/protocol';
import { parseArguments } from '../src/arguments.js';
import { commands } from '../src/commands/index.js';
import { JsonOutput } from '../src/json-output.js';
import { MAX_LINE_BYTES } from '../src/limits.js';
import { readLines } from '../src/lines.js';
import { cutCommand, Session } from '../src/session.js';
import { TextOutput } from '../src/text-output.js';
import { cutWords, isSkippedLine } from '../src/words.js';
import { peerThatSays } from './peer-that-says.js';

const place = { directory: '/srv/here', home: '/home/ann' };
const asBytes = (text: string) => new Uint8Array(Buffer.from(text));
const asText = (bytes: Uint8Array) => Buffer.from(bytes).toString();
/** What a terminal could obey. */
const obeyed = /[^\P{Cc}\n]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

const names = [...commands.keys()];
const options = [
  '--data-dir',
  '--json',
  '--stay',
  '--bind',
  '--web',
  '--no-web',
  '--upload-limit',
  '--give-up',
  '-h',
  '--',
];

function word(dice: Dice): string {
  const text = dice.chance(0.5) ? plainText(dice, 8) : notableText(dice, 3);
  if (dice.chance(0.1)) return dice.pick(['up', 'down', 'running', '0', '3', '500k', '1.5M']);
  return dice.pick([text, text, `'${text}'`, `"${text}"`, `${text}\\ ${text}`, `--as ${text}`, `~/${text}`]);
}

/** Mostly with as many words as the command wants. */
function line(dice: Dice): string {
  const name = dice.pick(names);
  const wanted = commands.get(name)?.usage.match(/</g)?.length ?? 0;
  const count = dice.chance(0.7) ? wanted : dice.below(5);
  const command = dice.chance(0.95) ? name : word(dice);
  return [command, ...Array.from({ length: count }, () => word(dice))].join(dice.pick([' ', ' ', '\t', '  ']));
}

async function linesOf(chunks: readonly Uint8Array[]): Promise<string[]> {
  async function* input() {
    yield* chunks;
  }
  const lines: string[] = [];
  for await (const read of readLines(input())) {
    if (read.ok) {
      hold(!read.text.includes('\n') && Buffer.byteLength(read.text) <= MAX_LINE_BYTES, 'a line is one line');
    }
    lines.push(read.ok ? `ok ${read.text}` : `bad ${read.message}`);
  }
  return lines;
}

/** Each line is a turn of its own for whoever reads them: a thousand are enough for one execution. */
function beginningOf(bytes: Uint8Array): Uint8Array {
  let end = -1;
  for (let lines = 0; lines < 1_000; lines++) {
    end = bytes.indexOf(0x0a, end + 1);
    if (end < 0) return bytes;
  }
  return bytes.subarray(0, end);
}

const clientLines: Target = {
  name: 'client-lines',
  kind: 'decoder',
  executions: 200_000,
  maxBytes: 200_000,
  generate: (dice) =>
    asBytes(
      String.fromCharCode(dice.below(128)) + Array.from({ length: dice.below(6) }, () => `${line(dice)}\n`).join(''),
    ),
  run: async (input) => {
    const bytes = beginningOf(input.subarray(1));
    const size = Math.max(1 + (input[0] ?? 0), Math.ceil(bytes.length / 200));
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.subarray(index * size, (index + 1) * size),
    );
    const whole = await linesOf([bytes]);
    hold(JSON.stringify(await linesOf(chunks)) === JSON.stringify(whole), 'lines are the same, however they come');
    return whole.some((each) => each.startsWith('ok'));
  },
};

const clientWords: Target = {
  name: 'client-words',
  kind: 'decoder',
  executions: 500_000,
  maxBytes: MAX_LINE_BYTES,
  generate: (dice) => asBytes(line(dice)),
  run: (input) => {
    const text = asText(input);
    isSkippedLine(text);
    const cut = cutWords(text);
    if (!cut.ok) {
      hold(/^[a-z ]+$/.test(cut.message), 'a line that is refused says why');
      return false;
    }
    const quoted = cut.words.map((each) => `'${each.replaceAll("'", `'\\''`)}'`).join(' ');
    const again = cutWords(quoted);
    hold(again.ok && JSON.stringify(again.words) === JSON.stringify(cut.words), 'words are read as they are quoted');
    return cut.words.length > 0;
  },
};

class Sink {
  text = '';
  write(text: string): void {
    this.text += text;
  }
}

/** The first line is what somebody else says in names and refusals, the second the command. */
const clientCommands: Target = {
  name: 'client-commands',
  kind: 'decoder',
  executions: 200_000,
  maxBytes: 10_000,
  generate: (dice) => asBytes(`${notableText(dice).replaceAll('\n', '')}\n${line(dice)}`),
  run: async (input) => {
    const [said = '', ...rest] = asText(input).split('\n');
    const cut = cutCommand(rest.join(' '));
    const failed = (error: unknown) => {
      throw error;
    };
    const session = new Session(peerThatSays(said), place, failed);
    const outcome = cut.ok ? await session.run(cut.name, cut.words) : cut.refusal;
    hold(outcome.ok || errorCodes.includes(outcome.code), 'a refusal has a code');
    const command = cut.ok ? cut.name : null;
    const [json, people] = [new Sink(), new Sink()];
    new JsonOutput(json, new Sink(), () => 0).answer(command, outcome);
    hold(json.text.endsWith('\n') && json.text.indexOf('\n') === json.text.length - 1, 'a program gets one line');
    JSON.parse(json.text);
    new TextOutput(people, people, () => 0).answer(command, outcome);
    hold(!obeyed.test(people.text), 'nobody else moves the cursor');
    return outcome.ok;
  },
};

const clientArguments: Target = {
  name: 'client-arguments',
  kind: 'decoder',
  executions: 200_000,
  maxBytes: 10_000,
  generate: (dice) => {
    const words = Array.from({ length: dice.below(5) }, () =>
      dice.pick([dice.pick(options), '127.0.0.1:9931', 'tracker_info.txt', String(dice.below(100)), word(dice)]),
    );
    return asBytes(words.join('\0'));
  },
  run: (input) => {
    const parsed = parseArguments(asText(input).split('\0'), place);
    if (parsed.kind === 'error') hold(parsed.message !== '', 'what is wrong is said');
    if (parsed.kind !== 'run') return false;
    const { dataDirectory, trackerInfo, uploadLimit, giveUpSeconds = 0 } = parsed.arguments;
    hold(
      [dataDirectory, trackerInfo].every((path) => path?.startsWith('/') !== false),
      'paths are absolute',
    );
    hold(Number.isSafeInteger(uploadLimit) && uploadLimit >= 0 && giveUpSeconds >= 0, 'numbers are numbers');
    return true;
  },
};

export const targets: readonly Target[] = [clientLines, clientWords, clientCommands, clientArguments];
