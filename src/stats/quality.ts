/** Whether the machine let a measurement be what it was meant to be. */

/**
 * `good`: the process had the cores it was entitled to, and the dense model ran at its usual speed. `disturbed`: it had not, and no
 * quiet time came. Such a value is kept, shown as disturbed, and never counts as known.
 */
export type Quality = 'good' | 'disturbed';
