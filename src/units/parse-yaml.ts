/** YAML checked against a zod schema, with errors that name the file, the line and the path of what is wrong. */
import { type Document, isCollection, isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import type { z } from 'zod';
import { UserError } from '../errors/user-error.ts';
import { expectation, lowerFirst, shown } from './issue-text.ts';
import { knownKeys } from './known-keys.ts';
import { nearest } from './nearest.ts';

type Path = readonly (string | number)[];

/**
 * Parses `text` and returns it as `schema` says, defaults filled in. Unknown keys are refused where the schema's objects
 * are strict (`z.strictObject`).
 *
 * @param fileName how the file is called in errors; nothing is read from disk
 * @throws UserError `hardware.yaml:12: threads: expected a number, found "two".` and the way out
 */
export function parseYaml<Schema extends z.ZodType>(text: string, fileName: string, schema: Schema): z.output<Schema> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const broken = document.errors[0];
  if (broken) {
    const { line, col } = lines.linePos(broken.pos[0]);
    throw new UserError(
      `${fileName}:${line}: not valid YAML: ${lowerFirst(broken.message)} (column ${col}).`,
      'Correct that line; indent with spaces, and put quotes around text that holds ": " or starts with a special sign.',
    );
  }
  const result = schema.safeParse(toPlain(document, fileName));
  if (result.success) return result.data;
  const faults = result.error.issues
    .flatMap(issue => deepest(issue))
    .map(issue => ({ issue, line: lineOf(document, lines, pathOf(issue)) }))
    .sort((a, b) => a.line - b.line);
  const first = faults[0];
  if (!first) throw new UserError(`${fileName}: not what is expected here.`, 'Compare it with a file that ships.');
  const { problem, wayOut } = describe(first.issue, document, schema);
  const more =
    faults.length > 1 ? ` ${faults.length - 1} more problem${faults.length > 2 ? 's' : ''} in this file.` : '';
  throw new UserError(`${fileName}:${first.line}: ${problem}${more}`, wayOut);
}

/** Resolves aliases; a file that expands without bound is refused. */
function toPlain(document: Document.Parsed, fileName: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    const detail = error instanceof Error ? lowerFirst(error.message) : String(error);
    throw new UserError(`${fileName}: not valid YAML: ${detail}.`, 'Write the values out instead of using aliases.', {
      cause: error,
    });
  }
}

type Issue = z.core.$ZodIssue;

/** Of a union that did not match, the complaint of the option that came furthest, since that one was meant. */
function deepest(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
  const depth = (issues: readonly Issue[]): number => Math.min(...issues.map(each => each.path.length));
  const ranked = issue.errors
    .filter(each => each.length > 0)
    .sort((a, b) => depth(b) - depth(a) || a.length - b.length);
  const meant = ranked[0];
  if (!meant || depth(meant) === 0)
    return meant?.every(each => each.code === 'unrecognized_keys') ? under(issue, meant) : [issue];
  return under(issue, meant);
}

const under = (issue: Issue, inner: readonly Issue[]): Issue[] =>
  inner.flatMap(each => deepest({ ...each, path: [...issue.path, ...each.path] }));

/** Where the value is: an unknown key has its own place. */
function pathOf(issue: Issue): Path {
  const path = issue.path.filter(part => typeof part !== 'symbol');
  return issue.code === 'unrecognized_keys' ? [...path, issue.keys[0] ?? ''] : path;
}

function describe(issue: Issue, document: Document.Parsed, schema: z.ZodType): { problem: string; wayOut: string } {
  const path = pathOf(issue);
  if (issue.code === 'unrecognized_keys') {
    const parent = path.slice(0, -1);
    const known = knownKeys(schema, parent);
    const meant = nearest(String(path.at(-1)), known);
    return {
      problem: `${pathText(path)}: unknown key.`,
      wayOut: meant
        ? `Did you mean "${meant}"?`
        : known.length > 0
          ? `Known here: ${known.join(', ')}.`
          : 'Remove it, or look up its name in the schema.',
    };
  }
  const value: unknown = path.length === 0 ? document.toJS() : valueAt(document, path);
  return {
    problem: `${pathText(path)}: expected ${expectation(issue)}, found ${shown(value)}.`,
    wayOut: value === undefined ? 'Add it.' : correction(issue, value),
  };
}

function correction(issue: Issue, value: unknown): string {
  if (issue.code === 'invalid_value' && typeof value === 'string') {
    const meant = nearest(value, issue.values.map(String));
    if (meant) return `Did you mean "${meant}"?`;
  }
  return 'Change the value.';
}

/** `sites[2].ladder`; the whole file is called so. */
export function pathText(path: Path): string {
  if (path.length === 0) return 'the whole file';
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`),
    '',
  );
}

function valueAt(document: Document.Parsed, path: Path): unknown {
  let value: unknown = document.toJS();
  for (const part of path) value = (value as Record<string | number, unknown> | null | undefined)?.[part];
  return value;
}

/** The line of the node at `path`, or of the nearest parent that is there; a key's own line where it has one. */
function lineOf(document: Document.Parsed, lines: LineCounter, path: Path): number {
  let node: Node | null = document.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(item => isScalar(item.key) && String(item.key.value) === String(part));
      if (!pair) break;
      offset = (isScalar(pair.key) ? pair.key.range?.[0] : undefined) ?? offset;
      node = (pair.value as Node | null) ?? null;
    } else if (isCollection(node)) {
      node = (node.items[Number(part)] as Node | undefined) ?? null;
      offset = node?.range?.[0] ?? offset;
    } else break;
  }
  return lines.linePos(offset).line;
}
