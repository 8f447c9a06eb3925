import type { Instant } from '../../programs/calendar.ts';
import type { CoverCheck, KnownVerdict } from '../../server/covers/check-cover.ts';
import { CLI_ACTOR, type Cli } from '../cli/cli.ts';
import { answer, table } from '../cli/render.ts';

export interface ExplainAtInput {
  readonly workerId: string;
  readonly at: Instant;
  readonly asKnownAt?: Instant;
}

type Services = Parameters<Parameters<Cli['withServices']>[0]>[0];
type LocalTime = (at: Instant, timeZone: string) => string;

/** Whether a worker was covered at an instant and why: as it was known then, and as it is known now where that differs. */
export async function explainAt(
  cli: Cli,
  services: Services,
  input: ExplainAtInput,
  json: boolean | undefined,
): Promise<void> {
  const { checkCover } = await import('../../server/covers/check-cover.ts');
  const { renderCoverCheck } = await import('../../server/covers/render-verdict.ts');
  const { verdictSentences } = await import('../../server/covers/verdict-sentences.ts');
  const { localTime } = await import('../../server/covers/local-time.ts');
  const check = await checkCover(services, { actor: CLI_ACTOR, ...input });
  const tell = (known: KnownVerdict): string => {
    const sentences = verdictSentences({ verdict: known.verdict, gaps: known.gaps, timeZone: check.timeZone });
    const events = eventRows(known, check, localTime);
    return [...sentences.map(({ en }) => en), ...(events.length === 0 ? [] : ['', table(events)])].join('\n');
  };
  answer(cli, json, renderCoverCheck(check), () => {
    const { answers } = check;
    if ('asKnown' in answers) return tell(answers.asKnown);
    const [then, now] = [tell(answers.asKnownThen), tell(answers.asKnownNow)];
    if (then === now) return now;
    return `As it is known now:\n${now}\n\nAs it was known at that moment:\n${then}`;
  });
}

function eventRows(known: KnownVerdict, { timeZone }: CoverCheck, localTime: LocalTime) {
  return known.deciding.map(({ occurredAt, type, shiftId, receivedAt, decision }) => ({
    [`at (${timeZone})`]: localTime(occurredAt, timeZone),
    type,
    shiftId,
    received: localTime(receivedAt, timeZone),
    outcome: decision.outcome,
    reasons: decision.reasons.join(' '),
  }));
}
