/** The environment, read once, checked and frozen. (The reader is `readConfig`.) */
export interface Config {
  readonly environment: 'development' | 'test' | 'production';
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** What links and certificates name; without it `http://host:port` as bound. */
  readonly publicUrl?: string;
  /** Absent: the embedded database. */
  readonly mongodbUri?: string;
  readonly dataDir: string;
  readonly allowEmbeddedInProduction: boolean;
  readonly poolSizeMax: number;
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'silent';
  /** Requests a minute for each API key. */
  readonly ratePerMinute: number;
  /** Requests a minute for each address on public routes. */
  readonly publicRatePerMinute: number;
  readonly bodyBytesMax: number;
  readonly jsonDepthMax: number;
  readonly batchEventsMax: number;
  /** Events waiting for a flush; beyond it 503 `queue_full` (G20). */
  readonly intakeQueueMax: number;
  readonly flushEventsMax: number;
  readonly flushesAtOnce: number;
  /** Flat request prototypes (Node 20 only, see server/http/fast-server.ts). */
  readonly fastServer: boolean;
  /** Base64 of 32 bytes each; made under the data folder outside production. */
  readonly encryptionKey?: string;
  readonly hmacKey?: string;
}
