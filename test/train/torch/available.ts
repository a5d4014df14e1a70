/** Whether this machine has a Python with PyTorch; what needs it is skipped elsewhere, and says so. */
import { spawnSync } from 'node:child_process';

const program = 'import importlib.util as u, sys; sys.exit(0 if u.find_spec("torch") and u.find_spec("numpy") else 1)';
const found = ['python3', '/usr/bin/python3'].find(python => spawnSync(python, ['-c', program]).status === 0);

export const testPython: string = found ?? 'python3';

/** Null where it is there. */
export const noTorch: string | null = found === undefined ? 'no python3 has torch and numpy' : null;

/** The name of a group of tests, with the reason where they are skipped. */
export const named = (name: string): string => (noTorch === null ? name : `${name}: skipped, ${noTorch}`);
