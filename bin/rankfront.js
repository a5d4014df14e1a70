#!/usr/bin/env node
// Starts the command line on a Node that is new enough: this one, or the one that a checkout brings as a dev dependency.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const newEnough = major > 22 || (major === 22 && minor >= 13);
const own = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));
const built = new URL('../dist/cli/main.js', import.meta.url);

if (!existsSync(built)) {
  console.error('rankfront is not built: dist/ is missing. Run "npm ci" or "npm run build" in the checkout.');
  process.exitCode = 2;
} else if (newEnough) {
  const { main } = await import(built.href);
  process.exitCode = await main(process.argv.slice(2));
} else if (existsSync(own)) {
  // The channel tells the other of signals (src/cli/signals.ts), and by closing that this process is gone.
  const child = spawn(own, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, RANKFRONT_WRAPPED: '1' },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => child.connected && child.send({ signal }, () => {}));
  child.on('error', error => {
    console.error(`rankfront cannot start the Node.js of this checkout (${error.message}). Run "npm ci" again.`);
    process.exitCode = 2;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
} else {
  console.error(`rankfront needs Node.js 22.13 or newer, found ${process.versions.node}. Install a newer Node.js.`);
  process.exitCode = 2;
}
