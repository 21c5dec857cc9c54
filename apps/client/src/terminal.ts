/**
 * A terminal with one line to type in at its bottom, above it perhaps a line of progress, and everything else scrolling
 * past over both. readline draws the bottom lines (both are its prompt), so that nothing printed meanwhile tears them.
 */
import * as readline from 'node:readline';
import { HISTORY_LINES, MAX_TYPED_AHEAD_LINES } from './limits.js';
import { MutedOutput, type TerminalOutput } from './muted-output.js';

const PROMPT = 'p2p> ';

interface TerminalOptions {
  readonly input: NodeJS.ReadableStream;
  readonly output: TerminalOutput;
  /** A terminal that can't move its cursor gets no progress, and nothing is drawn twice. */
  readonly canMoveCursor: boolean;
  /** Whether the arrow keys may bring a line back. What is typed at {@link Terminal.askHidden} never comes back. */
  isRemembered(line: string): boolean;
  /** Ctrl-C. */
  interrupt(): void;
}

/** What the bottom line is for: a command, a password, or nothing while a command runs. */
type Mode = 'command' | 'hidden' | 'busy';

export class Terminal {
  private readonly output: MutedOutput;
  private readonly lineEditor: readline.Interface;
  private readonly typedAhead: string[] = [];
  private take: ((line: string | undefined) => void) | undefined;
  private mode: Mode = 'busy';
  private question = '';
  private progress: string | undefined;
  private closed = false;

  constructor(private readonly options: TerminalOptions) {
    const { input, output } = options;
    this.output = new MutedOutput(output);
    this.lineEditor = readline.createInterface({
      input,
      output: this.output,
      terminal: true,
      historySize: HISTORY_LINES,
      prompt: '',
    });
    this.lineEditor.on('line', (line) => this.onLine(line));
    this.lineEditor.on('history', (history: string[]) => this.onHistory(history));
    this.lineEditor.on('SIGINT', () => options.interrupt());
    this.lineEditor.on('close', () => this.onClose());
  }

  /** The next command; undefined once the terminal is closed (Ctrl-D) and everything typed before has been read. */
  readCommand(): Promise<string | undefined> {
    return this.next('command');
  }

  /** Asks for something that is not shown, like a password; undefined where the terminal was closed instead. */
  askHidden(question: string): Promise<string | undefined> {
    this.question = `${question}: `;
    return this.next('hidden');
  }

  /** Prints whole lines above the bottom ones. */
  print(text: string): void {
    this.erase();
    this.options.output.write(`${text}\n`);
    this.draw();
  }

  /** Shows one line of progress until it is replaced or taken away by undefined. */
  showProgress(text: string | undefined): void {
    if (this.progress === text || !this.options.canMoveCursor) return;
    if (this.mode !== 'hidden') this.erase();
    this.progress = text;
    if (this.mode !== 'hidden') this.draw();
  }

  close(): void {
    if (!this.closed) this.lineEditor.close();
  }

  private next(mode: 'command' | 'hidden'): Promise<string | undefined> {
    const line = this.typedAhead.shift();
    if (line !== undefined) {
      this.options.input.resume();
      return Promise.resolve(line);
    }
    if (this.closed) return Promise.resolve(undefined);
    this.erase();
    this.enter(mode);
    return new Promise((resolve) => {
      this.take = resolve;
    });
  }

  /** The cursor stands in an empty row. */
  private enter(mode: Mode): void {
    this.mode = mode;
    this.output.muted = mode === 'hidden';
    this.draw();
  }

  private onLine(line: string): void {
    // The line end was typed where nothing is shown.
    if (this.mode === 'hidden') this.options.output.write('\n');
    this.enter('busy');
    const take = this.take;
    this.take = undefined;
    if (take !== undefined) take(line);
    else if (this.typedAhead.push(line) >= MAX_TYPED_AHEAD_LINES) this.options.input.pause();
  }

  private onHistory(history: string[]): void {
    const [latest] = history;
    if (latest !== undefined && (this.mode === 'hidden' || !this.options.isRemembered(latest))) history.shift();
  }

  private onClose(): void {
    this.closed = true;
    if (this.mode !== 'busy' || this.progress !== undefined) this.options.output.write('\n');
    this.take?.(undefined);
    this.take = undefined;
  }

  private draw(): void {
    if (this.closed) return;
    if (this.mode === 'hidden') {
      this.options.output.write(this.question);
      return;
    }
    const progress = this.progress === undefined ? '' : `${this.progress}\n`;
    const prompt = progress + (this.mode === 'command' ? PROMPT : '');
    this.lineEditor.setPrompt(prompt);
    if (prompt !== '' || this.lineEditor.line !== '') this.lineEditor.prompt(true);
  }

  /** Clears the bottom lines and leaves the cursor where they began. */
  private erase(): void {
    const { output, canMoveCursor } = this.options;
    if (this.closed) return;
    if (!canMoveCursor) {
      if (this.mode !== 'busy') output.write('\n');
      return;
    }
    const rows = this.mode === 'hidden' ? 0 : this.lineEditor.getCursorPos().rows;
    readline.moveCursor(output, 0, -rows);
    readline.cursorTo(output, 0);
    readline.clearScreenDown(output);
    // How far readline goes up before it draws. It has no public name, and after a paste readline's own count is wrong.
    Object.assign(this.lineEditor, { prevRows: 0 });
  }
}
