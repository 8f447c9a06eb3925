import { setTimeout as pause } from 'node:timers/promises';
import type { AcknowledgementLog } from './acknowledgements.ts';
import type { EventPoster, PostAnswer } from './post-events.ts';
import type { Chance, SentEvent, Traffic } from './traffic.ts';

const BROKEN_PAUSE_MS = 50;
/** One request in 25 is sent twice at once; one in 10 carries an event that was acknowledged before. */
const TWICE = 0.04;
const AGAIN = 0.1;

export interface ClientsOptions {
  readonly poster: EventPoster;
  readonly log: AcknowledgementLog;
  readonly traffic: Traffic;
  readonly chance: Chance;
}

/** Clients that send until they are told to stop, and send again whatever was not acknowledged. */
export interface Clients {
  /** What made a client give up; a fault of these scripts. */
  readonly failure: () => string | undefined;
  /** One more request beside those of the clients, sent until it is acknowledged. */
  surge(events: readonly SentEvent[]): void;
  /** No new events; resolves when everything that was sent is acknowledged or was refused. */
  finish(): Promise<void>;
}

export function startClients(count: number, options: ClientsOptions): Clients {
  const { log, traffic, chance } = options;
  let stopping = false;
  let failure: string | undefined;
  const running: Promise<void>[] = [];
  const run = (work: Promise<void>): void => {
    running.push(
      work.catch((error: unknown) => {
        failure ??= error instanceof Error ? (error.stack ?? error.message) : String(error);
      }),
    );
  };

  async function client(): Promise<void> {
    while (!stopping && failure === undefined) {
      const events = [...traffic.next()];
      const again = chance() < AGAIN ? anyAcknowledged(log, chance) : undefined;
      if (again !== undefined) events.push(again);
      const twice = chance() < TWICE;
      await Promise.all([deliver(options, events), ...(twice ? [deliver(options, events)] : [])]);
    }
  }

  for (let number = 0; number < count; number++) run(client());
  return {
    failure: () => failure,
    surge: (events) => run(deliver(options, events)),
    async finish() {
      stopping = true;
      await Promise.all(running);
      if (failure !== undefined) throw new Error(failure);
    },
  };
}

/** Sends the events until each is acknowledged, or refused for good, which is written down as unexpected. */
export async function deliver({ poster, log }: ClientsOptions, events: readonly SentEvent[]): Promise<void> {
  let left = events;
  while (left.length > 0) {
    log.sending(left);
    let answer: PostAnswer;
    try {
      answer = await poster.post(left);
    } catch (error) {
      log.count(nameOf(error));
      await pause(BROKEN_PAUSE_MS);
      continue;
    }
    left = taken(log, left, answer);
    if (left.length > 0) await pause((answer.retryAfterSeconds ?? 1) * 1_000);
  }
}

/** Writes down what an answer says; returns the events to send again. */
function taken(log: AcknowledgementLog, events: readonly SentEvent[], answer: PostAnswer): readonly SentEvent[] {
  const codes = new Set(answer.items.flatMap(({ code }) => code ?? []));
  log.count([answer.status, ...codes].join(' '));
  if (codes.size > 0 && answer.status !== 207 && answer.status !== 503) {
    log.unexpected.push(`${answer.status} ${[...codes].join(', ')}`);
    return [];
  }
  const again: SentEvent[] = [];
  events.forEach((event, index) => {
    const item = answer.items[index];
    if (item?.result !== undefined) log.acknowledge(event, item.result);
    else if (item?.status === 503) again.push(event);
    else log.unexpected.push(`${event.id}: ${item?.status ?? 'no answer'} ${item?.code ?? ''}`);
  });
  if (again.length > 0 && answer.retryAfterSeconds === undefined) {
    log.unexpected.push(`${answer.status} ${[...codes].join(', ')} without Retry-After`);
  }
  return again;
}

function anyAcknowledged(log: AcknowledgementLog, chance: Chance): SentEvent | undefined {
  // Ids are numbered, so one can be guessed without a list of them.
  const id = `event-${Math.floor(chance() * log.sent.size)}`;
  return log.answers.has(id) ? log.sent.get(id) : undefined;
}

function nameOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : String(error);
}
