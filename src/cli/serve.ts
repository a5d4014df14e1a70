/** `rankfront serve`: the page that shows the studies of a store, live. */
import { UserError } from '../errors/user-error.ts';
import { keepHeapLean } from '../host/lean-heap.ts';
import { openInBrowser } from '../host/open-browser.ts';
import { readAssets } from '../serve/assets.ts';
import { isLoopbackHost } from '../serve/hosts.ts';
import { startServing } from '../serve/server.ts';
import { openStore } from '../store/open.ts';
import { defineCommand } from './command.ts';
import { storeOption } from './options.ts';

const usualPort = 7400;

export const serve = defineCommand({
  options: {
    store: storeOption,
    port: { type: 'number', default: usualPort, describe: 'The port to listen at; 0 takes any that is free' },
    host: {
      type: 'string',
      default: '127.0.0.1',
      describe: 'The address to listen at; any but this one lets other machines in',
    },
    'allowed-host': {
      type: 'string',
      describe: 'Names that browsers may call this machine by, besides its own, separated by commas',
    },
    open: { type: 'boolean', default: false, describe: 'Open the page in the browser of this machine' },
  },
  examples: [
    ['rankfront serve --open', 'the studies of results/rankfront.sqlite in the browser'],
    ['rankfront serve --store night.sqlite --port 0', 'another store, at any free port'],
    ['rankfront serve --host 0.0.0.0 --allowed-host build.local', 'for other machines, too'],
  ],
  run: async (args, console) => {
    if (!Number.isInteger(args.port) || args.port < 0 || args.port > 65_535)
      throw new UserError(
        `--port: expected a whole number from 0 to 65535, found ${Number.isNaN(args.port) ? 'no number' : args.port}.`,
        `Give, for example, --port ${usualPort}.`,
      );
    keepHeapLean();
    const assets = readAssets();
    const over = new Promise<void>(resolve => {
      if (console.finish.aborted) resolve();
      console.finish.addEventListener('abort', () => resolve(), { once: true });
    });
    const store = await openStore(args.store, { readOnly: true });
    try {
      const serving = await startServing({
        store,
        place: args.store,
        assets,
        host: args.host,
        port: args.port,
        allowedHosts: args['allowed-host']?.split(',') ?? [],
        note: console.note,
      });
      console.out(`Open ${serving.address()}`);
      if (!isLoopbackHost(args.host))
        console.note(
          'Other machines can reach this page. What it sends is not encrypted: use it in a network you trust.',
        );
      console.note('The address works once. Ctrl-C ends the server.');
      const byHand = (): void => console.note('No browser could be opened here: open the address yourself.');
      if (args.open && !openInBrowser(serving.address(), byHand)) byHand();
      await over;
      await serving.close();
    } finally {
      await store.close();
    }
    return 0;
  },
});
