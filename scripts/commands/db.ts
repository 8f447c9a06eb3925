import type { Command } from 'commander';
import type { BackupManifest } from '../../server/database/backup-manifest.ts';
import type { GateResult } from '../../server/database/gate/run-gate.ts';
import type { Cli } from '../cli/cli.ts';
import { EXIT } from '../cli/exit-codes.ts';
import { noun, verb, writingVerb } from '../cli/leaf.ts';
import { answer, showPlan } from '../cli/render.ts';

export function declareDb(program: Command, cli: Cli): void {
  const db = noun(program, 'db', 'the database itself');

  verb(db, 'migrate', 'bring the database to the shape that this version needs; again changes nothing', [
    'db migrate',
  ]).action(async ({ json }: { json?: boolean }) =>
    cli.withDatabase(async (database) => {
      const { migrate } = await import('../../server/database/migrate.ts');
      const { systemClock } = await import('../../server/clock.ts');
      const applied = await migrate(database, { clock: systemClock, onProgress: (line) => cli.note(line) });
      answer(cli, json, { applied }, () =>
        applied.length === 0 ? 'The database is up to date.' : `Applied ${applied.join(', ')}.`,
      );
    }),
  );

  verb(db, 'gate', 'what a database can do: the acceptance tests that Parasol needs', [
    'db gate --quick',
    'db gate --uri mongodb://db1,db2,db3/parasol?replicaSet=rs0 --json',
  ])
    .option('--uri <uri>', 'a replica set to test; default the configured database')
    .option('--quick', 'the part that takes less than a minute')
    .action(async ({ uri, quick, json }: { uri?: string; quick?: boolean; json?: boolean }) =>
      cli.withDatabase(async (database) => {
        const { runGate } = await import('../../server/database/gate/run-gate.ts');
        const { embedded } = database;
        const results: GateResult[] = [];
        for await (const result of runGate({
          uri: database.uri,
          embedded: embedded !== undefined,
          quick: quick === true,
        })) {
          results.push(result);
          const line = `${result.outcome.padEnd(7)} ${result.name.padEnd(34)} ${String(result.ms).padStart(6)} ms  ${result.detail}`;
          if (json === true) cli.note(line);
          else cli.out(line);
        }
        const counted = (outcome: string): number => results.filter((result) => result.outcome === outcome).length;
        const totals = { passed: counted('passed'), failed: counted('failed'), skipped: counted('skipped') };
        const words = `${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped.`;
        answer(cli, json, { ...totals, results }, () => words);
        if (totals.failed > 0) cli.finish(EXIT.refused);
      }, uri),
    );

  verb(
    db,
    'backup <folder>',
    'every collection as of one moment into a new folder, with counts and checksums; keys are not part of it',
    ['db backup backups/2026-01-31'],
  )
    .option('--uri <uri>', 'a replica set to read; default the configured database')
    .action(async (folder: string, { uri, json }: { uri?: string; json?: boolean }) =>
      cli.withDatabase(async (database) => {
        const { backup } = await import('../../server/database/backup.ts');
        const { systemClock } = await import('../../server/clock.ts');
        const manifest = await backup(database, folder, {
          now: systemClock.now(),
          onProgress: (line) => cli.note(line),
        });
        answer(
          cli,
          json,
          { folder, ...sizeOf(manifest) },
          () => `${inWords(manifest)} in ${folder}, as of ${manifest.takenAt}.`,
        );
      }, uri),
    );

  writingVerb(db, 'restore <folder>', 'fill an empty database from a backup; one that holds anything is left alone', [
    'db restore backups/2026-01-31',
    'db restore backups/2026-01-31 --uri mongodb://db1,db2,db3/parasol?replicaSet=rs0 --apply',
  ])
    .option('--uri <uri>', 'the replica set to fill; default the configured database')
    .action(async (folder: string, { uri, apply, json }: { uri?: string; apply?: boolean; json?: boolean }) => {
      if (apply !== true) {
        const { readManifest } = await import('../../server/database/backup-manifest.ts');
        const { assertEmpty } = await import('../../server/database/restore.ts');
        const manifest = await readManifest(folder);
        await cli.withDatabase(assertEmpty, uri);
        return showPlan(
          cli,
          json,
          { folder, takenAt: manifest.takenAt, ...sizeOf(manifest) },
          'Would fill the empty database with:',
        );
      }
      await cli.withDatabase(async (database) => {
        const { restore } = await import('../../server/database/restore.ts');
        const manifest = await restore(database, folder, { onProgress: (line) => cli.note(line) });
        answer(
          cli,
          json,
          { folder, ...sizeOf(manifest) },
          () => `Restored ${inWords(manifest)}, as of ${manifest.takenAt}.`,
        );
      }, uri);
    });
}

function sizeOf({ collections }: BackupManifest): { readonly collections: number; readonly documents: number } {
  return { collections: collections.length, documents: collections.reduce((sum, { documents }) => sum + documents, 0) };
}

function inWords(manifest: BackupManifest): string {
  const { collections, documents } = sizeOf(manifest);
  return `${documents} documents of ${collections} collections`;
}
