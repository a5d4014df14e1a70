/** Headers of every answer: nothing from elsewhere, in no frame, no guessing of types, no address told to others. */
export const headersOfAll: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'self'",
    // Charts are saved from memory.
    "img-src 'self' blob: data:",
    "base-uri 'none'",
    "form-action 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  vary: 'accept-encoding, cookie',
};
