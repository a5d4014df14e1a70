/** HOST:PORT, as profiles and commands take it. */
import { UserError } from '../../errors/user-error.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** `[::1]:7300` for an address with colons. */
const pattern = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]/]+)):(\d{1,5})$/;

export const isAddress = (text: string): boolean => addressIn(text) !== null;

function addressIn(text: string): Address | null {
  const [, six, name, digits] = pattern.exec(text) ?? [];
  const port = Number(digits);
  return digits !== undefined && port <= 65_535 ? { host: six ?? name ?? '', port } : null;
}

/** @param what names the option or the setting */
export function parseAddress(text: string, what: string): Address {
  const address = addressIn(text);
  if (address) return address;
  throw new UserError(
    `Cannot read ${what}: expected HOST:PORT, found ${JSON.stringify(text)}.`,
    'Write for example 127.0.0.1:7300, board.local:7300 or [::1]:7300.',
  );
}

export const addressText = ({ host, port }: Address): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

/** Whether only programs of this machine can reach it. */
export const isLoopback = ({ host }: Address): boolean =>
  host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
