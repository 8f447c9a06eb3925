import type { AnyRoute } from './route.ts';

/** The table of all routes. The hot path stands first. */
export const routes: readonly AnyRoute[] = [];
