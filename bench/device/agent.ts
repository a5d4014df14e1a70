/** An agent as a process of its own on this machine, reached over a cable that counts. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface BenchAgent {
  /** Where the cable ends here. */
  readonly port: number;
  readonly tokenFile: string;
  /** Bytes towards the agent so far. */
  readonly sent: () => number;
  readonly close: () => void;
}

export async function benchAgent(folder: string, hardware: string): Promise<BenchAgent> {
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, 'a token that only this benchmark has'.replaceAll(' ', '-'));
  const main = pathToFileURL(join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts')).href;
  const program = `import { main } from ${JSON.stringify(main)}; process.exitCode = await main(process.argv.slice(1));`;
  const given = ['agent', '--hardware', hardware, '--listen', '127.0.0.1:0', '--token-file', tokenFile];
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program, '--', ...given, '--cache', folder],
    { stdio: ['ignore', 'inherit', 'pipe'] },
  );
  const port = await new Promise<number>((resolve, reject) => {
    let said = '';
    child.stderr.on('data', chunk => {
      said += chunk;
      const listening = /Listening at \S+:(\d+) /.exec(said);
      if (listening) resolve(Number(listening[1]));
    });
    child.once('exit', () => reject(new Error(said)));
  });
  let sent = 0;
  const server = createServer(near => {
    const far = connect(port, '127.0.0.1');
    near.on('data', chunk => {
      sent += chunk.length;
    });
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) {
      socket.setNoDelay(true);
      socket.on('error', () => {
        near.destroy();
        far.destroy();
      });
    }
  });
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    tokenFile,
    sent: () => sent,
    close: () => {
      server.close();
      child.kill('SIGTERM');
    },
  };
}
