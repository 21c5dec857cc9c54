/** A client's prompt at a real pseudo-terminal, its screen drawn by a terminal emulator: what a person would see. */
import { type IPty, spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { onTestFinished } from 'vitest';

const COLUMNS = 100;
const ROWS = 40;

/** Nothing here takes this long; the screen is then shown as it is. */
const PATIENCE_MS = 60_000;

interface TerminalProgramOptions {
  readonly directory: string;
  readonly environment?: NodeJS.ProcessEnv;
}

interface Waiter {
  readonly holds: () => boolean;
  readonly resolve: () => void;
}

export class TerminalProgram {
  /** Every byte that ever came, control sequences included. */
  written = '';
  readonly exitCode: Promise<number>;
  readonly #pty: IPty;
  readonly #emulator = new xterm.Terminal({ cols: COLUMNS, rows: ROWS, scrollback: 1000, allowProposedApi: true });
  #waiters: Waiter[] = [];

  /** Runs `command` in `directory`; killed when the test ends. */
  constructor(command: readonly [program: string, ...words: string[]], options: TerminalProgramOptions) {
    const [program, ...words] = command;
    const { directory, environment = {} } = options;
    const { INIT_CWD: _, NO_COLOR: __, FORCE_COLOR: ___, CI: ____, ...inherited } = process.env;
    this.#pty = spawn(program, words, {
      name: environment.TERM ?? 'xterm-256color',
      cols: COLUMNS,
      rows: ROWS,
      cwd: directory,
      env: { ...inherited, ...environment },
    });
    this.#pty.onData((text) => this.#take(text));
    // The emulator answers when it is asked where its cursor is.
    this.#emulator.onData((answer) => this.#pty.write(answer));
    let running = true;
    this.exitCode = new Promise((resolve) => {
      this.#pty.onExit(({ exitCode }) => {
        running = false;
        resolve(exitCode);
      });
    });
    onTestFinished(() => {
      if (running) this.#pty.kill('SIGKILL');
    });
  }

  /** Types keys; `\r` is the Enter key, `\x03` Ctrl-C, `\x04` Ctrl-D. */
  type(keys: string): void {
    this.#pty.write(keys);
  }

  /** Types a line when the prompt is there, and waits for the next prompt. Answers with what has appeared in between. */
  async command(line: string): Promise<string> {
    const typed = `p2p> ${line}`;
    await this.prompt();
    this.type(line);
    await this.until(() => this.bottom === typed);
    this.type('\r');
    await this.prompt();
    return this.text.slice(this.text.lastIndexOf(typed) + typed.length, -'p2p>'.length).trim();
  }

  /** Waits for a prompt with nothing typed behind it. */
  prompt(): Promise<void> {
    return this.until(() => this.bottom === 'p2p>');
  }

  /** Waits until the screen holds `text`. */
  shows(text: string | RegExp): Promise<void> {
    return this.until(() => (typeof text === 'string' ? this.text.includes(text) : text.test(this.text)));
  }

  /** All that is to be seen, also by scrolling back; without blanks at the ends of lines. */
  get text(): string {
    const buffer = this.#emulator.buffer.active;
    const lines = Array.from({ length: buffer.length }, (_, at) => buffer.getLine(at)?.translateToString(true) ?? '');
    return lines.join('\n').trimEnd();
  }

  /** The last line that holds anything. */
  get bottom(): string {
    return this.text.split('\n').at(-1) ?? '';
  }

  /** Lines that fit. */
  lines(fits: RegExp): string[] {
    return this.text.split('\n').filter((line) => fits.test(line));
  }

  async until(holds: () => boolean): Promise<void> {
    if (holds()) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`it never came to be:\n${this.text}`)), PATIENCE_MS);
      const done = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#waiters.push({ holds, resolve: done });
    });
  }

  #take(text: string): void {
    this.written += text;
    this.#emulator.write(text, () => {
      const met = this.#waiters.filter(({ holds }) => holds());
      this.#waiters = this.#waiters.filter((waiter) => !met.includes(waiter));
      for (const { resolve } of met) resolve();
    });
  }
}
