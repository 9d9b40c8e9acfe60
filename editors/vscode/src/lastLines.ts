// What a server said last, to tell why it ended.

const KEPT_CHARACTERS = 4000;

export class LastLines {
  #text = '';

  add(text: string): void {
    this.#text = (this.#text + text).slice(-KEPT_CHARACTERS);
  }

  clear(): void {
    this.#text = '';
  }

  /** The last line that is not empty: of a traceback, the error itself. */
  last(): string {
    return this.#text.trimEnd().split(/\r?\n/).at(-1)?.trim() ?? '';
  }
}
