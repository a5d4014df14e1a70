/** What to say of a store whose file is damaged, whoever notices it. */
export { damaged, saved } from './sqlite/damage.ts';
