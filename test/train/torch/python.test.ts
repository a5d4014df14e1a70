/** The Python package's own tests, which need nothing of Node: `python3 -m unittest discover engines/torch/tests`. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { packageFolder, pythonEnvironment } from '../../../src/train/torch/package.ts';
import { named, noTorch, testPython } from './available.ts';

describe.skipIf(noTorch !== null)(named('the Python package'), () => {
  test('passes its own tests', async () => {
    const args = ['-m', 'unittest', 'discover', '-s', 'tests', '-q'];
    const { stderr } = await promisify(execFile)(testPython, args, { cwd: packageFolder(), env: pythonEnvironment() });
    expect(stderr).toMatch(/Ran \d+ tests/);
    expect(stderr).toMatch(/\nOK/);
  });
});
