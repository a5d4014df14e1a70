#!/usr/bin/env node
// Starts the command line on a Node that is new enough: this one, or the one that a checkout brings as a dev dependency.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
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
  const child = spawn(own, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => signal !== 'SIGINT' && child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
  });
} else {
  console.error(`rankfront needs Node.js 22.13 or newer, found ${process.versions.node}. Install a newer Node.js.`);
  process.exitCode = 2;
}
