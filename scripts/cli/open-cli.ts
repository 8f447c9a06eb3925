import type { Cli } from './cli.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

/** The command line of this process. */
export function openCli(env: Cli['env']): { cli: Cli; exitCode: () => ExitCode } {
  let code: ExitCode = EXIT.ok;
  // A reader that has seen enough (`| head`) is no error.
  process.stdout.on('error', (error: Error & { code?: string }) => {
    if (error.code !== 'EPIPE') throw error;
  });
  const note = (line: string): void => void process.stderr.write(`${line}\n`);
  const cli: Cli = {
    write: (text) => void process.stdout.write(text),
    out: (line) => void process.stdout.write(`${line}\n`),
    note,
    interactive: process.stderr.isTTY,
    env,
    async withServices(use) {
      // Loaded only now: `--help` and wrong use are answered at once.
      const { readConfig } = await import('../../server/config.ts');
      const { openAll } = await import('../../server/run-program.ts');
      const config = readConfig(env);
      const logLevel = config.logLevel === 'info' ? 'warn' : config.logLevel;
      const { services, close } = await openAll(Object.freeze({ ...config, logLevel }), 'parasol-cli', note);
      try {
        return await use(services);
      } finally {
        await close();
      }
    },
    async withDatabase(use, uri) {
      const { readConfig } = await import('../../server/config.ts');
      const { openDatabase } = await import('../../server/database/open-database.ts');
      const config = readConfig(env);
      const database = await openDatabase({
        uri: uri ?? config.mongodbUri,
        dataDir: config.dataDir,
        production: config.environment === 'production',
        allowEmbeddedInProduction: config.allowEmbeddedInProduction,
        poolSizeMax: config.poolSizeMax,
        appName: 'parasol-cli',
        onProgress: note,
      });
      try {
        return await use(database);
      } finally {
        await database.close();
      }
    },
    finish(to) {
      code = to;
    },
  };
  return { cli, exitCode: () => code };
}
