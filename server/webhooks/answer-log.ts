import type { AnyBulkWriteOperation } from 'mongodb';
import type { Services } from '../services.ts';
import { webhookRows, type WebhookDeliveryDocument } from './webhook-models.ts';

type Update = AnyBulkWriteOperation<WebhookDeliveryDocument>;

interface Waiting {
  readonly update: Update;
  readonly written: () => void;
  readonly failed: (error: unknown) => void;
}

const BATCH = 500;

/**
 * Writes down what calls brought, many at once: what comes while a write is under way goes with the next one. There is no
 * timer, so a lone answer waits for nobody, and a write that the disk must confirm is paid once for many calls.
 */
export class AnswerLog {
  readonly #services: Pick<Services, 'database' | 'log'>;
  #waiting: Waiting[] = [];
  #writing = false;

  constructor(services: Pick<Services, 'database' | 'log'>) {
    this.#services = services;
  }

  /** Resolves when it is durable. */
  async write(update: Update): Promise<void> {
    await new Promise<void>((written, failed) => {
      this.#waiting.push({ update, written, failed });
      if (!this.#writing) void this.#writeAll();
    });
  }

  async #writeAll(): Promise<void> {
    this.#writing = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH);
      try {
        const updates = batch.map(({ update }) => update);
        const { matchedCount } = await webhookRows(this.#services).deliveries.bulkWrite(updates, { ordered: false });
        if (matchedCount < batch.length) {
          const late = batch.length - matchedCount;
          this.#services.log.warn({ late }, 'webhook calls outlived their leases; others have called again');
        }
        for (const { written } of batch) written();
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    this.#writing = false;
  }
}
