/** A document as plain data, before it is HTML or Markdown. All text is text: whoever writes it out escapes it. */

export interface Document {
  readonly title: string;
  /** A line below the title. */
  readonly subtitle: string;
  readonly blocks: readonly Block[];
}

export type Block =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'subheading'; readonly text: string }
  /** The first paragraph that is meant for whoever decides stands out. */
  | { readonly kind: 'lead'; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string }
  /** What a reader must not miss. */
  | { readonly kind: 'warning'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'figures'; readonly items: readonly KeyFigure[] }
  | TableBlock
  | { readonly kind: 'facts'; readonly rows: readonly (readonly [name: string, value: string])[] }
  /** `svg` is a whole SVG document; `command` draws it where a document holds no pictures. */
  | { readonly kind: 'chart'; readonly svg: string; readonly caption: string; readonly command: string }
  | { readonly kind: 'commands'; readonly lines: readonly string[] };

/** A number that is read from afar, and what it says. */
export interface KeyFigure {
  readonly value: string;
  readonly words: string;
}

export interface TableBlock {
  readonly kind: 'table';
  readonly columns: readonly { readonly header: string; readonly align: 'left' | 'right' }[];
  readonly rows: readonly (readonly string[])[];
  /** Rows that stand out, by their places. */
  readonly marked: readonly number[];
}
