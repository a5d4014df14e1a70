"""The random numbers of a training: xoroshiro128+ started from a key, the same here as in rankfront itself.

Blackman and Vigna 2018; the key is hashed by MurmurHash3's mixing (Appleby 2011), once for each of the four words.
"""

import math

_MASK = 0xFFFFFFFF
_STARTS = (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344)

# Streams that must not be told apart by the numbers of their epoch or sample alone.
ORDER, SAMPLE, BATCH = 1, 2, 3


class Rng:
    """`key` is a place in the training, such as (seed, stream, epoch, sample)."""

    def __init__(self, *key):
        state = [_finished(_mixed_all(start, key) ^ (4 * len(key) & _MASK)) for start in _STARTS]
        self.state = state if any(state) else [1, 0, 0, 0]

    def next(self):
        """32 bits, unsigned."""
        s01, s00, s11, s10 = self.state
        out = (s00 + s10) & _MASK
        a0, a1 = s10 ^ s00, s11 ^ s01
        self.state = [
            ((s01 << 24) & _MASK) ^ (s00 >> 8) ^ a1 ^ ((a1 << 16) & _MASK) ^ (a0 >> 16),
            ((s00 << 24) & _MASK) ^ (s01 >> 8) ^ a0 ^ ((a0 << 16) & _MASK),
            ((a0 << 5) & _MASK) ^ (a1 >> 27),
            ((a1 << 5) & _MASK) ^ (a0 >> 27),
        ]
        return out

    def uniform(self):
        """In [0, 1), a multiple of 2^-53."""
        high, low = self.next() & 0x3FFFFFF, self.next() & 0x7FFFFFF
        return high * 2.0**-26 + low * 2.0**-53

    def integer(self, n):
        """Among 0 to n - 1, n up to 2^32."""
        allowed = (2**32 // n) * n if n > 2 else 2**32
        while True:
            value = (self.next() + 0x80000000) & _MASK
            if value < allowed:
                return value % n

    def shuffled(self, items):
        result = list(items)
        for i in range(len(result) - 1, 0, -1):
            j = self.integer(i + 1)
            result[i], result[j] = result[j], result[i]
        return result

    def beta(self, a, b):
        """The share of one gamma variate in two."""
        x, y = self._log_gamma(a), self._log_gamma(b)
        return 1 / (1 + math.exp(min(700.0, y - x)))

    def _log_gamma(self, shape):
        # Marsaglia and Tsang 2000.
        if shape < 1:
            larger = self._log_gamma(shape + 1)
            return larger + math.log(1 - self.uniform()) / shape
        d = shape - 1 / 3
        c = 1 / math.sqrt(9 * d)
        while True:
            x = self._normal()
            v = (1 + c * x) ** 3
            u = 1 - self.uniform()
            if v > 0 and math.log(u) < 0.5 * x * x + d - d * v + d * math.log(v):
                return math.log(d * v)

    def _normal(self):
        radius = math.sqrt(-2 * math.log(1 - self.uniform()))
        return radius * math.cos(2 * math.pi * self.uniform())


def epoch_order(count, seed, epoch):
    """The order in which the images of an epoch come (Fisher-Yates)."""
    return Rng(seed, ORDER, epoch).shuffled(range(count))


def _mixed_all(start, key):
    h = start
    for part in key:
        k = ((part & _MASK) * 0xCC9E2D51) & _MASK
        k = ((k << 15) | (k >> 17)) & _MASK
        h ^= (k * 0x1B873593) & _MASK
        h = ((h << 13) | (h >> 19)) & _MASK
        h = (h * 5 + 0xE6546B64) & _MASK
    return h


def _finished(h):
    h &= _MASK
    h = ((h ^ (h >> 16)) * 0x85EBCA6B) & _MASK
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & _MASK
    return h ^ (h >> 16)
