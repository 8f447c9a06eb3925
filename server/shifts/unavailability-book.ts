import type { Unavailability } from '../../programs/cover/cover-facts.ts';

/** The recorded unavailability, held in memory for the hot path (G9). */
export interface UnavailabilityBook {
  intervals(): Unavailability;
}
