/**
 * Who may read. The address that is printed holds a token that works once: it becomes a cookie that scripts cannot read and that other
 * sites cannot send. Then a new address is made, so that what stands in a history or a log is worth nothing.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';

export interface Sessions {
  /** The token of the next address. */
  readonly token: () => string;
  /** The value of `Set-Cookie` for whoever has the token; null for others. */
  readonly redeem: (token: string) => string | null;
  /** @param header the value of `Cookie` */
  readonly holds: (header: string | undefined) => boolean;
}

const made = (): string => randomBytes(32).toString('base64url');

/** Ports share the cookies of a host, so its name holds the port. */
export const cookieName = (port: number): string => `rankfront-${port}`;

/** @param renewed called with each new token after the first */
export function sessions(port: number, renewed: (token: string) => void): Sessions {
  const secret = made();
  let token = made();
  const name = cookieName(port);
  return {
    token: () => token,
    redeem: given => {
      if (!same(given, token)) return null;
      token = made();
      renewed(token);
      return `${name}=${secret}; Path=/; HttpOnly; SameSite=Strict`;
    },
    holds: header => (header ?? '').split(';').some(part => same(part.trim(), `${name}=${secret}`)),
  };
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
