/** Every option that is a number says which one it is when it is negative, before anything is read. */
import { expect, test } from 'vitest';
import type { Command, Console } from '../../src/cli/command.ts';
import { UserError } from '../../src/errors/user-error.ts';
import { allCommands } from './all-commands.ts';

const never = new AbortController().signal;
const silent: Console = {
  commandLine: [],
  out: () => {},
  note: () => {},
  progress: null,
  colour: false,
  columns: null,
  lines: async function* () {},
  finish: never,
  stop: never,
};

/** What the options are by default, and a name where one is demanded. */
function usual({ options, positionals }: Command): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries({ ...options, ...positionals }).map(([name, option]) => [
      name,
      option.demandOption ? (option.type === 'number' ? 1 : '/nowhere/at/all') : option.default,
    ]),
  );
}

const cases = (await allCommands()).flatMap(command =>
  Object.entries({ ...command.options, ...command.positionals })
    .filter(([name, { type }]) => type === 'number' || name === 'time' || name === 'checkpoint-every')
    .map(
      ([name, { type }]) => [command.usage.split(' ')[0] ?? '', name, type === 'number' ? -1 : '-1h', command] as const,
    ),
);

test('there are many of them', () => expect(cases.length).toBeGreaterThan(40));

test.each(cases)('%s --%s %s', async (_, name, value, command) => {
  const args = { ...usual(command), stdin: true, distil: 'teacher.onnx', [name]: value };
  const error = await command.run(args as never, silent).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UserError);
  expect(String(error)).toMatch(new RegExp(`(^|[^-\\w])(--)?${name}([^-\\w]|$)`));
  expect(String(error)).not.toMatch(/nowhere/);
});
