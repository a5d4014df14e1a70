import { describe, expect, test } from 'vitest';
import { deviceWords } from '../../../src/device/open.ts';
import { parseHardwareProfile } from '../../../src/device/profile.ts';

const parse = (driver: string) => parseHardwareProfile(`name: x\ndriver: { kind: command, ${driver} }`, 'h.yaml');

test('what is not said', () => {
  const { driver } = parse('run: { command: [tool, "{model}"] }, output: openvino');
  expect(driver).toEqual({
    kind: 'command',
    where: 'here',
    threads: 1,
    runs: 30,
    variables: {},
    prepare: [],
    push: [],
    remove: [],
    run: { command: ['tool', '{model}'], timeoutMs: 120_000 },
    output: 'openvino',
  });
});

test('the device for people names the program', () => {
  expect(deviceWords(parse('threads: 2, run: { command: [/opt/bin/tool] }, output: openvino'))).toBe(
    'tool, 2 threads, batch 1',
  );
});

describe('a profile that cannot work is refused with its place', () => {
  test.each([
    [
      'run: { command: [tool, "{modle}"] }, output: openvino',
      /driver\.run\.command\[1\]: expected one of the placeholders \{model\}, .* \(did you mean \{model\}\?\), found "\{modle\}"/,
    ],
    [
      'run: { command: [tool, "{prepared}.om"] }, output: msame',
      /driver\.run\.command\[1\]: expected a step in prepare, which makes what \{prepared\} stands for/,
    ],
    [
      'prepare: [{ command: [tool, "{runs}"] }], run: { command: [tool] }, output: msame',
      /driver\.prepare.*expected one of the placeholders/,
    ],
    ['run: { command: [] }, output: msame', /driver\.run\.command: expected at least 1 item/],
    ['run: { command: [""] }, output: msame', /expected a program first/],
    ['run: { command: [tool, 2] }, output: msame', /expected a string, found 2/],
    ['run: { command: [tool] }, output: msam', /driver\.output: expected/],
    [
      'run: { command: [tool] }, output: { json: a, file: b.json }',
      /driver\.run\.command: expected \{out\} in it, the folder in which "b\.json" is looked for/,
    ],
    ['run: { command: [tool, "{out}"] }, output: { json: a, file: ../b.json }', /expected/],
    ['run: { command: [tool] }, output: { regex: "time" }', /expected/],
    ['run: { command: [tool] }, output: { regex: "(" }', /expected/],
    [
      'environment: { command: [tool] }, run: { command: [tool] }, output: msame',
      /driver\.environment: expected where: there beside it/,
    ],
    ['run: { command: [tool], timeout: 3 }, output: msame', /driver\.run\.timeout: unknown key/],
  ])('%s', (driver, message) => {
    expect(() => parse(driver)).toThrow(message);
  });
});
