import type { Command } from 'commander';
import { CLI_ACTOR, type Cli } from '../cli/cli.ts';
import { noun, verb, writingVerb } from '../cli/leaf.ts';
import { answer, showPlan } from '../cli/render.ts';
import { countValue } from '../cli/values.ts';

const DAY_SECONDS = 86_400;

interface VerifyOptions {
  nationalId?: string;
  days?: number;
  apply?: boolean;
  json?: boolean;
}

/** `wrk_...` names a worker and, where the link was proved, the person behind; `per_...` a person. */
function refOf(id: string): { workerId: string } | { personId: string } {
  return id.startsWith('per_') ? { personId: id } : { workerId: id };
}

export function declarePeople(program: Command, cli: Cli): void {
  const people = noun(program, 'people', 'persons and their data');

  verb(
    people,
    'export <id>',
    'all that is held of a person (per_... or wrk_...), as one JSON object; the export is recorded',
    ['people export wrk_01h... --out person.json'],
  )
    .option('--out <file>', 'where it goes, readable by its owner only; default standard output')
    .action(async (id: string, { out, json }: { out?: string; json?: boolean }) =>
      cli.withServices(async (services) => {
        const { exportPerson } = await import('../../server/people/export-person.ts');
        const { writeChunks } = await import('../cli/write-chunks.ts');
        const chunks = exportPerson(services, { actor: CLI_ACTOR, ...refOf(id) });
        await writeChunks(cli, chunks, out);
        if (out !== undefined) answer(cli, json, { id, file: out }, () => `Exported ${id} to ${out}.`);
      }),
    );

  writingVerb(
    people,
    'erase <id>',
    "erase a person's data (per_... or wrk_...): keys are destroyed, facts stay under ids",
    ['people erase wrk_01h...', 'people erase wrk_01h... --apply'],
  ).action(async (id: string, { apply, json }: { apply?: boolean; json?: boolean }) =>
    cli.withServices(async (services) => {
      const { erasePerson, planErasure } = await import('../../server/people/erase-person.ts');
      if (apply !== true) {
        const plan = await planErasure(services, refOf(id));
        return showPlan(
          cli,
          json,
          { ...plan },
          'Would erase for good the names, phones, national ids and dates of birth of:',
        );
      }
      const erased = await erasePerson(services, { actor: CLI_ACTOR, ...refOf(id) });
      const erasedAt = new Date(erased.erasedAt).toISOString();
      answer(
        cli,
        json,
        { ...erased, erasedAt },
        () =>
          `Erased: ${erased.workerIds.length} workers, ${erased.tokens} tokens ended, ${erased.consents} consents withdrawn.`,
      );
    }),
  );

  writingVerb(
    people,
    'verify <workerId>',
    "record that a worker proved who they are, and give the person's own token",
    ['people verify wrk_01h... --apply', 'people verify wrk_01h... --national-id 110101199003070011 --days 30 --apply'],
  )
    .option('--national-id <id>', 'the one proved, when it is not the one the platform gave, or none was')
    .option('--days <n>', 'how long the token lives; default 90', countValue)
    .action(async (workerId: string, { nationalId, days, apply, json }: VerifyOptions) => {
      const plan = {
        workerId,
        nationalId: nationalId === undefined ? 'as asserted' : 'as given',
        ...(days === undefined ? {} : { days }),
      };
      if (apply !== true) return showPlan(cli, json, plan, 'Would record that this worker proved who they are:');
      await cli.withServices(async (services) => {
        const { verifyPerson } = await import('../../server/people/verify-person.ts');
        const verified = await verifyPerson(services, {
          actor: CLI_ACTOR,
          workerId,
          ...(nationalId === undefined ? {} : { nationalId }),
          ...(days === undefined ? {} : { ttlSeconds: days * DAY_SECONDS }),
        });
        const expiresAt = new Date(verified.expiresAt).toISOString();
        answer(
          cli,
          json,
          { ...verified, expiresAt },
          () => `${verified.token}\nThe token of ${verified.personId}, until ${expiresAt}; shown this once.`,
        );
      });
    });
}
