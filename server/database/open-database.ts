import { connect } from './connect.ts';
import type { Database } from './connect.ts';
import type { Environment } from './embedded/cache-folder.ts';
import { startEmbedded } from './embedded/start-embedded.ts';
import type { EmbeddedDatabase } from './embedded/start-embedded.ts';

export interface OpenDatabaseOptions {
  /** A replica set; without it the embedded database of `dataDir`. */
  uri?: string | undefined;
  dataDir: string;
  /** True with `NODE_ENV=production`: then the embedded database must be allowed by name. */
  production?: boolean;
  allowEmbeddedInProduction?: boolean;
  poolSizeMax?: number;
  appName?: string;
  /** Where a mongod is looked for. Default: the environment of this process. */
  env?: Environment;
  /** Gets lines for a person while something takes time. Default: standard error. */
  onProgress?: (line: string) => void;
}

export interface OpenDatabase extends Database {
  /** Present when this is the embedded database. */
  readonly embedded?: EmbeddedDatabase;
}

/**
 * The one door to the database of a program: connects to `uri`, or else finds or starts the embedded database of the
 * data folder, which `close()` stops again if this process started it (also when a signal ends the process). Throws
 * `DatabaseTrouble` with one sentence a person can act on.
 */
export async function openDatabase(options: OpenDatabaseOptions): Promise<OpenDatabase> {
  const { uri, poolSizeMax, appName } = options;
  const settings = { ...(poolSizeMax !== undefined && { poolSizeMax }), ...(appName !== undefined && { appName }) };
  if (uri !== undefined) return connect({ uri, ...settings });

  const embedded = await startEmbedded({
    dataDir: options.dataDir,
    production: options.production ?? false,
    allowInProduction: options.allowEmbeddedInProduction ?? false,
    ...(options.env && { env: options.env }),
    ...(options.onProgress && { onProgress: options.onProgress }),
  });
  try {
    const database = await connect({ uri: embedded.uri, ...settings });
    const close = async (): Promise<void> => {
      await database.close();
      await embedded.stop();
    };
    return { ...database, embedded, close };
  } catch (error) {
    await embedded.stop();
    throw error;
  }
}
