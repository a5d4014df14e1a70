/** What ONNX Runtime throws, in the one line of it that matters to people. */
import { type Failure, failed } from './failure.ts';

const longest = 300;

/**
 * Names the node and what was wrong with it. Where in the runtime's sources it was noticed, by which function and condition, is left out, and so are
 * stack traces, and so is the file, which may be a copy of ours. Any other error is one line of its message, of 300 characters at most.
 */
export function runtimeLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const text = (message.split(/\n\s*stack ?trace/i)[0] ?? '').replaceAll(/\s+/g, ' ').trim();
  const found = /^Non-zero status code returned while running (\S+) node\. Name:'(.*?)' Status Message: (.*)$/.exec(
    text,
  );
  const [, opType, name, reason] = found ?? [null, '', '', text];
  const said = withoutCondition(withoutPlace(withoutFile(reason ?? ''))).replace(/ ?; GPU=-?\d+ ?;.*$/, '');
  const line = found ? `${name ? `${opType} "${name}"` : opType}: ${said}` : said;
  return line.length > longest ? `${line.slice(0, longest - 3)}...` : line;
}

/** What the runtime threw, as a failure; an allocation that failed is told apart. */
export function rejection(doing: string, error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  const memory = /bad_alloc|bad allocation|out of memory|failed to allocate|cudaErrorMemoryAllocation/i.test(message);
  return failed(memory ? 'out-of-memory' : 'runtime-rejected', `${doing}: ${runtimeLine(error)}`);
}

/** `Load model from /tmp/x/dense.onnx failed: TEXT` becomes TEXT: the file is one that the user has never seen. */
const withoutFile = (text: string): string => text.replace(/^Load model (?:from )?.*? failed[:.] ?(?=\S)/, '');

/** `/src/reshape_helper.h:91 Type Class::function(arguments) const [with T = float] TEXT` becomes TEXT. */
function withoutPlace(text: string): string {
  const place = /^\S+\.(?:cc|cpp|cu|cuh|h|hpp|mm):\d+ /.exec(text);
  if (!place) return text;
  const rest = text.slice(place[0].length);
  let end = rest.indexOf('(');
  // A place may stand without a signature: then the name of the function is one word, and brackets are part of the text.
  if (end < 0 || !/[:*&\w]$/.test(rest.slice(0, end)) || !rest.slice(0, end).includes('::')) {
    return rest.replace(/^\w+ /, '');
  }
  while (rest[end] === '(') end = closing(rest, end);
  const behind = rest
    .slice(end)
    .replace(/^ const\b/, '')
    .replace(/^ \[with .*?\](?= |$)/, '')
    .trim();
  return behind || rest;
}

/** The index behind the bracket that closes the one at `open`. */
function closing(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === '(') depth++;
    if (text[i] === ')' && --depth === 0) return i + 1;
  }
  return text.length;
}

/** `a == b was false. TEXT` becomes TEXT where there is any. */
const withoutCondition = (text: string): string => /^.*? was false\. ?(.+)$/.exec(text)?.[1] ?? text;
