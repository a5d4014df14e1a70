/** Schemas are read without making functions of texts: the content security policy refuses that. Imported before any schema is made. */
import { config } from 'zod';

config({ jitless: true });
