/**
 * Cuts a line into words as a POSIX shell does: single quotes, double quotes, backslashes. Nothing is expanded, no
 * operator or comment is known inside a line, and no character is dropped.
 * Source: POSIX.1-2017, Shell Command Language, 2.2 "Quoting" and 2.3 "Token Recognition".
 */

type CutLine =
  | { readonly ok: true; readonly words: readonly string[] }
  | { readonly ok: false; readonly message: string };

type Quote = "'" | '"';

/** What a backslash takes the meaning from between double quotes; before anything else it stands for itself. */
const escapableInDoubleQuotes = '$`"\\';

class Cutter {
  readonly words: string[] = [];
  /** The word being read; undefined between words, so that `''` is a word and a blank is none. */
  private word: string | undefined;
  private quote: Quote | undefined;
  private escaped = false;

  take(character: string): void {
    if (this.escaped) this.takeEscaped(character);
    else if (this.quote !== undefined) this.takeQuoted(character, this.quote);
    else this.takePlain(character);
  }

  /** The fault of a line that ends here, if it has one. */
  end(): string | undefined {
    if (this.quote !== undefined) return 'unbalanced quote';
    if (this.escaped) return 'the line ends in a backslash';
    this.endWord();
    return undefined;
  }

  private append(text: string): void {
    this.word = (this.word ?? '') + text;
  }

  private endWord(): void {
    if (this.word !== undefined) this.words.push(this.word);
    this.word = undefined;
  }

  private takeEscaped(character: string): void {
    this.escaped = false;
    const literalBackslash = this.quote === '"' && !escapableInDoubleQuotes.includes(character);
    this.append(literalBackslash ? `\\${character}` : character);
  }

  private takeQuoted(character: string, quote: Quote): void {
    if (character === quote) this.quote = undefined;
    else if (character === '\\' && quote === '"') this.escaped = true;
    else this.append(character);
  }

  private takePlain(character: string): void {
    if (character === ' ' || character === '\t') this.endWord();
    else if (character === '\\') this.escaped = true;
    else if (character === "'" || character === '"') {
      this.quote = character;
      this.append('');
    } else this.append(character);
  }
}

/** The words of one line (without its line end). */
export function cutWords(line: string): CutLine {
  const cutter = new Cutter();
  for (const character of line) cutter.take(character);
  const fault = cutter.end();
  return fault === undefined ? { ok: true, words: cutter.words } : { ok: false, message: fault };
}

/** Whether a script skips the line: nothing but blanks, or a comment. */
export function isSkippedLine(line: string): boolean {
  return /^[ \t]*(#|$)/.test(line);
}
