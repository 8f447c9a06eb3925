import assert from 'node:assert/strict';
import type { ActorOf } from '../../actor.ts';
import type { MovableClock } from '../../clock.ts';
import type { Services } from '../../services.ts';
import { closeMonth } from '../books/close-month.ts';
import { SEAL_AFTER_MS } from '../books/seal-blocks.ts';

/** Closes months for good, as a person does, in the time that it takes: the clock is some minutes later after it. */
export async function closeMonths(
  services: Services,
  clock: MovableClock,
  { actor, months }: { readonly actor: ActorOf<'operator'>; readonly months: readonly string[] },
): Promise<void> {
  for (const month of months) {
    clock.advance(1_000);
    assert.equal((await closeMonth(services, { actor, month })).status, 'closing');
    clock.advance(SEAL_AFTER_MS + 1_000);
    assert.equal((await closeMonth(services, { actor, month })).status, 'closed');
  }
}
