/** What a hardware profile says of a device that an agent measures on. */
import { z } from 'zod';
import { isAddress } from './address.ts';

const address = z.string().refine(isAddress, 'HOST:PORT, such as board.local:7300');

export const remoteSchema = z
  .strictObject({
    kind: z.literal('remote'),
    address: address.optional().describe('Where the agent listens, as HOST:PORT.'),
    listen: address
      .optional()
      .describe('In its place: where this search listens, as HOST:PORT, for an agent that dials out (--connect).'),
    tokenFile: z
      .string()
      .min(1)
      .optional()
      .describe(
        'A file with the token of the agent; none where the agent has none and listens on its own machine only.',
      ),
    tls: z
      .strictObject({
        ca: z.string().min(1).optional().describe('Certificate that the agent is checked by, a PEM file.'),
        cert: z.string().min(1).optional().describe('With listen: certificate of this search, a PEM file.'),
        key: z.string().min(1).optional().describe('With listen: key of that certificate, a PEM file.'),
      })
      .optional()
      .describe('Speaks TLS.'),
    reconnectMs: z
      .number()
      .min(0)
      .max(7 * 86_400_000)
      .default(3_600_000)
      .describe('How long a search waits for an agent that it cannot reach any more, in milliseconds.'),
    exact: z.boolean().default(false).describe('Whether the device of the agent computes its latencies.'),
  })
  .refine(({ address: at, listen }) => (at === undefined) !== (listen === undefined), {
    message: 'either address or listen, and not both',
    path: ['address'],
  })
  .describe('Measured by an agent (`rankfront agent`) on the machine where the network will run.');

export type RemoteSettings = Readonly<z.output<typeof remoteSchema>>;
