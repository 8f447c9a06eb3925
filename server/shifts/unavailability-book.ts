import type { Instant } from '../../programs/calendar.ts';
import type { Unavailability } from '../../programs/cover/cover-facts.ts';

/** The recorded unavailability, held in memory for the hot path and for folds of any day (G9). */
export interface UnavailabilityBook {
  /** All that is recorded; of it, what was recorded by `asKnownAt` (G19). */
  intervals(asKnownAt?: Instant): Unavailability;
}
